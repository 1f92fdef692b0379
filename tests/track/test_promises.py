"""Properties that must hold for any detections: the tracker's promises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from redact.track import assemble
from redact.track.box_per_frame import Dense, keyframes_of
from redact.types import INSIDE_SHARE, Box, Detections, Frame, State, Target, Track

from .scenes import HEIGHT, WIDTH, as_frame, texture, track_clip, tracker_of

COUNT = 14
SURE = 0.998
"""Beyond this a look counts no more."""

MINE = {"bias": -2.0, "best": 1.6, "mean": 0.5, "hits": 0.5}
TRUSTING = {"face": MINE, "plate": MINE}
"""Weights by which one sure look outweighs everything: whatever else was seen or missed of its
object, and however large it is."""
CHECKED = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def clip() -> tuple[Frame, ...]:
    """A ground that slides slowly, so that there is camera motion, too."""
    wide = texture(4, HEIGHT, WIDTH + 60)
    return tuple(
        as_frame(i, np.ascontiguousarray(wide[:, 2 * i : 2 * i + WIDTH])) for i in range(COUNT)
    )


@cache
def clip_backwards() -> tuple[Frame, ...]:
    pictures = [f.picture.to_ndarray(format="gray") for f in reversed(clip())]
    return tuple(as_frame(i, np.asarray(p, np.uint8)) for i, p in enumerate(pictures))


@st.composite
def detections(draw: st.DrawFn, most: int = 4) -> Detections:
    """Any boxes: across the border, tiny, thin, equal; often several of one object."""
    anywhere = st.tuples(
        st.integers(-80, 1360), st.integers(-80, 720), st.integers(4, 360), st.integers(4, 360)
    )
    about = st.tuples(*(st.integers(v - 12, v + 12) for v in (400, 240, 100, 120)))
    score = st.one_of(st.integers(1, 99), st.just(100))
    target = st.sampled_from([Target.FACE, Target.PLATE])
    row = st.tuples(st.one_of(about, anywhere), score, target).map(lambda r: (*r[0], r[1], r[2]))
    rows = np.array(draw(st.lists(row, max_size=most)), np.float32).reshape(-1, 6)
    corner, sides = rows[:, :2] / 4, rows[:, 2:4] / 4
    xyxy = np.concatenate([corner, corner + sides], axis=1)
    return Detections(xyxy, rows[:, 4] / 100, rows[:, 5].astype(np.int8))


def clips(most: int = 4) -> st.SearchStrategy[list[Detections]]:
    return st.lists(detections(most), min_size=COUNT, max_size=COUNT)


def uncovered(
    tracks: tuple[Track, ...], found: list[Detections], share: float | None = None
) -> list[object]:
    """Sure detections that no track's box holds in their frame.

    With `share`, it is enough that so much of the smaller of both boxes is in the other.
    """
    out: list[object] = []
    for frame, here in enumerate(found):
        for i in np.flatnonzero(here.score >= SURE):
            boxes = [k.box for t in tracks if t.target == here.target[i] and (k := t.at(frame))]
            mine = here.box(int(i))
            if not any(
                b.contains(mine, 1e-4) or (share and common(b, mine) >= share) for b in boxes
            ):
                out.append((frame, mine))
    return out


def common(a: Box, b: Box) -> float:
    width, height = min(a.x2, b.x2) - max(a.x1, b.x1), min(a.y2, b.y2) - max(a.y1, b.y1)
    return max(0.0, width) * max(0.0, height) / min(a.area, b.area)


def tracked(
    frames: tuple[Frame, ...], found: list[Detections], how: str, stacks: bool = False
) -> tuple[Track, ...]:
    """Tracks of which each detection is believed; without `stacks` none is taken into another."""
    tracker = tracker_of(how, weights=TRUSTING)
    with pytest.MonkeyPatch.context() as patch:
        if not stacks:
            patch.setattr(assemble, "_without_stacks", list)
        return track_clip(frames, found, tracker).tracks


@CHECKED
@given(clips(), st.sampled_from(["balanced", "thorough"]))
def test_every_sure_detection_is_inside_a_track(found: list[Detections], how: str) -> None:
    assert uncovered(tracked(clip(), found, how), found) == []


def seen(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    """Detections of one frame: x1, y1, x2, y2, score, target."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int8))


def one_followed_and_one_seen() -> list[Detections]:
    """A sure detection of a plate, and later a larger plate at the place to which it was followed:
    both become one track, which must lie on the detections."""
    found = [seen() for _ in range(COUNT)]
    face, plate = Target.FACE, Target.PLATE
    found[7] = seen((97, 57, 119, 84, 1.0, plate))
    found[11] = seen((97, 57, 119, 84, 0.01, face), (42.25, 2.5, 108.25, 81.75, 1.0, plate))
    return found


@CHECKED
@given(clips())
@example(one_followed_and_one_seen())
def test_a_merged_track_lies_on_its_detections(found: list[Detections]) -> None:
    # The smoother moves a box and adds its own doubt, so the share that the detections had falls.
    share = 0.8 * INSIDE_SHARE
    assert uncovered(tracked(clip(), found, "balanced", stacks=True), found, share) == []


@CHECKED
@given(clips(), st.randoms(use_true_random=False))
def test_order_of_detections_does_not_matter(found: list[Detections], rng: object) -> None:
    shuffled = []
    for here in found:
        order = list(range(len(here)))
        rng.shuffle(order)  # type: ignore[attr-defined]
        shuffled.append(here.select(np.array(order, np.intp)))
    assert track_clip(clip(), found) == track_clip(clip(), shuffled)


@CHECKED
@given(clips(2), clips(2))
def test_adding_detections_uncovers_no_sure_one(
    some: list[Detections], more: list[Detections]
) -> None:
    """A protected detection stays protected, whatever else is detected."""
    both = [Detections.concat([a, b]) for a, b in zip(some, more, strict=True)]
    assert uncovered(tracked(clip(), both, "balanced"), some) == []


@CHECKED
@given(clips(2))
def test_the_reversed_clip_protects_the_same_detections(found: list[Detections]) -> None:
    backwards = tracked(clip_backwards(), found[::-1], "balanced")
    assert uncovered(backwards, found[::-1]) == []


@st.composite
def on_the_way(draw: st.DrawFn) -> list[tuple[float, float, float, float]]:
    """Boxes of an object that goes evenly, and now and then sways by a few pixels: near enough to
    a line for many frames to share two keyframes, and off it where they must not."""
    count = draw(st.integers(2, 60))
    across, down = draw(st.floats(-6, 6)), draw(st.floats(-6, 6))
    width, height = draw(st.floats(8, 200)), draw(st.floats(8, 200))
    swayed = draw(st.dictionaries(st.integers(0, count - 1), st.floats(-4, 4), max_size=6))
    lefts = [across * i + swayed.get(i, 0.0) for i in range(count)]
    return [(x, y, x + width, y + height) for i, x in enumerate(lefts) for y in (down * i,)]


@settings(CHECKED, max_examples=60)
@given(on_the_way(), st.data())
def test_keyframes_lose_no_pixel_and_no_state(
    rows: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    boxes, changes = np.array(rows), data.draw(st.sets(st.integers(0, len(rows)), max_size=3))
    kinds = (State.DETECTED, State.FOLLOWED, State.INTERPOLATED)
    states = [kinds[sum(i >= c for c in changes) % 3] for i in range(len(rows))]
    scores = np.full(len(rows), np.nan, np.float32)
    track = Track(1, Target.FACE, keyframes_of(Dense(5, boxes, states, scores)))
    assert (track.first, track.last) == (5, 4 + len(rows))
    for i, box in enumerate(boxes):
        here = track.at(5 + i)
        assert here is not None
        assert here.state is states[i]
        assert here.box.x1 <= box[0] and here.box.y1 <= box[1]
        assert here.box.x2 >= box[2] and here.box.y2 >= box[3]
