"""A file may hold two videos: the one that players show is judged, with labels of its own."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from lab.real.labels import LabelledFrame, Labels
from lab.real.measure import read_frames

SIZES = ((64, 48), (128, 96))


@pytest.fixture
def two_videos(tmp_path: Path) -> Path:
    """A small dark video first, then a larger bright one, which players choose."""
    path = tmp_path / "two.mp4"
    with av.open(str(path), "w") as file:
        streams = [file.add_stream("libx264", rate=25) for _ in SIZES]
        for stream, (width, height) in zip(streams, SIZES, strict=True):
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.disposition = Disposition.default
        for stream, level in zip(streams, (40, 200), strict=True):
            for number in range(4):
                noise = np.random.default_rng(number).integers(
                    0, level, (stream.height, stream.width, 3)
                )
                picture = (noise // 4 + level).astype(np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts = number
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
    return path


def test_the_video_that_players_show_is_read(two_videos: Path) -> None:
    found = read_frames(two_videos, {1, 3, 9})
    assert sorted(found) == [1, 3]
    assert found[1].shape == (96, 128, 3) and found[1].mean() > 150


def test_what_was_labelled_in_the_other_video_is_not_judged() -> None:
    own, other, unknown = (
        LabelledFrame("two.mp4", number, size=size)
        for number, size in enumerate([(128, 96), (64, 48), None])
    )
    assert Labels([own, other, unknown]).sized((128, 96)).frames == [own, unknown]
