"""Judges one output's frames by the labels: leaks and over-redaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .labels import Box, LabelledFrame, LabelledTrack, Labels
from .measure import LEAK, LEAST, Mask, View, area_of

REACH = 0.35
"""Hidden pixels within this share of a labelled box around it are not stray."""
NEIGHBOURHOOD = {"face": (1.5, 1.5), "plate": (1.0, 1.5)}
"""A box stands alone if nothing labelled lies within this many of its widths and heights."""
LEAST_GROWTH = 0.3
"""The size of a mask is not measured on objects that are covered less than this."""
BURNT_IN = 0.33
"""Share of a clock or caption from which it counts as hidden."""


@dataclass(frozen=True)
class ObjectScore:
    """A face or plate that is large enough to be judged.

    Attributes:
        open_share: the share of it that is still visible, 0 to 1.
    """

    clip: str
    frame: int
    target: str
    box: Box
    open_share: float

    @property
    def leaked(self) -> bool:
        return self.open_share > LEAK[self.target]


@dataclass(frozen=True)
class FrameScore:
    """One frame.

    Attributes:
        heads: labelled heads without a visible face, and faces; only `--targets heads` hides all.
        hidden, stray: shares of the picture.
        growth: for each face that stands alone, the hidden area around it over its ellipse's area.
        plate_growth: the same for each plate, over its box's area.
        burnt: for each box of `osd`, whether it is hidden; burnt_all: the same for `osd_all`.
    """

    clip: str
    frame: int
    objects: tuple[ObjectScore, ...]
    heads: tuple[ObjectScore, ...]
    hidden: float
    stray: float
    growth: tuple[float, ...]
    plate_growth: tuple[float, ...]
    burnt: tuple[bool, ...]
    burnt_all: tuple[bool, ...]

    @property
    def leaks(self) -> list[ObjectScore]:
        return [o for o in self.objects if o.leaked]


@dataclass
class TrackScore:
    """One labelled track: how many of its frames were judged, and which leaked."""

    clip: str
    id: str
    target: str
    judged: int = 0
    leaked: list[int] = field(default_factory=list)


@dataclass
class Scores:
    """Everything about one tool.

    Attributes:
        failed: clips for which the tool wrote no output, with its message; their frames count as
            unredacted.
        missing: labelled frames that an output lacks; they count as unredacted.
        silent: clip of each face and plate that is more than half open, and whether nothing points
            at it (`silent.py`); only where plans are judged.
    """

    tool: str
    frames: list[FrameScore] = field(default_factory=list)
    tracks: list[TrackScore] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    silent: list[tuple[str, bool]] = field(default_factory=list)


def judge_object(view: View, clip: str, frame: int, target: str, box: Box) -> ObjectScore | None:
    """None for an object too small to be judged."""
    if box[3] - box[1] < LEAST[target]:
        return None
    return ObjectScore(clip, frame, target, box, view.open_share(box, target))


def judge_frame(labelled: LabelledFrame, view: View) -> FrameScore:
    """One frame of one output."""
    hidden = view.hidden

    def judged(targets: list[tuple[str, Box]]) -> tuple[ObjectScore, ...]:
        found = (judge_object(view, labelled.clip, labelled.frame, t, b) for t, b in targets)
        return tuple(o for o in found if o is not None)

    known = labelled.known + labelled.whole_heads
    beside = 1 - area_of((hidden.shape[0], hidden.shape[1]), known, REACH)
    return FrameScore(
        labelled.clip,
        labelled.frame,
        judged(labelled.targets()),
        judged([("head", b) for b in labelled.heads + labelled.faces]),
        float(hidden.mean()),
        float((hidden & beside).mean()),
        tuple(_growths(labelled, hidden, "face")),
        tuple(_growths(labelled, hidden, "plate")),
        tuple(_is_covered(hidden, b) for b in labelled.osd),
        tuple(_is_covered(hidden, b) for b in labelled.osd_all),
    )


def judge_tracks(
    tracks: list[LabelledTrack], view_of: Callable[[int], View | None]
) -> list[TrackScore]:
    """Every labelled track; frames without a view are left out."""
    scores = []
    for track in tracks:
        score = TrackScore(track.clip, track.id, track.target)
        for frame, box in sorted(track.boxes.items()):
            view = view_of(frame)
            if view is None or track.target == "head":
                continue
            judged = judge_object(view, track.clip, frame, track.target, box)
            if judged:
                score.judged += 1
                score.leaked += [frame] if judged.leaked else []
        scores.append(score)
    return scores


def judge_clip(scores: Scores, labels: Labels, view_of: Callable[[int], View | None]) -> None:
    """Add one clip's frames and tracks to `scores`.

    Args:
        labels: of this clip alone.
        view_of: frame number to its view; None if the source has no such frame.
    """
    for labelled in labels.frames:
        view = view_of(labelled.frame)
        if view is not None:
            scores.frames.append(judge_frame(labelled, view))
    scores.tracks += judge_tracks(labels.tracks, view_of)


def _growths(labelled: LabelledFrame, hidden: Mask, target: str) -> list[float]:
    shape = hidden.shape[0], hidden.shape[1]
    across, down = NEIGHBOURHOOD[target]
    # Several boxes may have been drawn around one face.
    once = [b for b in labelled.known if target == "plate" or b not in labelled.dups]
    found = []
    for own in labelled.faces if target == "face" else labelled.plates:
        x1, y1, x2, y2 = own
        w, h = x2 - x1, y2 - y1
        near = (x1 - across * w, y1 - down * h, x2 + across * w, y2 + down * h)
        if h < LEAST[target] or any(b is not own and _overlap(b, near) for b in once):
            continue
        area = w * h * (np.pi / 4 if target == "face" else 1.0)
        growth = float((hidden & area_of(shape, [near])).sum()) / area
        if growth > LEAST_GROWTH:
            found.append(growth)
    return found


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _is_covered(hidden: Mask, box: Box) -> bool:
    x1, y1, x2, y2 = (int(v) for v in box)
    part = hidden[max(0, y1) : y2, max(0, x1) : x2]
    return bool(part.size) and float(part.mean()) > BURNT_IN
