"""People and cars cut out of stills, moving over a scene.

A face is cut out with hair and shoulders, a plate with the part of the car around it, so that a
detector sees the context that it would see in real footage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..truth import Box, Polygon
from ..video import Picture
from .scene import Scene, Seen
from .stills import Label, Still

FACE_CONTEXT = (0.85, 0.7, 0.85, 1.15)
"""Left, top, right, bottom of a cut-out beyond the face, shares of its width and height."""
PLATE_CONTEXT = (0.9, 2.2, 0.9, 1.4)
TURNED = 0.4
"""Truth is claimed for a turning head until this share of it shows the back."""


@dataclass(frozen=True)
class Place:
    """Where a sprite is: centre of its face or plate and the height of that, px; how far its
    head is turned away, 0 (towards the camera) to 1."""

    x: float
    y: float
    height: float
    turned: float = 0.0


@dataclass
class Sprite:
    """A cut-out.

    Attributes:
        rgb, alpha: of the cut-out, float32, alpha 0 to 1.
        box: of the face or plate in it.
        outline: polygon of what is opaque.
        path: time in seconds to place; None while it is not there.
    """

    key: str
    target: str
    rgb: NDArray[np.float32] = field(repr=False)
    alpha: NDArray[np.float32] = field(repr=False)
    box: Box
    outline: NDArray[np.float64] = field(repr=False)
    path: Callable[[float], Place | None]

    def paste(self, picture: Picture, place: Place) -> tuple[Seen, Polygon]:
        """Draw onto a frame; what is seen there, and the polygon of what is now covered."""
        x1, y1, x2, y2 = self.box
        scale = place.height / (y2 - y1)
        squeeze = scale * (1.0 - 0.45 * place.turned)
        affine = np.array(
            [
                [squeeze, 0, place.x - squeeze * (x1 + x2) / 2],
                [0, scale, place.y - scale * (y1 + y2) / 2],
            ]
        )
        rgb = self.rgb
        if place.turned:
            weight = float(np.clip((place.turned - 0.3) / 0.4, 0, 1))
            rgb = (1 - weight) * rgb + weight * _back_of_head(self)
        if scale < 0.8:
            rgb = cv2.GaussianBlur(rgb, (0, 0), 0.45 / scale)
        size = picture.shape[1], picture.shape[0]
        flat = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
        drawn = cv2.warpAffine(rgb, affine, size, **flat)
        alpha = cv2.warpAffine(self.alpha, affine, size, flags=cv2.INTER_LINEAR)[..., None]
        mixed = alpha * drawn + (1 - alpha) * picture
        picture[:] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
        corners = np.array([[x1, y1, 1], [x2, y2, 1]]) @ affine.T
        covered = np.c_[self.outline, np.ones(len(self.outline))] @ affine.T
        box = tuple(map(float, corners.ravel()))
        gone = place.turned > TURNED
        return (
            Seen(self.key, self.target, box, ignore=gone),  # type: ignore[arg-type]
            tuple((float(x), float(y)) for x, y in covered),
        )


def _back_of_head(sprite: Sprite) -> NDArray[np.float32]:
    """The cut-out with hair where the face was."""
    x1, y1, x2, y2 = sprite.box
    h, w = sprite.rgb.shape[:2]
    top = max(0, int(y1 - 0.12 * (y2 - y1)))
    hair = sprite.rgb[top : max(top + 2, int(y1 + 0.02 * (y2 - y1))), int(x1) : int(x2)]
    colour = np.median(hair.reshape(-1, 3), 0) * 0.8
    rng = np.random.default_rng(5)
    strands = cv2.GaussianBlur(rng.normal(0, 30, (h, w, 1)).astype(np.float32), (1, 15), 0)
    mask = np.zeros((h, w), np.float32)
    centre = (int((x1 + x2) / 2), int((y1 + y2) / 2))
    axes = (int(0.62 * (x2 - x1)), int(0.62 * (y2 - y1)))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)[..., None]
    back = colour + strands.reshape(h, w, 1)
    return np.asarray(mask * back + (1 - mask) * sprite.rgb, np.float32)


def cuttable(still: Still, label: Label) -> bool:
    """Whether an object can be cut out whole, with nothing else labelled in the cut-out."""
    left, top, right, bottom = _context(label)
    w, h = still.size
    if left < -0.05 * w or right > 1.05 * w or top < -0.02 * h:
        return False
    if label.target == "face" and bottom > h + 0.3 * label.height:
        return False
    others = (x.box for x in still.labels if x is not label)
    return not any(o[0] < right and o[2] > left and o[1] < bottom and o[3] > top for o in others)


def _context(label: Label) -> Box:
    x1, y1, x2, y2 = label.box
    left, top, right, bottom = FACE_CONTEXT if label.target == "face" else PLATE_CONTEXT
    w, h = x2 - x1, y2 - y1
    return x1 - left * w, y1 - top * h, x2 + right * w, y2 + bottom * h


def cut_out(still: Still, label: Label, key: str, path: Callable[[float], Place | None]) -> Sprite:
    """Cut a labelled object out with its context and soft edges."""
    left, top, right, bottom = (round(v) for v in _context(label))
    left, top = max(0, left), max(0, top)
    right, bottom = min(still.size[0], right), min(still.size[1], bottom)
    rgb = still.rgb[top:bottom, left:right].astype(np.float32)
    box = (
        label.box[0] - left,
        label.box[1] - top,
        label.box[2] - left,
        label.box[3] - top,
    )
    h, w = rgb.shape[:2]
    outline = _silhouette(box, w, h) if label.target == "face" else _panel(w, h)
    alpha = np.zeros((h, w), np.float32)
    cv2.fillPoly(alpha, [np.round(outline).astype(np.int32)], 1.0)
    soft = max(1.0, 0.03 * w)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), soft), np.float32)
    # Rows that end at the bottom of the still stay opaque to their end.
    return Sprite(key, label.target, rgb, alpha, box, outline, path)


def _silhouette(box: Box, width: int, height: int) -> NDArray[np.float64]:
    """Head and shoulders around a face box."""
    x1, y1, x2, y2 = box
    cx, cy, a, b = (x1 + x2) / 2, (y1 + y2) / 2, 0.85 * (x2 - x1), 0.92 * (y2 - y1)
    turn = np.linspace(np.pi * 0.92, np.pi * 2.08, 24)
    head = np.c_[cx + a * np.cos(turn), cy + b * np.sin(turn)]
    neck = y2 + 0.25 * (y2 - y1)
    inset = 0.04 * width
    right = np.array(
        [[cx + 0.8 * a, neck], [width - inset, neck + 0.35 * (y2 - y1)], [width - inset, height]]
    )
    left = np.array([[inset, height], [inset, neck + 0.35 * (y2 - y1)], [cx - 0.8 * a, neck]])
    outline = np.vstack([head, right, left])
    return np.clip(outline, (0, 0), (width, height))


def _panel(width: int, height: int) -> NDArray[np.float64]:
    x, y = 0.05 * width, 0.05 * height
    return np.array([[x, y], [width - x, y], [width - x, height - y], [x, height - y]])


@dataclass
class Cast:
    """Sprites over a scene, later ones in front."""

    scene: Scene
    sprites: list[Sprite]

    def at(self, time: float) -> tuple[Picture, list[Seen]]:
        picture, seen = self.scene.at(time)
        picture = picture.copy()
        placed: list[tuple[Seen, Polygon]] = []
        for sprite in self.sprites:
            place = sprite.path(time)
            if place is not None:
                placed.append(sprite.paste(picture, place))
        shapes = [shape for _, shape in placed]
        behind = [_behind(s, shapes) for s in seen]
        front = [_behind(s, shapes[n + 1 :]) for n, (s, _) in enumerate(placed)]
        return picture, behind + front


def _behind(seen: Seen, shapes: list[Polygon]) -> Seen:
    return Seen(seen.key, seen.target, seen.box, seen.outline, (*seen.holes, *shapes), seen.ignore)


def walk(
    start: float,
    speed: float,
    ground: float,
    height: float,
    bob: float = 2.0,
    growth: float = 0.0,
    turn: tuple[float, float] | None = None,
) -> Callable[[float], Place | None]:
    """A walk (or drive) along the picture.

    Args:
        start: x at time 0, px; speed: px/s.
        ground: y of the face or plate, px; height: of it, px.
        bob: up and down of the gait, px; growth: of the height, share a second.
        turn: seconds between which the head turns away.
    """

    def path(time: float) -> Place:
        size = height * float(np.exp(growth * time))
        turned = 0.0
        if turn is not None:
            turned = float(np.clip((time - turn[0]) / (turn[1] - turn[0]), 0, 1))
        sway = bob * np.sin(2 * np.pi * 1.9 * time + start)
        drop = (size - height) * 0.6
        return Place(start + speed * time, float(ground + sway + drop), size, turned)

    return path
