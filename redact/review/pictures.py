"""Pictures for the page: what a person sees is drawn from the very frame, by the real renderer."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..media import copy_of
from ..plan import Plan
from ..render import Renderer
from ..settings import RenderSettings
from ..types import Box, Frame

QUALITY: Final = 88
"""Of JPEG; at it a face of 20 pixels is still judged as in the source."""

FACE: Final = 112
"""Pixels of a picture in the gallery, square."""

AROUND: Final = 0.35
"""Shown around a subject, share of its size: hair and shoulders help to know a person."""

Rgb = NDArray[np.uint8]


def masked(frame: Frame, plan: Plan, settings: RenderSettings) -> Frame:
    """A copy of a frame as a run would write it, but for the coding. Raises as `Renderer`."""
    return Renderer(settings).draw(copy_of(frame), plan.regions_at(frame.index, frame.damaged))


def size_for(frame: Frame, most: int) -> tuple[int, int]:
    """Width and height of a picture that is at most `most` pixels wide, in its proportions."""
    width, height = frame.size
    if width <= most:
        return width, height
    return most, max(1, round(height * most / width))


def jpeg(frame: Frame, most: int, quality: int = QUALITY) -> bytes:
    """A frame as JPEG, at most `most` pixels wide."""
    return encoded(bgr(frame, *size_for(frame, most)), quality)


def bgr(frame: Frame, width: int, height: int) -> Rgb:
    """Blue, green, red: uint8 [height, width, 3].

    Frames are shared between threads, and a frame's own scaler must not be: two that scale one
    frame at the same time end the process.
    """
    small = VideoReformatter().reformat(frame.picture, width, height, "bgr24", interpolation="AREA")
    return np.ascontiguousarray(small.to_ndarray(), np.uint8)


def encoded(picture: Rgb, quality: int = QUALITY) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", picture, options)
    assert done
    return bytes(data)


def face(frame: Frame, box: Box, aspect: float = 1.0) -> Rgb:
    """A square picture of a subject: uint8 [FACE, FACE, 3]; beyond the frame's border its edge.

    Args:
        frame: where it is seen.
        box: upright source pixels.
        aspect: width of a pixel over its height.
    """
    width, height = frame.size
    whole = bgr(frame, width, height)
    (cx, cy), grown = box.centre, 1 + 2 * AROUND
    tall = max(box.height, box.width * aspect, 12.0) * grown
    wide = tall / aspect
    matrix = np.array(
        [[wide / FACE, 0, cx - wide / 2], [0, tall / FACE, cy - tall / 2]], np.float64
    )
    how: Any = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if tall > 2 * FACE:  # or the picture would sparkle
        scale = FACE / tall
        whole = np.asarray(
            cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        matrix *= scale
    picture = cv2.warpAffine(
        whole, matrix, (FACE, FACE), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(picture, np.uint8)


def look_of(picture: Rgb) -> NDArray[np.float32]:
    """A vector that is alike for pictures that look alike; norm 1.

    Colours of a coarse histogram and a small grey picture: it suggests who *might* be the same,
    and decides nothing.
    """
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    colours = cv2.calcHist([hsv], [0, 1], None, [12, 6], [0, 180, 0, 256]).ravel()
    grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (16, 16)).astype(np.float32)
    grey -= grey.mean()
    parts = [np.sqrt(colours), grey.ravel()]
    vector = np.concatenate([p / max(float(np.linalg.norm(p)), 1e-6) for p in parts])
    return np.asarray(vector / np.sqrt(2), np.float32)
