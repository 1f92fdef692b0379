"""Outside the masks the picture equals the source's, luma and chroma, in every frame."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.outside_masks import OutsideMasks, drawn_around
from redact.auditing.planes import (
    Both,
    Plane,
    block_least,
    block_mean,
    coarser,
    difference_outside,
    psnr,
)
from redact.auditing.result import Check
from redact.media import Decode, VideoWriter, plane_array, probe
from redact.render import drawn_area_of, mask_of
from redact.settings import EncodeSettings
from redact.types import Box, Frame, Region, State, Target

from .conftest import Clip, face_box

HEIGHT, WIDTH = 96, 128


def _plane(seed: int = 0, height: int = HEIGHT, width: int = WIDTH) -> Plane:
    return np.random.default_rng(seed).integers(0, 255, (height, width), np.uint8)


def _both() -> Both:
    """Two equal 4:2:0 pictures with separate planes."""
    chroma = [_plane(n, HEIGHT // 2, WIDTH // 2) for n in (1, 2)]
    return Both((_plane(), _plane()), tuple((c, c.copy()) for c in chroma), right=2, down=2)


def _seen(*frames: Both, hidden: Plane | None = None) -> Check:
    elsewhere = OutsideMasks()
    for index, both in enumerate(frames):
        elsewhere.see(index, both, hidden)
    return elsewhere.check()


def _frame(form: str, planes: list[int | Plane], width: int = WIDTH, height: int = HEIGHT) -> Frame:
    picture = av.VideoFrame(width, height, form)
    for n, samples in enumerate(planes):
        plane_array(picture, n)[...] = samples
    return Frame(0, 0, Fraction(1, 25), picture)


# --- one form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("coarse_first", [True, False])
@pytest.mark.parametrize(("width", "height"), [(128, 96), (127, 95)])
@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        ("yuv420p", "yuv444p"),
        ("yuv422p", "yuv444p"),
        ("yuv420p", "yuv422p10le"),
        ("yuv420p10le", "yuv444p10le"),
        ("yuv420p", "yuv420p10le"),
    ],
)
def test_repeated_chroma_is_the_same_chroma(
    coarse: str, fine: str, width: int, height: int, coarse_first: bool
) -> None:
    """What an encoder is given that cannot write the source's format (`redact.media`)."""
    down = 2 if "420" in coarse else 1
    u = _plane(3, -(-height // down), -(-width // 2)) // 4
    shift = 2 if "10" in coarse else 0
    a = _frame(coarse, [0, u.astype(np.uint16) << shift, 128 << shift], width, height)
    wide = u.repeat(2, 1) if "444" in fine else u
    if "420" not in fine and down == 2:
        wide = wide.repeat(2, 0)
    wide = wide[:height, :width]
    shift = 2 if "10" in fine else 0
    b = _frame(fine, [0, wide.astype(np.uint16) << shift, 128 << shift], width, height)
    both = Both.of(a, b) if coarse_first else Both.of(b, a)
    assert (both.right, both.down) == (2, down)
    for source, output in both.chroma:
        assert np.array_equal(source, output)
    assert np.array_equal(both.chroma[0][0], u)


def test_grey_has_neutral_chroma() -> None:
    grey, deep = _frame("gray", [90]), _frame("gray10le", [90 << 2])
    neutral = _frame("yuv420p", [90, 128, 128])
    both = Both.of(grey, deep)
    assert both.chroma == () and np.array_equal(*both.luma)
    for pair in ((grey, neutral), (neutral, grey), (deep, neutral)):
        both = Both.of(*pair)
        assert all(np.array_equal(*planes) for planes in both.chroma) and len(both.chroma) == 2
        assert _seen(both).passed
    assert not _seen(Both.of(_frame("yuv420p", [90, 160, 128]), grey)).passed


# --- blocks -----------------------------------------------------------------------------------


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 9))
def test_means_of_blocks_are_exact(height: int, width: int, seed: int) -> None:
    a, b = _plane(seed, height, width), _plane(seed + 1, height, width)
    padded = np.pad(cv2.absdiff(a, b), ((0, -height % 16), (0, -width % 16)), "edge")
    rows, columns = padded.shape[0] // 16, padded.shape[1] // 16
    expected = padded.reshape(rows, 16, columns, 16).mean(axis=(1, 3))
    assert np.array_equal(block_mean(cv2.absdiff(a, b)), expected.astype(np.float32))
    assert np.array_equal(block_least(a)[0, 0], a[:16, :16].min()) and block_least(a).shape == (
        rows,
        columns,
    )


@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([(2, 2), (2, 1), (1, 1)]))
def test_blocks_of_chroma_lie_on_those_of_luma(
    height: int, width: int, step: tuple[int, int]
) -> None:
    right, down = step
    chroma = _plane(0, -(-height // down), -(-width // right))
    blocks = block_mean(chroma, right, down)
    assert blocks.shape == block_mean(_plane(0, height, width)).shape
    first = chroma[: 16 // down, : 16 // right]
    if height >= 16 and width >= 16:
        assert blocks[0, 0] == pytest.approx(first.mean())


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([(2, 2), (2, 1), (1, 1)]))
def test_chroma_lies_outside_where_all_its_pixels_do(
    height: int, width: int, step: tuple[int, int]
) -> None:
    right, down = step
    outside = (_plane(7, height, width) > 60).astype(np.uint8) * np.uint8(255)
    coarse = coarser(outside, right, down)
    assert coarse.shape == (-(-height // down), -(-width // right))
    for (y, x), value in np.ndenumerate(coarse):
        block = outside[y * down : (y + 1) * down, x * right : (x + 1) * right]
        assert value == block.min()


def test_drawn_around_a_core_is_the_drawn_area() -> None:
    regions = [
        Region(1, Target.FACE, Box(20, 20, 50, 60), State.DETECTED),
        Region(2, Target.PLATE, Box(100, 80, 140, 99), State.DETECTED),
    ]
    core = mask_of(regions, WIDTH, HEIGHT, 0.15).view(np.uint8)
    assert np.array_equal(drawn_around(core) > 0, drawn_area_of(regions, WIDTH, HEIGHT, 0.15))


def test_psnr_counts_only_outside() -> None:
    source = _plane()
    output, outside = source.copy(), np.full(source.shape, 255, np.uint8)
    output[50:80, 50:80] = 0
    outside[50:80, 50:80] = 0
    samples = int(np.count_nonzero(outside))
    assert psnr(difference_outside(source, output, outside), samples) == float("inf")
    output[0, 0] ^= 1
    difference = difference_outside(source, output, outside)
    assert psnr(difference, samples) == pytest.approx(10 * np.log10(255**2 * samples))


# --- verdict ----------------------------------------------------------------------------------


def test_equal_pictures_are_reported_as_equal() -> None:
    check = _seen(_both(), _both())
    assert check.passed
    assert check.detail == (
        "PSNR outside the masks: luma lowest equal, median equal; chroma lowest equal, median equal"
    )


def test_it_is_reported_if_nothing_lies_outside() -> None:
    hidden = np.ones((HEIGHT, WIDTH), np.uint8)
    check = _seen(_both(), hidden=hidden)
    assert check.passed and check.detail == "nothing lies outside the masks"
    elsewhere = OutsideMasks()
    elsewhere.see(0, _both(), hidden)
    elsewhere.see(1, _both(), None)
    assert elsewhere.check().detail.endswith("nothing lies outside the masks in 1 frame")


def test_one_changed_block_is_found_in_any_frame() -> None:
    frames = [_both() for _ in range(4)]
    slope = np.tile(np.arange(50, 50 + WIDTH, dtype=np.uint8), (HEIGHT, 1))
    other = slope.copy()
    other[32:48, 16:32] += np.uint8(30)
    frames[3] = Both((slope, other))
    check = _seen(*frames)
    assert not check.passed and "blocks changed in 1 frame from 3" in check.detail
    assert "chroma" in check.detail


@pytest.mark.parametrize("where", [(32, 16), (16, 32)])
def test_a_block_is_judged_only_where_all_of_it_is_outside(where: tuple[int, int]) -> None:
    hidden = np.zeros((HEIGHT, WIDTH), np.uint8)
    hidden[47, 31] = 1  # the last pixel of the block at row 32, column 16
    y, x = where
    changed = _both()
    changed.luma[1][y : y + 16, x : x + 16] ^= 64
    assert _seen(changed, hidden=hidden).passed == (where == (32, 16))


def test_chroma_of_another_picture_is_a_change() -> None:
    """The trap: luma is the source's, the colours are not."""
    both = _both()
    for _, output in both.chroma:
        output[...] = 128
    check = _seen(both)
    assert not check.passed and "luma lowest equal" in check.detail


def test_one_coloured_block_is_found() -> None:
    both = _both()
    for source, output in both.chroma:
        source[...] = output[...] = 128
    both.chroma[1][1][16:24, 8:16] = 150
    assert not _seen(both).passed
    hidden = np.zeros((HEIGHT, WIDTH), np.uint8)
    hidden[32:48, 16:32] = 1
    assert _seen(both, hidden=hidden).passed


def test_chroma_that_reaches_under_a_mask_is_not_compared() -> None:
    hidden = np.zeros((HEIGHT, WIDTH), np.uint8)
    hidden[33, 17] = 1
    both = _both()
    both.chroma[0][1][16, 8] ^= 255
    assert "chroma lowest equal" in _seen(both, hidden=hidden).detail
    assert "chroma lowest equal" not in _seen(both).detail


def _spotted(swing: int, spot: int, detail: int) -> Both:
    """A high-contrast picture of stripes, changed by `swing` everywhere and by `spot` in one
    block."""
    source = np.full((HEIGHT, WIDTH), 100, np.uint8)
    source[:, ::2] += np.uint8(2 * detail)
    output = source + np.uint8(swing)
    output[32:48, 16:32] = source[32:48, 16:32] + np.uint8(spot)
    return Both((source, output))


def test_a_block_may_lose_as_much_detail_as_the_codec_loses_elsewhere() -> None:
    """Of 16 levels of detail, none, an eighth, or half and more is lost elsewhere."""
    for swing, most in ((0, 20), (2, 24), (8, 36), (10, 36)):
        assert _seen(_spotted(swing, most - 2, detail=16)).passed, swing
        assert not _seen(_spotted(swing, most + 2, detail=16)).passed, swing
    assert not _seen(_spotted(12, 22, detail=0)).passed  # a flat one has none to lose


CRFS = (40, 45, 51)
"""51 is the worst that H.264 can do."""


def _coded(clip: Clip, crf: int, patch: tuple[Box, int, int] | None = None) -> Check:
    """The verdict on the first encoded frames of a clip, with a patch that shows another part."""
    path = clip.folder / f"coarse-{crf}-{patch is not None}.mp4"
    with VideoWriter(path, clip.info, EncodeSettings(crf=crf)) as writer:
        for frame in islice(Decode(clip.info), 4):
            if patch is not None:
                (x1, y1, x2, y2), u, v = (tuple(map(int, patch[0])), *patch[1:])
                frame.picture.make_writable()
                for n, step in enumerate((1, 2, 2)):
                    plane = plane_array(frame.picture, n)
                    rows, columns = (y2 - y1) // step, (x2 - x1) // step
                    other = plane[v // step :, u // step :][:rows, :columns].copy()
                    plane[y1 // step :, x1 // step :][:rows, :columns] = other
            writer.write(frame)
    elsewhere = OutsideMasks()
    for index, pair in enumerate(zip(Decode(clip.info), Decode(probe(path)), strict=False)):
        elsewhere.see(index, Both.of(*pair), None)
    return elsewhere.check()


@pytest.mark.parametrize("crf", CRFS)
def test_a_coarsely_coded_picture_is_still_the_sources(clip: Clip, crf: int) -> None:
    check = _coded(clip, crf)
    assert check.passed, check.detail


@pytest.mark.parametrize("crf", CRFS)
def test_a_patch_of_another_place_is_found_however_coarse_the_picture(clip: Clip, crf: int) -> None:
    """The face appears a second time, in the sky."""
    x, y = (int(v) // 2 * 2 for v in face_box(0)[:2])
    check = _coded(clip, crf, (Box(320, 32, 368, 80), x, y))
    assert not check.passed and "blocks changed in 4 frames from 0" in check.detail


@pytest.mark.parametrize("swing", [6, 30])
def test_lost_colours_are_a_change_despite_a_high_psnr(swing: int) -> None:
    both = _both()
    for source, output in both.chroma:
        source[...] = 128 + np.random.default_rng(4).integers(-swing, swing + 1, source.shape)
        output[...] = 128
    check = _seen(both)
    assert not check.passed and "colours changed in 1 frame from 0" in check.detail
    for source, output in both.chroma:
        output[...] = np.clip(source.astype(int) + 2, 0, 255)
    assert _seen(both).passed


def test_another_brightness_is_a_change_even_if_no_block_is(swing: int = 9) -> None:
    """A picture of faint stripes, every one of them displaced."""
    source = np.full((HEIGHT, WIDTH), 100, np.uint8)
    source[:, ::2] += np.uint8(swing)
    check = _seen(Both((source, source[:, ::-1].copy())))
    assert not check.passed and "brightness changed in 1 frame from 0" in check.detail


def test_faint_colours_may_vanish() -> None:
    both = _both()
    for source, output in both.chroma:
        source[...] = 128 + np.random.default_rng(4).integers(-2, 3, source.shape)
        output[...] = 128
    assert _seen(both).passed
