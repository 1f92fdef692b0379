"""Pictures of a source for the page, drawn from the exact frame by the real renderer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..follow_drawn import Frames
from ..media import copy_of
from ..plan import Plan
from ..render import Renderer
from ..settings import RenderSettings
from ..types import Box, Frame

JPEG_QUALITY: Final = 88
"""JPEG quality at which a face of 20 pixels can still be judged as in the source."""

FACE_SIDE: Final = 112
"""Width and height of a picture in the gallery, pixels."""

SUBJECT_CONTEXT: Final = 0.35
"""Shown around a subject, share of its size: hair and shoulders help to recognise a person."""

SCENE_WIDTH: Final = 480
"""Width of the picture of a finding, pixels."""

SCENE_AROUND: Final = 3.0
WIDER: Final = 5.0
LEAST_SHOWN: Final = 0.25
"""What it shows across: so many times the width and the height of the place, at least that share of
the frame."""

MARK_COLOUR: Final = (69, 91, 255)
MARK_WIDTH: Final = 3
MARK_OFFSETS: Final = -3, -3, 3, 3
"""Of the line around a place: blue, green, red; pixels; how far its sides lie from the place."""

Rgb = NDArray[np.uint8]


def masked(frame: Frame, plan: Plan, settings: RenderSettings) -> Frame:
    """A copy of a frame as a run would write it, before encoding. Raises as `Renderer`."""
    return Renderer(settings).draw(copy_of(frame), plan.regions_at(frame.index, frame.damaged))


def size_for(frame: Frame, most: int) -> tuple[int, int]:
    """Width and height of a frame's picture that is at most `most` pixels wide."""
    width, height = frame.size
    if width <= most:
        return width, height
    return most, max(1, round(height * most / width))


def jpeg(frame: Frame, most: int) -> bytes:
    """A frame as JPEG, at most `most` pixels wide."""
    return encoded(bgr(frame, *size_for(frame, most)))


def bgr(frame: Frame, width: int, height: int) -> Rgb:
    """Blue, green, red: uint8 [height, width, 3].

    Frames are shared between threads, but a frame's own scaler must not be: two threads scaling
    the same frame at once crash the process.
    """
    small = VideoReformatter().reformat(frame.picture, width, height, "bgr24", interpolation="AREA")
    return np.ascontiguousarray(small.to_ndarray(), np.uint8)


def encoded(picture: Rgb, quality: int = JPEG_QUALITY) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", picture, options)
    assert done
    return bytes(data)


def face(frame: Frame, box: Box, aspect: float = 1.0) -> Rgb:
    """A square picture of a subject: uint8 [FACE_SIDE, FACE_SIDE, 3], moved inside at the frame's
    border, and with black beside it if it is larger than the frame.

    Args:
        frame: where it is seen.
        box: upright source pixels.
        aspect: width of a pixel over its height.
    """
    width, height = frame.size
    whole = bgr(frame, width, height)
    (cx, cy), grown = box.centre, 1 + 2 * SUBJECT_CONTEXT
    tall = max(box.height, box.width * aspect, 12.0) * grown
    wide = tall / aspect
    # Half a pixel more: closer to the border than a pixel's centre, it is blended with black.
    cx, cy = _inside(cx, wide + 1, width), _inside(cy, tall + 1, height)
    matrix = np.array(
        [[wide / FACE_SIDE, 0, cx - wide / 2], [0, tall / FACE_SIDE, cy - tall / 2]], np.float64
    )
    how: Any = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if tall > 2 * FACE_SIDE:  # or the picture would show aliasing
        scale = FACE_SIDE / tall
        whole = np.asarray(
            cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        matrix *= scale
    matrix[:, 2] += (matrix[:, :2].sum(axis=1) - 1) / 2  # centres of pixels, not their corners
    picture = cv2.warpAffine(whole, matrix, (FACE_SIDE, FACE_SIDE), flags=how)
    return np.asarray(picture, np.uint8)


def _inside(centre: float, length: float, of: int) -> float:
    """The centre of a stretch that lies inside `of` pixels, or in their middle if it is longer."""
    return max(length / 2, min(centre, of - length / 2)) if length < of else of / 2


MOST_PICTURES: Final = 4000
"""Pictures that are kept at most; a few kilobytes each."""


class _Made(NamedTuple):
    """A picture of a track, and the place that it shows: a person may move the track."""

    box: Box
    jpeg: bytes


class Gallery:
    """Pictures by track and frame, made in order of time.

    Args:
        frames: of the source.
        aspect: width of a pixel over its height.
    """

    def __init__(self, frames: Frames, aspect: float) -> None:
        self._frames = frames
        self._aspect = aspect
        self._made: OrderedDict[tuple[int, int], _Made] = OrderedDict()
        self._lock = threading.Lock()

    def picture(self, plan: Plan, track: int, frame: int) -> bytes:
        """A track in one of its frames, as JPEG; b"" where it is not there.

        Raises UnsafeError and InputError as `Frames`.
        """
        made = self._make(plan, track, frame)
        return made.jpeg if made else b""

    def scene(self, plan: Plan, number: int, box: Box, settings: RenderSettings) -> bytes:
        """A frame of the future result, as JPEG: around a box, which is marked.

        Raises UnsafeError and InputError as `Frames`.
        """
        frame = masked(self._frames.get(number), plan, settings)
        width, height = frame.size
        wide = min(width, max(SCENE_AROUND * box.width, WIDER * box.height, width * LEAST_SHOWN))
        tall = min(height, wide * height / width)
        x = _inside(box.centre[0], wide, width) - wide / 2
        y = _inside(box.centre[1], tall, height) - tall / 2
        part = bgr(frame, width, height)[int(y) : round(y + tall), int(x) : round(x + wide)]
        scale = SCENE_WIDTH / wide
        size = SCENE_WIDTH, max(1, round(scale * tall))
        smaller = cv2.INTER_AREA if wide > SCENE_WIDTH else cv2.INTER_CUBIC
        picture = np.asarray(cv2.resize(part, size, interpolation=smaller), np.uint8)
        x1, y1, x2, y2 = (
            round(scale * (v - zero)) + out
            for v, zero, out in zip(box, (x, y, x, y), MARK_OFFSETS, strict=True)
        )
        cv2.rectangle(picture, (x1, y1), (x2, y2), MARK_COLOUR, MARK_WIDTH)
        return encoded(picture)

    def _make(self, plan: Plan, track: int, frame: int) -> _Made | None:
        box = _face_place(plan, track, frame)
        if box is None:
            return None
        with self._lock:
            made = self._made.get((track, frame))
            if made is not None and made.box == box:
                self._made.move_to_end((track, frame))
                return made
        picture = face(self._frames.get(frame), box, self._aspect)
        made = _Made(box, encoded(picture))
        with self._lock:
            self._made[track, frame] = made
            while len(self._made) > MOST_PICTURES:
                self._made.popitem(last=False)
        return made


def _face_place(plan: Plan, track: int, frame: int) -> Box | None:
    """Where a track is in a frame, for whoever is to be recognised there: where a person moved the
    mask, that place and the one in which something was found."""
    own = next((t for t in plan.tracks if t.id == track), None)
    key, found = (own.at(frame), own.found_at(frame)) if own else (None, None)
    return None if key is None else key.box if found is None else key.box.union(found.box)
