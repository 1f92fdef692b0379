"""A plate that can be read is hidden, whatever other evidence says; and few places are read."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import load_calibration
from redact.track import settings_of
from redact.track.active_tracklets import FULLER, READABLE
from redact.track.belief import MOST_COSTED_SHARE, ORDINARY, Clues, worth_hiding
from redact.track.tracker import Ask
from redact.types import Box, Detections, Frame, Target, Track

from .scenes import covered, rendered, seen, track_clip, tracker_of

COUNT = 24
FAINT = 0.1


def place(frame: int, start: float = 20.0, growth: float = 3.0) -> Box:
    """A plate that comes nearer, 20 to 89 pixels wide."""
    width = start + growth * frame
    return Box(60, 60, 60 + width, 60 + width / 4)


class Legible:
    """A reader that can read plates from this width on, and records what it was asked about."""

    def __init__(self, least: float) -> None:
        self.least, self.widths = least, list[float]()

    def read(self, frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        widths = boxes[:, 2] - boxes[:, 0]
        self.widths += widths.tolist()
        return np.asarray(widths >= self.least)


def doubted(
    frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
) -> NDArray[np.float32]:
    """A close scan that takes it for no plate."""
    return np.full(len(boxes), -2.0, np.float32)


def confirmed(
    frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
) -> NDArray[np.float32]:
    """A close scan that takes it for a plate."""
    return -2 * doubted(frame, boxes, target)


def tracked(reader: Legible, found: list[Detections], ask: Ask = doubted) -> tuple[Track, ...]:
    tracker = tracker_of(ask=ask, read=reader.read, weights=load_calibration().tracks)
    return track_clip(rendered([], len(found)), found, tracker).tracks


def nearer(target: Target = Target.PLATE) -> list[Detections]:
    return [seen([place(n)], FAINT, target) for n in range(COUNT)]


def test_a_plate_read_once_nearby_is_hidden_from_its_first_detection() -> None:
    assert not tracked(Legible(1000), nearer())
    tracks = tracked(Legible(80), nearer())
    assert all(covered(tracks, n, place(n)) for n in range(COUNT))


def test_it_is_read_again_only_when_clearly_larger_and_never_after_success() -> None:
    reader = Legible(60)
    tracked(reader, nearer())
    steps = [b / a for a, b in zip(reader.widths, reader.widths[1:], strict=False)]
    assert reader.widths[0] >= READABLE and all(step**2 >= FULLER for step in steps)
    assert [width for width in reader.widths if width >= 60] == reader.widths[-1:]


def test_an_object_that_only_a_number_would_hide_is_read_again_after_twice_as_many_detections() -> (
    None
):
    """A plate that enters at the border is no larger when all of it shows."""
    same = [seen([Box(60, 60, 110, 72)], FAINT, Target.PLATE) for _ in range(COUNT)]
    doubtful, sure = Legible(1000), Legible(1000)
    tracked(doubtful, same)
    tracked(sure, same, confirmed)
    assert 1 + np.log2(COUNT / 3) <= len(doubtful.widths) <= 1 + np.log2(COUNT)
    assert len(sure.widths) == 1


def test_only_plates_are_read() -> None:
    reader = Legible(0)
    tracked(reader, nearer(Target.FACE))
    tracked(reader, [seen([place(n)], 0.98) for n in range(COUNT)])
    assert reader.widths == []


@pytest.mark.parametrize("share", [ORDINARY[Target.PLATE], 0.02, MOST_COSTED_SHARE, 1.0])
def test_a_plate_that_was_read_is_hidden_however_large(share: float) -> None:
    box = np.array([[0.0, 0, 100, 100]])
    plate = np.array([Target.PLATE], np.int8)
    clues = Clues.of_new(plate, np.array([-1.0], np.float32), box, 1e4 / share)
    clues.scanned_closely(np.array([0]), np.array([-2.0], np.float32))
    weights, cost = load_calibration().tracks, settings_of("balanced").leak_cost
    assert not worth_hiding(clues, weights, cost)[0]
    clues.read[:] = 1
    assert worth_hiding(clues, weights, cost)[0]
