"""A network that takes no part in the search glances at the video, and what it sees is a doubt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from redact.detection.glance import glanced_at
from redact.media import probe
from redact.pipeline import search
from redact.settings import DetectSettings
from redact.types import USUAL, Box, Detections, Frame, Rect, Scope, Target

from ..track.scenes import as_frame
from .conftest import SAMPLE

PLATE = np.array([[10.0, 20.0, 40.0, 30.0]], np.float32)


class Sees:
    """A plate in the same place whenever it is asked."""

    def __init__(self, *_: Any) -> None: ...

    def detect_frame(self, frame: Frame, only: list[Rect] | None = None) -> Detections:
        return Detections(PLATE, np.array([0.25], np.float32), np.array([Target.PLATE], np.int8))


@pytest.mark.parametrize(
    ("settings", "theirs", "seen"),
    [
        (DetectSettings(), False, [0, 25, 50]),
        (DetectSettings(scope=Scope(between=((20.0, 30.0),))), False, []),
        (DetectSettings(scope=Scope(ignored=(Box(0, 0, 80, 80),))), False, []),
        (DetectSettings((Target.FACE,)), False, []),
        (DetectSettings(centerface=False), False, []),
        (DetectSettings(), True, []),
    ],
)
def test_a_glance_a_second_where_plates_are_searched_for(
    settings: DetectSettings,
    theirs: bool,
    seen: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "Glance", Sees)
    glancing = search._Glancing(probe(SAMPLE), settings, theirs)
    grey = np.full((90, 160), 128, np.uint8)
    for number in range(60):
        glancing.at(as_frame(number, grey), number / 25, lambda look: look)
    assert [d.frame for d in glancing.doubts] == seen
    assert all(d.target is Target.PLATE and d.chance == 0.25 for d in glancing.doubts)


def test_only_kinds_with_numbers_are_glanced_at() -> None:
    """What the eye says of faces and heads that are open told nothing on dev."""
    assert glanced_at(USUAL) == (Target.PLATE,)
