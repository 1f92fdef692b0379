"""How much larger than the best estimate a track's boxes are drawn, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from redact import mask_size
from redact.mask_size import (
    CALM,
    OF_RECTANGLES,
    UNSURE,
    Sighted,
    enlarged,
    steady,
    steps,
    with_margin,
    without_margin,
)
from redact.settings import RenderSettings, Sensitivity
from redact.track import settings_of
from redact.track.box_per_frame import _as_large_as_detected, fill
from redact.track.geometry import IDENTITY
from redact.track.sightings import ROW, ClipRecord, How
from redact.types import DETECTED_TARGETS, SINGLE_DETECTION_FRINGE, Box, Boxes, Target, Track

from .scenes import HEIGHT, WIDTH, Thing, as_frame, draw, seen, texture, track_clip

TIMES = np.arange(5) / 10
STILL = np.tile([100.0, 100.0, 140.0, 160.0], (5, 1))


def sighted(
    scores: dict[int, float],
    target: Target,
    fringe: tuple[float, ...] = (0, 0, 0, 0),
    boxes: Boxes = STILL,
    picture: tuple[int, int] = (10_000, 10_000),
) -> Sighted:
    """An object that was detected in these frames with these scores."""
    rows = np.full(5, np.nan, np.float32)
    rows[list(scores)] = np.array(list(scores.values()), np.float32)
    at, fringes = np.array(sorted(scores), np.intp), np.tile(np.float32(fringe), (len(scores), 1))
    return Sighted(target, boxes, TIMES, at, rows, fringes, picture)


def drawn(
    scores: dict[int, float], target: Target, fringe: tuple[float, ...] = (0, 0, 0, 0)
) -> Boxes:
    """Boxes of an object that stands still."""
    return enlarged(sighted(scores, target, fringe))


def widths(scores: dict[int, float], target: Target = Target.FACE) -> list[float]:
    """Widths of these boxes, for detections with the same sides."""
    boxes = drawn(scores, target)
    return [float(w) for w in boxes[:, 2] - boxes[:, 0]]


def test_a_doubtful_detection_gets_a_larger_mask_than_a_sure_one() -> None:
    sure, doubtful = widths({2: 0.99}), widths({2: 0.3})
    assert sure[2] == 40
    assert doubtful[2] == 40 * (1 + 2 * UNSURE[Target.FACE])


CHOSEN = {0.3: 0.125, 0.5: 0.125, 0.8: 0.063, 0.9: 0.026, 0.97: 0.0, 0.99: 0.0}
"""Probability of a look → share of the box's size on every side, beyond its fringe, to the nearest
thousandth, as chosen on dev. Smaller, and faces reach out of masks; larger, and more is hidden than
must be."""


@pytest.mark.parametrize("score", CHOSEN)
def test_a_mask_grows_exactly_by_the_chosen_margin(score: float) -> None:
    assert widths({2: score})[2] / 40 == pytest.approx(1 + 2 * CHOSEN[score], abs=0.002)


@pytest.mark.parametrize("score", [0.1, 0.5, 0.99])
def test_a_doubtful_plate_is_not_enlarged_more_than_a_sure_one(score: float) -> None:
    """What single scans leave out, many scans together contain."""
    root = np.sqrt(40 * 60)
    once = widths({2: score}, Target.PLATE)
    assert once == pytest.approx([40 + 2 * UNSURE[Target.PLATE] * root] * 5)
    often = widths(dict.fromkeys(range(4), score), Target.PLATE)
    assert often == pytest.approx([40 + UNSURE[Target.PLATE] * root] * 5)


@given(width=st.floats(4, 400), height=st.floats(4, 400), margin=st.floats(0, 1))
def test_the_margin_of_a_plate_is_equal_on_all_sides(
    width: float, height: float, margin: float
) -> None:
    """A detection is off by as many pixels on every side, however long the plate; a share of a long
    plate's width would hide much of the car beside it."""
    box = with_margin(Box(0, 0, width, height), margin, Target.PLATE)
    beyond = OF_RECTANGLES * margin * np.sqrt(width * height)
    assert box == pytest.approx((-beyond, -beyond, width + beyond, height + beyond))


@given(
    width=st.floats(1, 2000), height=st.floats(1, 2000), margin=st.floats(0, 1),
    target=st.sampled_from(Target),
)  # fmt: skip
def test_a_mask_drawn_by_a_person_is_drawn_exactly(
    width: float, height: float, margin: float, target: Target
) -> None:
    mask = Box(30, 40, 30 + width, 40 + height)
    drawn = with_margin(without_margin(mask, margin, target), margin, target)
    assert tuple(drawn) == pytest.approx(tuple(mask), abs=1e-6)


def test_a_face_is_hidden_up_to_the_farthest_detection() -> None:
    """Between two detections gradually; before the first and after the last as at these."""
    boxes = drawn({1: 0.999}, Target.FACE, fringe=(0.1, 0, 0, 0.25))
    assert boxes.tolist() == pytest.approx([pytest.approx([96, 100, 140, 175])] * 5)


def test_fringes_enlarge_masks_but_do_not_change_tracks() -> None:
    """From the detection to the track. The same boxes make the same tracks; only the lower sides of
    keyframes move."""
    thing = Thing(lambda frame: (100.0 + 3 * frame, 60.0), (40, 50))
    frames = [as_frame(i, draw(texture(3, HEIGHT, WIDTH), [thing], i)) for i in range(8)]

    def tracked(chin: float) -> Track:
        fringe = np.float32([[0, 0, 0, chin]])
        looks = (replace(seen([thing.box(i)]), fringe=fringe) for i in range(8))
        found = [None if i % 3 else look for i, look in enumerate(looks)]
        (track,) = track_clip(frames, found).tracks
        return track

    low, plain = tracked(0.3), tracked(0)
    assert (low.first, low.last, low.certainty) == (plain.first, plain.last, plain.certainty)
    for mine, other in ((low.at(i), plain.at(i)) for i in range(8)):
        assert mine is not None and other is not None and mine.state is other.state
        assert mine.box.y2 == pytest.approx(other.box.y2 + 0.3 * 50, abs=1.5)
        assert mine.box[:3] == pytest.approx(other.box[:3], abs=1.5)


@pytest.mark.parametrize(
    ("target", "told"), [(Target.FACE, [40, 41, 42, 43, 44]), (Target.PLATE, [40, 44, 44, 44, 44])]
)
@pytest.mark.parametrize("drift", [0.6, 1.7])
def test_size_comes_from_detections_and_only_place_from_pixels(
    target: Target, told: list[float], drift: float
) -> None:
    """Somebody who stands still is detected in the first and last of five pictures, and following
    in between gives boxes that shrink, or grow, by much."""
    rows, clip = np.zeros(5, ROW), ClipRecord()
    for i, width in enumerate((40, 40 * drift, 40 * drift, 40 * drift, 44)):
        clip.add(i / 25, IDENTITY, (640, 360))
        how = How.DETECTED if i in (0, 4) else How.FOLLOWED
        rows[i] = (0, i, how, 0.999, (200 - width / 2, 100, 200 + width / 2, 150), 0)
    boxes = _as_large_as_detected(rows, target, clip)["box"]
    assert (boxes[:, 2] - boxes[:, 0]).tolist() == pytest.approx(told)


@pytest.mark.parametrize(
    ("target", "doubtful", "wide"),
    [(Target.HEAD, 0.1, 42), (Target.HEAD, 0.6, 80), (Target.FACE, 0.1, 80)],
)
def test_a_doubtful_detection_does_not_enlarge_a_head(
    target: Target, doubtful: float, wide: float
) -> None:
    """A doubtful detection includes the shoulders. A likely one keeps its size: heads come
    nearer."""
    rows, clip = np.zeros(5, ROW), ClipRecord()
    for i in range(5):
        clip.add(i / 5, IDENTITY, (640, 360))
        half = 40 if i == 2 else 20
        score = doubtful if i == 2 else 0.9
        rows[i] = (0, i, How.DETECTED, score, (200 - half, 200 - half, 200 + half, 200 + half), 0)
    box = _as_large_as_detected(rows, target, clip)["box"][2]
    assert box[2] - box[0] == pytest.approx(wide, abs=2)


def plate_widths(
    wide: list[float], scores: list[float], high: float = 20, lefts: Sequence[float] = ()
) -> list[float]:
    """Widths of a plate's boxes from those that were detected, ten a second."""
    rows, clip = np.zeros(len(wide), ROW), ClipRecord()
    for i, (width, score) in enumerate(zip(wide, scores, strict=True)):
        clip.add(i / 10, IDENTITY, (640, 360))
        left = lefts[i] if lefts else 50
        rows[i] = (0, i, How.DETECTED, score, (left, 100, left + width, 100 + high), 0)
    boxes = _as_large_as_detected(rows, Target.PLATE, clip)["box"]
    return [float(x) for x in boxes[:, 2] - boxes[:, 0]]


@pytest.mark.parametrize(("score", "wide"), [(0.1, 61), (0.5, 63), (0.9, 120)])
def test_a_plate_that_an_unsure_scan_framed_with_the_bumper_keeps_its_size(
    score: float, wide: float
) -> None:
    scores = [0.9] * 4 + [score] + [0.9] * 4
    found = plate_widths([60.0] * 4 + [120] + [60] * 4, scores)
    assert found[4] == pytest.approx(wide, abs=1)
    assert found[:4] + found[5:] == pytest.approx([60] * 8)


@given(
    growth=st.floats(-0.2, 0.2),
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=12),
)
def test_a_plate_that_comes_nearer_evenly_keeps_the_size_of_every_detection(
    growth: float, scores: list[float]
) -> None:
    wide = [60 * float(np.exp(growth * i)) for i in range(len(scores))]
    assert plate_widths(wide, scores) == pytest.approx(wide, rel=1e-3)


def test_a_plate_that_fills_the_picture_keeps_the_size_of_every_detection() -> None:
    """Most scans frame a part of it."""
    wide = [300.0, 300, 500, 300, 300]
    assert plate_widths(wide, [0.5] * 5, high=150) == pytest.approx(wide)


def test_a_plate_that_comes_in_at_the_border_grows_at_once() -> None:
    """What of it was seen at the border says nothing of its size."""
    wide, scores = [20.0, 40, 100, 100, 100, 100], [0.5] * 6
    coming_in = [0.0, 0, 10, 30, 50, 70]
    assert plate_widths(wide, scores, lefts=coming_in) == pytest.approx(wide)
    assert plate_widths(wide, scores)[2] < 90


@pytest.mark.parametrize("target", [Target.HEAD, Target.FACE, Target.PLATE])
def test_a_barely_believed_face_grows_less_but_a_plate_does_not(target: Target) -> None:
    doubtful = sighted({2: 0.3}, target)
    hardly, half, surely = (enlarged(replace(doubtful, certainty=c))[2, 2] for c in (0.1, 0.5, 1.0))
    assert hardly == surely if target is Target.PLATE else hardly < half < surely


@pytest.mark.parametrize(
    ("target", "certainty", "frames"),
    [(Target.FACE, 0.9, 4), (Target.FACE, 0.4, 2), (Target.FACE, 0.1, 0), (Target.PLATE, 0.1, 4)],
)
def test_a_barely_believed_face_is_hidden_for_less_time_before_and_after(
    target: Target, certainty: float, frames: int
) -> None:
    rows, clip = np.zeros(1, ROW), ClipRecord()
    for i in range(21):
        clip.add(i / 20, IDENTITY, (640, 360))
    rows[0] = (0, 10, How.DETECTED, 0.9, (180, 180, 220, 220), 0)
    dense = fill(rows, target, 0, 20, clip, settings_of(Sensitivity.BALANCED), certainty)
    assert (dense.first, len(dense.boxes)) == (10 - frames, 2 * frames + 1)


def test_between_a_sure_and_a_doubtful_sighting_the_mask_grows_gradually() -> None:
    found = widths({0: 0.995, 4: 0.4})
    assert found == sorted(found) and found[0] == 40 and found[1] < found[3] < found[4]


def test_an_undetected_object_is_drawn_as_at_a_probability_of_one_half() -> None:
    assert widths({}) == pytest.approx(
        [40 * (1 + 2 * (UNSURE[Target.FACE] + SINGLE_DETECTION_FRINGE))] * 5
    )


@given(
    target=st.sampled_from(DETECTED_TARGETS),
    scores=st.dictionaries(st.integers(0, 4), st.floats(0, 1), max_size=5),
    walk=st.lists(st.floats(-30, 30), min_size=5, max_size=5),
)
def test_every_box_contains_the_estimate_and_half_the_way_to_its_neighbours(
    target: Target, scores: dict[int, float], walk: list[float]
) -> None:
    boxes = STILL + np.cumsum(walk)[:, None] * np.array([1.0, 0.0, 1.0, 0.0])
    larger = enlarged(sighted(scores, target, boxes=boxes))
    halfway = (boxes[1:] + boxes[:-1]) / 2
    for inner, outer in ((boxes, larger), (halfway, larger[:-1]), (halfway, larger[1:])):
        assert (outer[:, :2] <= inner[:, :2] + 1e-6).all()
        assert (outer[:, 2:] >= inner[:, 2:] - 1e-6).all()


def areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))


def over_time(boxes: Boxes, rate: float = 25.0) -> Sighted:
    """An object with one box per frame."""
    count, none = len(boxes), np.zeros(0, np.intp)
    times = np.arange(count) / rate
    scores, fringe = np.full(count, np.nan, np.float32), np.zeros((0, 4), np.float32)
    return Sighted(Target.FACE, boxes, times, none, scores, fringe, (10_000, 10_000))


@given(
    st.lists(
        st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(1, 400), st.floats(1, 400)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([5.0, 25.0, 60.0]),
)
def test_no_mask_changes_its_area_by_more_than_it_moves(
    places: list[tuple[float, float, float, float]], rate: float
) -> None:
    """Where it hardly moves, by a twentieth from frame to frame at 25 a second. No mask is made
    smaller for it."""
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in places])
    drawn = steady(over_time(boxes, rate), boxes)
    assert (drawn[:, :2] <= boxes[:, :2] + 1e-6).all()
    assert (drawn[:, 2:] >= boxes[:, 2:] - 1e-6).all()
    for n, ratio in enumerate(areas(drawn)[1:] / areas(drawn)[:-1]):
        (ax, ay), (bx, by) = (Box(*boxes[i]).centre for i in (n, n + 1))
        moved = np.hypot(bx - ax, by - ay) / np.sqrt(max(areas(boxes)[n : n + 2]))
        assert max(ratio, 1 / ratio) <= 1 + max(CALM / rate, moved) + 1e-6


def test_an_inaccurate_detection_makes_no_still_mask_jump() -> None:
    """One box of twenty is half as large again."""
    boxes = np.tile([100.0, 100.0, 140.0, 160.0], (20, 1))
    boxes[10] = [90, 85, 150, 175]
    drawn = areas(enlarged(over_time(boxes)))
    assert (np.abs(np.diff(drawn)) / drawn[1:]).max() < 0.051


def test_a_person_coming_nearer_at_ordinary_speed_is_hidden_at_their_size() -> None:
    sizes = 40 * 1.02 ** np.arange(30)
    boxes = np.stack([0 * sizes, 0 * sizes, sizes, 1.3 * sizes], axis=1)
    assert steady(over_time(boxes), boxes) == pytest.approx(boxes)


@given(
    target=st.sampled_from(DETECTED_TARGETS),
    scores=st.dictionaries(st.integers(0, 4), st.floats(0, 1), max_size=5),
    fringe=st.tuples(*[st.floats(0, 0.5)] * 4),
    corners=st.lists(
        st.tuples(*[st.floats(-20, 340)] * 2, *[st.floats(1, 90)] * 2), min_size=5, max_size=5
    ),
)
def test_each_step_contains_the_boxes_of_the_one_before(
    target: Target,
    scores: dict[int, float],
    fringe: tuple[float, ...],
    corners: list[tuple[float, float, float, float]],
) -> None:
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in corners])
    inner = boxes
    for name, outer in steps(sighted(scores, target, fringe, boxes, (320, 240))):
        assert (outer[:, :2] <= inner[:, :2] + 1e-6).all(), name
        assert (outer[:, 2:] >= inner[:, 2:] - 1e-6).all(), name
        if name == "border":
            assert (outer[sorted(scores)] == boxes[sorted(scores)]).all(), "a detection stays"
        inner = outer


def test_the_modules_table_lists_the_steps_in_order() -> None:
    """Readers of the module's docstring know all of them."""
    lines = [line.split("|") for line in (mask_size.__doc__ or "").splitlines() if "| `" in line]
    told = {cells[1].strip(" `"): cells[2] for cells in lines}
    taken = [n for t in DETECTED_TARGETS for n, _ in steps(sighted({}, t)) if n != "seen"]
    assert [n for n in told if "tracks" in told[n]] == sorted(set(taken), key=[*told].index)
    rest = {n for n in told if "track" not in told[n]}
    assert rest == {"unseen", "margin"}
    face = Box(0, 0, 100, 100)
    assert with_margin(face, RenderSettings().margin, Target.FACE).width == pytest.approx(124)
    assert with_margin(face, -1, Target.FACE) == with_margin(face, -1, Target.PLATE) == face


def test_a_face_detected_inside_the_picture_is_not_stretched_to_the_border() -> None:
    boxes = np.array([[x, 50.0, x + 30, 86] for x in (100, 60, 40, 40, 40)])
    seen = sighted({0: 0.9}, Target.FACE, boxes=boxes, picture=(WIDTH, HEIGHT))
    assert (dict(steps(seen))["border"] == boxes).all()
