"""Close looks: many small places, cut out, enlarged and shown to the network sixteen at a time.

A whole 1280×736 picture costs as much as 37 places here, so that the surroundings of every
track's edge and every doubtful sighting can be looked at frame by frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detect import Detector
from ..types import Box, Detections, Target

CELL: Final = 160
"""Side of one place in the mosaic, pixels."""

ROW: Final = 4
"""Places along a side of the mosaic."""

VIEWS: Final[dict[Target, tuple[float, ...]]] = {
    Target.FACE: (3.0, 5.0),
    Target.PLATE: (4.0, 6.0),
}
"""Sides of the square windows around a subject, in its longer side: faces are then 53 and 32 pixels
high in the network's picture, plates 40 and 27 wide. Of windows from 1.5 to 12 these tell real
plates from false ones best (first weights, 34 plates and 77 false ones on held-out stills)."""

SLANTS: Final[dict[Target, tuple[float, ...]]] = {
    Target.FACE: (0.0,),
    Target.PLATE: (0.0, -12.0, 12.0),
}
"""Degrees by which a doubtful place is straightened for further looks, the best of which counts.
One slanted plate that our detector scores 0.42 as it is gets 0.54 so."""

VERIFIED_VIEWS: Final[dict[Target, tuple[float, ...]]] = {
    Target.FACE: (2.8, 3.5, 4.8),
    Target.PLATE: (1.8, 2.8),
}
"""The same for the pictures that the verifier is shown: a face is told by the head and shoulders
around it, a plate by the letters on it."""

VERIFIED_LEAST: Final = 12.0
"""Least side of such a window in source pixels: it learnt from things of 6 pixels, blown up."""

_SLANT_ROOM: Final = 1.2
"""Side of what has to be cut to fill a window turned by 12°: cos 12° + sin 12°, rounded up."""

_LEAST_WINDOW: Final = 48.0  # source pixels: blowing up less than this shows mush
_PAD: Final = 114  # grey of the network's padding


@dataclass(frozen=True, slots=True)
class Window:
    """A square of the picture: left, top and side in source pixels."""

    left: float
    top: float
    side: float

    @classmethod
    def around(cls, box: Box, times: float, least: float = _LEAST_WINDOW) -> Window:
        x, y = box.centre
        side = max(least, times * max(box.width, box.height))
        return cls(x - side / 2, y - side / 2, side)

    def cut(
        self,
        rgb: NDArray[np.uint8],
        turns: int = 0,
        mirrored: bool = False,
        slant: float = 0.0,
    ) -> NDArray[np.uint8]:
        """The window scaled to CELL × CELL × 3, grey where it leaves the picture.

        Args:
            rgb: the whole picture, uint8 [H, W, 3].
            slant: degrees, counter-clockwise, by which the window's content is turned first.
            turns: counter-clockwise quarter turns of the answer.
            mirrored: left and right exchanged, after the turns.
        """
        out = self._slanted(rgb, slant) if slant else self._scaled(rgb, CELL)
        turned = np.rot90(out, turns)
        return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)

    def _slanted(self, rgb: NDArray[np.uint8], slant: float) -> NDArray[np.uint8]:
        more = (_SLANT_ROOM - 1) / 2
        wide = Window(
            self.left - more * self.side, self.top - more * self.side, _SLANT_ROOM * self.side
        )
        picture = wide._scaled(rgb, round(CELL * _SLANT_ROOM))
        middle = picture.shape[0] / 2
        move = cv2.getRotationMatrix2D((middle, middle), slant, 1.0)
        move[:, 2] += CELL / 2 - middle
        return np.asarray(
            cv2.warpAffine(picture, move, (CELL, CELL), borderValue=(_PAD,) * 3), np.uint8
        )

    def _scaled(self, rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """The window as size × size × 3."""
        h, w = rgb.shape[:2]
        x1, y1 = max(0, int(self.left)), max(0, int(self.top))
        x2 = min(w, int(self.left + self.side) + 1)
        y2 = min(h, int(self.top + self.side) + 1)
        out = np.full((size, size, 3), _PAD, np.uint8)
        if x2 <= x1 or y2 <= y1:
            return out
        zoom = size / self.side
        left, top = round((x1 - self.left) * zoom), round((y1 - self.top) * zoom)
        left, top = max(0, left), max(0, top)
        width = min(size - left, max(1, round((x2 - x1) * zoom)))
        height = min(size - top, max(1, round((y2 - y1) * zoom)))
        if width < 1 or height < 1:
            return out
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        out[top : top + height, left : left + width] = cv2.resize(
            rgb[y1:y2, x1:x2], (width, height), interpolation=how
        )
        return out

    def to_source(
        self, box: Box, turns: int = 0, mirrored: bool = False, slant: float = 0.0
    ) -> Box:
        """From pixels of the cell that `cut` made with the same arguments to source pixels; of a
        slanted one the upright box around it."""
        if mirrored:
            box = Box(CELL - box.x2, box.y1, CELL - box.x1, box.y2)
        zoom = self.side / CELL
        box = turned_back(box, turns, CELL, CELL)
        x1, y1, x2, y2 = slanted_back(box, slant) if slant else box
        return Box(
            self.left + x1 * zoom, self.top + y1 * zoom, self.left + x2 * zoom, self.top + y2 * zoom
        )


def turned_back(box: Box, turns: int, width: int, height: int) -> Box:
    """From a picture turned by `numpy.rot90(…, turns)` to the upright one of width × height."""
    if turns % 2 == 0:
        width, height = height, width
    for _ in range(turns % 4):
        # One counter-clockwise turn takes (x, y) to (y, width - x).
        box = Box(width - box.y2, box.x1, width - box.y1, box.x2)
        width, height = height, width
    return box


def slanted_back(box: Box, slant: float) -> Box:
    """The upright box around one of a cell that was turned by `slant` degrees about its middle."""
    middle = (CELL / 2, CELL / 2)
    back = cv2.getRotationMatrix2D(middle, -slant, 1.0)
    corners = np.array([(x, y, 1.0) for x in (box.x1, box.x2) for y in (box.y1, box.y2)]) @ back.T
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(x1), float(y1), float(x2), float(y2))


@dataclass(frozen=True, slots=True)
class Seen:
    """One detection in a close look, source pixels."""

    box: Box
    score: float
    target: Target


class _Cell(NamedTuple):
    """One place of a mosaic that is being filled, and where its answers go."""

    picture: NDArray[np.uint8]
    window: Window
    turns: int
    mirrored: bool
    slant: float
    answer: list[Seen]


class Mosaic:
    """Collects windows and looks at them together.

    Args:
        detector: shown CELL·ROW square pictures; must not rescale them.

    Attributes:
        looks: windows added so far.
        batch: mosaics looked at so far; what was added while it had a smaller value is answered.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._cells: list[_Cell] = []
        self.looks = 0
        self.batch = 0

    def add(
        self,
        rgb: NDArray[np.uint8],
        window: Window,
        turns: int = 0,
        mirrored: bool = False,
        slant: float = 0.0,
    ) -> list[Seen]:
        """Queue a window. The list returned is filled when the mosaic is looked at."""
        picture = window.cut(rgb, turns, mirrored, slant)
        cell = _Cell(picture, window, turns, mirrored, slant, [])
        self._cells.append(cell)
        self.looks += 1
        if len(self._cells) == ROW * ROW:
            self.flush()
        return cell.answer

    def flush(self) -> None:
        """Look at whatever is queued."""
        if not self._cells:
            return
        rows = -(-len(self._cells) // ROW)
        picture = np.full((rows * CELL, ROW * CELL, 3), _PAD, np.uint8)
        for n, cell in enumerate(self._cells):
            top, left = n // ROW * CELL, n % ROW * CELL
            picture[top : top + CELL, left : left + CELL] = cell.picture
        self._share_out(self._detector.detect(picture))
        self._cells.clear()
        self.batch += 1

    def _share_out(self, found: Detections) -> None:
        for i in range(len(found)):
            box = found.box(i)
            x, y = box.centre
            n = min(int(y // CELL) * ROW + min(int(x // CELL), ROW - 1), len(self._cells) - 1)
            top, left = n // ROW * CELL, n % ROW * CELL
            cell = self._cells[n]
            local = Box(
                max(0.0, box.x1 - left),
                max(0.0, box.y1 - top),
                min(float(CELL), box.x2 - left),
                min(float(CELL), box.y2 - top),
            )
            cell.answer.append(
                Seen(
                    cell.window.to_source(local, cell.turns, cell.mirrored, cell.slant),
                    float(found.score[i]),
                    Target(int(found.target[i])),
                )
            )


def alike(expected: Box, seen: Box) -> bool:
    """Whether a detection is the thing that was expected: near it, and of its size."""
    (x, y), (u, v) = expected.centre, seen.centre
    side = max(expected.width, expected.height)
    near = abs(x - u) <= 0.7 * max(side, seen.width) and abs(y - v) <= 0.7 * max(side, seen.height)
    return near and 1 / 4 <= seen.area / max(expected.area, 1e-6) <= 4


def agreed(expected: Box, target: Target, views: list[list[Seen]]) -> tuple[Box, float]:
    """What several views of one place say together.

    Returns:
        The best box that is like the expected one (that itself if none is), and the mean over
        all views of each one's best score: a chance pattern seldom survives a change of scale.
    """
    best, total, box = 0.0, 0.0, expected
    for view in views:
        here = [s for s in view if s.target is target and alike(expected, s.box)]
        top = max(here, key=lambda s: s.score, default=None)
        if top is not None:
            total += top.score
            if top.score > best:
                best, box = top.score, top.box
    return box, total / len(views)
