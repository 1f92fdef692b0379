"""What a person at a terminal sees while a command works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import pytest

from redact.cli import terminal
from redact.cli.time_left import TimeLeft
from redact.media import probe
from redact.progress import About

from ..pipeline.conftest import ROOT, SAMPLE, shorten

pty = pytest.importorskip("pty", reason="this system has no pseudo terminals")


@pytest.fixture(scope="module")
def matroska(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip whose container declares no number of frames."""
    folder = tmp_path_factory.mktemp("mkv")
    short, path = shorten(SAMPLE, folder / "a.mp4", 20, skip=70), folder / "a.mkv"
    with av.open(str(short)) as src, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(src.streams.video[0])
        for packet in src.demux(src.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return path


def on_a_terminal(*arguments: object) -> str:
    """What the command writes to a terminal, without its control sequences."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "redact", *map(str, arguments)],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
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


def test_length_of_matroska_is_estimated(matroska: Path) -> None:
    info = probe(matroska)
    assert info.video.frames is None
    assert isinstance(info.expected_frames, About) and info.expected_frames == 20


def test_a_run_has_one_bar_with_a_name_and_totals(matroska: Path, tmp_path: Path) -> None:
    shown = on_a_terminal("run", matroska, "-o", tmp_path / "o.mkv", "--sensitivity", "fast")
    lines = [line for line in re.split(r"[\r\n]+", shown) if line.startswith(matroska.name)]
    for doing in ("looking for faces and plates", "looking for what is left"):
        counts = [line for line in lines if doing in line]
        assert counts and all("/about 20 " in line for line in counts), counts
    assert any("hiding them 20/20 " in line for line in lines)
    assert "done" in lines[-1] and "100%" in lines[-1] and "left" not in lines[-1]
    assert "?" not in shown


def test_files_of_several_are_counted(matroska: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.mkv"
    other.write_bytes(matroska.read_bytes())
    words = ("run", matroska, other, "-o", f"{tmp_path}/out/", "--sensitivity", "fast")
    shown = on_a_terminal(*words)
    assert re.search(rf"1 of 2 {matroska.name} ", shown) and re.search(r"2 of 2 b\.mkv ", shown)


RECORDED = json.loads((Path(__file__).parent / "recorded_stages.json").read_text())
"""Stages of three real runs with the processor milliseconds of every step: a camera in a shop with
people (50 frames of fi022), a still camera (150), and a phone at 1080p (30). The numbers in
`time_left` were chosen on them."""

Stages = list[tuple[str, "int | None", list[float]]]


@pytest.mark.parametrize("clip", RECORDED)
def test_time_left_is_true_within_a_third_after_a_tenth(clip: str) -> None:
    stages: Stages = RECORDED[clip]
    whole = sum(sum(steps) for _, _, steps in stages)
    told = [(at, left) for at, left in replayed(stages) if at >= whole / 10]
    assert len(told) > 20
    for at, left in told:
        assert left is not None
        assert abs(at + left - whole) <= whole / 3, (at / whole, (at + left) / whole)


def replayed(stages: Stages, usual: Mapping[str, float] | None = None) -> Iterator[Any]:
    """(time gone, time left as told) after every step."""
    clock, now = TimeLeft(0.0, usual), 0.0
    for stage, total, steps in stages:
        clock.begin(stage, total, now)
        for number, step in enumerate(steps):
            now += step
            if total and number < total:
                clock.advance(1, now)
                yield now, clock.left(now)
        clock.end(now)
    assert clock.shares is not None


def test_the_second_file_is_told_by_the_first() -> None:
    """Of two cameras of one kind, whatever kind that is."""
    times = {"detect": 2.0, "track": 0.1, "render": 30.0, "decode": 5.0, "audit": 9.0}
    whole = sum(times.values())
    stages: Stages = [(name, 50, [seconds / 50] * 50) for name, seconds in times.items()]
    learnt = [at + left for at, left in replayed(stages, times) if left is not None]
    assert len(learnt) > 200
    assert all(abs(total - whole) < 0.05 * whole for total in learnt)
    guessed = next(at + left for at, left in replayed(stages) if left is not None)
    assert guessed < 0.5 * whole  # the usual shares would have been far off


def test_a_plan_that_is_taken_up_is_no_pace() -> None:
    clock = TimeLeft(0.0)
    clock.begin("detect", None, 0.0)
    clock.end(0.0)
    clock.begin("render", 100, 0.0)
    for number in range(1, 51):
        clock.advance(1, number / 5)
    left = clock.left(10.0)
    assert left is not None and left == pytest.approx(10 + 20 * (0.03 + 0.22) / 0.28)


def test_without_a_terminal_a_line_is_said_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "SAID_EVERY", 0.0)
    with terminal.Terminal().stage("detect", 40) as stage:
        stage.advance(10)
    assert "looking for faces and plates: 10 of 40 frames (25 %)" in capsys.readouterr().err
    monkeypatch.setattr(terminal, "SAID_EVERY", 30.0)
    with terminal.Terminal().stage("detect", 40) as stage:
        stage.advance(40)
    assert capsys.readouterr().err == ""
