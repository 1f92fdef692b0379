"""The reader: finds lines of text in a picture, and recognises their letters.

PP-OCRv4 (PaddleOCR, Apache-2.0) in the ONNX files of the wheel `rapidocr-onnxruntime` 1.4.4. One
network marks the pixels that lie within text (Liao et al., "Real-time Scene Text Detection with
Differentiable Binarization", 2020); another reads each line (Du et al., "SVTR", 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import (
    READER,
    OpenNetwork,
    default_threads,
    read_weights,
)
from ..types import Box, Rect

TEXT_PIXEL_SCORE: Final = 0.3
"""Score from which a pixel lies within text; PaddleOCR's value."""

LEAST_LINE: Final = 0.5
"""Least mean score of the pixels of a line; PaddleOCR's value."""

UNCLIP: Final = 1.6
"""The network marks only the inner part of a line. Each side of it is moved outward by this times
area ÷ perimeter; PaddleOCR's value."""

STEP: Final = 32
"""The detection network needs sides that are multiples of this."""

LINE_HEIGHT: Final = 48
"""Height in pixels of a line for the recognition network, as in its training."""

LEAST_WIDTH: Final = 320
"""Least width of that picture, padded with grey, as in its training."""

MOST_WIDTH: Final = 1600
"""Greatest width of that picture; longer lines are squeezed. Bounds time and memory for a line of
text across the whole picture."""

MOST_LINES: Final = 100
"""Most lines of one picture that are recognised, the tallest first. A page of a book has forty.
Bounds the time for a picture full of text."""

BATCH: Final = 6
"""Lines of similar width that are recognised at once."""

VERTICAL_ASPECT: Final = 1.5
"""Height ÷ width from which a line is read as vertical text; PaddleOCR's value."""

MOST_SIDE: Final = 2000
"""Longest side, in pixels, of a picture for the networks; a larger picture is shrunk."""

SMALL_SIDE: Final = 736
MOST_TEXT_ZOOM: Final = 2.0
"""Shorter side, in pixels, to which a smaller picture is enlarged, and the largest zoom. Of 15
burnt-in texts of 12 to 20 pixels on street and shop footage 11 are read, without it 4; of 63
larger ones (some of them logos and faint watermarks) 45, without it 39."""

CROP_HEIGHT: Final = 96
"""Height in pixels to which a small place is enlarged before it is read."""

CROP_BORDER: Final = 24
PICTURE_BORDER: Final = 16
"""Pixels of padding, repeating the edge, around an enlarged place and around a whole picture: the
network misses text that touches the border. With 16 it reads the clock of a shop's camera, with 0
it does not; 24 and 48 read no more."""

CLOSE_SIDE: Final = 640
"""Most pixels of the longer side of a vehicle, or rider, in which a number is searched for: a line
on a plate is then 12 pixels high from a fiftieth of it on, and a search takes 35 ms of a processor
on average (526 places of labelled frames)."""

READING_MARGIN: Final = 0.15
"""Margin around a box that is read with it, as a share of its height: a detector's box may cut
through the letters."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Attributes:
        text: its letters; "" if they are illegible, or were not read because `MOST_LINES` taller
            lines were.
        score: mean probability of its characters, 0 to 1.
        corners: float32 [4, 2], x and y in pixels of the picture, clockwise from the top left of
            the line.
        light: grey level of its lightest pixels, 0 to 255.
    """

    text: str
    score: float
    corners: NDArray[np.float32]
    light: int = 0

    @property
    def box(self) -> Box:
        """The upright box around it."""
        (x1, y1), (x2, y2) = self.corners.min(axis=0), self.corners.max(axis=0)
        return Box(float(x1), float(y1), float(x2), float(y2))

    @property
    def height(self) -> float:
        """Height of the line across its direction, in pixels."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))


class Reader:
    """The two networks, loaded once.

    Args:
        threads: number of threads; None: one for each processor of this process, at most 8.

    Attributes:
        name: for reports.
        weights_sha256: of both files.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    name: Final = READER.name
    weights_sha256: Final = READER.weights_sha256

    def __init__(self, threads: int | None = None) -> None:
        threads = threads or default_threads()
        self._lines, self._letters = (
            OpenNetwork(read_weights(file), threads, self.name) for file in READER.files
        )
        # Class 0 is the gap between two characters, the last one a space.
        self._alphabet = ["", *self._letters.metadata["character"].splitlines(), " "]

    def read(self, rgb: NDArray[np.uint8], part: Rect | None = None) -> list[Text]:
        """All lines of text in a picture, from top to bottom.

        Args:
            rgb: uint8 [H, W, 3]. Text is legible from a height of about 12 pixels.
            part: of the picture, in its pixels, to read at the same zoom; None for all of it.

        Returns:
            Lines with corners in pixels of `rgb`.

        Raises:
            UnsafeError: if a network fails or answers with numbers that are not finite.
        """
        height, width = rgb.shape[:2]
        enlarged = min(MOST_TEXT_ZOOM, max(1.0, SMALL_SIDE / min(height, width)))
        zoom = min(enlarged, MOST_SIDE / max(height, width))
        if part is None:
            return self._read(rgb, zoom, PICTURE_BORDER)
        shown = rgb[part.y1 : part.y2, part.x1 : part.x2]
        return _moved(self._read(shown, zoom, PICTURE_BORDER), part.x1, part.y1)

    def read_closely(self, rgb: NDArray[np.uint8], box: NDArray[np.floating]) -> list[Text]:
        """All lines of text on one large thing, such as a vehicle.

        Args:
            rgb: uint8 [H, W, 3], the whole picture.
            box: [4], left, top, right, bottom in its pixels.

        Returns:
            Lines with corners in pixels of `rgb`.

        Raises:
            UnsafeError: see `read`.
        """
        return self._read_around(
            rgb, box, lambda w, h: min(MOST_TEXT_ZOOM, CLOSE_SIDE / max(w, h)), PICTURE_BORDER
        )

    def read_place(self, rgb: NDArray[np.uint8], box: NDArray[np.floating]) -> list[Text]:
        """All lines of text at a place, enlarged to a common height.

        Args:
            rgb: uint8 [H, W, 3], the whole picture.
            box: [4], left, top, right, bottom in its pixels.

        Returns:
            Lines with corners in pixels of `rgb`.

        Raises:
            UnsafeError: see `read`.
        """
        return self._read_around(
            rgb, box, lambda w, h: min(CROP_HEIGHT / h, MOST_SIDE / w), CROP_BORDER
        )

    def _read_around(
        self,
        rgb: NDArray[np.uint8],
        box: NDArray[np.floating],
        zoom_for: Callable[[int, int], float],
        border: int,
    ) -> list[Text]:
        """All lines of text at a place and a little around it.

        Args:
            rgb, box: see `read_place`.
            zoom_for: how much to enlarge a part of this width and height.
            border: see `_read`.
        """
        left, top, right, bottom = _with_margin(rgb, box)
        if right <= left or bottom <= top:
            return []
        zoom = zoom_for(right - left, bottom - top)
        return _moved(self._read(rgb[top:bottom, left:right], zoom, border), left, top)

    def _read(self, rgb: NDArray[np.uint8], zoom: float, border: int) -> list[Text]:
        """Lines in a picture that is scaled by `zoom` and padded by `border` pixels."""
        frame = (border,) * 4
        bordered = cv2.copyMakeBorder(_resized(rgb, zoom), *frame, cv2.BORDER_REPLICATE)
        shown = np.asarray(bordered, np.uint8)
        lines = self._find(shown)
        # Cut lines out of the larger picture: the original, if it was shrunk.
        if zoom < 1 and border == PICTURE_BORDER:
            shown, lines = rgb, [(corners - border) / zoom for corners in lines]
            border, zoom = 0, 1.0
        straight = [_straightened(shown, corners) for corners in lines[:MOST_LINES]]
        recognised = zip(self._recognise(straight), map(_light, straight), strict=True)
        rest = [(("", 0.0), 0)] * (len(lines) - len(straight))
        found = [
            Text(text, score, np.asarray((corners - border) / zoom, np.float32), light)
            for corners, ((text, score), light) in zip(lines, [*recognised, *rest], strict=True)
        ]
        return sorted(found, key=lambda line: (line.box.y1, line.box.x1))

    def _find(self, rgb: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Corners [4, 2] of each line, the tallest first."""
        height, width = rgb.shape[:2]
        size = _multiple(width), _multiple(height)
        (given,) = self._lines.run(_prepared(cv2.resize(rgb, size)))
        score = given[0, 0]
        marked = cv2.dilate((score > TEXT_PIXEL_SCORE).astype(np.uint8), np.ones((2, 2), np.uint8))
        outlines, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        back = np.array([width / size[0], height / size[1]], np.float32)
        found: list[tuple[float, NDArray[np.float32]]] = []
        for outline in outlines:
            middle, (across, down), angle = cv2.minAreaRect(outline)
            if min(across, down) < 2 or _mean_within(score, outline) < LEAST_LINE:
                continue
            grow = 2 * UNCLIP * across * down / (2 * (across + down))
            rect = middle, (across + grow, down + grow), angle
            corners = _clockwise(np.asarray(cv2.boxPoints(rect), np.float32)) * back
            found.append((min(across, down), corners))
        found.sort(key=lambda line: -line[0])
        return [corners for _, corners in found]

    def _recognise(self, lines: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """Text and score of each line's picture."""
        out = [("", 0.0)] * len(lines)
        order = sorted(range(len(lines)), key=lambda i: _wide(lines[i]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            width = max(LEAST_WIDTH, *(_wide(lines[i]) for i in rows))
            shown = np.zeros((len(rows), 3, LINE_HEIGHT, width), np.float32)
            for n, i in enumerate(rows):
                line = cv2.resize(lines[i], (_wide(lines[i]), LINE_HEIGHT))
                shown[n, :, :, : line.shape[1]] = _prepared(line)[0]
            (given,) = self._letters.run(shown)
            for n, i in enumerate(rows):
                out[i] = self._spelled(given[n])
        return out

    def _spelled(self, given: NDArray[np.float32]) -> tuple[str, float]:
        """Text and mean probability from probabilities [T, characters]: of each column the
        likeliest, the same one in a row once (Graves et al. 2006)."""
        best = given.argmax(axis=1)
        new = np.concatenate([[True], best[1:] != best[:-1]]) & (best > 0)
        text = "".join(self._alphabet[i] for i in best[new]).strip()
        return (text, float(given.max(axis=1)[new].mean())) if text else ("", 0.0)


def _with_margin(rgb: NDArray[np.uint8], box: NDArray[np.floating]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box [4] with its margin, within the picture."""
    height, width = rgb.shape[:2]
    x1, y1, x2, y2 = (float(v) for v in box)
    more = READING_MARGIN * (y2 - y1)
    left, top = max(0, int(x1 - more)), max(0, int(y1 - more))
    return left, top, min(width, int(x2 + more) + 1), min(height, int(y2 + more) + 1)


def _moved(lines: Sequence[Text], x: int, y: int) -> list[Text]:
    """Lines of a part of a picture, shifted by its corner into the picture's pixels."""
    by = np.array([x, y], np.float32)
    return [replace(line, corners=line.corners + by) for line in lines]


def _multiple(side: float) -> int:
    return max(STEP, round(side / STEP) * STEP)


def _resized(rgb: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    if zoom == 1:
        return rgb
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    height, width = rgb.shape[:2]
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _prepared(rgb: NDArray[Any]) -> NDArray[np.float32]:
    """Input of both networks: float32 [1, 3, H, W], blue, green, red, from -1 to 1."""
    out = np.empty((1, 3, *rgb.shape[:2]), np.float32)
    for plane, channel in zip(out[0], cv2.split(rgb)[::-1], strict=True):
        cv2.LUT(channel, _FROM_MINUS_ONE, plane)
    return out


_FROM_MINUS_ONE: Final = (np.arange(256) / 127.5 - 1).astype(np.float32)
"""Input value of each grey level; computing it for a whole picture takes a hundred megabytes."""


def _mean_within(score: NDArray[np.float32], outline: NDArray[Any]) -> float:
    """Mean score within the smallest rotated rectangle around an outline."""
    x, y, width, height = cv2.boundingRect(outline)
    corners = cv2.boxPoints(cv2.minAreaRect(outline)) - (x, y)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [corners.astype(np.int32)], 1)
    return float(cv2.mean(score[y : y + height, x : x + width], inside)[0])


def _clockwise(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners [4, 2] of a rectangle in any order → clockwise from the top left."""
    left, right = np.split(corners[np.argsort(corners[:, 0], kind="stable")], 2)
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.stack([left[0], right[0], right[1], left[1]])


def _straightened(rgb: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The quadrangle between four corners, uint8 [h, w, 3], turned to run from left to right."""
    width = max(1, round(float(np.linalg.norm(corners[1] - corners[0]))))
    height = max(1, round(float(np.linalg.norm(corners[3] - corners[0]))))
    to = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    move = cv2.getPerspectiveTransform(corners, to)
    line = cv2.warpPerspective(
        rgb, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    turned = np.rot90(line) if height >= VERTICAL_ASPECT * width else line
    return np.ascontiguousarray(turned, np.uint8)


def _light(line: NDArray[np.uint8]) -> int:
    """98th percentile of the grey levels."""
    return int(np.percentile(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), 98))


def _wide(line: NDArray[np.uint8]) -> int:
    """Width of a line's picture in the recognition network."""
    height, width = line.shape[:2]
    return min(MOST_WIDTH, max(1, int(np.ceil(LINE_HEIGHT * width / height))))
