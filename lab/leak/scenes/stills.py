"""Pictures that clips are made of: annotated stills, package pictures, rendered plates."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab.halves import in_half

from ..truth import Box
from ..video import Picture
from .rendered import car
from .slant import slant_of


@dataclass(frozen=True)
class Label:
    """A labelled object.

    Attributes:
        ignore: it counts neither as leak nor as over-redaction.
        slant: of a plate in its box (`slant`).
    """

    target: str
    box: Box
    ignore: bool = False
    slant: float = 0.0

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Still:
    """A picture with every face, or every plate, labelled."""

    name: str
    rgb: Picture = field(repr=False)
    labels: tuple[Label, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.rgb.shape[1], self.rgb.shape[0]

    def targets(self, target: str, low: float = 0, high: float = 1e9) -> list[Label]:
        """Labels of a target that are not ignored and low to high px tall."""
        mine = (x for x in self.labels if x.target == target and not x.ignore)
        return [x for x in mine if low <= x.height <= high]


NARROW = 640
"""Stills of a half that are narrower, px, are shown at twice their size: the sources with crowds
in the dev half are 400 px wide."""


class Library:
    """All pictures at hand.

    Args:
        shared: folder with eval/ and clips/, or None: then package pictures stand in for them.
        half: "dev" or "test", only stills of its sources (`lab.halves`); None for all.
    """

    def __init__(self, shared: Path | None, half: str | None = None) -> None:
        self.shared, self.half = shared, half
        self._labels: dict[str, Any] = {}
        if shared is not None:
            known = json.loads((shared / "eval" / "labels.json").read_text())
            mine = {n: e for n, e in known.items() if in_half(e["source"], half)}
            self._labels = {n: _wide_enough(e) if half else e for n, e in mine.items()}

    @property
    def name(self) -> str:
        if self.shared is None:
            return "package"
        return f"stills-{self.half}" if self.half else "stills"

    def sources(self) -> set[str]:
        """Data sets that the stills come from."""
        return {e["source"] for e in self._labels.values()}

    def names(self, target: str, width: int, low: float, high: float, least: int) -> list[str]:
        """Stills at least `width` px wide, with `least` or more targets low to high px tall."""
        if self.shared is None:
            return [f"package-{target}-{n}" for n in range(PACKAGE_STILLS)]
        found = []
        for name, entry in sorted(self._labels.items()):
            boxes = [b for b in entry["boxes"] if b["target"] == target and not b["ignore"]]
            heights = [b["box"][3] - b["box"][1] for b in boxes]
            large = entry[f"{target}s_labelled"] and entry["w"] >= width and entry["h"] >= 440
            # A much larger face would fill the view of the camera.
            fits = sum(low <= h <= high for h in heights) >= least and max(heights) <= 2 * high
            if large and fits:
                found.append(name)
        return found

    def still(self, name: str) -> Still:
        if self.shared is None:
            _, target, number = name.split("-")
            return package_still(target, int(number))
        picture = cv2.imread(str(self.shared / "eval" / "images" / name), cv2.IMREAD_COLOR)
        if picture is None:
            raise FileNotFoundError(f"{name}: a still of the benchmark cannot be read")
        scale = self._labels[name].get("scale", 1)
        if scale != 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        labels = []
        for known in self._labels[name]["boxes"]:
            box = tuple(known["box"])
            slant = slant_of(rgb, box) if known["target"] == "plate" else 0.0
            labels.append(Label(known["target"], box, bool(known["ignore"]), slant))
        return Still(name, rgb, tuple(labels))


def _wide_enough(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of labels.json, at twice its size if it is narrow."""
    if entry["w"] >= NARROW:
        return entry
    boxes = [{**b, "box": [2 * v for v in b["box"]]} for b in entry["boxes"]]
    return {**entry, "w": 2 * entry["w"], "h": 2 * entry["h"], "boxes": boxes, "scale": 2}


PACKAGE_STILLS = 6
ASTRONAUT_FACE = (183.0, 72.0, 266.0, 184.0)
"""In scikit-image's astronaut (512 x 512), measured by hand: hairline to chin, ear to ear."""
HOPPER_FACE = (170.0, 122.0, 350.0, 312.0)
"""In matplotlib's grace_hopper.jpg (512 x 600)."""
TEXTURES = ("coffee", "gravel", "brick", "rocket", "grass", "motorcycle_left")


def texture(number: int, width: int = 960, height: int = 640) -> Picture:
    """A package picture without faces or plates, stretched over width x height."""
    from skimage import data

    name = TEXTURES[number % len(TEXTURES)]
    picture = data.stereo_motorcycle()[0] if name == "motorcycle_left" else getattr(data, name)()
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    size = (width, height)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def portraits() -> list[Still]:
    """The two package pictures that show a face well."""
    from matplotlib import cbook
    from skimage import data

    hopper = cv2.imread(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)))
    return [
        Still("astronaut", data.astronaut(), (Label("face", ASTRONAUT_FACE),)),
        Still(
            "hopper",
            np.asarray(cv2.cvtColor(hopper, cv2.COLOR_BGR2RGB), np.uint8),
            (Label("face", HOPPER_FACE),),
        ),
    ]


def package_still(target: str, number: int) -> Still:
    """A wide picture with two faces, or with two cars and their plates, from packages only."""
    picture = texture(number)
    labels = []
    if target == "face":
        for n, portrait in enumerate(portraits()):
            face = portrait.labels[0]
            scale = (0.55 + 0.1 * ((number + n) % 3)) * (1.0 if n == 0 else 0.6)
            small = cv2.resize(portrait.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            x, y = 60 + 470 * ((n + number) % 2), 120 + 40 * (number % 4)
            h, w = small.shape[:2]
            picture[y : y + h, x : x + w] = small[: 640 - y, : 960 - x]
            box = tuple(v * scale + (x, y)[i % 2] for i, v in enumerate(face.box))
            labels.append(Label("face", box))  # type: ignore[arg-type]
    else:
        for n in range(2):
            rgb, plate = car(number * 2 + n)
            x, y = 60 + 470 * n, 150 + 60 * ((number + n) % 3)
            h, w = rgb.shape[:2]
            picture[y : y + h, x : x + w] = rgb
            box = (plate[0] + x, plate[1] + y, plate[2] + x, plate[3] + y)
            labels.append(Label("plate", box))
    return Still(f"package-{target}-{number}", picture, tuple(labels))
