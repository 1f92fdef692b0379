"""A camera that moves over a still, and the pictures it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..truth import Box, Polygon
from ..video import Picture
from .stills import Label, Still

Affine = NDArray[np.float64]
"""[2, 3], still pixels to frame pixels."""


@dataclass(frozen=True)
class Seen:
    """An object in a frame, before it is decided whether truth is claimed for it."""

    key: str
    target: str
    box: Box
    outline: Polygon = ()
    holes: tuple[Polygon, ...] = ()
    ignore: bool = False


class Scene(Protocol):
    """Something that can be filmed: a picture and its objects at any time, in seconds."""

    def at(self, time: float) -> tuple[Picture, list[Seen]]: ...


@dataclass(frozen=True)
class View:
    """Where the camera looks: centre in still pixels, magnification, turn in degrees."""

    x: float
    y: float
    scale: float
    angle: float = 0.0

    def affine(self, width: int, height: int) -> Affine:
        turn = np.deg2rad(self.angle)
        c, s = self.scale * np.cos(turn), self.scale * np.sin(turn)
        return np.array(
            [
                [c, -s, width / 2 - c * self.x + s * self.y],
                [s, c, height / 2 - s * self.x - c * self.y],
            ]
        )


Path = Callable[[float], View]


def project(affine: Affine, label: Label, key: str) -> Seen:
    """A label seen through a camera: faces as turned ellipses, plates as their boxes, and in a
    turned picture as what of the box the plate's slant leaves, turned."""
    x1, y1, x2, y2 = label.box
    if label.target == "face":
        cx, cy = affine @ np.array([(x1 + x2) / 2, (y1 + y2) / 2, 1.0])
        # Half extents of the bounding box of an ellipse under a linear map.
        half = np.hypot(affine[:, 0] * (x2 - x1) / 2, affine[:, 1] * (y2 - y1) / 2)
        box = (cx - half[0], cy - half[1], cx + half[0], cy + half[1])
        return Seen(key, "face", tuple(map(float, box)), ignore=label.ignore)  # type: ignore[arg-type]
    turned = abs(affine[1, 0]) > 1e-3
    fall = label.slant * (x2 - x1) if turned else 0.0
    left, right = max(0.0, -fall), max(0.0, fall)
    corners = [[x1, y1 + left, 1], [x2, y1 + right, 1], [x2, y2 - left, 1], [x1, y2 - right, 1]]
    corners = np.array(corners) @ affine.T
    low, high = corners.min(0), corners.max(0)
    outline = tuple((float(x), float(y)) for x, y in corners)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Seen(key, label.target, box, outline if turned else (), ignore=label.ignore)


@dataclass
class StillScene:
    """A still filmed along a path.

    Args:
        shutter: seconds over which motion blurs; 0 for none.
    """

    still: Still
    path: Path
    width: int
    height: int
    shutter: float = 0.0
    prefix: str = ""

    def at(self, time: float) -> tuple[Picture, list[Seen]]:
        views = [self.path(time)]
        if self.shutter:
            views = [self.path(time + self.shutter * s) for s in np.linspace(-0.5, 0.5, 9)]
        total = np.zeros((self.height, self.width, 3), np.float32)
        for view in views:
            total += self._shoot(view)
        affine = self.path(time).affine(self.width, self.height)
        seen = [
            project(affine, label, f"{self.prefix}{self.still.name}/{n}")
            for n, label in enumerate(self.still.labels)
        ]
        return np.clip(total / len(views) + 0.5, 0, 255).astype(np.uint8), seen

    def _shoot(self, view: View) -> NDArray[np.float32]:
        affine, rgb = view.affine(self.width, self.height), self.still.rgb
        if view.scale < 0.8:
            # Without this, shrinking would alias.
            rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.45 / view.scale), np.uint8)
        out = cv2.warpAffine(
            rgb,
            affine,
            (self.width, self.height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return out.astype(np.float32)


@dataclass
class Footage:
    """A real clip without faces or plates as a scene; it loops back and forth."""

    pictures: list[Picture] = field(repr=False)
    fps: float

    def at(self, time: float) -> tuple[Picture, list[Seen]]:
        period = max(1, 2 * len(self.pictures) - 2)
        n = int(time * self.fps) % period
        return self.pictures[min(n, period - n)].copy(), []


@dataclass
class Sequence:
    """Scenes one after another, with hard cuts or dissolves.

    Args:
        cuts: seconds at which the next scene begins.
        dissolve: seconds a transition takes, 0 for a cut.
    """

    scenes: list[Scene]
    cuts: list[float]
    dissolve: float = 0.0

    def at(self, time: float) -> tuple[Picture, list[Seen]]:
        n = sum(time >= c for c in self.cuts)
        picture, seen = self.scenes[n].at(time)
        if not self.dissolve or n == 0 or time >= self.cuts[n - 1] + self.dissolve:
            return picture, seen
        weight = (time - self.cuts[n - 1]) / self.dissolve
        before, seen_before = self.scenes[n - 1].at(time)
        mixed = weight * picture.astype(np.float32) + (1 - weight) * before
        # The fainter half of a dissolve is not claimed, yet covering it is no error.
        faint = [
            Seen(s.key, s.target, s.box, s.outline, s.holes, True)
            for s in (seen_before if weight >= 0.5 else seen)
        ]
        return np.clip(mixed + 0.5, 0, 255).astype(np.uint8), [
            *(seen if weight >= 0.5 else seen_before),
            *faint,
        ]


@dataclass
class Pillars:
    """Posts in front of a scene that pass by at their own speed.

    Args:
        posts: (left edge at time 0 in px, width in px, speed in px/s) each.
    """

    scene: Scene
    posts: list[tuple[float, float, float]]
    surface: Picture = field(repr=False)

    def at(self, time: float) -> tuple[Picture, list[Seen]]:
        picture, seen = self.scene.at(time)
        height, width = picture.shape[:2]
        holes: list[Polygon] = []
        for left, wide, speed in self.posts:
            x1, x2 = round(left + speed * time), round(left + speed * time + wide)
            a, b = max(0, x1), min(width, x2)
            if a < b:
                picture[:, a:b] = self.surface[:height, a - x1 : b - x1]
                holes.append(((a, 0), (b - 1, 0), (b - 1, height), (a, height)))
        if not holes:
            return picture, seen
        return picture, [
            Seen(s.key, s.target, s.box, s.outline, (*s.holes, *holes), s.ignore) for s in seen
        ]
