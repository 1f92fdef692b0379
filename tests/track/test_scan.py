"""What is scanned of each frame: the whole picture at regular intervals, restless places in
between, and places that a small scan requests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from redact.detection import Bodies
from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.track import (
    BodyScanners,
    IncrementalScanner,
    SmallScans,
    plates_where_expected,
    scanned,
)
from redact.types import Box, Detections, Frame, Rect, Target

from .scenes import HEIGHT, WIDTH, Thing, as_frame, draw, rendered, seen, texture, tracker_of

GROUND = texture(99, HEIGHT, WIDTH)
STAND = Thing(lambda _: (30.0, 60.0))
RUN = Thing(lambda i: (120.0 + 14 * i, 100.0), (20, 24), seed=7)
EVERY = 1.0
BALANCED, THOROUGH = (schedule_of(s).tracking for s in (Sensitivity.BALANCED, Sensitivity.THOROUGH))


class Recorder:
    """A detector that detects all given objects, and records the areas that it was shown."""

    def __init__(
        self, *things: Thing, first: int = 0, last: int = 10**6, score: float = 0.95
    ) -> None:
        self.things, self.times, self.score = things, range(first, last + 1), score
        self.shown: dict[int, Sequence[Rect] | None] = {}

    def __call__(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        self.shown[frame.index] = only
        boxes = [t.box(frame.index) for t in self.things] if frame.index in self.times else []
        boxes = [b for b in boxes if only is None or any(_meet(b, a) for a in only)]
        return seen(boxes, self.score)


def _meet(box: Box, area: Rect) -> bool:
    return area.x1 < box.x2 and area.x2 > box.x1 and area.y1 < box.y2 and area.y2 > box.y1


def _holds(areas: Sequence[Rect], box: Box) -> bool:
    return any(Box(*map(float, area)).contains(box) for area in areas)


def test_between_whole_scans_only_the_places_of_fast_objects_are_scanned() -> None:
    tracker, detector = tracker_of("balanced"), Recorder(STAND, RUN)
    looks = IncrementalScanner(detector, EVERY)
    noise = np.random.default_rng(1)
    for index in range(12):  # everything changes everywhere
        grey = draw(GROUND, [STAND, RUN], index) + noise.normal(0, 8, GROUND.shape)
        frame = as_frame(index, np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8))
        tracker.observe(frame, *scanned(frame, tracker, looks))
    between = {index: areas for index, areas in detector.shown.items() if index % 4}
    assert between
    for index, areas in between.items():
        assert areas is not None and _holds(areas, RUN.box(index)), index
        if index > 1:  # both are new in the first frame
            assert not any(_meet(STAND.box(index), area) for area in areas), index


def test_an_unscanned_object_does_not_count_as_missed() -> None:
    """A scan elsewhere is no evidence against an object; a scan of the whole picture is."""
    elsewhere = [Rect(200, 0, WIDTH, 40)]
    frames = list(rendered([STAND], 30, GROUND))

    def looks_at(areas: Sequence[Rect] | None) -> float:
        tracker = tracker_of("balanced")
        tracker.observe(frames[0], seen([STAND.box(0)]))
        for frame in frames[1:6]:
            tracker.observe(frame, Detections.empty(), areas)
        return float(tracker._active.rows.clues.scans[0])

    assert looks_at(elsewhere) == 1
    assert looks_at(None) == 6


def test_the_next_whole_scan_is_due_whatever_was_scanned_in_between() -> None:
    tracker = tracker_of("balanced")
    frames = list(rendered([STAND], 6, GROUND))
    tracker.observe(frames[0], Detections.empty())
    for frame in frames[1:4]:
        assert tracker.places_to_scan(frame) is not None
        tracker.observe(frame, Detections.empty(), [Rect(200, 0, WIDTH, 40)])
    assert tracker.places_to_scan(frames[4]) is None


def test_a_face_that_appears_between_two_scans_is_requested_and_scanned() -> None:
    """One of three frames without a due scan gets a small scan; only that place is scanned."""
    flash = Thing(lambda _: (200.0, 100.0), (24, 30), seed=3)
    tracker = tracker_of("balanced")
    detector, small = Recorder(flash, first=5, last=7), Recorder(flash, first=5, last=7)
    looks, small_scans = IncrementalScanner(detector, EVERY), SmallScans(small, BALANCED)
    for index in range(12):
        frame = as_frame(index, draw(GROUND, [flash] if 5 <= index <= 7 else [], index))
        tracker.observe(frame, *scanned(frame, tracker, looks, small_scans))
    untracked = {index: areas for index, areas in detector.shown.items() if 5 <= index <= 7}
    assert any(areas is not None and _holds(areas, flash.box(i)) for i, areas in untracked.items())
    assert all(areas is not None for areas in untracked.values())


def test_thorough_rings_for_faint_faces_in_any_single_frame() -> None:
    flash = Thing(lambda _: (200.0, 100.0), (24, 30), seed=3)
    for shown in range(1, 8):
        tracker, detector = tracker_of("thorough"), Recorder(flash, first=shown, last=shown)
        small = Recorder(flash, first=shown, last=shown, score=0.3)
        looks, small_scans = IncrementalScanner(detector, EVERY), SmallScans(small, THOROUGH)
        for index in range(9):
            frame = as_frame(index, draw(GROUND, [flash] if index == shown else [], index))
            tracker.observe(frame, *scanned(frame, tracker, looks, small_scans))
        areas = detector.shown[shown]
        assert areas is None or _holds(areas, flash.box(shown)), shown


def frames_searched_for_plates(
    length: int,
    vehicles: range = range(0),
    plate: int | None = None,
    cut: int = 10**6,
    bodies: bool = True,
) -> list[int]:
    """Which frames of a moving scene, five a second, are searched for plates.

    Args:
        vehicles: frames in which the network for bodies sees one.
        plate: the frame from which a detector sees a plate in place.
        cut: the first frame of another scene.
        bodies: whether bodies are detected.
    """

    def scan_for_bodies(frame: Frame) -> Bodies:
        count = int(frame.index in vehicles)
        boxes = np.tile(np.float32([10, 10, 90, 90]), (count, 1))
        return Bodies(boxes, np.full(count, 0.9, np.float32), np.full(count, True))

    asked = []

    def everything(frame: Frame, _: Sequence[Rect] | None) -> Detections:
        asked.append(frame.index)
        there = plate is not None and frame.index >= plate
        return seen([STAND.box(frame.index)] if there else [], target=Target.PLATE)

    tracker = tracker_of(
        "balanced", body_scanners=BodyScanners(scan_for_bodies) if bodies else None
    )
    scan = plates_where_expected(everything, lambda *_: Detections.empty(), tracker)
    scanner = IncrementalScanner(scan, 0.0)
    grounds, noise = (GROUND, texture(7, HEIGHT, WIDTH)), np.random.default_rng(1)
    for index in range(length):
        grey = draw(grounds[index >= cut], [STAND], index) + noise.normal(0, 8, GROUND.shape)
        frame = as_frame(index, np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8), fps=5)
        tracker.observe(frame, *scanned(frame, tracker, scanner))
    return asked


def test_plates_are_searched_for_once_a_second_where_no_vehicle_is() -> None:
    assert frames_searched_for_plates(11) == [0, 5, 10]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"vehicles": range(2, 6)}, [0, 3, 4, 5, 6]),
        ({"plate": 0}, [*range(9)]),
        ({"plate": 4}, [0, 5, 6, 7, 8]),
        ({"cut": 3}, [0, 3, 4]),
        ({"bodies": False}, [*range(9)]),
    ],
)
def test_plates_are_searched_for_in_every_scan_where_they_are_expected(
    there: dict[str, object], expected: list[int]
) -> None:
    """After a vehicle or a plate was detected, after a cut, and where vehicles are not detected."""
    assert frames_searched_for_plates(9, **there) == expected  # type: ignore[arg-type]
