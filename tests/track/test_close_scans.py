"""Doubtful objects are scanned closely a few times, and believed by the result."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import load_calibration
from redact.track import TrackSettings
from redact.track.belief import MOST_CLOSE_SCANS, Clues, worth_hiding
from redact.types import DETECTED_TARGETS, Box, Detections, Frame, Target, Track

from .scenes import WEIGHTS, rendered, seen, track_clip, tracker_of

HEAD = Box(100, 60, 130, 96)
COUNT = 20
BELIEF = {t.word: {**WEIGHTS["face"], "close": 1.2} for t in DETECTED_TARGETS}


class Closely:
    """Gives the same answer for every place, and records what it was asked about."""

    def __init__(self, odds: float) -> None:
        self.odds, self.boxes = odds, list[NDArray[np.float64]]()

    def ask(
        self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        self.boxes += list(boxes)
        return np.full(len(boxes), self.odds, np.float32)


def tracked(closely: Closely, found: list[Detections]) -> tuple[Track, ...]:
    tracker = tracker_of(ask=closely.ask, weights=BELIEF)
    return track_clip(rendered([], len(found)), found, tracker).tracks


def rising(score: float, target: Target = Target.FACE) -> list[Detections]:
    """A little surer in every frame, so that each is the best so far."""
    return [seen([HEAD], score + 0.001 * i, target) for i in range(COUNT)]


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_a_doubtful_object_is_hidden_if_a_close_scan_confirms_it(target: Target) -> None:
    assert tracked(Closely(3.0), rising(0.4, target))
    assert not tracked(Closely(-3.5), rising(0.4, target))


def test_a_sure_face_needs_no_close_scan_but_a_plate_does() -> None:
    for target, count in ((Target.FACE, 0), (Target.PLATE, MOST_CLOSE_SCANS)):
        closely = Closely(-3.5)
        assert tracked(closely, rising(0.96, target)) or target is Target.PLATE
        assert len(closely.boxes) == count


def test_kinds_without_close_scans_are_not_asked_about() -> None:
    closely = Closely(-3.5)
    assert tracked(closely, rising(0.6, Target.PERSON)) and not closely.boxes


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_with_the_installed_weights_close_scans_decide_doubtful_cases(target: Target) -> None:
    """And neither an average detection nor nothing at all is hidden whatever they say."""
    weights, cost = load_calibration().tracks, TrackSettings().leak_cost

    def hidden(odds: float, closely: float) -> bool:
        picture = 1280.0 * 720
        one, rows = np.array([odds], np.float32), np.zeros(1, np.intp)
        clues = Clues.of_new(np.array([target], np.int8), one, np.array([list(HEAD)]), picture)
        clues.scanned_closely(rows, np.array([closely], np.float32))
        return bool(worth_hiding(clues, weights, cost)[0])

    assert hidden(0.0, 2.0) and not hidden(0.0, -3.5)
    assert not hidden(-3.0, -3.5)
