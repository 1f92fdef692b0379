"""Bodies over time, and whose faces and plates they bear: only where nothing else is possible."""

from __future__ import annotations

import numpy as np
import pytest

from redact.detection import Bodies
from redact.track.bodies import BodyScan
from redact.track.body_tracks import followed, owned
from redact.types import Box, Keyframe, State, Target, Track

SECOND = 3
"""Looks a second; a frame is one look."""
WIDE, TALL = 80.0, 260.0


def body(x: float) -> list[float]:
    return [x, 40, x + WIDE, 40 + TALL]


def head(x: float, y: float = 45) -> Box:
    """Expected place of the head of the body that begins at `x`."""
    return Box(x + 25, y, x + 55, y + 36)


def looks(*frames: list[list[float]], vehicle: bool = False) -> list[BodyScan]:
    return [
        BodyScan(
            n,
            n / SECOND,
            Bodies(
                np.array(boxes, np.float32).reshape(-1, 4),
                np.full(len(boxes), 0.8, np.float32),
                np.full(len(boxes), vehicle),
            ),
        )
        for n, boxes in enumerate(frames)
    ]


def track(number: int, boxes: dict[int, Box], state: State = State.DETECTED) -> Track:
    return Track(number, Target.FACE, tuple(Keyframe(n, box, state) for n, box in boxes.items()))


def spans(*frames: list[list[float]], cuts: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    return sorted((b.body.first, b.body.last) for b in followed(looks(*frames), cuts))


def test_a_walking_person_is_one_body_until_a_cut() -> None:
    walk = [[body(30.0 * n)] for n in range(8)]
    assert spans(*walk) == [(0, 7)]
    assert spans(*walk, cuts=(5,)) == [(0, 4), (5, 7)]


def test_a_person_missed_for_a_second_continues_but_not_for_longer() -> None:
    for missed, one in ((2, True), (3, False)):
        seen = [[body(50)], [body(50)], *([[]] * missed), [body(55)]]
        assert (len(spans(*seen)) == 1) == one
    once = [[body(50)], [], [body(55)]]  # may be a chance
    assert len(spans(*once)) == 2


def test_two_people_who_cross_both_end() -> None:
    crossing = [[body(20.0 * n), body(200 - 20.0 * n)] for n in range(11)]
    found = spans(*crossing)
    assert all(last < 7 or first > 3 for first, last in found)
    assert len(found) >= 4
    # Where one is hidden by the other, neither goes on.
    behind = [[body(0), body(60)], [body(0), body(50)], [body(25)], [body(0), body(60)]]
    assert all(last < 2 or first >= 2 for first, last in spans(*behind))


def test_two_overlapping_people_who_become_one_both_end() -> None:
    """However well the remaining one fits."""
    pair = [[body(0), body(45)]] * 3
    assert spans(*pair, [body(0)], [body(0)]) == [(0, 2), (0, 2), (3, 4)]
    assert spans(*pair, *pair) == [(0, 5), (0, 5)]
    hardly = [[body(0), body(WIDE - 12)]] * 3
    assert spans(*hardly, [body(0)], [body(0)]) == [(0, 2), (0, 4)]


def test_a_face_belongs_to_the_only_body_on_which_it_was_detected() -> None:
    stand = looks(*[[body(0), body(200)]] * 6)
    first = track(1, {0: head(0), 2: head(0)})
    again = track(2, {4: head(0), 5: head(0)})
    other = track(3, {0: head(200), 5: head(200)})
    low = track(4, {0: head(0, 200), 5: head(0, 200)})  # a buckle
    beside = track(5, {0: head(110), 5: head(110)})
    once = track(6, {1: head(0)})
    bodies = followed(stand, ())
    assert owned(stand, bodies, [first, again, other]) == [(1, 2), (3,)]
    assert owned(stand, bodies, [low, beside, once]) == [(), ()]


def test_followed_boxes_do_not_show_whose_they_are() -> None:
    stand = looks(*[[body(0)]] * 6)
    gone_over = track(1, {0: head(0), 5: head(0)}, State.FOLLOWED)
    assert owned(stand, followed(stand, ()), [gone_over]) == [()]


def test_a_face_between_two_bodies_or_two_faces_on_one_belong_to_nobody() -> None:
    close = looks(*[[body(0), body(30)]] * 6)
    between = track(1, {0: head(15), 5: head(15)})
    assert owned(close, followed(close, ()), [between]) == [(), ()]
    alone = looks(*[[body(0)]] * 6)
    two = track(1, {0: head(-8), 5: head(-8)}), track(2, {0: head(12), 5: head(12)})
    assert owned(alone, followed(alone, ()), two) == [()]


def test_a_body_has_no_second_face() -> None:
    """Even if it was once alone on it: on a poster, say, or of a carried child."""
    stand = looks(*[[body(0)]] * 8)
    own = track(1, {n: head(0) for n in range(2, 8)})
    carried = track(2, {n: head(0, 78) for n in range(8)})
    assert owned(stand, followed(stand, ()), [own, carried]) == [(1,)]
    alone = track(2, {0: head(0, 78), 1: head(0, 78)})
    assert owned(stand, followed(stand, ()), [own, alone]) == [(1, 2)]


def test_a_face_that_leaves_a_body_does_not_belong_to_it() -> None:
    stand = looks(*[[body(0), body(200)]] * 8)
    swapped = track(1, {0: head(0), 3: head(0), 4: head(200), 7: head(200)})
    assert owned(stand, followed(stand, ()), [swapped]) == [(), ()]


@pytest.mark.parametrize(("vehicle", "its"), [(True, (1,)), (False, ())])
def test_a_plate_belongs_to_the_vehicle_on_which_it_lies(vehicle: bool, its: tuple[int]) -> None:
    drive = looks(*[[[0.0, 100, 300, 300]]] * 6, vehicle=vehicle)
    keys = tuple(Keyframe(n, Box(120, 240, 180, 260), State.DETECTED) for n in (0, 5))
    assert owned(drive, followed(drive, ()), [Track(1, Target.PLATE, keys)]) == [its]


def test_two_people_in_one_box_do_not_continue_a_single_one() -> None:
    both = [0.0, 40, 125, 40 + TALL]
    assert spans([body(0)], [body(0)], [both], [both]) == [(0, 1), (2, 3)]
