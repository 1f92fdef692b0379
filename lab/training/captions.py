"""Draws burnt-in text into training crops, as cameras, recorders and television channels do.

Clocks, camera names, frame counters, captions and logos are dark on light or light on dark letters
in a box, so detectors take them for plates. The text has no label: every plate detected there
counts as a mistake. Objects under it are ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator
Colour = tuple[int, int, int]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAKERS = ("CAM", "CH", "CAMERA", "Channel", "KASA", "Kamera", "IPC", "DVR", "LPR", "CAM-")
PLACES = ("ENTRANCE", "Lobby", "SHOP", "Parking", "GATE", "Floor", "Door", "BUS", "Hall", "Office")
HERSHEY = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)
#: Height of a line in pixels of the crop: from the smallest clock to a channel's headline.
HEIGHTS = (6.0, 44.0)
#: Cumulative shares of lines in a box and with an outline; the rest have neither.
BOXED, OUTLINED = 0.4, 0.75


def _n(rng: Rng, low: int, high: int, width: int = 2) -> str:
    return f"{int(rng.integers(low, high)):0{width}d}"


def clock(rng: Rng) -> str:
    """Date, time or both, in one of the orders that recorders use."""
    y, m, d = _n(rng, 1999, 2031, 4), _n(rng, 1, 13), _n(rng, 1, 29)
    sep = str(rng.choice(["/", "-", ".", " "]))
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    date = str(
        rng.choice(
            [
                f"{y}{sep}{m}{sep}{d}",
                f"{d}{sep}{m}{sep}{y}",
                f"{m}{sep}{d}{sep}{y[2:]}",
                f"{d} {rng.choice(months)} {y}",
                f"{y}{m}{d}",
            ]
        )
    )
    hour, minute, second = _n(rng, 0, 24), _n(rng, 0, 60), _n(rng, 0, 60)
    time = f"{hour}:{minute}:{second}"
    if rng.random() < 0.3:
        time += str(rng.choice([f".{_n(rng, 0, 100)}", f":{_n(rng, 0, 30)}", " AM", " PM"]))
    day = str(rng.choice(["", "", "Mon ", "FRI ", "Wednesday ", "Sa "]))
    return str(rng.choice([date, time, time, f"{date} {time}", f"{day}{date}  {time}"]))


def camera_name(rng: Rng) -> str:
    number = _n(rng, 1, 33, int(rng.integers(1, 4)))
    word = str(
        rng.choice(
            ["CAM", "CH", "CAMERA", "Channel", "KASA", "Kamera", "IPC", "DVR", "LPR", "CAM-"]
        )
    )
    place = str(
        rng.choice(
            [
                "ENTRANCE",
                "Lobby",
                "SHOP",
                "Parking",
                "GATE",
                "Floor",
                "Door",
                "BUS",
                "Hall",
                "Office",
            ]
        )
    )
    return str(rng.choice([f"{word} {number}", f"{word}{number}", f"{place} {number}", place]))


def counter(rng: Rng) -> str:
    value = str(int(rng.integers(0, 10 ** int(rng.integers(2, 8)))))
    return str(
        rng.choice(
            [value, f"F {value}", f"REC {value}", f"{value} km/h", f"x{value[:2]}.0", f"N{value}W"]
        )
    )


def words(rng: Rng) -> str:
    """Words of made-up letters: a caption, a sign or a name in any language."""
    parts = [
        "".join(rng.choice(list(LETTERS), int(rng.integers(2, 10))))
        for _ in range(int(rng.integers(1, 5)))
    ]
    line = " ".join(parts)
    return str(rng.choice([line, line.title(), line.lower()]))


KINDS: tuple[tuple[Callable[[Rng], str], float], ...] = (
    (clock, 0.42),
    (camera_name, 0.22),
    (counter, 0.12),
    (words, 0.24),
)


@cache
def font_files() -> tuple[str, ...]:
    """Outline fonts that come with matplotlib; none without it, so only OpenCV's fonts are used."""
    try:
        import matplotlib
    except ImportError:
        return ()
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return tuple(sorted(str(f) for f in folder.glob("DejaVu*.ttf")))


def hershey_mask(text: str, height: float, rng: Rng) -> Image:
    """Coverage 0 to 255 of a line drawn with strokes."""
    font = int(rng.choice(HERSHEY))
    scale = height / max(cv2.getTextSize(text, font, 1.0, 1)[0][1], 1)
    thick = max(1, round(height * float(rng.uniform(0.06, 0.2))))
    (w, h), low = cv2.getTextSize(text, font, scale, thick)
    mask = np.zeros((h + low + 2 * thick, w + 2 * thick), np.uint8)
    smooth = cv2.LINE_AA if rng.random() < 0.6 else cv2.LINE_8
    cv2.putText(mask, text, (thick, h + thick), font, scale, 255, thick, smooth)
    return mask


def outline_mask(text: str, height: float, rng: Rng) -> Image:
    """Coverage 0 to 255 of a line in an outline font."""
    from PIL import Image as Pillow
    from PIL import ImageDraw, ImageFont

    font = ImageFont.truetype(str(rng.choice(font_files())), max(6, round(height * 1.35)))
    left, top, right, bottom = (round(v) for v in font.getbbox(text))
    canvas = Pillow.new("L", (max(1, right - left) + 2, max(1, bottom - top) + 2), 0)
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), text, fill=255, font=font)
    return np.asarray(canvas, np.uint8).copy()


def line_mask(text: str, height: float, rng: Rng) -> Image:
    """Coverage 0 to 255 of one line; a third of them have the coarse pixels of old recorders."""
    coarse = int(rng.integers(2, 4)) if rng.random() < 0.33 and height >= 14 else 1
    make = outline_mask if font_files() and rng.random() < 0.55 else hershey_mask
    mask = make(text, height / coarse, rng)
    if coarse > 1:
        hard = np.where(mask > 110, 255, 0).astype(np.uint8)
        mask = np.asarray(
            cv2.resize(hard, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_NEAREST), np.uint8
        )
    return mask


def colours(rng: Rng) -> tuple[Colour, Colour]:
    """Colours of letters and background: mostly white and black, sometimes a channel's colours."""
    white, black = (255, 255, 255), (0, 0, 0)
    pick = rng.random()
    if pick < 0.5:
        return white, black
    if pick < 0.7:
        return black, white
    bright = tuple(int(v) for v in rng.integers(150, 256, 3))
    dark = tuple(int(v) for v in rng.integers(0, 110, 3))
    pair = (bright, dark) if rng.random() < 0.7 else (dark, bright)
    return (pair[0][0], pair[0][1], pair[0][2]), (pair[1][0], pair[1][1], pair[1][2])


def blend(image: Image, mask: NDArray[np.float32], colour: Colour, at: tuple[int, int]) -> None:
    """Blend a colour into `image` in place with the weights `mask` (0 to 1), clipped to the
    image."""
    x, y = at
    h, w = image.shape[:2]
    x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + mask.shape[1]), min(h, y + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    m = mask[y0 - y : y1 - y, x0 - x : x1 - x, None]
    part = image[y0:y1, x0:x1].astype(np.float32)
    image[y0:y1, x0:x1] = (part * (1 - m) + np.asarray(colour, np.float32) * m).astype(np.uint8)


def place(size: tuple[int, int], line: tuple[int, int], rng: Rng) -> tuple[int, int]:
    """Top left corner of a line (w, h) in a crop (w, h); half of the lines touch a border."""
    w, h = size
    x = int(rng.uniform(-0.15, 1.0) * w - 0.1 * line[0])
    y = int(rng.uniform(0, max(1, h - line[1])))
    if rng.random() < 0.5:
        y = int(rng.choice([rng.integers(-2, 12), h - line[1] - rng.integers(-2, 12)]))
    return x, y


def any_text(rng: Rng) -> str:
    chance = np.array([p for _, p in KINDS])
    return KINDS[int(rng.choice(len(KINDS), p=chance / chance.sum()))][0](rng)


def burn_line(image: Image, rng: Rng) -> tuple[int, int, int, int]:
    """Draw one line in place; returns its area (x1, y1, x2, y2)."""
    front, back = colours(rng)
    style = rng.random()
    # Short dark letters in a bright box look like a plate: only clocks are drawn that way.
    plate_like = style < BOXED and sum(front) < sum(back)
    text = clock(rng) if plate_like else any_text(rng)
    height = float(np.exp(rng.uniform(*np.log(HEIGHTS))))
    mask = line_mask(text, height, rng).astype(np.float32) / 255.0
    x, y = place((image.shape[1], image.shape[0]), (mask.shape[1], mask.shape[0]), rng)
    pad = int(height * rng.uniform(0.1, 0.6))
    if style < BOXED:
        box = np.full((mask.shape[0] + 2 * pad, mask.shape[1] + 2 * pad), 1.0, np.float32)
        blend(image, box * float(rng.uniform(0.5, 1.0)), back, (x - pad, y - pad))
    elif style < OUTLINED:
        wide = 1 + 2 * max(1, round(height * 0.06))
        grown = np.pad(mask, wide)
        grown = cv2.dilate(grown, np.ones((wide, wide), np.uint8))
        blend(image, np.asarray(grown, np.float32), back, (x - wide, y - wide))
        pad = wide
    blend(image, mask * float(rng.uniform(0.75, 1.0)), front, (x, y))
    h, w = image.shape[:2]
    return (
        max(0, x - pad),
        max(0, y - pad),
        min(w, x + mask.shape[1] + pad),
        min(h, y + mask.shape[0] + pad),
    )


def burn_in(image: Image, rng: Rng) -> list[tuple[int, int, int, int]]:
    """Draw one to four lines into a crop uint8 [H, W, 3] in place; returns their areas."""
    areas = [burn_line(image, rng) for _ in range(int(rng.integers(1, 5)))]
    return [a for a in areas if a[2] > a[0] and a[3] > a[1]]
