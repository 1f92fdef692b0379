"""Bodies: whose head is whose, who is scanned closely, and of whom nothing is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import Bodies, load_calibration
from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.track import BodyScanners, Clues, Tracker, probability_of
from redact.track.bodies import (
    head_places,
    heads_on_bodies,
    on_bodies,
    with_close_scans,
)
from redact.types import Box, Detections, Frame, Target, Track

from .scenes import is_due, tracker_of

BODY = [100.0, 40, 180, 300]
FACE = [125.0, 45, 155, 85]
BOTH = np.array([BODY, [300.0, 40, 380, 300]])


def detections(*boxes: list[float], score: float = 0.9, target: Target = Target.FACE) -> Detections:
    n = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(n, score, np.float32), np.full(n, target, np.int8))


def bodies_of(*boxes: list[float], score: float = 0.8, vehicle: bool = False) -> Bodies:
    n = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Bodies(xyxy, np.full(n, score, np.float32), np.full(n, vehicle, np.bool_))


def frame(index: int, *, moving: bool = False) -> Frame:
    """A picture of noise; something moves only in its lower right corner, if at all."""
    grey = np.random.default_rng(1).integers(60, 200, (360, 640, 3), np.uint8)
    if moving:
        grey[300:, 580:] = 90 * index % 256
    picture = av.VideoFrame.from_ndarray(grey, format="rgb24")
    return Frame(index, index, Fraction(1, 10), picture)


@dataclass
class Stand:
    """One body stands there; a close scan detects `face` on it."""

    face: Detections
    boxes: tuple[list[float], ...] = (BODY,)
    asked: list[int] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)

    def bodies(self, at: Frame) -> Bodies:
        self.scanned.append(at.index)
        return bodies_of(*self.boxes)

    def heads(self, at: Frame, boxes: NDArray[np.float64]) -> Detections:
        if not len(boxes):
            return Detections.empty()
        self.asked.append(at.index)
        return self.face

    @property
    def body_scanners(self) -> BodyScanners:
        return BodyScanners(self.bodies, self.heads)


@pytest.mark.parametrize(
    ("head", "whose"),
    [
        (FACE, [True, False]),
        ([105.0, 20, 135, 60], [True, False]),  # bent aside, above the box
        ([125.0, 200, 155, 240], [False, False]),  # a hand, a buckle
        ([220.0, 45, 250, 85], [False, False]),  # between two
        ([330.0, 50, 360, 90], [False, True]),
    ],
)
def test_a_head_is_at_the_upper_end_of_its_body(head: list[float], whose: list[bool]) -> None:
    assert heads_on_bodies(BOTH, np.array([head]))[:, 0].tolist() == whose
    assert heads_on_bodies(BOTH, head_places(BOTH)).tolist() == [[True, False], [False, True]]


def test_a_body_with_a_known_head_bears_no_other_below_it() -> None:
    """But two people may share a box, head beside head or one in front of the other."""
    hand, beside, kind = [140.0, 110, 165, 140], [160.0, 50, 190, 90], np.full(3, Target.HEAD)
    three = np.array([FACE, hand, beside])

    def on_body(*chances: float, around: Bodies) -> list[bool]:
        found = on_bodies(around, three, kind.astype(np.int8), chances=np.array(chances))
        return [bool(one) for one in found]

    alone, child = bodies_of(BODY), bodies_of(BODY, [120.0, 100, 185, 300])
    assert on_body(0.95, 0.5, 0.5, around=alone) == [True, False, True]
    assert on_body(0.95, 0.97, 0.5, around=alone) == [True, True, True]
    assert on_body(0.6, 0.5, 0.5, around=alone) == [True, True, True], "nobody's head is known"
    assert on_body(0.95, 0.5, 0.5, around=child) == [True, True, True]


CAR = [200.0, 100, 400, 260]
PLATE = [270.0, 210, 330, 226]


@pytest.mark.parametrize(
    ("plate", "on_body"),
    [
        (PLATE, True),
        ([270.0, 262, 330, 278], False),  # on the road below
        ([100.0, 210, 160, 226], False),
        ([210.0, 120, 390, 250], False),  # its whole rear
        ([250.0, 110, 340, 140], False),  # where a bus says where it goes
    ],
)
def test_a_vehicle_bears_the_plate_that_lies_on_it(plate: list[float], on_body: bool) -> None:
    kind, car = np.array([Target.PLATE], np.int8), bodies_of(CAR, vehicle=True)
    assert on_bodies(car, np.array([plate]), kind)[0] == on_body
    assert not on_bodies(bodies_of(CAR), np.array([plate]), kind)[0], "people bear none"


@dataclass
class Parked:
    """One vehicle stands there; a close scan detects `plate` on it."""

    plate: Detections
    box: list[float] = field(default_factory=lambda: CAR)
    asked: list[int] = field(default_factory=list)

    def bodies(self, _: Frame) -> Bodies:
        return bodies_of(self.box, vehicle=True)

    def heads(self, _: Frame, boxes: NDArray[np.float64]) -> Detections:
        assert not len(boxes), "a vehicle has no head"
        return Detections.empty()

    def plates(self, at: Frame, boxes: NDArray[np.float64]) -> Detections:
        if not len(boxes):
            return Detections.empty()
        self.asked.append(at.index)
        return self.plate

    @property
    def body_scanners(self) -> BodyScanners:
        return BodyScanners(self.bodies, self.heads, plates=self.plates)


@pytest.mark.parametrize("alone", [False, True])
def test_a_plate_detected_only_by_a_close_scan_of_its_vehicle_is_hidden(alone: bool) -> None:
    """Also if only plates are searched for."""
    parked = Parked(detections(PLATE, score=0.97, target=Target.PLATE))
    tracker = Tracker(
        body_scanners=BodyScanners(parked.bodies, plates=parked.plates)
        if alone
        else parked.body_scanners
    )
    for index in range(12):
        shown = frame(index)
        wanted = is_due(tracker, shown)
        tracker.observe(shown, Detections.empty() if wanted else None)
    (track,) = tracker.finish().tracks
    assert track.target is Target.PLATE and track.keyframes[0].box.iou(Box(*PLATE)) > 0.5


@pytest.mark.parametrize(
    ("place", "score", "people", "pictures", "hidden"),
    [
        ([300.0, 250, 330, 280], 0.3, [], 1, False),
        ([300.0, 250, 330, 280], 0.97, [], 1, True),
        ([300.0, 130, 330, 160], 0.3, [], 1, True),
        ([300.0, 250, 330, 280], 0.3, [[285.0, 245, 345, 355]], 1, True),
        ([300.0, 250, 330, 280], 0.3, [], 3, True),
    ],
    ids=["a lamp", "surely a face", "behind a pane", "somebody before it", "seen again and again"],
)
def test_what_is_seen_once_on_coachwork_is_a_lamp(
    place: list[float], score: float, people: list[list[float]], pictures: int, hidden: bool
) -> None:
    """A photograph shows it once; in a video it is detected again, or it is no face."""

    def bodies(_: Frame) -> Bodies:
        seen = bodies_of([100.0, 100, 500, 320], *people)
        return Bodies(seen.xyxy, seen.score, np.array([True, *(False for _ in people)]))

    def nothing(_: Frame, boxes: NDArray[np.float64]) -> Detections:
        return Detections.empty()

    thorough = schedule_of(Sensitivity.THOROUGH).tracking
    tracker = Tracker(settings=thorough, body_scanners=BodyScanners(bodies, nothing))
    for index in range(pictures):
        tracker.observe(frame(index), detections(place, score=score))
    assert bool(tracker.finish().tracks) is hidden


def test_a_close_scan_never_lowers_a_score() -> None:
    found = detections(FACE, score=0.6)
    assert with_close_scans(found, detections(FACE, score=0.1)).score == pytest.approx([0.6])
    both = with_close_scans(found, detections([300.0, 45, 330, 85], score=0.3))
    assert both.score.tolist() == pytest.approx([0.6, 0.3])


def hidden_by(stand: Stand | None, frames: int = 12) -> tuple[Track, ...]:
    """Tracks, if scans of the whole picture detect nothing."""
    tracker = Tracker(body_scanners=None if stand is None else stand.body_scanners)
    for index in range(frames):
        shown = frame(index)
        wanted = is_due(tracker, shown)
        tracker.observe(shown, Detections.empty() if wanted else None)
    return tracker.finish().tracks


def test_a_face_detected_only_by_a_close_scan_is_hidden() -> None:
    tracks = hidden_by(Stand(detections(FACE, score=0.99)))
    assert len(tracks) == 1
    assert tracks[0].keyframes[0].box.iou(Box(*FACE)) > 0.5
    assert hidden_by(None) == ()


@pytest.mark.parametrize("target", [Target.FACE, Target.HEAD, Target.PLATE])
def test_a_face_or_plate_that_nothing_bears_is_less_probable(target: Target) -> None:
    """Unless it was only there while bodies were not scanned for."""
    kind, row = np.array([target], np.int8), np.array([0])

    def chance(on_body: bool, looks: int) -> float:
        clues = Clues.of_new(kind, np.zeros(1, np.float32), np.array([FACE]), 640 * 360.0)
        for _ in range(looks):
            clues.scanned_for_bodies(row, np.array([on_body]), np.ones(1), np.zeros(1, np.bool_))
        return float(probability_of(clues, load_calibration().tracks)[0])

    unknown = chance(False, 0)
    assert chance(True, 5) >= unknown > chance(False, 2) > chance(False, 5)


def chances_with_bodies(
    target: Target, boxes: list[list[float]], on_body: list[int], scans: int
) -> NDArray[np.float64]:
    """Probabilities of equally detected objects, which a body bears in some of the body scans."""
    n = len(boxes)
    clues = Clues.of_new(np.array([target] * n), np.zeros(n), np.array(boxes), 640 * 360.0)
    clues.on_body[:], clues.body_scans[:] = on_body, scans
    return probability_of(clues, load_calibration().tracks)


def test_one_body_in_many_scans_is_enough() -> None:
    """Bodies below a camera, in a crowd, or cut off by the border are seldom detected, so half of
    the scans are enough."""
    for target in (Target.FACE, Target.HEAD, Target.PLATE):
        never, seldom, half, always = chances_with_bodies(target, [FACE] * 4, [0, 2, 4, 8], 8)
        assert never < seldom < half == always


@pytest.mark.parametrize("bodies", [True, False])
def test_somebody_walking_past_close_by_is_hidden_despite_doubtful_detections(bodies: bool) -> None:
    """He enters over the border, and his head is the largest of the picture: half covered by a hood
    it is doubtful in every scan, and hiding so much for nothing would cost too much. But it is on a
    body, and of the right size for it. Without bodies he stayed open."""
    tracker = Tracker(body_scanners=None)
    hidden = set[int]()
    walker: list[list[float]] = [[-60.0 + 30 * n, 60, 200.0 + 30 * n, 360] for n in range(12)]

    class Passing:
        def bodies(self, at: Frame) -> Bodies:
            return bodies_of(walker[at.index], score=0.6)

        def heads(self, at: Frame, boxes: NDArray[np.float64]) -> Detections:
            return Detections.empty()

    passing = Passing()
    if bodies:
        tracker = Tracker(body_scanners=BodyScanners(passing.bodies, passing.heads))
    for index, (left, *_) in enumerate(walker):
        shown = frame(index)
        tracker.places_to_scan(shown)
        head = [max(0, left + 60), 65, left + 200, 225]
        seen = detections(head, score=0.3)
        tracker.observe(shown, Detections(seen.xyxy, seen.score, seen.target * 0 + Target.HEAD))
    for track in tracker.finish().tracks:
        hidden |= set(range(track.first, track.last + 1))
    assert hidden == (set(range(12)) if bodies else set())


@pytest.mark.parametrize(
    ("mask", "score", "scans"),
    [([125.0, 90, 155, 130], 0.3, 3), ([125.0, 90, 155, 130], 0.95, 0), (FACE, 0.3, 1)],
    ids=["doubtful, on the chest", "likely, on the chest", "doubtful, where the head should be"],
)
def test_a_doubtful_face_on_a_chest_does_not_stop_the_close_scans(
    mask: list[float], score: float, scans: int
) -> None:
    """The upper end of the body is still scanned once a second, as nothing is detected there. A
    doubtful mask where the head should be counts as the head from the second body scan on."""
    stand = Stand(Detections.empty())
    tracker = tracker_of("thorough", body_scanners=stand.body_scanners)
    for shown in map(frame, range(25)):
        tracker.observe(shown, detections(mask, score=score))
    assert len(stand.asked) == scans
    assert tracker.finish().tracks


@pytest.mark.parametrize("vehicle", [[200.0, 100, 300, 300], [100.0, 2, 400, 182]])
def test_a_plate_may_be_in_the_upper_part_of_a_partly_visible_vehicle(vehicle: list[float]) -> None:
    """Above the lamp of a two-wheeler, or on a car of which a low camera shows only the bumper."""
    x, y = (vehicle[0] + vehicle[2]) / 2, vehicle[1] + 0.2 * (vehicle[3] - vehicle[1])
    plate, around = [x - 25, y - 6, x + 25, y + 6], bodies_of(vehicle, vehicle=True)
    assert on_bodies(around, np.array([plate]), np.array([Target.PLATE], np.int8))[0]


def test_a_two_wheeler_may_be_as_narrow_as_its_plate() -> None:
    plate, kind = [205.0, 180, 295, 230], np.array([Target.PLATE], np.int8)
    for vehicle, on_body in ([200.0, 100, 300, 300], True), ([170.0, 100, 330, 300], False):
        around = bodies_of(vehicle, vehicle=True)
        assert on_bodies(around, np.array([plate]), kind)[0] == on_body


@pytest.mark.parametrize("lower", [360.0, 330.0])
def test_a_face_that_fills_the_picture_belongs_to_a_body_cut_by_its_lower_border(
    lower: float,
) -> None:
    """Only the head shows; a person who ends within the picture has a body below it."""
    face = [126.0, 4, 513, 322]
    stand = Stand(Detections.empty(), ([32.0, 0, 623, lower],))
    tracker = Tracker(body_scanners=stand.body_scanners)
    for index in range(30):
        shown = frame(index)
        tracker.observe(shown, detections(face))
    assert bool(tracker.finish().tracks) is (lower == 360)


@pytest.mark.parametrize(("bottom", "told"), [(360.0, 0), (320.0, 1)])
def test_a_head_at_the_lower_border_has_its_body_below_the_picture(
    bottom: float, told: int
) -> None:
    """No scan can show that body, so its absence is no evidence."""
    tracker = Tracker(body_scanners=Stand(Detections.empty()).body_scanners)
    shown = frame(0)
    tracker.places_to_scan(shown)
    tracker.observe(shown, detections([400, bottom - 50, 440, bottom], target=Target.HEAD))
    tracker.finish()
    (over,) = tracker._active.retired.values()
    assert over.clues.body_scans.tolist() == [told] and over.clues.on_body.tolist() == [0]


@pytest.mark.parametrize(
    ("plate", "told"), [([120.0, 295, 160, 315], 0), ([120.0, 90, 160, 110], 1)]
)
def test_a_rider_hides_the_vehicle_from_scans_for_bodies(plate: list[float], told: int) -> None:
    """If the border cuts a scooter, only its rider is detected: that says nothing against its
    plate, but against a word on the rider's chest."""
    tracker = tracker_of(body_scanners=Stand(Detections.empty()).body_scanners)
    shown = frame(0)
    tracker.places_to_scan(shown)
    tracker.observe(shown, detections(plate, target=Target.PLATE))
    tracker.finish()
    (over,) = tracker._active.retired.values()
    assert over.clues.body_scans.tolist() == [told] and over.clues.on_body.tolist() == [0]
