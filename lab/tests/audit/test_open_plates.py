"""Clips into which plates are set."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from lab.audit.open_plates import RATE, SECONDS, pictures


def test_a_stream_without_times_has_pictures(tmp_path: Path) -> None:
    path = tmp_path / "raw.h264"
    with av.open(str(path), "w", format="h264") as file:
        stream = file.add_stream("libx264", rate=2 * RATE)
        stream.width, stream.height = 64, 48
        for _ in range(2 * RATE * SECONDS):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))))
        file.mux(stream.encode(None))
    assert len(list(pictures(path))) in range(SECONDS * RATE, SECONDS * RATE + 2)
