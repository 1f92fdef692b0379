"""A part of a video has the same pictures as the whole, with times from zero."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from redact.errors import InputError
from redact.media import Decode, SourceInfo, part_of, plane_array, probe
from redact.types import Frame

from .footage import Clip, Sound, make

OPTIONS = {"preset": "veryfast", "g": "25", "bf": "3", "crf": "20"}
WAYS = {
    "clip.mp4": Clip(pts=range(150), options=OPTIONS, sounds=[Sound()]),
    "open.mkv": Clip(pts=range(150), options=OPTIONS | {"x264-params": "open-gop=1"}),
    "late.mp4": Clip(pts=range(40, 190), options=OPTIONS),
    "clip.ts": Clip(pts=range(150), options=OPTIONS),
    "clip.avi": Clip(pts=range(150), codec="mpeg4", options={"g": "25"}),
}


def digest(frame: Frame) -> str:
    planes = (plane_array(frame.picture, n).tobytes() for n in range(len(frame.picture.planes)))
    return hashlib.sha256(b"".join(planes)).hexdigest()


def pictures(info: SourceInfo) -> list[tuple[float, str, bool]]:
    frames = list(Decode(info))
    assert [frame.index for frame in frames] == list(range(len(frames)))
    return [(float(frame.time), digest(frame), frame.damaged) for frame in frames]


@pytest.mark.parametrize("name", WAYS)
def test_a_part_has_the_pictures_of_the_whole(tmp_path: Path, name: str) -> None:
    info = probe(make(tmp_path / name, WAYS[name]))
    whole, near = pictures(info), float(info.video.time_base) / 2 + 1e-3
    start = whole[0][0]
    for first, last in ((0.0, 1.0), (4.0, 5.0), (5.5, None)):
        wanted = [
            (time - first, picture, damaged)
            for time, picture, damaged in whole
            if time - start >= first - 1e-6 and (last is None or time - start < last - 1e-6)
        ]
        part = part_of(info, first, last)
        found = pictures(part)
        assert [p[1:] for p in found] == [p[1:] for p in wanted], (first, last)
        assert [p[0] for p in found] == pytest.approx([p[0] for p in wanted], abs=near)
        assert not part.audio and part.video.frames is None


def test_a_part_after_the_end_is_refused(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "clip.mp4", Clip()))
    with pytest.raises(InputError, match="no picture in the part"):
        part_of(info, 100, None)
