"""Short clips with known masks: what the measure must find, and must not find."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lab.leak import video
from lab.leak.fills import STYLES, mask_of
from lab.leak.metrics import ClipResult, judge_clip
from lab.leak.scenes.build import claim
from lab.leak.scenes.paths import Mover
from lab.leak.scenes.scene import StillScene
from lab.leak.scenes.stills import package_still
from lab.leak.truth import Truth

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
                mask = mask_of(box, track.target, SIZE, *change)
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
