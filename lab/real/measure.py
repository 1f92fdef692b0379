"""What is still visible in an output's picture, and what is hidden, from pixels alone.

Compares a source picture with the output's picture of the same frame, and uses nothing that a tool
says about itself. The definitions, whose numbers are not tuned:

* A face or plate is divided into up to 4 x 4 cells. A textured cell is visible if its high-passed
  luma still correlates with the source. The corner cells of a face do not count.
* A pixel is hidden if its luma differs by more than an encoder explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from .labels import Box

Grey = NDArray[np.float32]
"""Luma, 0 to 255, [H, W]."""
Bgr = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""1 inside, 0 outside, [H, W]."""

LEAST = {"face": 16.0, "plate": 8.0, "head": 16.0}
"""Height in px from which a face, plate or head is judged."""
LEAK = {"face": 0.17, "plate": 0.12, "head": 0.17}
"""Share that must be open for a leak."""
HIGH_PASS = 2.5
"""Sigma in px of the blur that is subtracted: edges remain, brightness does not."""
LEAST_TEXTURE = 2.5
"""Least standard deviation, in levels, of a cell that is judged."""
KEPT_CONTRAST, CORRELATION = 0.35, 0.55
"""Least share of its contrast and least correlation of a visible cell."""
LEAST_PIXELS = 8
"""Smaller cells are not judged."""
LEAST_SIDE = 4
"""In px; a smaller object cannot be judged and counts as hidden."""
DIFFERENCE = 10.0
"""Difference of luma, in levels, beyond which a pixel counts as hidden."""
SPECK, BRIDGE = 3, 9
"""Sides in px of the opening that drops specks made by an encoder, and of the closing over pixels
of a mask that happen to equal the source."""


class View(Protocol):
    """One frame of an output.

    Attributes:
        hidden: the part that is no longer visible.
    """

    @property
    def hidden(self) -> Mask: ...

    def open_share(self, box: Box, target: str) -> float:
        """Share of a face or plate that is still visible, 0 to 1."""
        ...


@dataclass(frozen=True)
class PixelView:
    """A picture that a tool wrote, beside its source."""

    source: Grey
    output: Grey

    @cached_property
    def hidden(self) -> Mask:
        differs = (np.abs(self.source - self.output) > DIFFERENCE).astype(np.uint8)
        opened = cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((SPECK, SPECK)))
        closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((BRIDGE, BRIDGE)))
        return np.asarray(closed, np.uint8)

    @cached_property
    def _edges(self) -> tuple[Grey, Grey]:
        return high_passed(self.source), high_passed(self.output)

    def open_share(self, box: Box, target: str) -> float:
        return visible_share(*self._edges, box, target)


@dataclass(frozen=True)
class MaskView:
    """Masks as they will be drawn, before anything is encoded."""

    hidden: Mask

    def open_share(self, box: Box, target: str) -> float:
        """Share of the ellipse in a face's box, or of a plate's box, outside the masks."""
        region = region_of(box, target, (self.hidden.shape[0], self.hidden.shape[1]))
        whole = int(region.sum())
        return float((region & (1 - self.hidden)).sum() / whole) if whole else 0.0


def high_passed(grey: Grey) -> Grey:
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), HIGH_PASS), np.float32)


def visible_share(source: Grey, output: Grey, box: Box, target: str) -> float:
    """Share of the textured cells of a box that still correlate; both pictures high-passed."""
    height, width = source.shape
    x1, y1, x2, y2 = (round(v) for v in box)
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    if x2 - x1 < LEAST_SIDE or y2 - y1 < LEAST_SIDE:
        return 0.0
    rows, columns = _grid(x2 - x1, y2 - y1)
    corners = target != "plate" and rows == columns == 4
    textured = visible = 0
    for i in range(rows):
        for j in range(columns):
            if corners and i in (0, 3) and j in (0, 3):
                continue
            ys = slice(y1 + (y2 - y1) * i // rows, y1 + (y2 - y1) * (i + 1) // rows)
            xs = slice(x1 + (x2 - x1) * j // columns, x1 + (x2 - x1) * (j + 1) // columns)
            seen = _cell_is_visible(source[ys, xs].ravel(), output[ys, xs].ravel())
            textured += seen is not None
            visible += bool(seen)
    return visible / textured if textured else 0.0


def _grid(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of cells for a box, px."""
    short = min(width, height)
    rows = 4 if short >= 32 else 2 if short >= 10 else 1
    return rows, 4 if width >= 32 else rows


def _cell_is_visible(source: Grey, output: Grey) -> bool | None:
    """None if the source has no texture there."""
    if source.size < LEAST_PIXELS or source.std() < LEAST_TEXTURE:
        return None
    if output.std() <= KEPT_CONTRAST * source.std():
        return False
    return bool(np.corrcoef(source, output)[0, 1] > CORRELATION)


def area_of(shape: tuple[int, int], boxes: Sequence[Box], reach: float = 0.0) -> Mask:
    """Union of boxes, each grown by `reach` times its width and height on every side."""
    area = np.zeros(shape, np.uint8)
    for x1, y1, x2, y2 in boxes:
        dx, dy = (x2 - x1) * reach, (y2 - y1) * reach
        top, left = max(0, int(y1 - dy)), max(0, int(x1 - dx))
        area[top : int(np.ceil(y2 + dy)), left : int(np.ceil(x2 + dx))] = 1
    return area


def region_of(box: Box, target: str, shape: tuple[int, int]) -> Mask:
    """The ellipse in a face's or head's box, or a plate's box."""
    if target == "plate":
        return area_of(shape, [box])
    region = np.zeros(shape, np.uint8)
    x1, y1, x2, y2 = box
    centre = round((x1 + x2) * 8 - 8), round((y1 + y2) * 8 - 8)
    axes = max(1, round((x2 - x1) * 8)), max(1, round((y2 - y1) * 8))
    cv2.ellipse(region, centre, axes, 0, 0, 360, 1, -1, cv2.LINE_8, 4)
    return region


def read_frames(path: Path, wanted: set[int]) -> dict[int, Bgr]:
    """Decoded, upright pictures by number; numbers missing from the file are absent.

    If a file has several videos, the one that players show.
    """
    with av.open(str(path)) as file:
        if len(file.streams.video) > 1:
            return _of_the_best(file, wanted)
    found: dict[int, Bgr] = {}
    reader = cv2.VideoCapture(str(path))
    try:
        for number in range(max(wanted, default=-1) + 1):
            if number not in wanted:
                if not reader.grab():
                    break
                continue
            good, picture = reader.read()
            if not good:
                break
            found[number] = np.asarray(picture, np.uint8)
    finally:
        reader.release()
    return found


def _of_the_best(file: InputContainer, wanted: set[int]) -> dict[int, Bgr]:
    """As `read_frames`, not turned: OpenCV reads a file's first video only."""
    stream = max(
        file.streams.video,
        key=lambda s: (bool(s.disposition & Disposition.default), s.width * s.height),
    )
    last = max(wanted, default=-1)
    pictures = islice(file.decode(stream), last + 1)
    return {
        number: np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
        for number, picture in enumerate(pictures)
        if number in wanted
    }


def grey_of(picture: Bgr, like: Bgr | None = None) -> Grey:
    """Luma, shrunk or enlarged to the size of `like`."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    if like is not None and grey.shape != like.shape[:2]:
        size = like.shape[1], like.shape[0]
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return grey
