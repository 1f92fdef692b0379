"""Views of the same faces, each at another place, in another light and in front of another wall.

Only the face reveals who it is: backgrounds, sizes and boxes are random, all faces have the same
height and width, and everything of a face lies inside its box.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from redact.types import Box

Picture = NDArray[np.uint8]

SIDE = 176
"""Width and height of a scene in pixels."""

FACE = (96, 120)
"""Width and height to which every face is brought."""

TALL = 56
"""Least height in pixels of a face taken from the annotated stills."""

WALLS = ("coffee", "brick", "gravel", "grass", "chelsea", "rocket", "hubble_deep_field")


@dataclass(frozen=True, slots=True)
class View:
    """One picture of one face.

    Attributes:
        picture: uint8 [SIDE, SIDE, 3] RGB.
        box: what a detector would say, in pixels; holds all of the face.
    """

    picture: Picture
    box: Box


class Studio:
    """Makes views of faces; the same seed gives the same views.

    Args:
        stills: folder of annotated stills, or None for the faces that scikit-image ships.
        identities: at most this many faces.
        seed: of everything random.
    """

    def __init__(self, stills: Path | None, identities: int, seed: int) -> None:
        import skimage.data

        self._random = np.random.default_rng(seed)
        self._walls = [_rgb(getattr(skimage.data, name)()) for name in WALLS]
        found = _annotated(stills) if stills else _shipped()
        order = np.random.default_rng(0).permutation(len(found))[:identities]
        self.faces = [found[i] for i in order]

    def view(self, who: int) -> View:
        """A face at a random place, size, angle and light in front of a random wall."""
        return self.track(who, 1)[0]

    def track(self, who: int, frames: int) -> list[View]:
        """A face that moves by fractions of a pixel in front of a wall that moves differently."""
        random = self._random
        wall = self.wall(SIDE + 2 * frames)
        scale, angle = random.uniform(0.58, 0.78), random.uniform(-8, 8)
        x, y = random.uniform(0.44, 0.56, 2) * SIDE
        light = self._light()
        step = random.uniform(-0.4, 0.4, 2)
        views = []
        for index in range(frames):
            behind = wall[index : index + SIDE, index : index + SIDE]
            here = x + step[0] * index, y + step[1] * index
            views.append(self._shot(self.faces[who], behind, here, scale, angle, light))
        return views

    def wall(self, side: int = SIDE) -> Picture:
        """A random piece of a random wall, in random light."""
        wall = self._walls[self._random.integers(len(self._walls))]
        zoom = max(self._random.uniform(0.6, 1.6), side / min(wall.shape[:2]) + 0.02)
        wall = cv2.resize(wall, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        top = self._random.integers(wall.shape[0] - side + 1)
        left = self._random.integers(wall.shape[1] - side + 1)
        part = wall[top : top + side, left : left + side]
        tint = self._random.uniform(0.5, 1.3, 3)
        return np.asarray(np.clip(part * tint, 0, 255), np.uint8)

    def _light(self) -> tuple[float, float, NDArray[np.float64]]:
        """Gain, gamma, and a lamp from one side."""
        random = self._random
        slope = random.uniform(-0.3, 0.3)
        lamp = 1 + slope * np.linspace(-1, 1, FACE[0])[None, :, None]
        return float(random.uniform(0.75, 1.2)), float(random.uniform(0.8, 1.25)), lamp

    def _shot(
        self,
        face: Picture,
        behind: Picture,
        at: tuple[float, float],
        scale: float,
        angle: float,
        light: tuple[float, float, NDArray[np.float64]],
    ) -> View:
        random = self._random
        gain, gamma, lamp = light
        lit = np.clip(255 * gain * (face / 255) ** gamma * lamp, 0, 255).astype(np.float32)
        width, height = FACE
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
        turn[:, 2] += np.array(at) - (width / 2, height / 2)
        stencil = np.zeros((height, width), np.float32)
        cv2.ellipse(stencil, (width // 2, height // 2), (width // 2 - 2, height // 2 - 2),
                    0, 0, 360, 1, -1)  # fmt: skip
        size = SIDE, SIDE
        moved = cv2.warpAffine(lit, turn, size, flags=cv2.INTER_LINEAR)
        share = cv2.warpAffine(stencil, turn, size, flags=cv2.INTER_LINEAR)[..., None]
        scene = behind * (1 - share) + moved * share
        scene += random.normal(0, 3, scene.shape)
        quality = int(random.integers(70, 95))
        rows, columns = np.nonzero(share[..., 0] > 0)
        slack = random.uniform(0, 0.04, 4) * scale * width
        box = Box(
            columns.min() - slack[0],
            rows.min() - slack[1],
            columns.max() + 1 + slack[2],
            rows.max() + 1 + slack[3],
        )
        return View(compressed(np.clip(scene, 0, 255).astype(np.uint8), quality), box)


def compressed(picture: Picture, quality: int) -> Picture:
    """As a camera stores it: transform coding smears a face across its border, too."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _rgb(picture: Picture) -> Picture:
    return np.stack([picture] * 3, axis=-1) if picture.ndim == 2 else picture[..., :3]


def _shipped() -> list[Picture]:
    """The 100 faces, 25 by 25 grey pixels, of `skimage.data.lfw_subset`."""
    import skimage.data

    small = skimage.data.lfw_subset()[:100]
    return [
        _rgb(cv2.resize((face * 255).astype(np.uint8), FACE, interpolation=cv2.INTER_CUBIC))
        for face in small
    ]


def _annotated(folder: Path) -> list[Picture]:
    """Every annotated face that is tall enough, cut out along its box."""
    labels = json.loads((folder / "labels.json").read_text())
    found = []
    for name, entry in sorted(labels.items()):
        picture = None
        for item in entry["boxes"]:
            x1, y1, x2, y2 = (round(v) for v in item["box"])
            if item["target"] != "face" or item["ignore"] or y2 - y1 < TALL:
                continue
            if picture is None:
                picture = cv2.imread(str(folder / "images" / name))
            cut = picture[max(0, y1) : y2, max(0, x1) : x2, ::-1]
            if cut.shape[0] >= TALL and cut.shape[1] >= TALL // 2:
                found.append(cv2.resize(cut, FACE, interpolation=cv2.INTER_AREA))
    return found
