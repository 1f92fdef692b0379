"""Reading and writing the clips of the benchmark, apart from redact's own media code.

A black-box measure must not share the reader of the tool it judges, so this is a few lines of
PyAV that know nothing of `redact`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB, uint8, [H, W, 3]."""

TIME_BASE = Fraction(1, 90000)
THUMB = (48, 27)


def read(path: Path) -> Iterator[tuple[float, Picture]]:
    """Frames in presentation order: time in seconds and picture.

    The display matrix, where there is one, is applied; two decoder threads at most, so that a
    measurement does not crowd out the tool that runs beside it.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = 2
        for n, frame in enumerate(container.decode(stream)):
            time = float(frame.pts * stream.time_base) if frame.pts is not None else n / 25
            picture = frame.to_ndarray(format="rgb24")
            turns = round(getattr(frame, "rotation", 0) / 90) % 4
            yield time, np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def write(
    path: Path,
    pictures: Iterable[Picture],
    times: Sequence[float],
    crf: int = 18,
    preset: str = "veryfast",
    suffix: str = ".mp4",
) -> None:
    """Encode pictures as 4:2:0 video with exactly these times (seconds, rising).

    The encoder runs on one thread: with more, its output would depend on the machine.
    """
    container_format = {".mkv": "matroska"}.get(suffix, suffix.lstrip("."))
    with av.open(str(path), "w", format=container_format) as container:
        stream = None
        for time, picture in zip(times, pictures, strict=True):
            if stream is None:
                stream = container.add_stream("libx264", rate=30)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"crf": str(crf), "preset": preset}
                stream.codec_context.time_base = TIME_BASE
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(time / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode())


def thumbnail(picture: Picture) -> NDArray[np.float32]:
    """Small luma picture by which frames are recognised."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)


def match(
    source: Sequence[NDArray[np.float32]], output: Sequence[NDArray[np.float32]]
) -> list[int]:
    """Which source frame each output frame shows, from thumbnails.

    Tools may repeat or drop frames (a constant rate made of a variable one). With equal
    counts frames pair by position. Otherwise the cheapest monotone pairing is found by
    dynamic programming over the clipped mean absolute difference of thumbnails.
    """
    n, m = len(source), len(output)
    if n == m:
        return list(range(n))
    if not n or not m:
        return []
    stack = np.stack(source).reshape(n, -1)
    # Clipped, so that masks weigh little; the slope settles ties where nothing moves.
    cost = np.stack([np.minimum(np.abs(stack - o.reshape(-1)), 16).mean(1) for o in output])
    cost += 0.5 * np.abs(np.arange(m)[:, None] / m - np.arange(n)[None] / n)
    best = cost.copy()
    came = np.zeros((m, n), np.int64)
    for j in range(1, m):
        low = np.minimum.accumulate(best[j - 1])
        first = np.where(best[j - 1] <= low, np.arange(n), 0)
        came[j] = np.maximum.accumulate(first)
        best[j] += low
    path = [int(best[-1].argmin())]
    for j in range(m - 1, 0, -1):
        path.append(int(came[j][path[-1]]))
    return path[::-1]
