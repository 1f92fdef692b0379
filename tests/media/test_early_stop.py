"""Decoding that is stopped in the middle of a damaged file ends, and does so each time.

PyAV frees a decoder while it holds the interpreter, and the decoder's threads need the interpreter
to log an error. A process that does both at once waits for ever, so this runs in one of its own.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from redact.media import Decode, SourceInfo, decode_from, probe, read_ahead
from redact.media.source import opened
from redact.types import Timeline

from .footage import Clip, make

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds after which the process is taken to wait for ever; it needs three of processor time."""

TRIES = 25
"""Of each way of stopping. Without `_come_to_rest`, five runs of five waited for ever."""


def spoilt(path: Path, codec: str, options: dict[str, str]) -> Path:
    """A clip with three wrong bytes at each of many places, which its decoder complains about."""
    clip = Clip(codec=codec, size=(640, 360), pts=range(24), options=options)
    data = bytearray(make(path, clip).read_bytes())
    rng = random.Random(1)
    for _ in range(100):
        at = rng.randrange(len(data) // 20, len(data) * 19 // 20)
        data[at : at + 3] = rng.randbytes(3)
    path.write_bytes(data)
    return path


def leave(info: SourceInfo, stop: int) -> None:
    for frame in Decode(info):
        if frame.index == stop:
            return


def fail_beside_the_reader(info: SourceInfo, stop: int) -> None:
    try:
        with read_ahead(Decode(info)) as ahead:
            for frame in ahead:
                if frame.index == stop:
                    raise KeyError(stop)
    except KeyError:
        return


def jump_and_leave(info: SourceInfo, stop: int) -> None:
    pts = tuple(range(0, 24 * 40, 40))
    with opened(info.path) as container:
        packet = next(container.demux(video=0))
    mark = packet.pts, packet.dts, packet.size
    for frame in decode_from(info, Timeline(info.video.time_base, pts), 0, 0, mark):
        if frame.index == stop:
            return


def stop_early(folder: Path) -> None:
    h264 = {"preset": "ultrafast", "g": "8", "crf": "20"}
    h265 = {"preset": "ultrafast", "crf": "20", "x265-params": "log-level=0"}
    clips = [
        probe(spoilt(folder / "a.mkv", "libx264", h264)),
        probe(spoilt(folder / "b.mkv", "libx265", h265)),
    ]
    rng = random.Random(2)
    for way in (leave, fail_beside_the_reader, jump_and_leave):
        for _ in range(TRIES):
            way(rng.choice(clips), rng.randrange(12))


@pytest.mark.slow
def test_decoding_a_damaged_file_can_be_stopped_at_any_frame(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.media.test_early_stop", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "exception" not in ended.stderr, ended.stderr


if __name__ == "__main__":
    stop_early(Path(sys.argv[1]))
