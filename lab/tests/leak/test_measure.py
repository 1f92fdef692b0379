"""Parts of the measure: verdicts, matching of frames, truth files, sums."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.leak import pixels, video
from lab.leak.metrics import ClipResult, TrackResult, coverage, judge_clip
from lab.leak.runner import Measured
from lab.leak.summary import summarise
from lab.leak.truth import Instance, Truth, TruthTrack, visible_share

from .planted import filmed

QUIET = pixels.NoiseModel(
    pixels.Levels(np.ones(3, np.float32), np.zeros(3, np.float32)), pixels.FLOOR[0]
)


def textured(seed: int, size: int = 64) -> video.Picture:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 226, (size // 4, size // 4, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), grain=st.floats(0, 2.0))
def test_a_faithful_copy_hides_nothing(seed: int, grain: float) -> None:
    source = textured(seed)
    noise = np.random.default_rng(seed).normal(0, grain, source.shape)
    copy = np.clip(source + noise, 0, 255).astype(np.uint8)
    verdict = pixels.judge(source, copy, QUIET)
    assert not verdict.hidden.any()
    assert verdict.shown.mean() > 0.8


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6), x=st.integers(8, 30), y=st.integers(8, 30), side=st.integers(12, 24)
)
def test_another_texture_is_hidden_and_nothing_else(seed: int, x: int, y: int, side: int) -> None:
    source, other = textured(seed), textured(seed + 1)
    output = source.copy()
    output[y : y + side, x : x + side] = other[y : y + side, x : x + side]
    found = pixels.follow(pixels.judge(source, output, QUIET))
    truth = np.zeros(found.hidden.shape, bool)
    truth[y : y + side, x : x + side] = True
    # A patch of 13 px may agree with its source by chance in one pixel of six (seed 19839).
    assert found.hidden[truth].mean() > 0.8
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7))) > 0
    assert not found.hidden[~near].any()


def test_flat_area_with_an_equal_fill_is_not_judged() -> None:
    flat = np.full((64, 64, 3), 120, np.uint8)
    verdict = pixels.follow(pixels.judge(flat, flat, QUIET))
    assert coverage(verdict, Instance((20, 20, 44, 44)), "face") is None


def test_change_of_levels_hides_nothing() -> None:
    source = textured(4, 256)
    washed = np.clip(source * 0.9 + 12, 0, 255).astype(np.uint8)
    noise = pixels.NoiseModel.learn([(source, washed)])
    assert pixels.judge(source, washed, noise).hidden.mean() < 0.01


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=3, max_size=20))
def test_repeated_and_dropped_frames_are_recognised(repeats: list[int]) -> None:
    rng = np.random.default_rng(0)
    thumbs = [rng.uniform(0, 255, (27, 48)).astype(np.float32) for _ in repeats]
    shown = [n for n, times in enumerate(repeats) for _ in range(times)]
    if not shown:
        return
    matched = video.match(thumbs, [thumbs[n] for n in shown])
    # With equal counts frames pair by position, whatever they show.
    assert matched == (list(range(len(thumbs))) if len(shown) == len(thumbs) else shown)


def test_a_frame_shown_twice_leaks_if_one_showing_leaks(tmp_path: Path) -> None:
    path, truth = filmed(tmp_path, "face")
    pictures = [p for _, p in video.read(path)]
    hidden = []
    for n, picture in enumerate(pictures):
        covered = picture.copy()
        for box in truth.boxes_at(n):
            x1, y1, x2, y2 = (int(v) for v in box)
            covered[max(0, y1 - 12) : y2 + 12, max(0, x1 - 12) : x2 + 12] = 128
        hidden.append(covered)
    out = [*hidden[:6], pictures[5], *hidden[6:]]
    video.write(tmp_path / "out.mp4", out, [n / 24 for n in range(len(out))], crf=20)
    result = judge_clip(path, tmp_path / "out.mp4", truth)
    for track in result.tracks:
        assert [f for f, bad in zip(track.frames, track.leaked, strict=True) if bad] == [5]


def test_visible_share_leaves_out_border_and_holes() -> None:
    assert visible_share((-10, 0, 10, 20), 100, 100) == 0.5
    hole = ((0.0, 0.0), (49.0, 0.0), (49.0, 100.0), (0.0, 100.0))
    assert visible_share((40, 10, 60, 30), 100, 100, (hole,)) == pytest.approx(0.5, abs=0.03)
    assert visible_share((200, 0, 210, 10), 100, 100) == 0


def test_truth_file_comes_back_equal(tmp_path: Path) -> None:
    hole = ((0.0, 0.0), (4.0, 0.0), (4.0, 9.0))
    corner = ((1.0, 2.0), (9.0, 3.0), (9.0, 8.0), (1.0, 7.0))
    track = TruthTrack(1, "plate", {3: Instance((1.0, 2.0, 9.0, 8.0), (hole,), corner)})
    truth = Truth("c", 64, 48, 9, ("pan",), [track], {2: [(0.0, 0.0, 5.0, 5.0)]})
    truth.save(tmp_path / "t.json")
    assert Truth.load(tmp_path / "t.json") == truth


def _measured(leaked: list[bool]) -> Measured:
    n = len(leaked)
    track = TrackResult(
        1,
        "face",
        list(range(n)),
        [k / 25 for k in range(n)],
        [30.0] * n,
        [0.0 if bad else 1.0 for bad in leaked],
        leaked,
    )
    return Measured("t", ClipResult("c", ["pan"], n, n / 25, [track], 0.01, 0.005, 0.0, 0), 1.0)


def test_sums_tell_runs_edges_and_bound() -> None:
    result = summarise(
        "t",
        ["face"],
        [
            _measured([True, True, False, False, True, False]),
            _measured([False] * 6),
        ],
    )
    leaks = result.headline["face"]
    assert (leaks.instances, leaks.leaked, leaks.tracks, leaks.leaked_tracks) == (12, 3, 2, 1)
    assert (leaks.longest, round(leaks.longest_ms)) == (2, 80)
    assert (leaks.start, leaks.end, leaks.bare_start) == (2, 0, 2)
    assert leaks.bound() is None
    clean = summarise("t", ["face"], [_measured([False] * 6)] * 60).headline["face"]
    assert clean.bound() == pytest.approx(3 / 60)
