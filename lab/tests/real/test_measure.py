"""The measure on real footage: what counts as leaked, stray and hidden, and the halves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.real.intervals import share_interval, wilson
from lab.real.judge import FrameScore, ObjectScore, Scores, judge_clip, judge_frame
from lab.real.labels import HOME, LabelledFrame, Labels, read_labels
from lab.real.measure import Bgr, MaskView, PixelView, grey_of
from lab.real.runner import pixel_views
from lab.real.silent import silent
from lab.real.summary import figures, table
from redact.types import Box, Doubt, Target
from tests.review.plans import plan_of

FACE = (40.0, 30.0, 100.0, 110.0)
PLATE = (150.0, 60.0, 210.0, 80.0)
CLOCK = (10.0, 150.0, 80.0, 166.0)
LABELLED = LabelledFrame("a.mp4", 0, faces=(FACE,), plates=(PLATE,), osd=(CLOCK,))


def noise() -> Bgr:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (60, 80, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (240, 180), interpolation=cv2.INTER_CUBIC), np.uint8)


def masked(*boxes: tuple[float, float, float, float]) -> Bgr:
    picture = noise()
    for x1, y1, x2, y2 in boxes:
        picture[int(y1) : int(y2), int(x1) : int(x2)] = 128
    return picture


def judged(output: Bgr):  # type: ignore[no-untyped-def]
    return judge_frame(LABELLED, PixelView(grey_of(noise()), grey_of(output)))


def test_what_is_hidden_does_not_leak_and_is_not_stray() -> None:
    score = judged(masked(FACE, PLATE))
    assert [o.leaked for o in score.objects] == [False, False]
    assert score.stray == 0 and score.hidden > 0.1
    assert score.burnt == (False,)


def test_hair_beside_a_labelled_face_is_stray_only_where_heads_are_not_asked_for() -> None:
    x2 = FACE[2]
    hair = (x2 + 23, FACE[1], x2 + 38, FACE[3])
    view = PixelView(grey_of(noise()), grey_of(masked(hair)))
    labels = Labels([LABELLED])
    assert judge_frame(labels.frames[0], view).stray > 0
    assert judge_frame(labels.with_whole_heads().frames[0], view).stray == 0


def test_bare_and_half_hidden_ones_leak() -> None:
    assert [o.leaked for o in judged(noise()).objects] == [True, True]
    half = (FACE[0], FACE[1], FACE[2], 70.0)
    face, plate = judged(masked(half, PLATE)).objects
    assert face.leaked and 0.3 < face.open_share < 0.7
    assert not plate.leaked


def test_a_mask_away_from_everything_is_stray_and_hides_the_clock() -> None:
    score = judged(masked(FACE, PLATE, CLOCK))
    assert score.burnt == (True,)
    assert score.stray == pytest.approx(70 * 16 / (240 * 180), rel=0.2)


def test_a_brighter_blurred_copy_is_hidden_only_if_its_edges_are_gone() -> None:
    picture = noise().astype(np.float32)
    brighter = np.clip(picture * 0.8 + 40, 0, 255).astype(np.uint8)
    assert judged(brighter).objects[0].leaked
    blurred = np.asarray(cv2.GaussianBlur(noise(), (0, 0), 12), np.uint8)
    assert not judged(blurred).objects[0].leaked


def test_growth_is_told_of_faces_that_stand_alone() -> None:
    wide = (FACE[0] - 20, FACE[1] - 20, FACE[2] + 20, FACE[3] + 20)
    whole, grown = judged(masked(FACE, PLATE)), judged(masked(wide, PLATE))
    assert whole.growth == () and grown.growth == ()  # The plate is near.
    alone = LabelledFrame("a.mp4", 0, faces=(FACE,))
    view = PixelView(grey_of(noise()), grey_of(masked(wide)))
    assert judge_frame(alone, view).growth[0] == pytest.approx(
        100 * 120 / (np.pi / 4 * 60 * 80), rel=0.1
    )


def test_growth_is_told_of_plates_that_stand_alone() -> None:
    x1, y1, x2, y2 = PLATE
    wide = (x1 - 10, y1 - 5, x2 + 10, y2 + 5)
    alone = LabelledFrame("a.mp4", 0, plates=(PLATE,))
    view = PixelView(grey_of(noise()), grey_of(masked(wide)))
    whole = (x2 - x1 + 20) * (y2 - y1 + 10) / ((x2 - x1) * (y2 - y1))
    assert judge_frame(alone, view).plate_growth[0] == pytest.approx(whole, rel=0.1)
    assert judged(masked(FACE, wide)).plate_growth == ()  # The face is near.


def test_masks_before_drawing_are_judged_alike() -> None:
    mask = np.zeros((180, 240), np.uint8)
    mask[30:110, 40:100] = 1
    face, plate = judge_frame(LABELLED, MaskView(mask)).objects
    assert not face.leaked and face.open_share < 0.03
    assert plate.leaked and plate.open_share == 1


def test_what_an_output_does_not_hold_is_shown_bare() -> None:
    scores = Scores("redact-balanced")
    labels = read_labels([])
    labels.frames.append(LABELLED)
    judge_clip(scores, labels, pixel_views({0: noise()}, {}))
    found = figures(scores)
    assert (found["faces"].hits, found["faces"].count) == (1, 1)
    assert "100.0 % (1 of 1" in table([scores])


def test_tracks_of_several_rows_are_one(tmp_path: Path) -> None:
    rows = [
        {"clip": "a.mp4", "tracks": [{"id": 1, "target": "face", "boxes": {"0": FACE}}]},
        {
            "clip": "a.mp4",
            "frame": 3,
            "tracks": [{"id": 1, "target": "face", "boxes": {"3": FACE}}],
        },
    ]
    (tmp_path / "labels_dev.json").write_text(json.dumps(rows))
    labels = read_labels([tmp_path / "labels_dev.json"], "dev")
    assert [set(t.boxes) for t in labels.tracks] == [{0, 3}]
    scores = Scores("any")
    judge_clip(scores, labels, pixel_views({0: noise(), 3: noise()}, {0: masked(FACE)}))
    assert (scores.tracks[0].judged, scores.tracks[0].leaked) == (2, [3])


def test_intervals_widen_where_one_clip_holds_the_leaks() -> None:
    assert wilson(0, 100)[1] == pytest.approx(0.037, abs=0.002)
    even = [(f"{n}", float(n % 10 == 0)) for n in range(100)]
    together = [(f"{n // 10}", float(n < 10)) for n in range(100)]
    narrow, wide = share_interval(even), share_interval(together)
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_no_clip_is_in_both_halves() -> None:
    files = sorted(HOME.glob("labels_*.json"))
    split = HOME / "split.json"
    if not files or not split.exists():
        pytest.skip("no labels of the repository's own yet")
    dev, test = (set(read_labels(files, half, split).clips()) for half in ("dev", "test"))
    assert dev and test and not dev & test


def test_what_is_open_is_silent_unless_a_place_that_is_told_lies_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("redact.risk.moments.WORTH_A_LOOK", 0.01)
    doubt = Doubt(10, Target.FACE, Box(100, 100, 140, 150), 0.9)
    plan = replace(plan_of(frames=500), doubts=(doubt,))

    def frame(number: int, left: float, share: float) -> FrameScore:
        face = ObjectScore("a", number, "face", (left, 100.0, left + 40, 150.0), share)
        return FrameScore("a", number, (face,), (), 0, 0, (), (), (), ())

    seen = [frame(12, 110, 0.9), frame(12, 300, 0.9), frame(200, 110, 0.9), frame(12, 300, 0.4)]
    assert [alone for _, alone in silent(plan, seen)] == [False, True, True]
