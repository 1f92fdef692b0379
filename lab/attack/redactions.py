"""The attacked redactions: redact's, and the usual ones for comparison."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.render import Renderer
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

Picture = NDArray[np.uint8]
Redaction = Callable[[Picture, Box, Target], Picture]

Start = Callable[[], Redaction]
"""Begins a clip: the state that a redaction carries from picture to picture belongs to it."""

GROWN = 0.15
"""Growth of a box on every side, the same for all redactions: redact's default, which equals
deface's `--mask-scale 1.3`."""


def nothing() -> Redaction:
    return lambda picture, box, target: picture


def ours(style: Style) -> Start:
    """A style of redact on 4:2:0, as in most video. Each clip has its own renderer, so the mosaic's
    lattice follows the track, as in a run."""

    def start() -> Redaction:
        renderer = Renderer(RenderSettings(style=style, margin=GROWN))

        def draw(picture: Picture, box: Box, target: Target) -> Picture:
            full = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame = Frame(0, 0, Fraction(1, 25), full.reformat(format="yuv420p"))
            drawn = renderer.draw(frame, [Region(1, target, box, State.DETECTED)])
            return np.asarray(drawn.picture.to_ndarray(format="rgb24"))

        return draw

    return start


def _inside(change: Callable[[Picture], Picture]) -> Start:
    """Apply a change inside the mask: an ellipse for faces, the whole box for plates."""

    def draw(picture: Picture, box: Box, target: Target) -> Picture:
        height, width = picture.shape[:2]
        grown = box.grown(GROWN)
        x1, y1 = max(0, int(grown.x1)), max(0, int(grown.y1))
        x2, y2 = min(width, int(grown.x2) + 1), min(height, int(grown.y2) + 1)
        part = picture[y1:y2, x1:x2]
        stencil = np.ones(part.shape[:2], np.uint8)
        if target is Target.FACE:
            stencil[:] = 0
            centre, axes = ((x2 - x1) // 2, (y2 - y1) // 2), ((x2 - x1) // 2, (y2 - y1) // 2)
            cv2.ellipse(stencil, centre, axes, 0, 0, 360, 1, -1)
        out = picture.copy()
        out[y1:y2, x1:x2][stencil > 0] = change(part)[stencil > 0]
        return out

    return lambda: draw


def gaussian(share: float) -> Start:
    """Gaussian blur with a sigma of `share` of the box's shorter side."""
    return _inside(lambda part: cv2.GaussianBlur(part, (0, 0), share * min(part.shape[:2])))


def box_blur() -> Start:
    """As in deface: one box filter of half the box's width and height, in an ellipse."""
    return _inside(lambda part: cv2.blur(part, (part.shape[1] // 2, part.shape[0] // 2)))


def mosaic(blocks: int) -> Start:
    """Mean of the pixels of every block, `blocks` across the longer side."""

    def change(part: Picture) -> Picture:
        height, width = part.shape[:2]
        size = max(width, height) / blocks
        small = max(1, round(width / size)), max(1, round(height / size))
        coarse = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST))

    return _inside(change)


REDACTIONS: dict[str, Start] = {
    "none": nothing,
    "Gaussian, σ = 1/8 of the box": gaussian(1 / 8),
    "Gaussian, σ = 1/4 of the box": gaussian(1 / 4),
    "box blur as in deface": box_blur(),
    "mosaic, 8 blocks": mosaic(8),
    "**redact blur**": ours(Style.BLUR),
    "**redact mosaic**": ours(Style.MOSAIC),
    "**redact solid**": ours(Style.SOLID),
}
