"""Parts of a file that do not reach the result are named: the second of two videos, and sound that
cannot be decoded."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from redact.errors import ExitCode
from redact.media import probe

from ..media.footage import Clip, Sound, make, picture
from ..program import QUICK
from ..side_files import record_of, report_of

FRAMES = 12
SAID = (
    "note: the file has two video streams: stream 0 (160×96) is redacted, the other one (stream 1) "
    "is not searched and is not in the result"
)


def two_videos(path: Path) -> Path:
    """The first stream is the default one and has the larger picture, so it is kept."""
    with av.open(str(path), "w") as out:
        streams = []
        for size in ((160, 96), (96, 64)):
            stream: Any = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            streams.append(stream)
        for n in range(FRAMES):
            for stream in streams:
                frame = picture("yuv420p", (stream.width, stream.height), n)
                frame.pts, frame.time_base = n, Fraction(1, 25)
                out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("command", ["run", "apply"])
def test_the_other_video_is_mentioned(redact, tmp_path: Path, command: str) -> None:
    clip, output = two_videos(tmp_path / "cam.mp4"), tmp_path / "new.mp4"
    words: tuple[object, ...] = ("run", clip, "-o", output, *QUICK)
    if command == "apply":
        plan = tmp_path / "p.json"
        done = redact("detect", clip, "-o", plan, *QUICK)
        assert done.returncode == ExitCode.DONE, done.stderr
        words = ("apply", clip, plan, "-o", output)
    done = redact(*words)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert SAID in " ".join(done.stderr.split())
    assert len(probe(output).dropped) == 0 and probe(output).video.width == 160
    record = json.loads(record_of(output).read_bytes())
    assert record["source"]["video_stream"] == 0
    done = redact("report", output)
    assert done.returncode == ExitCode.DONE, done.stderr
    page = " ".join(report_of(output).read_text("utf-8").split())
    assert f"Every one of the {FRAMES} pictures of video stream 0 of the original" in page
    assert "one other video stream (stream 1)" in page


def test_sound_that_cannot_be_decoded_is_mentioned(redact, tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mkv", Clip(sounds=[Sound()]))
    clip, output = tmp_path / "cam.mp4", tmp_path / "new.mp4"
    clip.write_bytes(whole.read_bytes().replace(b"A_AAC", b"A_NEW"))
    done = redact("run", clip, "-o", output, *QUICK)
    assert done.returncode == ExitCode.DONE, done.stderr
    said = "1 audio track of the file cannot be decoded and is not in the result"
    assert said in " ".join(done.stderr.split())
