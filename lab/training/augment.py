"""Geometry of the training crops: which object at which size, mosaics, mirror, rotation.

An image's boxes are f32 [M, 6]: target, x1, y1, x2, y2, ignore (1: neither object nor background).
Targets: 0 face, 1 plate, 2 head; the network of faces and plates has only the first two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.training.captions import burn_in
from lab.training.photometric import degrade

Image = NDArray[np.uint8]
Boxes = NDArray[np.float32]
PAD = 114
#: Below this visible share a box cut by the crop's border is ignored rather than learnt.
MIN_VISIBLE = 0.35
#: Smallest sides that are learnt as objects: height in pixels of the crop, by target.
MIN_HEIGHT = (6.0, 3.5, 7.0)
#: Share of the crops that show a known mistake of an earlier network, if their picture has any.
AT_MISTAKE = 0.6
#: Share of the crops with burnt-in text.
CAPTIONED = 0.5
#: Share of the crops that are rotated, and the share of those that are also squeezed and sheared,
#: as if seen from the side.
TURNED, ASIDE = 0.35, 0.45
#: Factor of the width in a side view, and its largest shear: rise of a level line over its length.
SQUEEZED, SLOPE = (0.55, 1.0), 0.35


def no_boxes() -> NDArray[np.float32]:
    return np.zeros((0, 6), np.float32)


@dataclass
class Sample:
    """A decoded image: pixels uint8 [H, W, 3] RGB, boxes [M, 6], which targets are labelled.

    `mistakes` [K, 6] are places that an earlier network took for objects; crops are drawn to them.
    """

    image: Image
    boxes: Boxes
    known: tuple[bool, ...]
    mistakes: Boxes = field(default_factory=no_boxes)


Draw = Callable[[], Sample]
Footprint = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sizes:
    """Ranges of object heights (pixels) drawn log-uniformly: usual, close up, and in mosaics."""

    usual: tuple[tuple[float, float], ...] = ((9.0, 190.0), (6.0, 70.0))
    close: tuple[tuple[float, float], ...] = ((150.0, 330.0), (45.0, 150.0))
    small: tuple[tuple[float, float], ...] = ((8.0, 60.0), (5.0, 32.0))
    close_share: float = 0.18


def log_uniform(rng: np.random.Generator, lo: float, hi: float) -> float:
    return float(np.exp(rng.uniform(np.log(lo), np.log(hi))))


def choose_view(
    s: Sample, size: tuple[int, int], rng: np.random.Generator, sizes: Sizes, small: bool
) -> tuple[float, float, float]:
    """Scale and top left corner (pixels of the scaled image) of a crop of `size` (w, h)."""
    h, w = s.image.shape[:2]
    cw, ch = size
    real = s.boxes[s.boxes[:, 5] == 0]
    if len(s.mistakes) and (len(real) == 0 or rng.random() < AT_MISTAKE):
        real = s.mistakes
    if len(real) == 0 or rng.random() < 0.08:
        fit = min(cw / w, ch / h)
        scale = log_uniform(rng, fit * 0.8, max(1.2, fit))
        return (
            scale,
            rng.uniform(-0.1, 1.1) * (w * scale - cw),
            rng.uniform(-0.1, 1.1) * (h * scale - ch),
        )
    b = real[rng.integers(len(real))]
    t = int(b[0])
    lo, hi = (
        sizes.small[t]
        if small
        else (sizes.close[t] if rng.random() < sizes.close_share else sizes.usual[t])
    )
    scale = min(
        log_uniform(rng, lo, hi) / max(float(b[4] - b[2]), 1.0),
        1.15 * cw / max(float(b[3] - b[1]), 1.0),
        5.0,
    )
    cx, cy = (b[1] + b[3]) / 2 * scale, (b[2] + b[4]) / 2 * scale
    # The object lies anywhere in the crop; large ones may be cut by its border, as in video.
    fx, fy = rng.uniform(0.08, 0.92, 2)
    return scale, float(cx - fx * cw), float(cy - fy * ch)


def cut(s: Sample, view: tuple[float, float, float], canvas: Image) -> tuple[Boxes, Footprint]:
    """Draw the sample at a view onto `canvas`. Returns its boxes, unclipped, and the area drawn
    (x1, y1, x2, y2; empty if none). An unlabelled target becomes an ignore box over the area."""
    scale, left, top = view
    ch, cw = canvas.shape[:2]
    h, w = s.image.shape[:2]
    x0, y0 = max(0, int(np.floor(left / scale))), max(0, int(np.floor(top / scale)))
    x1 = min(w, int(np.ceil((left + cw) / scale)))
    y1 = min(h, int(np.ceil((top + ch) / scale)))
    area = (0, 0, 0, 0)
    if x1 - x0 >= 2 and y1 - y0 >= 2:
        nw, nh = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
        mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        part = cv2.resize(s.image[y0:y1, x0:x1], (nw, nh), interpolation=mode)
        ox, oy = round(x0 * scale - left), round(y0 * scale - top)
        ax, ay = max(0, ox), max(0, oy)
        bx, by = min(cw, ox + nw), min(ch, oy + nh)
        if bx > ax and by > ay:
            canvas[ay:by, ax:bx] = part[ay - oy : by - oy, ax - ox : bx - ox]
            area = (ax, ay, bx, by)
    boxes = s.boxes.copy()
    boxes[:, [1, 3]] = boxes[:, [1, 3]] * scale - left
    boxes[:, [2, 4]] = boxes[:, [2, 4]] * scale - top
    unknown = [[t, *area, 1] for t, known in enumerate(s.known) if not known]
    return np.concatenate([boxes, np.asarray(unknown, np.float32).reshape(-1, 6)]), area


def hide(boxes: Boxes, area: Footprint) -> Boxes:
    """Boxes of a layer after `area` was painted over: hidden ones go, cut ones are ignored."""
    if len(boxes) == 0:
        return boxes
    w = np.minimum(boxes[:, 3], area[2]) - np.maximum(boxes[:, 1], area[0])
    h = np.minimum(boxes[:, 4], area[3]) - np.maximum(boxes[:, 2], area[1])
    whole = (boxes[:, 3] - boxes[:, 1]) * (boxes[:, 4] - boxes[:, 2])
    covered = np.clip(w, 0, None) * np.clip(h, 0, None) / np.maximum(whole, 1e-6)
    out = boxes.copy()
    out[covered > 0.2, 5] = 1
    return np.asarray(out[covered < 0.9], np.float32)


def layers(
    draw: Draw,
    size: tuple[int, int],
    rng: np.random.Generator,
    sizes: Sizes,
    small: bool,
    depth: int = 0,
) -> tuple[Image, Boxes]:
    """A view of one sample; the part of the crop that it does not fill shows another sample.

    Without this, a third of all pixels would be grey padding, because small images do not fill a
    crop. Some padding stays, because inference pads too.
    """
    s = draw()
    view = choose_view(s, size, rng, sizes, small)
    h, w = s.image.shape[:2]
    scale, left, top = view
    seen = max(0.0, min(size[0], w * scale - left) - max(0.0, -left)) * max(
        0.0, min(size[1], h * scale - top) - max(0.0, -top)
    )
    if depth < 4 and seen < 0.75 * size[0] * size[1] and rng.random() < 0.85:
        canvas, under = layers(draw, size, rng, sizes, small, depth + 1)
    else:
        canvas = np.full((size[1], size[0], 3), PAD, np.uint8)
        under = np.zeros((0, 6), np.float32)
    # Boxes of the layer below are clipped first: only what is in the crop can be covered.
    under = clip(under, size)
    boxes, area = cut(s, view, canvas)
    return canvas, np.concatenate([hide(under, area), clip(boxes, size)])


def clip(boxes: Boxes, size: tuple[int, int]) -> Boxes:
    """Clip to the crop; objects cut too far or too small are marked as ignored."""
    if len(boxes) == 0:
        return boxes
    cw, ch = size
    whole = (boxes[:, 3] - boxes[:, 1]) * (boxes[:, 4] - boxes[:, 2])
    out = boxes.copy()
    out[:, [1, 3]] = out[:, [1, 3]].clip(0, cw)
    out[:, [2, 4]] = out[:, [2, 4]].clip(0, ch)
    w, h = out[:, 3] - out[:, 1], out[:, 4] - out[:, 2]
    low = np.asarray(MIN_HEIGHT, np.float32)[out[:, 0].astype(int)]
    out[(w * h < MIN_VISIBLE * whole) | (h < low), 5] = 1
    return out[(w > 1) & (h > 1)]


def rotate(
    image: Image, boxes: Boxes, degrees: float, squeeze: float = 1.0, slope: float = 0.0
) -> tuple[Image, Boxes]:
    """Rotate about the centre. Faces and heads get the bounding box of their rotated ellipse,
    plates that of their rotated corners.

    Before that, widths are multiplied by `squeeze` and level lines sheared by `slope`, so that flat
    objects look as if seen from the side.
    """
    h, w = image.shape[:2]
    m = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    aside = np.array([[squeeze, 0.0], [slope * squeeze, 1.0]])
    middle = np.array([w / 2, h / 2])
    m[:, :2] = m[:, :2] @ aside
    m[:, 2] = middle - m[:, :2] @ middle
    out = cv2.warpAffine(image, m, (w, h), flags=cv2.INTER_LINEAR, borderValue=(PAD, PAD, PAD))
    if len(boxes) == 0:
        return np.asarray(out, np.uint8), boxes
    (a, b), (c, d) = np.abs(m[:, :2])
    cx, cy = (boxes[:, 1] + boxes[:, 3]) / 2, (boxes[:, 2] + boxes[:, 4]) / 2
    rx, ry = (boxes[:, 3] - boxes[:, 1]) / 2, (boxes[:, 4] - boxes[:, 2]) / 2
    nx, ny = m[0, 0] * cx + m[0, 1] * cy + m[0, 2], m[1, 0] * cx + m[1, 1] * cy + m[1, 2]
    round_ = boxes[:, 0] != 1
    hx = np.where(round_, np.hypot(a * rx, b * ry), a * rx + b * ry)
    hy = np.where(round_, np.hypot(c * rx, d * ry), c * rx + d * ry)
    turned = np.stack([boxes[:, 0], nx - hx, ny - hy, nx + hx, ny + hy, boxes[:, 5]], 1)
    return np.asarray(out, np.uint8), turned.astype(np.float32)


def single(
    draw: Draw, size: tuple[int, int], rng: np.random.Generator, sizes: Sizes, small: bool = False
) -> tuple[Image, Boxes]:
    """One crop of layers, mirrored and rotated at random."""
    image, boxes = layers(draw, size, rng, sizes, small)
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
        boxes[:, [1, 3]] = size[0] - boxes[:, [3, 1]]
    if rng.random() < TURNED:
        aside = rng.random() < ASIDE
        squeeze = float(rng.uniform(*SQUEEZED)) if aside else 1.0
        slope = float(rng.uniform(-SLOPE, SLOPE)) if aside else 0.0
        degrees = float(np.clip(rng.normal(0, 14), -45, 45))
        image, boxes = rotate(image, boxes, degrees, squeeze, slope)
        boxes = clip(boxes, size)
    return image, boxes


def mosaic(
    draw: Draw, size: tuple[int, int], rng: np.random.Generator, sizes: Sizes
) -> tuple[Image, Boxes]:
    """Four small crops around a random point: many small objects in many surroundings."""
    cw, ch = size
    px, py = int(rng.uniform(0.3, 0.7) * cw), int(rng.uniform(0.3, 0.7) * ch)
    out = np.empty((ch, cw, 3), np.uint8)
    rows = []
    for x0, y0, x1, y1 in ((0, 0, px, py), (px, 0, cw, py), (0, py, px, ch), (px, py, cw, ch)):
        image, boxes = single(draw, (x1 - x0, y1 - y0), rng, sizes, small=True)
        out[y0:y1, x0:x1] = image
        boxes[:, [1, 3]] += x0
        boxes[:, [2, 4]] += y0
        rows.append(boxes)
    return out, np.concatenate(rows)


def training_crop(
    draw: Draw, size: int, rng: np.random.Generator, sizes: Sizes, mosaic_share: float = 0.15
) -> tuple[Image, Boxes]:
    """One training image uint8 [size, size, 3] and its boxes; `draw()` gives a Sample."""
    make = mosaic if rng.random() < mosaic_share else single
    image, boxes = make(draw, (size, size), rng, sizes)
    if rng.random() < CAPTIONED:
        image = np.ascontiguousarray(image)
        for area in burn_in(image, rng):
            boxes = hide(boxes, area)
    return degrade(image, rng), boxes.astype(np.float32)
