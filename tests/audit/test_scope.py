"""If a search was limited to some seconds, the audit scans the same seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from redact.auditing.still_visible import StillVisible
from redact.auditing.what_is_hidden import PlanCovers
from redact.media import Decode, probe
from redact.types import Detections, Frame, Scope

from .conftest import Clip, scenery, write_video


class Remembering:
    """Detectors that find nothing and record the frames that they scanned."""

    def __init__(self) -> None:
        self.frames: list[int] = []

    def scan(self, frame: Frame, only: Any = None) -> Detections:
        self.frames.append(frame.index)
        return Detections.empty()


def test_the_seconds_of_a_search_count_from_the_first_picture(tmp_path: Path) -> None:
    """In a recording that begins at ten seconds, the audit used to scan other seconds."""
    path = tmp_path / "late.mkv"
    write_video(path, [scenery()] * 40, pts=list(range(250, 290)))
    late = Clip(probe(path), tmp_path)
    frames = list(Decode(late.info))
    assert float(frames[0].time) == 10.0
    plan = late.plan(lambda _: None)
    plan = replace(plan, settings=replace(plan.settings, scope=Scope(between=((0.0, 0.4),))))
    eyes: Any = Remembering()
    looking = StillVisible(plan, PlanCovers(plan, 0.1), eyes)
    for frame in frames:
        looking.scan(frame, lambda: np.zeros((320, 480), np.uint8))
    inside = [n for n in range(40) if plan.settings.scope.at(n / 25)]
    assert eyes.frames == inside and 0 < len(inside) < 40
