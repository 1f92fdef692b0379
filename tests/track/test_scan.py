"""What is scanned of each frame: the whole picture at regular intervals, restless places in
between, and places for which the bell rings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from redact.settings import Sensitivity
from redact.track import Bell, IncrementalScanner, scanned, settings_of
from redact.types import Box, Detections, Frame, Rect

from .scenes import HEIGHT, WIDTH, Thing, as_frame, draw, rendered, seen, texture, tracker_of

GROUND = texture(99, HEIGHT, WIDTH)
STAND = Thing(lambda _: (30.0, 60.0))
RUN = Thing(lambda i: (120.0 + 14 * i, 100.0), (20, 24), seed=7)
EVERY = 1.0
BALANCED, THOROUGH = (settings_of(s) for s in (Sensitivity.BALANCED, Sensitivity.THOROUGH))


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


def test_a_face_that_appears_between_two_scans_rings_and_is_scanned() -> None:
    """In one of three frames without a due scan, the bell rings; only that place is scanned."""
    flash = Thing(lambda _: (200.0, 100.0), (24, 30), seed=3)
    tracker = tracker_of("balanced")
    detector, small = Recorder(flash, first=5, last=7), Recorder(flash, first=5, last=7)
    looks, bell = IncrementalScanner(detector, EVERY), Bell(small, BALANCED)
    for index in range(12):
        frame = as_frame(index, draw(GROUND, [flash] if 5 <= index <= 7 else [], index))
        tracker.observe(frame, *scanned(frame, tracker, looks, bell))
    rung = {index: areas for index, areas in detector.shown.items() if 5 <= index <= 7}
    assert any(areas is not None and _holds(areas, flash.box(i)) for i, areas in rung.items())
    assert all(areas is not None for areas in rung.values())


def test_the_bell_scans_nothing_that_has_not_changed() -> None:
    flash = Thing(lambda _: (200.0, 100.0), (24, 30), seed=3)
    small = Recorder(flash)
    bell, tracker = Bell(small, BALANCED), tracker_of("balanced")
    still, shown = draw(GROUND, [], 0), draw(GROUND, [flash], 0)
    none = np.zeros((0, 4))
    rang = []
    for index, grey in enumerate([still, still, still, shown, shown, still, shown]):
        frame = as_frame(index, grey, fps=10)
        rang.append(len(bell.rings(frame, tracker.small_picture(frame), none)) > 0)
        tracker.observe(frame, None)
    assert rang == [True, False, False, True, False, True, True]
    assert list(small.shown) == [0, 3, 5, 6]
    assert small.shown[0] is None
    for index in (3, 5, 6):
        areas = small.shown[index]
        assert areas is not None and _holds(areas, flash.box(0)), index


def test_thorough_rings_for_faint_faces_in_any_single_frame() -> None:
    flash = Thing(lambda _: (200.0, 100.0), (24, 30), seed=3)
    for shown in range(1, 8):
        tracker, detector = tracker_of("thorough"), Recorder(flash, first=shown, last=shown)
        small = Recorder(flash, first=shown, last=shown, score=0.3)
        looks, bell = IncrementalScanner(detector, EVERY), Bell(small, THOROUGH)
        for index in range(9):
            frame = as_frame(index, draw(GROUND, [flash] if index == shown else [], index))
            tracker.observe(frame, *scanned(frame, tracker, looks, bell))
        areas = detector.shown[shown]
        assert areas is None or _holds(areas, flash.box(shown)), shown
