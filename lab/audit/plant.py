"""Plants leaks, at known places and times, in otherwise clean outputs."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from redact.media import Decode, SourceInfo, VideoWriter
from redact.plan import Plan, SourceRef
from redact.render import Renderer, drawn_area_of
from redact.settings import DetectSettings, EncodeSettings, RenderSettings, Sensitivity
from redact.types import Box, Keyframe, Region, State, Target, Timeline, Track

from .scenes import FRAMES, HEIGHT, WIDTH, Scene, Subject

KINDS = ("1", "2", "5", "30", "whole", "shifted", "shrunk", "undrawn")
"""For so many frames no mask in the plan; never in the plan; moved by half its size, or shrunk to
half, for 30 frames; in the plan, but not drawn in one frame."""

STRETCH = 34
"""Frames that a subject must be in view without touching the border."""

HOLES = {"1": 1, "2": 2, "5": 5, "30": 30, "whole": FRAMES, "shifted": 30, "shrunk": 30}


@dataclass(frozen=True, slots=True)
class Leak:
    """One planted leak: frames first to last, both included."""

    kind: str
    subject: Subject
    first: int
    last: int


def eligible(scene: Scene) -> list[Subject]:
    """Sure subjects, in view long enough, that no other subject's mask would cover."""
    found = []
    for s in scene.subjects:
        size = s.height >= (24 if s.target is Target.FACE else 12)
        first, last = s.whole
        if (
            s.sure
            and last - first >= STRETCH
            and size
            and not any(_touch(s, o) for o in scene.subjects if o is not s)
        ):
            found.append(s)
    return found


def _touch(a: Subject, b: Subject) -> bool:
    return any(
        x is not None and y is not None and x.grown(0.3).iou(y.grown(0.3)) > 0
        for x, y in zip(a.boxes, b.boxes, strict=True)
    )


def leak(kind: str, subject: Subject, rng: random.Random) -> Leak:
    """Choose when a leak begins and ends."""
    length = HOLES.get(kind, 1)
    start, end = subject.whole
    first = 0 if length == FRAMES else rng.randint(start + 2, end - 1 - length)
    return Leak(kind, subject, first, first + length - 1)


def plan_of(scene: Scene, info: SourceInfo, leaks: Iterable[Leak]) -> Plan:
    """The exact truth as a plan, except for the leaks."""
    by_subject = {id(item.subject): item for item in leaks}
    tracks: list[Track] = []
    for subject in scene.subjects:
        for run in _runs(subject, by_subject.get(id(subject))):
            keys = tuple(Keyframe(f, b, State.DETECTED, 0.9) for f, b in run)
            tracks.append(Track(len(tracks) + 1, subject.target, keys))
    pts = tuple(frame.pts for frame in Decode(info))
    return Plan(
        SourceRef(
            info.path.name, "0" * 64, info.size, WIDTH, HEIGHT, Timeline(info.video.time_base, pts)
        ),
        DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED),
        tuple(tracks),
    )


def _runs(subject: Subject, planted: Leak | None) -> list[list[tuple[int, Box]]]:
    """Stretches of frames in which the subject has a mask."""
    runs: list[list[tuple[int, Box]]] = [[]]
    for frame, box in enumerate(subject.boxes):
        inside = planted is not None and planted.first <= frame <= planted.last
        shown = box
        if inside and planted is not None and box is not None:
            if planted.kind == "shifted":
                shown = Box(
                    box.x1 + box.width * 0.6,
                    box.y1 + box.height * 0.3,
                    box.x2 + box.width * 0.6,
                    box.y2 + box.height * 0.3,
                )
            elif planted.kind == "shrunk":
                shown = box.grown(-0.3)
            elif planted.kind != "undrawn":
                shown = None
        if shown is None:
            runs.append([])
        else:
            runs[-1].append((frame, shown))
    return [r for r in runs if r]


def render(info: SourceInfo, plan: Plan, leaks: Iterable[Leak], output: Path) -> None:
    """Draw the plan's masks, except where a planted leak simulates that drawing failed."""
    skipped = [item for item in leaks if item.kind == "undrawn"]
    renderer = Renderer(RenderSettings())
    with VideoWriter(output, info, EncodeSettings()) as writer:
        for frame in Decode(info):
            regions = plan.regions_at(frame.index)
            for item in skipped:
                if item.first <= frame.index <= item.last:
                    hole = item.subject.boxes[frame.index]
                    regions = [r for r in regions if hole is None or r.box.iou(hole) < 0.9]
            writer.write(renderer.draw(frame, regions))


def visible_share(planted: Leak, margin: float) -> float:
    """Share of the subject that is visible in the middle of the leak, by geometry."""
    middle = (planted.first + planted.last) // 2
    box = planted.subject.boxes[middle]
    if box is None:
        return 0.0
    runs = _runs(planted.subject, planted if planted.kind != "undrawn" else None)
    here = [b for run in runs for f, b in run if f == middle]
    if planted.kind == "undrawn" or not here:
        return 1.0
    region = Region(1, planted.subject.target, here[0], State.DETECTED)
    mask = drawn_area_of([region], WIDTH, HEIGHT, margin)
    inside = mask[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    return 1.0 - float(inside.mean()) if inside.size else 0.0
