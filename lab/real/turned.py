"""Labelled clips as a camera would have taken them that lay on its side, or was held askew."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from .labels import Box, LabelledFrame, LabelledTrack, Labels
from .measure import Bgr

CRF = "12"
"""Of x264: what is lost is less than what the clips have lost already."""


def turned(
    labels: Labels, clips: dict[str, Path], degrees: float, folder: Path
) -> tuple[Labels, dict[str, Path]]:
    """Clips whose picture is turned clockwise, and their labels with it.

    Args:
        labels, clips: as they are.
        degrees: any angle; the picture becomes as large as it must be to lose nothing.
        folder: where the clips are written, or were by an earlier call.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found, files = Labels(), {}
    for clip, path in clips.items():
        files[clip] = folder / f"{degrees:g}_{path.stem}.mkv"
        size = _write(path, files[clip], degrees)
        matrix, after = turning(size, degrees)
        mine = labels.of(clip).sized(size)
        found.frames += [_frame(f, matrix, after) for f in mine.frames]
        found.tracks += [_track(t, matrix) for t in mine.tracks]
    return found, files


def turning(size: tuple[int, int], degrees: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """What moves a point of the picture (float64 [2, 3]), and width and height afterwards, even."""
    width, height = size
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    across, down = np.abs(matrix[:, :2]) @ size
    after = (2 * round(across / 2), 2 * round(down / 2))
    matrix[:, 2] += (np.array(after) - size) / 2
    return np.asarray(matrix, np.float64), after


def _write(source: Path, to: Path, degrees: float) -> tuple[int, int]:
    """Every picture, at its own time; width and height before. Not written again if it is there."""
    with av.open(str(source)) as clip:
        video = clip.streams.video[0]
        size = video.width, video.height
        if to.exists():
            return size
        matrix, after = turning(size, degrees)
        unfinished = to.with_suffix(".part")
        with av.open(str(unfinished), "w", format="matroska") as output:
            rate = video.average_rate or Fraction(25)
            stream = output.add_stream("libx264", rate=rate, options={"crf": CRF})
            stream.width, stream.height = after
            stream.pix_fmt = "yuv420p"
            for number, frame in enumerate(clip.decode(video)):
                before: Bgr = frame.to_ndarray(format="bgr24")
                picture = cv2.warpAffine(before, matrix, after, flags=cv2.INTER_AREA)
                copy = av.VideoFrame.from_ndarray(picture, format="bgr24")
                copy.pts, copy.time_base = number, 1 / rate
                output.mux(stream.encode(copy))
            output.mux(stream.encode(None))
    unfinished.rename(to)
    return size


def _box(box: Box, matrix: NDArray[np.float64]) -> Box:
    """Around what the box holds afterwards: of an ellipse, not of the corners, if askew."""
    x1, y1, x2, y2 = box
    middle = matrix @ ((x1 + x2) / 2, (y1 + y2) / 2, 1)
    radii = np.hypot(*(matrix[:, :2] * ((x2 - x1) / 2, (y2 - y1) / 2)).T)
    return (*(middle - radii), *(middle + radii))  # type: ignore[return-value]


def _frame(
    labelled: LabelledFrame, matrix: NDArray[np.float64], size: tuple[int, int]
) -> LabelledFrame:
    names = ("faces", "plates", "dups", "heads", "osd", "osd_all")
    boxes = {n: tuple(_box(b, matrix) for b in getattr(labelled, n)) for n in names}
    return replace(labelled, **boxes, size=size)  # type: ignore[arg-type]


def _track(track: LabelledTrack, matrix: NDArray[np.float64]) -> LabelledTrack:
    return replace(track, boxes={n: _box(b, matrix) for n, b in track.boxes.items()})
