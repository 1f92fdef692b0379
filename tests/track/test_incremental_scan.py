"""Unchanged parts are not scanned again, and no change goes unscanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from hypothesis import given
from hypothesis import strategies as st

from redact.track import IncrementalScanner, Remembered
from redact.track.changes import (
    MEAN,
    PIXEL,
    SPOT,
    beyond_noise,
    boxes_of,
    changed_blocks,
)
from redact.track.incremental_scan import taken_together
from redact.track.small_pictures import shrink
from redact.types import Box, Detections, Frame, Rect

from .scenes import HEIGHT, WIDTH, Grey, Thing, as_frame, draw, seen, texture

GROUND = texture(99, HEIGHT, WIDTH)
FACE = Thing(lambda _: (200.0, 60.0))
EVERY = 1.0


class Recorder:
    """A detector that detects `FACE` if it is shown at `contrast` or more, and records what it was
    shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, Sequence[Rect] | None]] = []
        self.visible = False

    def __call__(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        self.shown.append((frame.index, only))
        box = FACE.box(0)
        here = only is None or any(_holds(a, box) for a in only)
        return seen([box] if self.visible and here else [])


def _holds(area: Rect, box: Box) -> bool:
    return area.x1 < box.x2 and area.x2 > box.x1 and area.y1 < box.y2 and area.y2 > box.y1


class Clip:
    """Pictures given one by one to `IncrementalScanner`, each of which is due for a scan."""

    def __init__(self, every: float = EVERY) -> None:
        self.recorder = Recorder()
        self.scanner = IncrementalScanner(self.recorder, every)
        self._scaler, self._index = VideoReformatter(), 0

    def show(self, grey: Grey, damaged: bool = False) -> Detections:
        frame = replace(as_frame(self._index, grey), damaged=damaged)
        self._index += 1
        return self.scanner.scan(frame, shrink(frame, self._scaler))


def mixed(share: float) -> Grey:
    """The ground, blended with `FACE` by `share`."""
    face = draw(GROUND, [FACE], 0)
    return np.asarray(np.rint(GROUND * (1 - share) + face * share), np.uint8)


def test_a_still_picture_is_scanned_after_a_second_and_then_less_often() -> None:
    clip = Clip()
    for _ in range(276):
        clip.show(GROUND)
    assert [index for index, _ in clip.recorder.shown] == [0, 25, 75, 175, 275]
    assert all(only is None for _, only in clip.recorder.shown)
    assert (clip.scanner.whole, clip.scanner.parts, clip.scanner.kept) == (5, 0, 271)


def test_something_new_in_a_still_picture_makes_scans_frequent_again() -> None:
    clip = Clip()
    for index in range(226):
        clip.recorder.visible = index >= 100  # of the same pixels it says more from here on
        clip.show(GROUND)
    assert [index for index, _ in clip.recorder.shown] == [0, 25, 75, 175, 200]


def test_a_face_that_fades_in_slowly_is_detected() -> None:
    """However slowly: pictures are compared with the last scanned one, not with the frame before.
    No scan of the whole picture helps here."""
    clip, count = Clip(every=1e6), 200
    for i in range(count + 1):
        share = i / count
        clip.recorder.visible = share >= 0.3
        found = clip.show(anew(mixed(share), i // 25))
        late = share - 0.3  # it becomes visible at .3, and must be seen at .4 at the latest
        assert len(found) == 1 or late < 0.1, share
    assert clip.scanner.whole == 1 and clip.scanner.parts >= 2


def anew(grey: Grey, seed: int) -> Grey:
    """A picture whose noise is encoded anew, as in a key frame."""
    noise = np.random.default_rng(seed).normal(0, 2, grey.shape)
    return np.asarray(np.clip(np.rint(grey + noise), 0, 255), np.uint8)


def small_and_faint(grey: Grey, levels: int) -> Grey:
    """The picture with an object of the size of a small face that is slightly brighter."""
    left, top, right, bottom = map(int, FACE.box(0))
    with_it = grey.astype(int)
    with_it[(top + bottom) // 2 :, (left + right) // 2 :][:12, :10] += levels
    return np.asarray(np.clip(with_it, 0, 255), np.uint8)


@pytest.mark.parametrize("at", [50, 53])
def test_an_object_that_appears_at_a_key_frame_or_between_two_is_scanned_at_once(at: int) -> None:
    """Even if it then stays where it is."""
    clip = Clip(every=1e6)
    for index in range(at + 1):
        clip.recorder.visible = index == at
        clean = GROUND if index < at else small_and_faint(GROUND, 10)
        found = clip.show(anew(clean, index // 10))
    assert len(found) == 1
    assert [index for index, _ in clip.recorder.shown] == [0, at]


def brighter(levels: int) -> Grey:
    """The ground with less contrast, and brighter by so much."""
    return np.asarray(GROUND // 2 + 60 + levels, np.uint8)


def test_a_picture_that_became_much_brighter_is_scanned_again() -> None:
    clip = Clip(every=1e6)
    for levels in range(0, 40, 2):
        clip.show(brighter(levels))
    assert clip.scanner.parts >= 2


def test_a_face_that_left_is_dropped() -> None:
    clip = Clip()
    clip.recorder.visible = True
    assert len(clip.show(mixed(1.0))) == 1
    clip.recorder.visible = False
    assert len(clip.show(GROUND)) == 0
    assert clip.scanner.parts == 1


def test_a_damaged_picture_and_the_next_are_scanned_whole() -> None:
    clip = Clip()
    for damaged in (False, True, False, False):
        clip.show(GROUND, damaged)
    assert clip.recorder.shown == [(0, None), (1, None), (2, None)]


def remembered(pictures: Sequence[tuple[Grey, bool]], known: Box | None = None) -> list[int]:
    """The pictures, each with whether it is damaged, that `Remembered` scanned in half a second at
    25 a second; nothing was detected."""
    scanned: list[int] = []

    def scan(index: int) -> int:
        scanned.append(index)
        return index

    last = Remembered[int](lambda _: np.zeros((0, 4), np.float32), 0.4)
    places = None if known is None else np.array([known])
    scaler = VideoReformatter()
    for index, (grey, damaged) in enumerate(pictures):
        frame = replace(as_frame(index, grey), damaged=damaged)
        last.of(shrink(frame, scaler), partial(scan, index), places)
    return scanned


def test_a_scans_result_is_reused_until_something_may_have_changed() -> None:
    still = [(GROUND, False)] * 12
    assert remembered(still) == [0, 10], "and no longer than it was told"
    # A damaged picture is scanned, and says nothing about the next one.
    assert remembered([*still[:3], (GROUND, True), *still[:3]]) == [0, 3, 4]
    assert remembered([*still[:3], (mixed(1.0), False), (mixed(1.0), False)]) == [0, 3]
    # Noise counts where something is known.
    noisy = GROUND.copy()
    x, y = (int(v) // 2 * 2 for v in FACE.box(0).centre)
    point = noisy[y : y + 2, x : x + 2]  # of the pictures that are compared
    point[:] = np.where(point < 128, point + 4 * PIXEL, point - 4 * PIXEL)
    assert remembered([*still[:2], (noisy, False)]) == [0]
    assert remembered([*still[:2], (noisy, False)], FACE.box(0)) == [0, 2]


@given(st.integers(0, 2**32 - 1), st.integers(20, 90), st.integers(20, 130))
def test_every_changed_pixel_is_in_a_scanned_part(seed: int, height: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 256, (height, width), dtype=np.uint8)
    now = before.copy()
    for _ in range(rng.integers(0, 12)):
        y, x = rng.integers(height), rng.integers(width)
        h, w = rng.integers(1, 12, 2)
        now[y : y + h, x : x + w] = rng.integers(0, 256)
    left = np.abs(now.astype(int) - before.astype(int))
    for x1, y1, x2, y2 in boxes_of(changed_blocks(before, now)):
        left[8 * y1 : 8 * y2, 8 * x1 : 8 * x2] = 0
    assert left.max() <= PIXEL
    blocks = left[: height // 8 * 8, : width // 8 * 8].reshape(height // 8, 8, width // 8, 8)
    assert blocks.mean(axis=(1, 3)).max() <= MEAN
    apart = now.astype(np.float32) - before
    spots = np.abs(cv2.blur(apart - np.median(apart[::7, ::7]), (SPOT, SPOT)))
    for x1, y1, x2, y2 in boxes_of(beyond_noise(before, now)):
        spots[8 * y1 : 8 * y2, 8 * x1 : 8 * x2] = 0
    assert spots.max() <= PIXEL + 1e-3


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6), st.data())
def test_no_detection_is_lost_where_scans_meet(
    corners: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Objects that moved by at most two pixels are all still there afterwards, wherever the edge of
    the part runs."""
    boxes = [Box(x, y, x + 20, y + 24) for x, y in corners]
    shift = [data.draw(st.tuples(st.integers(-2, 2), st.integers(-2, 2))) for _ in boxes]
    moved = [
        Box(b.x1 + dx, b.y1 + dy, b.x2 + dx, b.y2 + dy)
        for b, (dx, dy) in zip(boxes, shift, strict=True)
    ]
    x, y = (data.draw(st.integers(0, 60)) for _ in range(2))
    area = Rect(x, y, x + 40, y + 40)
    both = taken_together(seen(boxes), seen(moved), [area])
    for old, new in zip(boxes, moved, strict=True):
        near = [b for b in both.xyxy.tolist() if Box(*b).iou(old) > 0.3 or Box(*b).iou(new) > 0.3]
        assert near, (old, new)


def test_detections_are_kept_while_nothing_changes() -> None:
    clip = Clip()
    clip.recorder.visible = True
    first = clip.show(mixed(1.0))
    again = clip.show(mixed(1.0))
    assert len(clip.recorder.shown) == 1
    np.testing.assert_array_equal(first.xyxy, again.xyxy)
