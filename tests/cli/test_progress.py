"""What a person at a terminal sees while a command works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import av
import pytest

from redact.cli import terminal
from redact.words import speaking

from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK

pty = pytest.importorskip("pty", reason="this system has no pseudo terminals", exc_type=ImportError)


@pytest.fixture(scope="module")
def matroska(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip whose container declares no frame count."""
    folder = tmp_path_factory.mktemp("mkv")
    short, path = shorten(SAMPLE, folder / "a.mp4", 20, skip=70), folder / "a.mkv"
    with av.open(str(short)) as src, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(src.streams.video[0])
        for packet in src.demux(src.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return path


def on_a_terminal(*arguments: object, columns: int = 120) -> str:
    """The command's output on a terminal, without control sequences."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "redact", *map(str, arguments)],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": f"{columns}"},
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    assert child.wait() == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(pieces).decode())


@pytest.mark.slow
def test_each_of_several_has_one_bar_with_its_number_its_name_and_totals(
    matroska: Path, tmp_path: Path
) -> None:
    other = tmp_path / "b.mkv"
    other.write_bytes(matroska.read_bytes())
    shown = on_a_terminal("run", matroska, other, "-o", f"{tmp_path}/out/", *QUICK)
    assert "2 of 2 b.mkv " in shown
    first = f"1 of 2 {matroska.name} "
    lines = [line for line in re.split(r"[\r\n]+", shown) if line.startswith(first)]
    for doing in ("searching", "auditing"):
        counts = [line for line in lines if doing in line]
        assert counts and all("/about 20 " in line for line in counts), counts
    assert any("drawing masks  0/20 " in line for line in lines)
    assert "all steps done" in lines[-1] and "100%" in lines[-1]
    assert any(" for this step" in line for line in lines), "what is told is no time for all"
    assert "?" not in shown


def test_without_a_terminal_a_line_is_printed_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.0)
    with terminal.Terminal().stage("detect", 40) as stage:
        stage.advance(10)
    assert "searching: 10 of 40 frames (25%)" in capsys.readouterr().err
    with speaking("fr"), terminal.Terminal().stage("detect", 4000) as stage:
        stage.advance(1000)
    assert "1\u202f000 sur 4\u202f000 images" in capsys.readouterr().err
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 30.0)
    with terminal.Terminal().stage("detect", 40) as stage:
        stage.advance(40)
    assert capsys.readouterr().err == ""


def test_each_of_several_at_once_shows_its_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.0)
    with terminal.Terminal().files(["a.mp4", "b.mp4"]) as moved:
        first, second = moved(0), moved(1)
        first("detect", 10, 40)
        second("render", 5, None)
        first("detect", 30, 40)
        first("render", 1, 40)
    said = [line.strip() for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert said == [
        "a.mp4: searching: 10 of 40 (25%)",
        "b.mp4: drawing masks: 5",
        "a.mp4: searching: 30 of 40 (75%)",
        "a.mp4: drawing masks: 1 of 40 (2%)",
    ]
