"""Writes clips and their truth."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .. import video
from ..truth import SMALLEST, VISIBLE, Instance, Truth, TruthTrack, visible_share
from ..video import Picture
from .catalogue import Spec
from .effects import clock
from .scene import Seen
from .stills import Library

FORMAT = 5
"""Raised whenever a clip of the same name, or its truth, changes."""
DARK = 0.15
"""Gain under which a fading picture claims no truth."""


def claim(truth: Truth, frame: int, seen: list[Seen], dark: bool) -> None:
    """Enter one frame's objects: as truth where they can be seen, else as ignored."""
    for item in seen:
        holes = tuple(h for h in item.holes if _touches(h, item.box))
        share = visible_share(item.box, truth.width, truth.height, holes)
        instance = Instance(item.box, holes, item.outline)
        if share <= 0:
            continue
        if item.ignore or dark or share < VISIBLE or instance.height < SMALLEST:
            truth.ignore.setdefault(frame, []).append(item.box)
            continue
        track = next((t for t in truth.tracks if t.target + t.key == item.target + item.key), None)
        if track is None:
            track = TruthTrack(len(truth.tracks) + 1, item.target, key=item.key)
            truth.tracks.append(track)
        track.instances[frame] = instance


def _touches(hole: tuple[tuple[float, float], ...], box: tuple[float, float, float, float]) -> bool:
    xs, ys = [p[0] for p in hole], [p[1] for p in hole]
    return min(xs) < box[2] and max(xs) > box[0] and min(ys) < box[3] and max(ys) > box[1]


def film(spec: Spec, library: Library, seed: int, path: Path) -> Truth:
    """Write one clip to `path` and return its truth."""
    rng = np.random.default_rng([seed, zlib.crc32(spec.name.encode())])
    scene = spec.make(spec, library, rng)
    times = clock(spec.fps, spec.seconds, rng)
    width, height = spec.size
    truth = Truth(spec.name, width, height, len(times), spec.kinds)
    noise_seed = [seed, zlib.crc32(spec.name.encode())]

    def pictures() -> Iterator[Picture]:
        for n, time in enumerate(times):
            picture, seen = scene.at(time)
            dark = spec.light.level(time, spec.seconds) < DARK
            claim(truth, n, seen, dark)
            yield spec.light.on(picture, time, spec.seconds, noise_seed)

    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    video.write(temporary, pictures(), times, crf=spec.crf, suffix=path.suffix)
    temporary.replace(path)
    return truth


def build(
    folder: Path, library: Library, seed: int, wanted: Sequence[Spec]
) -> list[tuple[Path, Truth]]:
    """Clips under `folder`, made where they are not there yet.

    Returns:
        (video, truth) of each, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for spec in wanted:
        path = folder / f"{spec.name}.mp4"
        stamp = json.dumps([FORMAT, seed, library.name, spec.describe()])
        mark = hashlib.sha256(stamp.encode()).hexdigest()[:16]
        record = folder / f"{spec.name}.{mark}.json"
        if not (path.exists() and record.exists()):
            for old in folder.glob(f"{spec.name}.*.json"):
                old.unlink()
            film(spec, library, seed, path).save(record)
        found.append((path, Truth.load(record)))
    return found
