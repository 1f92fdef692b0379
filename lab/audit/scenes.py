"""Clips with exact truth: a camera that pans and zooms over annotated stills."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.types import Box, Target

from ..halves import STILL_SOURCES

WIDTH, HEIGHT, RATE, FRAMES = 640, 384, 25, 50

SHARP_SOURCES = (
    "jolignier_mask",
    "macwin_mask",
    "mik1i_facedet",
    "ealpr_egypt",
    "oid_google_lp",
    "nevalsar_web",
    "openlpr",
)
"""Sources of both halves, from which the scenes of seeds 1 to 71 were drawn before there were
halves."""


def sources_of(half: str | None) -> tuple[str, ...]:
    """Sources of a half; None stands for those of both, as used before there were halves."""
    return SHARP_SOURCES if half is None else STILL_SOURCES[half]


UNLABELLED: dict[str, tuple[tuple[str, Box], ...]] = {
    "ealpr_egypt__1772.jpg": (("plate", Box(718, 170, 741, 182)),),
    "ealpr_egypt__0384.jpg": (("plate", Box(896, 369, 920, 392)),),
    "openlpr__train_155.jpg": (("plate", Box(11, 390, 45, 411)),),
    "openlpr__train_120.jpg": (("plate", Box(44, 72, 81, 101)),),
    "openlpr__train_613.jpg": (
        ("plate", Box(267, 82, 301, 93)),
        ("plate", Box(496, 81, 527, 91)),
        ("plate", Box(873, 68, 910, 79)),
    ),
    "nevalsar_web__1.cars+1.jpg": (
        ("plate", Box(142, 335, 185, 357)),
        ("plate", Box(398, 302, 433, 318)),
    ),
    "oid_google_lp__train_4d578e0a1b6b1d7c.jpg": (("plate", Box(87, 200, 108, 212)),),
    "oid_google_lp__train_761911e6d087a820.jpg": (("plate", Box(476, 441, 494, 448)),),
    "oid_google_lp__train_d630ad076c3f21b2.jpg": (("plate", Box(768, 452, 793, 470)),),
    "oid_google_lp__train_aab66be23c05ebf0.jpg": (("plate", Box(748, 362, 777, 371)),),
    "openlpr__val_1666.jpg": (("plate", Box(139, 148, 155, 156)),),
    "jolignier_mask__709c5df7b73ba500748c262a879b19ba.jpg": (
        ("plate", Box(865, 146, 890, 159)),
        ("face", Box(471, 86, 495, 117)),
    ),
    "jolignier_mask__4911d3645854f08b30d11fe037f0c8dc.jpg": (("face", Box(126, 22, 156, 61)),),
}
"""Findings of the audit that are real, as anyone can see, and missing in the annotation; pixels of
the still. They are hidden like ignored boxes, so that finding them is no false positive."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One annotated face or plate and where it is in every frame (None: not in view).

    Attributes:
        sure: annotated by a person. The others come from a detector, are heads from behind, or are
            so small or blurred that the annotation says to ignore them. All are hidden; only sure
            ones are left open on purpose.
    """

    target: Target
    boxes: tuple[Box | None, ...]
    sure: bool = True

    @property
    def whole(self) -> tuple[int, int]:
        """First and last frame of the longest stretch in view and not cut by the border."""
        best = run = (0, -1)
        for frame, b in enumerate(self.boxes):
            if b is None or b.x1 < 0 or b.y1 < 0 or b.x2 > WIDTH or b.y2 > HEIGHT:
                run = (frame + 1, frame)
            else:
                run = (run[0], frame)
                best = max(best, run, key=lambda r: r[1] - r[0])
        return best

    @property
    def height(self) -> float:
        """Median height in pixels."""
        return float(np.median([b.height for b in self.boxes if b is not None]))


@dataclass(frozen=True, slots=True)
class Scene:
    """A still and the camera's path over it.

    Attributes:
        name: file name of the still.
        subjects: everything annotated.
        windows: the part of the still in view in every frame.
    """

    name: str
    subjects: tuple[Subject, ...]
    windows: tuple[Box, ...]
    image: Path

    def frame(self, number: int) -> NDArray[np.uint8]:
        """One picture, uint8 [HEIGHT, WIDTH, 3] RGB, sampled with subpixel accuracy."""
        bgr = cv2.imread(str(self.image), cv2.IMREAD_COLOR)
        if bgr is None:
            raise FileNotFoundError(self.image)
        w = self.windows[number]
        zoom = WIDTH / w.width
        move = np.array([[zoom, 0, -w.x1 * zoom], [0, zoom, -w.y1 * zoom]], np.float64)
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        if zoom < 0.7:  # warpAffine does not average: shrink first
            bgr = cv2.resize(bgr, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
            move = np.array([[1, 0, -w.x1 * zoom], [0, 1, -w.y1 * zoom]], np.float64)
        view = cv2.warpAffine(bgr, move, (WIDTH, HEIGHT), flags=how, borderMode=cv2.BORDER_REFLECT)
        return np.ascontiguousarray(view[:, :, ::-1])


def scenes(folder: Path, count: int, seed: int, half: str | None = None) -> list[Scene]:
    """`count` scenes from the stills in `folder`, as many from each of its sources.

    Args:
        folder: holds labels.json and images/.
        seed: the same seed gives the same scenes.
        half: see `sources_of`.
    """
    labels = json.loads((folder / "labels.json").read_text())
    rng = random.Random(seed)
    by_source: dict[str, list[str]] = {s: [] for s in sources_of(half)}
    for name in sorted(labels):
        label = labels[name]
        if label["source"] in by_source and label["w"] >= 400 and label["boxes"]:
            by_source[label["source"]].append(name)
    for names in by_source.values():
        rng.shuffle(names)
    found: list[Scene] = []
    while len(found) < count and any(by_source.values()):
        for names in by_source.values():
            if names and len(found) < count:
                name = names.pop()
                found.append(_scene(folder / "images" / name, labels[name], rng))
    return found


def _scene(image: Path, label: dict[str, object], rng: random.Random) -> Scene:
    width, height = float(label["w"]), float(label["h"])  # type: ignore[arg-type]
    start, end = (_window(width, height, rng) for _ in range(2))
    windows = tuple(start.lerp(end, n / (FRAMES - 1)) for n in range(FRAMES))
    subjects = []
    annotated = [
        (entry["target"], Box(*entry["box"]), not entry["ignore"])
        for entry in label["boxes"]  # type: ignore[attr-defined]
    ]
    lacking = [(word, box, False) for word, box in UNLABELLED.get(image.name, ())]
    for word, box, sure in annotated + lacking:
        boxes = tuple(_seen(box, w) for w in windows)
        if any(b is not None for b in boxes):
            subjects.append(Subject(Target.from_word(word), boxes, sure))
    return Scene(image.name, tuple(subjects), windows, image)


def _window(width: float, height: float, rng: random.Random) -> Box:
    """A random part of the still in the shape of the picture, 85 to 100 % of the largest."""
    side = min(width, height * WIDTH / HEIGHT) * rng.uniform(0.85, 1.0)
    tall = side * HEIGHT / WIDTH
    x, y = rng.uniform(0, width - side), rng.uniform(0, height - tall)
    return Box(x, y, x + side, y + tall)


def _seen(box: Box, window: Box) -> Box | None:
    """A box of the still in pixels of the picture; None if less than a tenth is in view."""
    zoom = WIDTH / window.width
    moved = Box(
        (box.x1 - window.x1) * zoom,
        (box.y1 - window.y1) * zoom,
        (box.x2 - window.x1) * zoom,
        (box.y2 - window.y1) * zoom,
    )
    inside = Box(
        max(0.0, moved.x1), max(0.0, moved.y1), min(WIDTH, moved.x2), min(HEIGHT, moved.y2)
    )
    seen = inside.width > 0 and inside.height > 0 and inside.area > 0.1 * moved.area
    return moved if seen else None


def write_source(scene: Scene, path: Path) -> None:
    """Encode a scene as H.264 at a quality of phone footage (CRF 20)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for number in range(FRAMES):
            picture = av.VideoFrame.from_ndarray(scene.frame(number), "rgb24")
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
