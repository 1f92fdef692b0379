"""Leaks of one output: every truth instance judged from the pixels.

`judge_clip` is the black-box measure: source video, truth and output video in, `ClipResult`
out. Sums and tables over many clips are made in `summary`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from . import pixels, video
from .truth import Box, Instance, Truth
from .video import Picture

COVERED = {"face": 0.95, "plate": 0.99}
"""Least share of an instance that must be hidden; issue's definition of a leaked frame."""
JUDGED = 0.2
"""An instance is judged where this share of it has a verdict; else it had nothing to show."""
INNER = 0.01
"""Islands inside a mask up to this share of the instance are chance agreement: what a mask
that is too small or late leaves open reaches the rim."""
NEAR = 0.5
"""Hidden pixels within this share of a box around it are its margin, not over-redaction."""
NEAR_PIXELS = 8.0
SOLID_SIDE = 7
"""Masks thinner than this, px, are not counted as over-redaction: encoders make such specks."""
LEARN_FROM = 6
"""Frames from which the codec's error is learnt."""


@dataclass
class TrackResult:
    """One truth track.

    Attributes:
        frames, heights, times: of its instances, in order of frame (px, seconds).
        coverage: hidden share of each instance, 0 to 1; None where nothing can be told or the
            output does not show the frame.
        leaked: covered less than `COVERED`.
    """

    id: int
    target: str
    frames: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    coverage: list[float | None] = field(default_factory=list)
    leaked: list[bool] = field(default_factory=list)


@dataclass
class ClipResult:
    """One clip and one output.

    Attributes:
        seconds: length of the source.
        over, margin: mean share of the picture hidden away from any target, and hidden around
            a target but outside its box.
        stray: the part of `over` in masks that touch no target at all; the rest is masks that
            are larger than their target needs.
        dropped: source frames that the output does not show.
    """

    clip: str
    kinds: list[str]
    frames: int
    seconds: float
    tracks: list[TrackResult]
    over: float
    stray: float
    margin: float
    dropped: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> ClipResult:
        return cls(**{**raw, "tracks": [TrackResult(**t) for t in raw["tracks"]]})


def coverage(verdict: pixels.Verdict, instance: Instance, target: str) -> float | None:
    """Hidden share of an instance, 0 to 1; None where too few of its pixels have a verdict."""
    height, width = verdict.hidden.shape
    region = instance.region(target, width, height)
    whole = int(region.sum())
    hidden = int((verdict.hidden & region).sum())
    shown = int(_without_inner(verdict.shown & region, region).sum())
    if whole == 0 or hidden + shown < max(1.0, JUDGED * whole):
        return None
    return hidden / (hidden + shown)


def _without_inner(shown: pixels.Mask, region: pixels.Mask) -> pixels.Mask:
    if not shown.any():
        return shown
    _, labels, stats, _ = cv2.connectedComponentsWithStats(shown.astype(np.uint8))
    eroded = cv2.erode(region.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    at_rim = np.zeros(len(stats), bool)
    at_rim[np.unique(labels[shown & ~eroded])] = True
    small = stats[:, cv2.CC_STAT_AREA] <= INNER * region.sum()
    return np.asarray(shown & ~(small & ~at_rim)[labels], bool)


def _pairs(
    source: Path, output: Path, matching: list[int], only: set[int] | None = None
) -> Iterator[tuple[int, Picture, Picture]]:
    """(source frame, source picture, output picture) for each output frame."""
    frames = enumerate(picture for _, picture in video.read(source))
    index, picture = next(frames)
    for position, (_, out) in enumerate(video.read(output)):
        while index < matching[position]:
            index, picture = next(frames)
        if only is not None and position not in only:
            continue
        if out.shape != picture.shape:
            size = picture.shape[1], picture.shape[0]
            out = np.asarray(cv2.resize(out, size, interpolation=cv2.INTER_AREA), np.uint8)
        yield index, picture, out


def target_masks(truth: Truth, frame: int) -> tuple[pixels.Mask, pixels.Mask]:
    """Pixels inside any box, and near any box, truth and ignored alike."""
    inside = np.zeros((truth.height, truth.width), np.uint8)
    near = inside.copy()

    def paint(mask: np.ndarray, box: Box, grow: float, pad: float) -> None:
        dx, dy = grow * (box[2] - box[0]) + pad, grow * (box[3] - box[1]) + pad
        x1, y1 = max(0, round(box[0] - dx)), max(0, round(box[1] - dy))
        mask[y1 : max(0, round(box[3] + dy)), x1 : max(0, round(box[2] + dx))] = 1

    for box in truth.boxes_at(frame) + truth.ignore.get(frame, []):
        paint(inside, box, 0.0, 2.0)
        paint(near, box, NEAR, NEAR_PIXELS)
    return inside.astype(bool), near.astype(bool)


def _stray(hidden: pixels.Mask, inside: pixels.Mask) -> pixels.Mask:
    """The connected hidden patches that touch no target."""
    _, labels = cv2.connectedComponents(hidden.astype(np.uint8))
    touching = np.zeros(labels.max() + 1, bool)
    touching[np.unique(labels[inside])] = True
    return hidden & ~touching[labels]


def judge_clip(source: Path, output: Path, truth: Truth) -> ClipResult:
    """Measure one output against its source and truth.

    Args:
        source: the clip that the tool was given.
        output: what the tool wrote; any size, codec and frame rate.
        truth: of the source.
    """
    stamps, thumbs = [], []
    for time, picture in video.read(source):
        stamps.append(time)
        thumbs.append(video.thumbnail(picture))
    shown = [video.thumbnail(picture) for _, picture in video.read(output)]
    matching = video.match(thumbs, shown)
    picks = {round(p) for p in np.linspace(0, max(0, len(shown) - 1), LEARN_FROM)}
    noise = pixels.NoiseModel.learn([(s, o) for _, s, o in _pairs(source, output, matching, picks)])
    covers: dict[tuple[int, int], float | None] = {}
    over, stray, margin = [], [], []
    for index, s, o in _pairs(source, output, matching):
        verdict = pixels.judge(s, o, noise)
        followed = pixels.follow(verdict)
        for track in truth.tracks:
            if index not in track.instances:
                continue
            cover = coverage(followed, track.instances[index], track.target)
            before = covers.get((track.id, index))
            # A frame that is shown twice leaks if one of its showings does.
            if cover is not None and (before is None or cover < before):
                covers[track.id, index] = cover
            covers.setdefault((track.id, index), cover)
        solid = pixels.opened(verdict.hidden, SOLID_SIDE)
        inside, near = target_masks(truth, index)
        over.append(float((solid & ~near).mean()))
        stray.append(float((_stray(solid, inside) & ~near).mean()))
        margin.append(float((solid & near & ~inside).mean()))
    step = stamps[-1] - stamps[-2] if len(stamps) > 1 else 0.0
    return ClipResult(
        clip=truth.clip,
        kinds=list(truth.kinds),
        frames=len(stamps),
        seconds=stamps[-1] - stamps[0] + step,
        tracks=[_track_result(t, stamps, covers) for t in truth.tracks if t.instances],
        over=float(np.mean(over)) if over else 0.0,
        stray=float(np.mean(stray)) if stray else 0.0,
        margin=float(np.mean(margin)) if margin else 0.0,
        dropped=len(stamps) - len(set(matching)),
    )


def _track_result(
    track: Any, stamps: list[float], covers: dict[tuple[int, int], float | None]
) -> TrackResult:
    result = TrackResult(track.id, track.target)
    for frame, instance in sorted(track.instances.items()):
        cover = covers.get((track.id, frame))
        result.frames.append(frame)
        result.times.append(round(stamps[frame], 4))
        result.heights.append(round(instance.height, 1))
        result.coverage.append(None if cover is None else round(cover, 4))
        result.leaked.append(cover is not None and cover < COVERED[track.target])
    return result
