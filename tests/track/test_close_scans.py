"""What is in doubt is looked at closely, a few times, and believed by what was seen then."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import load_calibration
from redact.track import settings_of
from redact.track.belief import MOST_CLOSE_SCANS, Clues, worth_hiding
from redact.types import DETECTED_TARGETS, Box, Detections, Frame, Target, Track

from .scenes import WEIGHTS, rendered, seen, track_clip, tracker_of

HEAD = Box(100, 60, 130, 96)
COUNT = 20
BELIEF = {t.word: {**WEIGHTS["face"], "close": 1.2} for t in DETECTED_TARGETS}


class Closely:
    """Answers the same of every place, and remembers what it was asked about."""

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
def test_what_is_in_doubt_is_hidden_if_a_close_look_confirms_it(target: Target) -> None:
    assert tracked(Closely(3.0), rising(0.4, target))
    assert not tracked(Closely(-3.5), rising(0.4, target))


def test_few_looks_are_taken_at_one_and_at_the_place_that_was_seen() -> None:
    closely = Closely(0.0)
    tracked(closely, rising(0.4))
    assert len(closely.boxes) == MOST_CLOSE_SCANS
    assert all(np.allclose(box, list(HEAD), atol=1e-3) for box in closely.boxes)


def test_a_clearer_picture_is_looked_at_and_says_more_than_those_before() -> None:
    """Somebody comes in at the border, half of a face in each of the first close looks, and then
    stands in full view, which the detector is sure of at once."""

    class Clearer(Closely):
        def ask(self, frame: Frame, *rest: NDArray[np.generic]) -> NDArray[np.float32]:
            self.odds = -3.5 if frame.index < 3 else 2.0
            return super().ask(frame, *rest)

    closely = Clearer(0.0)
    coming = [seen([HEAD], p) for p in (0.4, 0.41, 0.42, 0.8, 0.95, *[0.98] * 15)]
    assert tracked(closely, coming)
    assert len(closely.boxes) == MOST_CLOSE_SCANS + 2


def test_a_face_that_comes_in_at_the_border_is_looked_at_again_once_more_of_it_shows() -> None:
    """Every look at the whole picture is as sure of it as the first."""

    class Whole(Closely):
        def ask(self, frame: Frame, *rest: NDArray[np.generic]) -> NDArray[np.float32]:
            self.odds = -2.0 if frame.index < 4 else 2.0
            return super().ask(frame, *rest)

    coming = [seen([Box(0, 60, 30 + 12 * min(i, 8), 180)], 0.95) for i in range(COUNT)]
    closely = Whole(0.0)
    assert tracked(closely, coming), "parts of a face were taken for all of it"
    assert [box[2] for box in closely.boxes] == [30, 42, 54, 90]


def test_a_face_that_is_sure_needs_none_and_a_plate_does() -> None:
    for target, count in ((Target.FACE, 0), (Target.PLATE, MOST_CLOSE_SCANS)):
        closely = Closely(-3.5)
        assert tracked(closely, rising(0.96, target)) or target is Target.PLATE
        assert len(closely.boxes) == count


def test_what_no_network_looks_at_closely_is_not_asked_about() -> None:
    closely = Closely(-3.5)
    assert tracked(closely, rising(0.6, Target.PERSON)) and not closely.boxes


def test_a_fainter_look_than_the_best_so_far_is_no_reason_for_another_close_one() -> None:
    closely = Closely(0.0)
    tracked(closely, [seen([HEAD], 0.6 - 0.01 * i) for i in range(COUNT)])
    assert len(closely.boxes) == 1


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_by_the_installed_weights_close_looks_decide_what_is_in_doubt(target: Target) -> None:
    """And neither an even look nor nothing at all is hidden whatever they say."""
    weights, cost = load_calibration().tracks, settings_of("balanced").leak_cost

    def hidden(odds: float, closely: float) -> bool:
        picture = 1280.0 * 720
        one, rows = np.array([odds], np.float32), np.zeros(1, np.intp)
        clues = Clues.of_new(np.array([target], np.int8), one, np.array([list(HEAD)]), picture)
        clues.scanned_closely(rows, np.array([closely], np.float32))
        return bool(worth_hiding(clues, weights, cost)[0])

    assert hidden(0.0, 2.0) and not hidden(0.0, -3.5)
    assert not hidden(-3.0, -3.5)
