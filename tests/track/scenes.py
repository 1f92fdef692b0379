"""Small synthetic clips with exact truth: textured patches that move over textured ground."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.track import Tracker, Tracks
from redact.types import Box, Detections, Frame, Target, Track

Grey = NDArray[np.uint8]
WEIGHTS = {
    "face": {"bias": -2.03, "best": 0.38, "mean": 0.5, "hits": 0.58},
    "plate": {"bias": 0.2, "best": 0.41, "mean": 0.43, "close": 0.64},
}
"""Weights of the belief in tracks for all tests of the tracker: near the first that were fitted,
and fixed, so that new ones change no test. Plates begin higher, as leaving one open costs less."""
COSTS = {"balanced": 4.0, "thorough": 20.0}
"""What a leak costs in these tests, likewise; see `TrackSettings.leak_cost`."""
WIDTH, HEIGHT = 320, 180


def texture(seed: int, height: int, width: int, cell: int = 6) -> Grey:
    """Smooth random luma that differs everywhere."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 226, (height // cell + 2, width // cell + 2)).astype(np.uint8)
    fine = cv2.resize(coarse, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine[:height, :width], np.uint8)


def as_frame(index: int, grey: Grey, fps: int = 25, pixels: str = "yuv420p") -> Frame:
    """A real frame with the luma `grey`, in any pixel format."""
    picture = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=pixels)
    return Frame(index, index * 512, Fraction(1, 512 * fps), picture)


@dataclass(frozen=True)
class Thing:
    """A textured patch.

    Attributes:
        place: frame number -> left and top.
        size: width and height.
        seed: of its texture.
    """

    place: Callable[[int], tuple[float, float]]
    size: tuple[int, int] = (30, 36)
    seed: int = 1

    def box(self, frame: int) -> Box:
        x, y = self.place(frame)
        return Box(x, y, x + self.size[0], y + self.size[1])


def draw(ground: Grey, things: Iterable[Thing], frame: int) -> Grey:
    """`ground` with objects on it, later ones in front, at sub-pixel places."""
    picture = ground.copy()
    for thing in things:
        x, y = thing.place(frame)
        w, h = thing.size
        patch = texture(thing.seed, h, w, 5)
        shift = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        size = (picture.shape[1], picture.shape[0])
        moved = cv2.warpAffine(patch, shift, size, flags=cv2.INTER_LINEAR)
        cover = cv2.warpAffine(np.full_like(patch, 255), shift, size) / 255.0
        picture = (picture * (1 - cover) + moved * cover).round().astype(np.uint8)
    return picture


def seen(boxes: Iterable[Box], score: float = 0.95, target: Target = Target.FACE) -> Detections:
    xyxy = np.array([list(b) for b in boxes], np.float32).reshape(-1, 4)
    n = len(xyxy)
    return Detections(xyxy, np.full(n, score, np.float32), np.full(n, int(target), np.int8))


PARTS = {"stitch": "stitch_time", "grace": "grace"}
"""What a tracker of a test can do without, and the number that is then 0."""


def tracker_of(sensitivity: str = "balanced", *without: str, **more: Any) -> Tracker:
    settings = schedule_of(Sensitivity(sensitivity)).tracking
    settings = replace(settings, leak_cost=COSTS[sensitivity])
    settings = replace(settings, **{PARTS[part]: 0.0 for part in without})
    return Tracker(**{"weights": WEIGHTS, "settings": settings, **more})


def track_clip(
    frames: Iterable[Frame], found: Iterable[Detections | None], tracker: Tracker | None = None
) -> Tracks:
    tracker = tracker or tracker_of("balanced")
    for frame, detections in zip(frames, found, strict=True):
        tracker.observe(frame, detections)
    return tracker.finish()


def covered(tracks: Iterable[Track], frame: int, box: Box, share: float = 1.0) -> bool:
    """Whether the tracks' boxes cover at least `share` of `box` in `frame`."""
    mask = np.zeros((400, 600), np.bool_)
    for track in tracks:
        here = track.at(frame)
        if here is not None:
            x1, y1, x2, y2 = (max(0, v) for v in here.box)
            mask[int(np.floor(y1)) : int(np.ceil(y2)), int(np.floor(x1)) : int(np.ceil(x2))] = True
    x1, y1, x2, y2 = (max(0, round(v)) for v in box)
    part = mask[y1:y2, x1:x2]
    return part.size == 0 or bool(part.mean() >= share)


def contained(tracks: Iterable[Track], frame: int, box: Box) -> bool:
    """Whether a single track's box holds all of `box` in `frame`."""
    here = (track.at(frame) for track in tracks)
    return any(h is not None and h.box.contains(box, 1e-3) for h in here)


def rendered(
    things: Iterable[Thing], count: int, ground: Grey | None = None, fps: int = 25
) -> Iterator[Frame]:
    things = list(things)
    ground = texture(99, HEIGHT, WIDTH) if ground is None else ground
    for i in range(count):
        yield as_frame(i, draw(ground, things, i), fps)


def is_due(tracker: Tracker, frame: Frame) -> bool:
    """Whether a frame, or a place in it, is to be scanned."""
    places = tracker.places_to_scan(frame)
    return places is None or len(places) > 0
