"""What is said is listed, searched and muted, and stands in the plan alone.

`sentence.json` is what a real model (Whisper base) gave of `with_voice(12, 4)`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from redact.errors import DependencyError, ExitCode, ModelError, PlanError
from redact.media import excerpt, probe
from redact.plan import (
    SpokenLine,
    dump_plan,
    excerpt_of,
    parse_plan,
    read_plan,
    said_in,
    words_to_mute,
    write_plan,
)
from redact.progress import Silent
from redact.speech import has_whisper, spoken_lines
from redact.speech.transcribe import spoken_languages

from ..media.test_excerpt import CUT, WAYS
from ..program import QUICK, program
from ..side_files import folder_of
from .spoken import film, with_voice
from .test_speech import AT, loudness, noise

TRANSCRIPT = Path(__file__).with_name("sentence.json")
MODEL = os.environ.get("REDACT_WHISPER", "")
"""Folder of a Whisper model for faster-whisper; without one, some tests are skipped."""

needs_model = pytest.mark.skipif(
    not (MODEL and has_whisper()), reason="needs faster-whisper, and a model in REDACT_WHISPER"
)


def line(*words: str) -> SpokenLine:
    """Words of half a second each."""
    return SpokenLine(tuple((500 * n, 500 * n + 500, word) for n, word in enumerate(words)))


@pytest.fixture(scope="module")
def case(street: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A video in which the sentence is said, and its plan, with no words yet."""
    folder = tmp_path_factory.mktemp("words")
    clip = film(folder / "cam.mkv", [with_voice(12, AT)], pictures=street)
    assert program("detect", clip, "-o", folder / "p.json", *QUICK).returncode == ExitCode.DONE
    return clip, folder / "p.json"


@pytest.fixture
def plan(case: tuple[Path, Path], tmp_path: Path) -> Path:
    write_plan(read_plan(case[1]), tmp_path / "p.json")
    return tmp_path / "p.json"


def test_a_word_is_muted_wherever_it_is_said_and_stands_in_the_plan_alone(
    case: tuple[Path, Path], plan: Path, tmp_path: Path
) -> None:
    clip, _ = case
    heard = program("plan", "words", plan, clip, "--model", TRANSCRIPT)
    assert heard.returncode == ExitCode.DONE, heard.stderr
    assert "my name is John Miller" in heard.stdout and not read_plan(plan).muted
    listed = program("plan", "words", plan, "--find", "míllar", "--json")
    (row,) = json.loads(listed.stdout)["words"]
    (word,) = [word for word in row["words"] if word["said"] == "Miller"]
    assert word["seconds"] == [5.92, 6.22] and not word["muted"]
    muted = program("plan", "mute", plan, "--words", "Miller", "--by", "Eve")
    assert muted.returncode == ExitCode.DONE, muted.stderr
    (span,) = read_plan(plan).muted
    assert (span.start, span.end, span.reason, span.decided_by) == (5520, 6620, "words", "Eve")
    again = program("plan", "mute", plan, "--words", "miller")
    assert again.returncode == ExitCode.DONE and len(read_plan(plan).muted) == 1
    assert "[Miller]" in program("plan", "words", plan).stdout
    case_file = tmp_path / "case.toml"
    case_file.write_text('case = "1/26"\n')
    made = tmp_path / "made" / "out.mkv", tmp_path / "released" / "out.mkv"
    ways = ("--case-file", case_file), ("--release", "--audio", "keep")
    for output, how in zip(made, ways, strict=True):
        output.parent.mkdir()
        done = program("apply", clip, plan, "-o", output, *how)
        assert done.returncode == ExitCode.DONE, done.stderr
        assert loudness(output, 5.7, 6.4) < 0.001 < 0.01 < loudness(output, 4.3, 5.4)
    assert program("report", made[0]).returncode == ExitCode.DONE
    files = [file for output in made for file in output.parent.rglob("*") if file.is_file()]
    assert len(files) > 4
    for file in files:
        if file != folder_of(made[0]) / "plan.json":
            assert not re.search(rb"miller", file.read_bytes(), re.IGNORECASE), file


def test_names_are_found_as_they_are_heard() -> None:
    said = line("L'", "homme,", "Jean", "DUPOND-Moretti,", "a", "planner", "d’Anne", "dit")
    assert said_in(said, "Dupont") == [(3, 3)]
    assert said_in(said, "jean dupont moretti") == [(2, 3)]
    assert said_in(line("is", "Jon", "Miller"), "Jon Miller") == [(1, 2)]
    assert said_in(line("is", "John", "Miller", "and"), "Jon Miler") == [(1, 2)]
    assert said_in(said, "Ann") == [(6, 6)], "where a word begins"
    assert said_in(said, "Durand") == said_in(said, "") == said_in(said, "!") == []
    assert words_to_mute([said], "Jean Dupont") == ((600, 2400),)
    assert words_to_mute([said], "") == ((-400, 4400),)


def test_a_transcript_without_times_of_words_mutes_more(tmp_path: Path) -> None:
    stored = tmp_path / "t.json"
    segment: dict[str, Any] = {"start": 1, "end": 3, "text": "Call 112 now"}
    timed = [{"word": "Call", "start": 1, "end": 1.4}, {"word": "112"}]
    stored.write_text(json.dumps({"segments": [{**segment, "words": timed}, segment]}))
    info = probe(film(tmp_path / "cam.mkv", [noise(4)]))
    first, second = spoken_lines(info, Fraction(1, 2), stored, Silent())
    assert first.words == ((500, 900, "Call"), (500, 2500, "112"))
    assert second.words == ((500, 2500, "Call 112 now"),)


def test_a_transcript_of_the_whole_file_serves_an_excerpt(tmp_path: Path) -> None:
    """In the file, pictures begin at 2 s, sound at 0.5 s, and the excerpt at 4.04 s."""
    stored = tmp_path / "t.json"
    segments = [{"start": at, "end": at + 0.2, "text": f"at {at}"} for at in (1, 4, 20)]
    stored.write_text(json.dumps({"segments": segments}))
    info = excerpt(probe(WAYS["late.mkv"].made(tmp_path / "late.mkv")), *CUT)
    (line,) = spoken_lines(info, Fraction(), stored, Silent())
    assert line.words == ((460, 660, "at 4"),)


@pytest.mark.parametrize(
    "bad", ["", "[]", '{"segments": [{"start": -1, "end": 3, "text": "x"}]}', "1e999"]
)
def test_what_is_no_transcript_is_named(tmp_path: Path, bad: str) -> None:
    (tmp_path / "t.json").write_text(bad)
    info = probe(film(tmp_path / "cam.mkv", [noise(1)]))
    with pytest.raises(PlanError, match=re.escape(str(tmp_path / "t.json"))):
        spoken_lines(info, Fraction(), tmp_path / "t.json", Silent())


def test_a_folder_that_is_no_model_is_named(tmp_path: Path, plan: Path) -> None:
    info = probe(film(tmp_path / "cam.mkv", [noise(1)]))
    folder = tmp_path / "model"
    folder.mkdir()
    with pytest.raises(ModelError, match=rf"{re.escape(str(folder))}.*tokenizer\.json"):
        spoken_lines(info, Fraction(), folder, Silent())
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (folder / name).write_bytes(b"no model")
    named = str(folder) if has_whisper() else "faster-whisper"
    with pytest.raises((ModelError, DependencyError), match=named):
        spoken_lines(info, Fraction(), folder, Silent())


def test_without_the_extra_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (tmp_path / name).touch()
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    info = probe(film(tmp_path / "cam.mkv", [noise(1)]))
    with pytest.raises(DependencyError) as caught:
        spoken_lines(info, Fraction(), tmp_path, Silent())
    assert "pip install" in caught.value.hint


def test_words_of_an_excerpt_count_from_its_first_picture(plan: Path) -> None:
    said = SpokenLine(((0, 100, "before"), (150, 250, "at"), (300, 350, "in"), (900, 990, "after")))
    whole = replace(read_plan(plan), spoken=(said, SpokenLine(((0, 90, "gone"),))))
    part = excerpt_of(whole, 5, 10)  # 0.2 to 0.4 s
    assert part.spoken == (SpokenLine(((-50, 50, "at"), (100, 150, "in"))),)
    assert parse_plan(dump_plan(part), "p").spoken == part.spoken


def test_commands_say_what_is_missing(case: tuple[Path, Path], plan: Path, tmp_path: Path) -> None:
    nowhere = {"HF_HOME": str(tmp_path), "HF_HUB_CACHE": ""}
    no_model = program("plan", "words", plan, case[0], **nowhere)
    assert no_model.returncode == ExitCode.MODEL and "--model" in no_model.stderr
    for words in (("mute", plan, "--words", "x"), ("words", plan), ("mute", plan, "--from", "1")):
        done = program("plan", *words)
        assert done.returncode == ExitCode.USAGE and "redact plan words" in done.stderr


def test_a_few_words_in_noise_are_heard_in_the_language_of_the_others() -> None:
    """A model took two seconds of English for Thai."""
    sure = ("en", 0.9, [("en", 0.9), ("th", 0.1)])
    unsure = ("th", 0.4, [("th", 0.4), ("en", 0.3)])
    french = ("fr", 0.95, [("fr", 0.95)])
    assert spoken_languages([sure, unsure, french], [9, 2, 5]) == ["en", "en", "fr"]


@needs_model
def test_a_real_model_hears_the_sentence_and_asks_no_server(
    case: tuple[Path, Path], plan: Path, tmp_path: Path
) -> None:
    """Found where faster-whisper keeps its models."""
    folder = tmp_path / "hub" / "models--x--faster-whisper-y" / "snapshots" / "1"
    folder.parent.mkdir(parents=True)
    folder.symlink_to(MODEL)
    trace = tmp_path / "trace.txt"
    traced = shutil.which("strace") and ("strace", "-f", "-qq", "-e", "trace=socket", "-o", trace)
    words = (sys.executable, "-m", "redact", "plan", "words", plan, case[0])
    surroundings = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_CACHE": ""}
    command = [*map(str, traced or ()), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=False)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "John Miller" in done.stdout
    stored = json.loads(TRANSCRIPT.read_bytes())["segments"][0]["words"]
    real = [word for one in read_plan(plan).spoken or () for word in one.words]
    for name in ("John", "Miller"):
        (start,) = [word["start"] for word in stored if word["word"].strip(" ,") == name]
        assert [abs(s / 1000 - start) < 0.3 for s, _, word in real if word.strip(",") == name] == [
            True
        ]
    assert not traced or not re.search(r"AF_INET6?\b", trace.read_text())
