"""Burnt-in text drawn over dev footage: clocks, camera names, captions, headlines and tickers.

What a recorder or a channel draws stands in the picture's own coordinates whatever the camera does.
Texts and styles are those of `lab.training.captions`, with which the verifier was trained; the
letters are not only those: half of the fonts are others, and the size of the letters is that of the
texts labelled in `labels_dev.json`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lab.training import captions

from .labels import Box

Picture = NDArray[np.uint8]
Grey = NDArray[np.float32]

LETTERS = (0.022, 0.08)
"""Least and most height of letters, in heights of the picture; those of the labelled texts."""
LEAST_LETTERS = 7.0
"""In pixels: what a coarse recorder writes at least."""
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono-Bold", "STIXGeneralBol", "cmss10")
FONTS += ("cmtt10", "STIXGeneral", "")
"""Files that come with matplotlib; "" is the font that comes with Pillow."""
HERSHEY = 0.25
"""Share of lines in OpenCV's strokes, as many recorders draw them."""
STYLES = ("plain", "outlined", "dark box", "bright box")
KINDS = ("clock", "camera name", "counter", "caption", "headline", "ticker")
TRIES = 60

Says = Callable[[float, int], str]
"""Seconds and frame number to what the line says then."""


@dataclass(frozen=True)
class Pen:
    """How a line is drawn: the same in every frame of a clip.

    Attributes:
        font: file name of an outline font, or the number of one of OpenCV's.
        height: of capital letters, in pixels.
        coarse: side in pixels of the squares of which letters are made.
        strength: how opaque letters and box are, 0 to 1.
    """

    font: str | int
    height: float
    coarse: int
    style: str
    front: captions.Colour
    back: captions.Colour
    strength: float

    @property
    def pad(self) -> int:
        """Pixels around the letters that belong to the line."""
        return max(1, round(self.height * (0.3 if "box" in self.style else 0.1)))

    def mask(self, text: str) -> Grey:
        """Coverage of the letters, 0 to 1."""
        height = self.height / self.coarse
        letters = _outlines(text, str(self.font), height)
        if isinstance(self.font, int):
            letters = _strokes(text, self.font, height)
        if self.coarse > 1:
            hard = np.where(letters > 110, 255, 0).astype(np.uint8)
            letters = np.kron(hard, np.ones((self.coarse, self.coarse), np.uint8))
        return np.asarray(letters, np.float32) / 255

    def draw(self, picture: Picture, letters: Grey, x: int, y: int) -> None:
        """Into `picture`, the left top corner of the letters at x, y."""
        pad = self.pad
        if "box" in self.style:
            box = np.full((letters.shape[0] + 2 * pad, letters.shape[1] + 2 * pad), 1, np.float32)
            captions.blend(picture, box * self.strength, self.back, (x - pad, y - pad))
        elif self.style == "outlined":
            around = np.ones((2 * pad + 1, 2 * pad + 1))
            grown = np.asarray(cv2.dilate(np.pad(letters, pad), around), np.float32)
            captions.blend(picture, grown, self.back, (x - pad, y - pad))
        captions.blend(picture, letters * self.strength, self.front, (x, y))


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if not name:
        return ImageFont.load_default(size)
    import matplotlib

    return ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"), size
    )


def _outlines(text: str, name: str, height: float) -> Picture:
    if not text or name.isdigit():
        return np.zeros((1, 1), np.uint8)
    font = _font(name, max(6, round(height * 1.38)))
    left, top, right, bottom = (round(v) for v in font.getbbox(text))
    canvas = Image.new("L", (max(1, right - left) + 2, max(1, bottom - top) + 2), 0)
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), text, fill=255, font=font)
    return np.asarray(canvas, np.uint8)


def _strokes(text: str, font: int, height: float) -> Picture:
    scale = height / max(cv2.getTextSize("H", font, 1.0, 1)[0][1], 1)
    thick = max(1, round(height * 0.1))
    (w, h), low = cv2.getTextSize(text, font, scale, thick)
    mask = np.zeros((h + low + 2 * thick, w + 2 * thick), np.uint8)
    cv2.putText(mask, text, (thick, h + thick), font, scale, 255, thick, cv2.LINE_AA)
    return np.asarray(mask, np.uint8)


@dataclass
class Line:
    """One line of text in one clip.

    Attributes:
        kind: of `KINDS`; says: what it shows, and when.
        place: left top corner of the letters.
        shown: first second in which it is there, and the first in which it is not.
        speed: pixels a second to the left, of a ticker.
        area: where it may be, pad included, x1, y1, x2, y2.
    """

    kind: str
    pen: Pen
    says: Says
    place: tuple[int, int]
    shown: tuple[float, float]
    area: Box
    speed: float = 0.0
    _masks: dict[str, Grey] = field(default_factory=dict)

    def draw(self, picture: Picture, time: float, frame: int) -> list[Box]:
        """Into a frame; returns the boxes of what can be read there."""
        if not self.shown[0] <= time < self.shown[1]:
            return []
        text = self.says(time, frame)
        if len(self._masks) > 4:
            self._masks.clear()
        letters = self._masks.setdefault(text, self.pen.mask(text))
        x, y = round(self.place[0] - self.speed * time), self.place[1]
        self.pen.draw(picture, letters, x, y)
        if self.kind == "ticker":
            return self._words(letters, x, y, picture.shape[1])
        pad, (h, w) = self.pen.pad, letters.shape
        return [(x - pad, y - pad, x + w + pad, y + h + pad)]

    def _words(self, letters: Grey, x: int, y: int, width: int) -> list[Box]:
        """Boxes of words that are wholly in the picture."""
        inked = np.flatnonzero(letters.max(axis=0) > 0.3)
        gaps = np.flatnonzero(np.diff(inked) > 0.45 * self.pen.height)
        starts, ends = inked[np.r_[0, gaps + 1]] + x, inked[np.r_[gaps, -1]] + x + 1
        pad, h = self.pen.pad, letters.shape[0]
        return [
            (float(a), y - pad, float(b), y + h + pad)
            for a, b in zip(starts, ends, strict=True)
            if a >= 0 and b <= width
        ]


def lines_for(
    clip: str, size: tuple[int, int], seconds: float, taken: Sequence[Box], seed: int, count: int
) -> list[Line]:
    """Lines of text for a clip, none of which lies on another or on what is `taken`."""
    rng = np.random.default_rng([seed, zlib.crc32(clip.encode())])
    lines: list[Line] = []
    for _ in range(TRIES):
        if len(lines) == count:
            break
        line = _line(rng, size, seconds)
        if not any(_touch(line.area, box) for box in [*taken, *(each.area for each in lines)]):
            lines.append(line)
    return lines


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _line(rng: captions.Rng, size: tuple[int, int], seconds: float) -> Line:
    kind = str(rng.choice(KINDS, p=(0.3, 0.25, 0.1, 0.15, 0.12, 0.08)))
    pen = _pen(rng, kind, size[1])
    says = _says(rng, kind)
    first = says(0.0, 0)
    h, w = pen.mask(first).shape
    x, y = captions.place(size, (w, h), rng)
    x, y = (
        int(np.clip(v, 2 + pen.pad, max(2 + pen.pad, s - t - pen.pad - 2)))
        for v, s, t in ((x, size[0], w), (y, size[1], h))
    )
    shown, speed = (0.0, np.inf), 0.0
    if kind == "caption":
        begin = float(rng.uniform(0, max(seconds - 1, 0.1)))
        shown = begin, begin + float(rng.uniform(0.8, 1.6))
    if kind == "ticker":
        x, speed = 0, float(rng.uniform(0.05, 0.3)) * size[0]
    right = size[0] if kind == "ticker" else x + w + pen.pad
    area = (x - pen.pad, y - pen.pad, right, y + h + pen.pad)
    return Line(kind, pen, says, (x, y), shown, area, speed)


def _pen(rng: captions.Rng, kind: str, height: int) -> Pen:
    """A pen as that kind has it: headlines are large and tickers stand in a box."""
    letters = np.exp(rng.uniform(*np.log(LETTERS))) * height * (1.4 if kind == "headline" else 1.0)
    style = str(rng.choice(STYLES, p=(0.35, 0.25, 0.25, 0.15)))
    if kind == "ticker":
        style = "dark box" if rng.random() < 0.7 else "bright box"
    pair = sorted(captions.colours(rng), key=sum)
    dark, bright = pair
    front, back = (dark, bright) if style == "bright box" else (bright, dark)
    if style == "plain" and rng.random() < 0.2:
        front = dark
    font: str | int = str(rng.choice(FONTS))
    if rng.random() < HERSHEY:
        font = int(rng.choice(captions.HERSHEY))
    coarse = int(rng.integers(2, 4)) if rng.random() < 0.2 and letters >= 14 else 1
    least = max(float(letters), LEAST_LETTERS)
    return Pen(font, least, coarse, style, front, back, float(rng.uniform(0.75, 1.0)))


def _says(rng: captions.Rng, kind: str) -> Says:
    if kind == "clock":
        return _clock(rng)
    if kind == "counter":
        first, mark = int(rng.integers(0, 99999)), str(rng.choice(["", "F ", "REC ", "#"]))
        return lambda time, frame: f"{mark}{first + frame}"
    text = {
        "camera name": captions.camera_name,
        "ticker": lambda r: "   ".join(captions.words(r) for _ in range(12)),
    }.get(kind, captions.words)(rng)
    return lambda time, frame: text


def _clock(rng: captions.Rng) -> Says:
    """A clock that goes on by a second each second, in one of the orders that recorders use."""
    start = int(rng.integers(0, 86000))
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(5, 31))
    sep = str(rng.choice(["/", "-", ".", " "]))
    date = str(
        rng.choice(
            [
                f"20{year:02d}{sep}{month:02d}{sep}{day:02d}",
                f"{day:02d}{sep}{month:02d}{sep}20{year:02d}",
                f"{month:02d}{sep}{day:02d}{sep}{year:02d}",
            ]
        )
    )
    form = str(rng.choice(["{t}", "{t}", "{d} {t}", "{d}  {t} PM", "Mon {d} {t}", "{d}"]))
    offset = float(rng.uniform(0, 1))

    def says(time: float, frame: int) -> str:
        now = start + int(time + offset)
        t = f"{now // 3600 % 24:02d}:{now // 60 % 60:02d}:{now % 60:02d}"
        return form.format(t=t, d=date)

    return says
