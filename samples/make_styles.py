"""Make the pictures of `docs/deciding.md`: every style on four scenes.

    pip install -e '.[samples]' && python samples/make_styles.py docs/images

The scenes are made of the public-domain portraits and CC0 textures of `make_sample.py`; credits
in `samples/CREDITS.md`. Boxes are known because the scenes are composed here.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from make_sample import COLLINS, HOPPER, Image, car, cut_out, paste, plate, street
from matplotlib import cbook
from skimage import data

from redact.render import Renderer
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

HOPPER_FACE = Box(165, 140, 374, 340)
COLLINS_FACE = Box(176, 62, 272, 184)
"""Faces in the portraits, pixels of the portraits."""

PLATE_ON_CAR = Box(98, 112, 202, 136)

Scene = tuple[Image, list[Region]]

LOOKS = (RenderSettings(), RenderSettings(style=Style.BLUR), RenderSettings(style=Style.MOSAIC))


def portrait(name: str) -> Image:
    if name == "collins":
        return np.ascontiguousarray(data.astronaut())
    file = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    return np.ascontiguousarray(cv2.imread(str(file))[..., ::-1])


def placed(track: int, target: Target, box: Box, x: float, y: float, scale: float) -> Region:
    """A box of a pasted item, in the scene."""
    moved = Box(*(o + v * scale for o, v in zip((x, y, x, y), box, strict=True)))
    return Region(track, target, moved, State.DETECTED)


def talking_head() -> Scene:
    return portrait("hopper")[:480], [placed(1, Target.FACE, HOPPER_FACE, 0, 0, 1)]


def crowd() -> Scene:
    """Three rows of people, the nearer in front of the farther."""
    people = [
        (cut_out(portrait("collins"), COLLINS), COLLINS_FACE),
        (cut_out(portrait("hopper"), HOPPER), HOPPER_FACE),
    ]
    scene, regions = street(), []
    random = np.random.default_rng(4)
    for row, (scale, top, step) in enumerate(((0.22, 170, 62), (0.36, 215, 108), (0.6, 230, 190))):
        for place, x in enumerate(range(-40, 940, step)):
            who, face = people[(place + row) % 2]
            size = scale * (0.8 if who.shape[0] == 600 else 1)
            left, upper = x + random.uniform(-12, 12), top + random.uniform(-14, 14)
            paste(scene, who, left, upper, size)
            region = placed(len(regions) + 1, Target.FACE, face, left, upper, size)
            regions.append(region)
    return scene, regions


def parked_car() -> Scene:
    scene = street()
    paste(scene, cut_out(portrait("collins"), COLLINS), 215, 95, 0.8)
    paste(scene, car((168, 44, 40), plate("RDX 204", (238, 238, 232))), 330, 190, 1.6)
    return scene[40:520, 200:920], [
        placed(1, Target.FACE, COLLINS_FACE, 15, 55, 0.8),
        placed(2, Target.PLATE, PLATE_ON_CAR, 130, 150, 1.6),
    ]


def night_street() -> Scene:
    """The street in the light of one lamp and two headlights, with the noise of a dark sensor."""
    scene = street()
    paste(scene, cut_out(portrait("hopper"), HOPPER), 560, 110, 0.5)
    paste(scene, cut_out(portrait("collins"), COLLINS), 170, 140, 0.46)
    paste(scene, car((42, 74, 140), plate("FOOT 46", (240, 200, 40))), 300, 240, 1.1)
    y, x = np.mgrid[0 : scene.shape[0], 0 : scene.shape[1]]
    lamp = np.exp(-(((x - 640) / 230) ** 2 + ((y - 150) / 200) ** 2))
    beams = sum(np.exp(-(((x - c) / 70) ** 2 + ((y - 380) / 60) ** 2)) for c in (330, 610))
    light = 0.10 + 0.75 * lamp + 0.25 * beams
    dark = scene * light[..., None] * (1.0, 0.92, 0.78)
    for centre in ((640, 40), (345, 360), (588, 360)):
        glow = np.exp(-(((x - centre[0]) / 16) ** 2 + ((y - centre[1]) / 16) ** 2))
        dark += glow[..., None] * (255, 240, 200)
    dark += np.random.default_rng(9).normal(0, 7, dark.shape)
    return dark.clip(0, 255).astype(np.uint8), [
        placed(1, Target.FACE, HOPPER_FACE, 560, 110, 0.5),
        placed(2, Target.FACE, COLLINS_FACE, 170, 140, 0.46),
        placed(3, Target.PLATE, PLATE_ON_CAR, 300, 240, 1.1),
    ]


def drawn(scene: Scene, settings: RenderSettings) -> Image:
    picture, regions = scene
    full = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = Frame(0, 0, Fraction(1, 25), full.reformat(format="yuv420p"))
    return np.asarray(Renderer(settings).draw(frame, regions).picture.to_ndarray(format="rgb24"))


def sheet(scene: Scene) -> Image:
    """Source, cover, blur and mosaic, two by two."""
    parts = [scene[0], *(drawn(scene, settings) for settings in LOOKS)]
    height = 300
    width = round(scene[0].shape[1] * height / scene[0].shape[0])
    small = [cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in parts]
    return np.vstack([np.hstack(small[:2]), np.hstack(small[2:])])


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in (
        ("talking-head", talking_head),
        ("crowd", crowd),
        ("car", parked_car),
        ("night-street", night_street),
    ):
        picture = np.ascontiguousarray(sheet(make())[..., ::-1])
        cv2.imwrite(str(folder / f"style-{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
