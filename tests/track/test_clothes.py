"""Clothes join the tracks of a person who turned away, only if nobody else can be meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from redact.track.body_tracks import LONGEST_UNSEEN
from redact.track.clothes import Clothes, Sight, tracks_of_one_person
from redact.track.geometry import IDENTITY, Affine
from redact.track.sightings import ClipRecord
from redact.track.small_pictures import Ring, shrink
from redact.types import Box, Keyframe, State, Target, Track

from .scenes import (
    HEIGHT,
    WIDTH,
    Grey,
    Thing,
    as_frame,
    draw,
    rendered,
    seen,
    texture,
    track_clip,
    tracker_of,
)

SCANS_A_SECOND = 10
FACE = (20, 26)
GROUND = texture(99, HEIGHT, WIDTH)

Walk = Callable[[int], tuple[float, float]]


def walk(n: int) -> tuple[float, float]:
    """Place of the face of somebody who walks to the right."""
    return 60.0 + 4 * n, 40.0


def person(face: Walk, clothes: int, heads: Sequence[int]) -> list[Thing]:
    """A head that looks different in each scan, above clothes that stay the same."""

    def below(n: int) -> tuple[float, float]:
        x, y = face(n)
        return x - 12, y + 28

    def head(seed: int) -> Thing:
        return Thing(lambda n: face(n) if heads[n] == seed else (-99, -99), FACE, seed)

    return [Thing(below, (44, 60), clothes), *map(head, dict.fromkeys(heads))]


def sight(tracklet: int, frame: int, face: Walk) -> Sight:
    x, y = face(frame)
    return Sight(tracklet, Target.FACE, frame, Box(x, y, x + FACE[0], y + FACE[1]))


def followed(
    things: Sequence[Thing],
    scans: Sequence[Sequence[Sight]],
    begun: Sight,
    cuts: Sequence[int] = (),
    ground: Grey = GROUND,
    camera: Affine = IDENTITY,
) -> list[tuple[Sight, Sight]]:
    """Pairs that are one person, among the detections of the scans."""
    ring, clip = Ring(5, 1 << 26), ClipRecord()
    clothes = Clothes(ring, clip, cuts)
    for n, detected in enumerate(scans):
        small = shrink(as_frame(n, draw(ground, things, n), SCANS_A_SECOND), VideoReformatter())
        ring.push(small)
        clip.add(small.time, camera, (WIDTH, HEIGHT))
        clothes.note(small, detected, [begun] if n == begun.frame else [])
    clothes.follow_back()
    return clothes.same


def turned(away: int) -> list[int]:
    """Heads of somebody who is turned away for some scans: the front, the back, the side."""
    return [1] * 3 + [2] * away + [3] * 2


def scans_of(away: int) -> list[list[Sight]]:
    """Detections of that person."""
    back = [[sight(2, n, walk)] for n in (3 + away, 4 + away)]
    return [[sight(1, n, walk)] for n in range(3)] + [[]] * away + back


TURNED, SEEN = turned(3), scans_of(3)
BEFORE, AFTER = sight(1, 2, walk), sight(2, 6, walk)


def test_somebody_who_turns_away_and_comes_back_is_one_person() -> None:
    assert followed(person(walk, 7, TURNED), SEEN, AFTER) == [(BEFORE, AFTER)]


def test_a_track_that_changes_its_look_stays_one_person() -> None:
    """From one scan to the next, as when somebody turns quickly."""
    scans = [[sight(1, n, walk)] for n in range(8)]
    jump = sight(1, 3, walk)
    assert followed(person(walk, 7, TURNED), scans, jump) == [(BEFORE, jump)]


def test_another_person_in_the_same_place_is_not_joined() -> None:
    def parked(clothes: int, first: int, last: int) -> list[Thing]:
        away = (-99.0, -99.0)
        return person(lambda n: walk(0) if first <= n <= last else away, clothes, TURNED)

    where = [sight(1 if n < 4 else 2, n, lambda _: walk(0)) for n in range(8)]
    scans = [[one] for one in where]
    assert followed([*parked(7, 0, 3), *parked(7, 4, 7)], scans, where[4]) == [(where[3], where[4])]
    for clothes in range(8, 20):
        assert followed([*parked(7, 0, 3), *parked(clothes, 4, 7)], scans, where[4]) == []


def beside(n: int) -> tuple[float, float]:
    x, y = walk(n)
    return x + 18, y


def elsewhere(_: int) -> tuple[float, float]:
    return 240.0, 40.0


@pytest.mark.parametrize(
    ("scan", "other", "one"),
    [
        pytest.param(4, sight(9, 4, elsewhere), True, id="elsewhere"),
        pytest.param(4, sight(9, 4, beside), False, id="close"),
        pytest.param(2, sight(9, 2, beside), False, id="beside the first"),
        pytest.param(4, sight(1, 4, elsewhere), False, id="the first, elsewhere"),
    ],
)
def test_if_another_person_comes_near_nothing_is_joined(scan: int, other: Sight, one: bool) -> None:
    scans = [[*here, other] if n == scan else here for n, here in enumerate(SEEN)]
    assert bool(followed(person(walk, 7, TURNED), scans, AFTER)) == one


def test_clothes_prove_nothing_across_a_cut_or_after_a_long_gap() -> None:
    things = person(walk, 7, TURNED)
    assert followed(things, SEEN, AFTER, cuts=[4]) == []
    assert followed(things, SEEN, AFTER, cuts=[2]) == [(BEFORE, AFTER)]
    for away, one in ((8, True), (11, False)):
        pairs = followed(person(walk, 7, turned(away)), scans_of(away), sight(2, 3 + away, walk))
        assert bool(pairs) == one == ((away + 1) / SCANS_A_SECOND <= LONGEST_UNSEEN)


def test_clothes_outside_the_picture_prove_nothing() -> None:
    def low(n: int) -> tuple[float, float]:
        return walk(n)[0], HEIGHT - 58.0  # a quarter of the clothes

    scans = [[sight(one.tracklet, n, low) for one in here] for n, here in enumerate(SEEN)]
    assert followed(person(low, 7, TURNED), scans, scans[6][0]) == []


def test_clothes_are_followed_while_the_camera_turns() -> None:
    """By more between scans than the search radius around a place."""

    def stands(n: int) -> tuple[float, float]:
        return 250.0 - 30 * n, 40.0

    turns = np.array([[1.0, 0, -30], [0, 1, 0]])
    scans = [[sight(one.tracklet, n, stands) for one in here] for n, here in enumerate(SEEN)]
    things, begun = person(stands, 7, TURNED), scans[6][0]
    assert len(followed(things, scans, begun, camera=turns)) == 1
    assert followed(things, scans, begun) == []


def test_plain_clothes_prove_nothing() -> None:
    plain, heads = np.full_like(GROUND, 90), person(walk, 7, TURNED)[1:]
    assert followed(heads, SEEN, AFTER, ground=plain) == []


def test_an_object_that_passes_in_front_of_people_is_not_their_clothes() -> None:
    """It moves on, and they do not."""

    def sits(x: float) -> Walk:
        return lambda _: (x, 40.0)

    both = [*person(sits(60), 7, [1] * 8), *person(sits(110), 8, [2] * 8)]
    lorry = Thing(lambda n: (12.5 * n - 40, 66.0), (180, 70), 9)
    scans = [[sight(1, n, sits(60))] for n in range(3)] + [[], [], []]
    scans += [[sight(2, n, sits(110))] for n in (6, 7)]
    assert followed([*both, lorry], scans, scans[6][0]) == []


def test_two_faces_detected_once_do_not_show_whose_clothes_they_are() -> None:
    things, once = person(walk, 7, TURNED), [[], [], *SEEN[2:]]
    assert followed(things, once, AFTER) == [(BEFORE, AFTER)]
    assert followed(things, [*once[:7], []], AFTER) == []


def test_pairs_name_the_tracks_of_their_tracklets() -> None:
    def track(number: int, first: int, last: int) -> Track:
        keys = (Keyframe(n, BEFORE.box, State.DETECTED) for n in (first, last))
        return Track(number, Target.FACE, tuple(keys))

    tracks = [track(4, 0, 3), track(5, 4, 7), track(6, 0, 7)]
    one_by_one = {4: {1}, 5: {2}, 6: {3}}
    assert tracks_of_one_person([(BEFORE, AFTER)], tracks, one_by_one, ()) == [(4, 5)]
    assert tracks_of_one_person([(BEFORE, AFTER)], tracks, one_by_one, (5,)) == []  # found later
    divided = {4: {1, 2}, 5: {1, 2}, 6: {3}}
    assert tracks_of_one_person([(BEFORE, AFTER)], tracks, divided, ()) == [(4, 5)]
    whole = {4: {9}, 5: {9}, 6: {1, 2}}
    assert tracks_of_one_person([(BEFORE, AFTER)], tracks, whole, ()) == []


def test_the_tracker_joins_the_tracks_of_somebody_who_turned_away() -> None:
    """A face is lost for most of a second, and comes back looking different and farther on."""
    count, fps = 60, 25

    def slow(n: int) -> tuple[float, float]:
        return 60.0 + 1.5 * n, 40.0

    heads = [1 if n < 14 else 2 if n < 34 else 3 for n in range(count)]
    people = person(slow, 7, heads)
    boxes = {n: sight(0, n, slow).box for n in range(count)}
    found = [
        seen([boxes[n]] if heads[n] != 2 else []) if n % 2 == 0 else None for n in range(count)
    ]
    apart = tracker_of("balanced", "stitch")  # gaps are not closed by place
    tracks = track_clip(rendered(people, count, GROUND, fps), found, apart)
    assert len(tracks.tracks) == 2
    assert tracks.same == ((1, 2),)
