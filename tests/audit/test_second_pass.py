"""The second pass of the audit scans only what the first has not scanned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redact.auditing.still_visible import StillVisible, followed
from redact.auditing.what_is_hidden import Covers
from redact.media import Decode
from redact.types import Box, Boxes, Detections, Frame, Rect, State, Target

from .conftest import HEIGHT as CLIP_HEIGHT
from .conftest import WIDTH as CLIP_WIDTH
from .conftest import Clip

PLACE = Box(100, 100, 160, 180)


class Seeing:
    """Detectors that see one thing, if they scan its place."""

    targets, sought = (Target.FACE, Target.PLATE), None

    def __init__(self, box: Box, score: float, target: Target) -> None:
        self.found = Detections(
            np.array([box], np.float32), np.array([score], np.float32), np.array([target], np.int8)
        )
        self.scans = 0

    def scan(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        self.scans += 1
        x, y = self.found.box(0).centre
        there = only is None or any(a.x1 <= x < a.x2 and a.y1 <= y < a.y2 for a in only)
        return self.found if there else Detections.empty()

    def ask(self, frame: Frame, boxes: Boxes, target: NDArray[np.int8]) -> NDArray[np.float32]:
        return np.full(len(boxes), 3, np.float32)


def test_what_the_first_pass_saw_is_not_scanned_again_by_the_second(clip: Clip) -> None:
    plan = clip.plan()
    seeing: Any = Seeing(PLACE, 0.9, Target.FACE)
    visible = StillVisible(plan, Covers(plan, 0.12), seeing)
    bare = np.zeros((CLIP_HEIGHT, CLIP_WIDTH), np.uint8)
    frames = ((frame, lambda: bare) for frame in Decode(clip.info))
    parts = [Rect(90, 90, 170, 190)]
    # Whole and due; a part; a part, but all of it is due.
    known = {0: (seeing.found, None), 4: (seeing.found, parts), 8: (Detections.empty(), parts)}
    due = (0, 8)
    tracks = followed(frames, [(0, 10)], lambda f: f.index in due, visible, seeing, None, known)
    assert seeing.scans == 1
    states = [tracks[0].at(n) for n in (0, 4, 8)]
    assert [s is not None and s.state for s in states] == [State.DETECTED] * 3
