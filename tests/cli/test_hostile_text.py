"""Text from others in names, tags and records is shown, and controls nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec.structs import replace

from redact.cli.terminal import PlainConsole, Terminal, tell, tell_json
from redact.errors import ExitCode
from redact.record import append
from redact.record.log_chain import read_chain
from redact.types import one_line

from .conftest import call

CLEAR = "\x1b[2J\x9b2J"
FORGED = "x\rclean: nothing\u202e\u2028clean\n"


def commands(text: str) -> list[str]:
    """Control characters in some output."""
    return [c for c in text if c != "\n" and one_line(c) != c]


def clip(path: Path, **tags: str) -> Path:
    with av.open(str(path), "w") as out:
        out.metadata.update(tags)
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(3):
            picture = np.full((48, 64, 3), 20 * n, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))
    return path


def test_one_line_keeps_letters_of_all_scripts_and_no_control_characters() -> None:
    for text in ("Ré 7.mp4", "日本\u3000語", "\u0645\u06cc\u200c\u062e", "a\u202fb", "👩\u200d🔬"):
        assert one_line(text) == text
    assert one_line(f"a{CLEAR}\x7fb") == "a�[2J�2J�b"
    assert one_line(FORGED) == "x clean: nothing� clean "
    assert one_line("caf\udce9") == "caf%E9"


def test_every_way_of_printing_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    terminal, text = Terminal(), f"[/b] [red]:car: {CLEAR}{FORGED}"
    tell(text)
    tell_json({"a": [text, "caf\udce9"]})
    PlainConsole(width=300).print(text)
    terminal.say(text)
    terminal.warn(text)
    terminal.error(text, text)
    out, err = capsys.readouterr()
    assert not commands(out) and not commands(err)
    assert out.count("[/b] [red]:car:") == 3 and err.count("[/b] [red]:car:") == 4
    said = out[out.index("{") : out.index("}") + 1]
    assert json.loads(said) == {"a": [text, "caf\udce9"]}


def test_inspect_shows_names_brackets_literally_and_no_control_characters(tmp_path: Path) -> None:
    video = clip(tmp_path / "b[bold]x.mp4", title=f"[/b] :car: {CLEAR}")
    (tmp_path / "x[").mkdir()
    shutil.copy(video, tmp_path / "x[" / "y].mp4")
    said = call("inspect", video)
    assert said.returncode == ExitCode.CHECK_FAILED, said.stderr
    assert "default output: " in said.stdout and "b[bold]x.redacted.mp4" in said.stdout
    assert "[/b] :car: " in said.stdout and not commands(said.stdout)
    other = call("inspect", "x[/y].mp4", cwd=tmp_path)
    assert other.returncode == ExitCode.CHECK_FAILED and "x[/y].mp4: " in other.stdout


def test_inspect_shows_no_control_characters_of_keys_and_values(tmp_path: Path) -> None:
    video = clip(tmp_path / "a.mkv", **{f"EV{CLEAR}IL": FORGED})
    for words in (("inspect", video), ("inspect", "-v", video), ("inspect", "--json", video)):
        said = call(*words)
        assert "IL" in said.stdout and not commands(said.stdout), said.stdout
    assert not any(line.startswith("clean") for line in call("inspect", video).stdout.splitlines())


def test_logs_and_mistyped_arguments_control_nothing(tmp_path: Path) -> None:
    log = tmp_path / "case.log"
    append(log, "run", {}, None)
    (first,), _ = read_chain(log.read_bytes())
    details = {"note": f"{CLEAR}{FORGED}", "e\x1bk": "v"}
    bad = replace(first, number=2, event=f"run{CLEAR}", details=details, previous=first.hash)
    log.write_bytes(log.read_bytes() + bad.sealed().line() + b"\n")
    said = call("log", "show", log)
    assert said.returncode == 0 and len(said.stdout.splitlines()) == 2
    assert not commands(said.stdout)
    as_json = call("log", "show", "--json", log).stdout
    assert not commands(as_json)
    assert json.loads(as_json.splitlines()[1])["details"] == details
    wrong = call("inspect", "a.mp4", f"n{CLEAR}.mp4")
    assert wrong.returncode == 2 and "2J.mp4" in wrong.stderr and not commands(wrong.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8_are_shown(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.mp4"
    shutil.copy(clip(tmp_path / "a.mp4"), name)
    for words in (("inspect",), ("inspect", "--json")):
        said = call(*words, os.fsdecode(name))
        assert said.returncode in (0, 11) and "internal error" not in said.stderr, said.stderr
        assert "caf%E9.mp4" in said.stdout or "caf\\udce9.mp4" in said.stdout


def test_characters_that_an_encoding_lacks_are_escaped(tmp_path: Path) -> None:
    video = clip(tmp_path / "日本.mp4")
    said = call("inspect", video, PYTHONIOENCODING="ascii")
    assert said.returncode == ExitCode.CHECK_FAILED, said.stderr
    assert "\\u65e5\\u672c.mp4" in said.stdout
