"""Every body is accounted for: its head is masked, it is too small, or it is reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from redact.auditing.audit_detectors import AuditDetectors
from redact.auditing.headcount import Headcount
from redact.record import BodiesPart
from redact.track import head_places
from redact.types import (
    Box,
    Detections,
    Frame,
    Presentation,
    Region,
    Scope,
    State,
    Target,
)

MASKED, BARE, SMALL = [40.0, 40, 120, 300], [300.0, 40, 380, 300], [500.0, 40, 510, 70]
FACE = Target.FACE


def frame_of(rgb: NDArray[np.uint8]) -> Frame:
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
    return Frame(7, 7, Fraction(1, 30), picture)


BLANK = frame_of(np.zeros((360, 640, 3), np.uint8))


@dataclass
class Eyes:
    """Three people; a close scan of one of them detects a face there, with this probability, so far
    lower."""

    probable: float
    lower: float = 0.0

    def bodies(self, frame: Frame) -> NDArray[np.float64]:
        return np.array([MASKED, BARE, SMALL])

    def heads(self, frame: Frame, bodies: NDArray[np.float64]) -> Detections:
        n = len(bodies)
        places = (head_places(bodies) + np.tile([0, self.lower], 2)).astype(np.float32)
        return Detections(places, np.full(n, self.probable, np.float32), np.full(n, FACE, np.int8))


@dataclass
class Covers:
    """A mask lies on the first person's head, and perhaps that far lower on the second's; the
    second may be visible by decision."""

    regions: tuple[Region, ...] = ()
    lower: float = 0.0

    def mask(self, index: int, width: int, height: int) -> NDArray[np.uint8]:
        mask = np.zeros((360, 640), np.uint8)
        x1, y1, x2, y2 = head_places(np.array([MASKED]))[0].astype(int)
        mask[y1 : y2 + 1, x1 : x2 + 1] = 1
        if self.lower:
            x1, y1, x2, y2 = head_places(np.array([BARE]))[0].astype(int) + [0, self.lower] * 2
            mask[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1] = 1
        return mask

    def kept(self, index: int) -> list[Region]:
        return list(self.regions)

    def alarms(self, regions: list[Region]) -> set[int]:
        return set()


def accounted(
    eyes: Eyes,
    covers: Covers | None = None,
    scope: Scope | None = None,
    masks: tuple[Region, ...] = (),
) -> tuple[BodiesPart, Headcount]:
    covers = covers or Covers()
    headcount = Headcount(eyes, FACE, covers, lambda _: masks, scope or Scope())
    nothing = np.zeros((1, 1), np.uint8)
    headcount.scan(BLANK, lambda: covers.mask(7, nothing, nothing))
    return headcount.counted, headcount


def test_each_person_is_counted_once_a_picture() -> None:
    assert accounted(Eyes(0.01))[0] == BodiesPart(1, 1, 1, 1)
    aside = Region(2, FACE, Box(390, 30, 420, 60), State.DETECTED)
    assert accounted(Eyes(0.01), masks=(aside,))[0].bare == 1, "of somebody beside"
    bent = Region(2, FACE, Box(350, 90, 375, 120), State.DETECTED)
    assert accounted(Eyes(0.01), masks=(bent,))[0] == BodiesPart(1, 2, 1, 0)
    far = Region(2, FACE, Box(501, 40, 509, 48), State.DETECTED)
    assert accounted(Eyes(0.01), masks=(far,))[0] == BodiesPart(1, 2, 0, 1), "hidden, be he small"


def test_a_face_masked_below_the_expected_place_is_not_open() -> None:
    _, headcount = accounted(Eyes(0.9, lower=50), Covers(lower=50))
    assert headcount.counted.bare == 1 and headcount.suspicions == []
    assert accounted(Eyes(0.9, lower=50))[1].suspicions


@pytest.mark.parametrize(("probable", "found"), [(0.9, 1), (0.2, 0)])
def test_a_probably_open_face_is_a_finding(probable: float, found: int) -> None:
    _, headcount = accounted(Eyes(probable))
    assert len(headcount.suspicions) == 1, "one worth a second look"
    tracks = headcount.tracks([])
    assert len(tracks) == found
    for track in tracks:
        assert (track.first, track.last, track.target) == (7, 7, FACE)
        assert track.keyframes[0].box.iou(Box(*head_places(np.array([BARE]))[0].tolist())) > 0.9
        assert not headcount.tracks([track]), "who is found besides is told of once"
        assert headcount.tracks([replace(track, certainty=0.1)]), "and nobody where that is doubted"
        headcount.suspicions *= 2
        assert len(headcount.tracks([])) == 1


def test_people_visible_by_decision_or_not_searched_for_are_not_counted() -> None:
    place = Box(*head_places(np.array([BARE]))[0].tolist())
    kept = Covers((Region(3, FACE, place, State.DETECTED),))
    counted, headcount = accounted(Eyes(0.9), kept)
    assert (counted.bare, headcount.suspicions) == (0, [])
    counted, headcount = accounted(Eyes(0.9), scope=Scope((Box(200, 0, 640, 360),)))
    assert (counted.hidden, counted.bare, headcount.suspicions) == (1, 0, [])


def test_bodies_detected_in_the_mirrored_picture_have_their_true_places() -> None:
    eyes = AuditDetectors((FACE,), [Presentation()])
    assert eyes.sought is FACE
    left = np.full((512, 1024, 3), 90, np.uint8)
    left[:, :512] = data.astronaut()
    bodies = eyes.bodies(frame_of(left))
    assert len(bodies) and (bodies[:, 2] < 530).all()
    seen = eyes.heads(frame_of(left), bodies)
    surest = seen.xyxy[int(seen.score.argmax())]
    assert surest[:2] == pytest.approx([178, 65], abs=15) and seen.score.max() > 0.8
    assert AuditDetectors((Target.PERSON,), [Presentation()]).sought is None
    assert AuditDetectors((FACE,), [Presentation(turns=1)]).sought is None
