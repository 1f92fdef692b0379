"""A record lists the sound that was really muted, and no span that had none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode
from redact.media import probe, read_sound
from redact.plan import MutedSpan, read_plan, write_plan
from redact.words import Message

from ..media.footage import Clip, Sound, make
from ..program import QUICK
from ..side_files import record_of

ANEW = "the sound was encoded again because a span was muted"
NOT_THERE = "lies where there is no sound: nothing was removed there"


def with_spans(redact: Any, folder: Path, sounds: tuple[Sound, ...], *spans: MutedSpan) -> Path:
    """A two-second clip, and a plan with these muted spans."""
    clip = make(folder / "cam.mp4", Clip(pts=range(50), sounds=sounds))
    plan = folder / "cam.plan.json"
    done = redact("detect", clip, "-o", plan, *QUICK)
    assert done.returncode == ExitCode.DONE, done.stderr
    write_plan(replace(read_plan(plan), muted=spans), plan, force=True)
    return clip


def applied(redact: Any, clip: Path, *words: str) -> tuple[Any, dict[str, Any], str]:
    """The output of `apply`, its record, and the exemption log made from it."""
    output = clip.with_name("new.mp4")
    done = redact("apply", clip, clip.with_name("cam.plan.json"), "-o", output, *words)
    assert done.returncode == ExitCode.DONE, done.stderr
    record = json.loads(record_of(output).read_bytes())
    table = clip.with_name("log.csv")
    report = redact("report", output, "--html", clip.with_name("r.html"), "--csv", table)
    assert report.returncode == ExitCode.DONE, report.stderr
    return done, record, table.read_text("utf-8-sig")


def checks(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in record["audit"]["checks"] if c["name"] == "muted_sound"]


def test_a_span_after_the_end_of_the_sound_is_not_certified(redact, tmp_path: Path) -> None:
    """As in plans written elsewhere, or before such a span was refused."""
    spans = MutedSpan(500, 900, reason="a name"), MutedSpan(5000, 6000, reason="nothing")
    clip = with_spans(redact, tmp_path, (Sound(seconds=2.0),), *spans)
    done, record, table = applied(redact, clip)
    assert f"note: 1 span to mute {NOT_THERE}" in done.stderr
    assert "the sound is kept except for 1 muted span: voices identify" in done.stderr
    assert [(m["start_seconds"], m["end_seconds"]) for m in record["muted"]] == [(0.5, 0.9)]
    (check,) = checks(record)
    assert check["detail"] == [Message("sound_taken_out", count=1).to_json()]
    assert "a name" in table and "nothing" not in table
    assert f"note: {ANEW}" in done.stderr and "aac → aac" not in done.stderr
    assert record["notes"] == [{"code": "audio_coded_anew", "values": {}}]
    assert "audio_coded_anew" not in {w["code"] for w in record["warnings"]}
    page = clip.with_name("r.html").read_text("utf-8")
    assert page.count(ANEW) == 1


def test_a_span_up_to_the_end_is_listed_as_long_as_the_sound(redact, tmp_path: Path) -> None:
    clip = with_spans(redact, tmp_path, (Sound(seconds=2.0),), MutedSpan(1000, 3_602_000))
    done, record, _ = applied(redact, clip)
    ((start, end),) = [(m["start_seconds"], m["end_seconds"]) for m in record["muted"]]
    assert start == 1 and end == pytest.approx(2, abs=0.1)
    assert NOT_THERE not in done.stderr


def test_nothing_is_muted_in_a_file_without_sound(redact, tmp_path: Path) -> None:
    clip = with_spans(redact, tmp_path, (), MutedSpan(500, 900))
    done, record, table = applied(redact, clip)
    assert f"note: 1 span to mute {NOT_THERE}" in done.stderr
    assert record["muted"] == [] and checks(record) == []
    assert "muted" not in table and ANEW not in done.stderr
    assert "spans_without_sound" in {w["code"] for w in record["warnings"]}


def test_spans_of_dropped_sound_stay_on_record(redact, tmp_path: Path) -> None:
    """They are not in the output, but their reasons are."""
    spans = MutedSpan(500, 900, reason="a name"), MutedSpan(5000, 6000)
    clip = with_spans(redact, tmp_path, (Sound(seconds=2.0),), *spans)
    _, record, table = applied(redact, clip, "--audio", "mute")
    assert [m["reason"] for m in record["muted"]] == ["a name"] and "a name" in table
    assert checks(record) == []


def test_from_0_to_the_end_mutes_sound_before_and_after_the_pictures(
    redact, tmp_path: Path
) -> None:
    """It used to leave the 0.84 s before the first picture at full volume, silently."""
    sounds = Sound(seconds=4.0), Sound("libmp3lame", seconds=1.0)
    clip = make(tmp_path / "cam.mp4", Clip(pts=range(21, 71), sounds=sounds))
    plan = tmp_path / "cam.plan.json"
    assert redact("detect", clip, "-o", plan, *QUICK).returncode == 0
    assert redact("plan", "mute", plan, "--from", "0", "--to", "end").returncode == 0
    _, record, _ = applied(redact, clip)
    finished = probe(tmp_path / "new.mp4")
    for audio in finished.audio:
        pieces = list(read_sound(finished, audio.index, 8000))
        assert sum(len(samples) for _, samples in pieces) > 7900
        assert max(abs(samples).max() for _, samples in pieces) < 0.001
    ((start, end),) = [(m["start_seconds"], m["end_seconds"]) for m in record["muted"]]
    assert start == pytest.approx(-0.84, abs=0.03) and end == pytest.approx(3.16, abs=0.05)
    assert [c["passed"] for c in checks(record)] == [True]
