"""The picture that the audit's detectors are shown."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.auditing.outside_masks import drawn_around
from redact.auditing.unmasked import mirrored, unmasked
from redact.detection import Area, Scaler
from redact.media import plane_array
from redact.types import Frame

FORMATS = ("yuv420p", "yuv422p", "yuv444p", "gray", "yuv420p10le")
SIZE = 60, 40


def noise(rng: np.random.Generator, form: str) -> Frame:
    picture = av.VideoFrame(*SIZE, form)
    for index in range(len(picture.planes)):
        plane = plane_array(picture, index)
        plane[...] = rng.integers(0, 256 if plane.itemsize == 1 else 1024, plane.shape)
    picture.pts, picture.time_base = 7, Fraction(1, 25)
    return Frame(7, 7, Fraction(1, 25), picture)


def rgb(frame: Frame) -> np.ndarray:
    return Scaler().frame(frame.picture).view(Area(0, 0, *SIZE), SIZE).astype(int)


def planes(frame: Frame) -> list[np.ndarray]:
    return [plane_array(frame.picture, i) for i in range(len(frame.picture.planes))]


def spoilt(frame: Frame, mask: np.ndarray, rng: np.random.Generator) -> Frame:
    """The frame with something else wherever a mask may have been drawn."""
    other = noise(rng, frame.picture.format.name)
    drawn = drawn_around(mask) != 0
    for new, old in zip(planes(other), planes(frame), strict=True):
        down, right = SIZE[1] // len(old), SIZE[0] // old.shape[1]
        inside = drawn.reshape(len(old), down, old.shape[1], right).any(axis=(1, 3))
        new[~inside] = old[~inside]
    return other


@given(st.sampled_from(FORMATS), st.sampled_from(FORMATS), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_nothing_that_was_drawn_is_looked_at(a: str, b: str, seed: int) -> None:
    """Whatever stands in the masks of an output, the detectors are shown the source there."""
    rng = np.random.default_rng(seed)
    source, output = noise(rng, a), noise(rng, b)
    mask = np.zeros(SIZE[::-1], np.uint8)
    top, left = rng.integers(0, 20, 2)
    mask[top : top + 15, left : left + 19] = 255
    before = [plane.copy() for plane in planes(output)]
    shown = unmasked(source, output, mask, Scaler())
    other = unmasked(source, spoilt(output, mask, rng), mask, Scaler())
    drawn = drawn_around(mask) != 0
    for one, two in zip(planes(shown), planes(other), strict=True):
        if a == b:  # sample by sample, chroma between the two as well
            assert np.array_equal(one, two)
        elif one.shape == drawn.shape:
            assert np.array_equal(one[mask != 0], two[mask != 0])
    if a == b:
        assert np.array_equal(planes(shown)[0][drawn], planes(source)[0][drawn])
        assert np.array_equal(planes(shown)[0][~drawn], planes(output)[0][~drawn])
    else:  # through RGB and back, which rounds
        assert np.abs(rgb(shown) - rgb(source))[mask != 0].mean() < 3
        assert np.abs(rgb(shown) - rgb(output))[~drawn].mean() < 3
    assert all(np.array_equal(x, y) for x, y in zip(before, planes(output), strict=True))
    assert (shown.index, shown.pts) == (source.index, source.pts)


def test_without_a_mask_it_is_the_output() -> None:
    rng = np.random.default_rng(1)
    source, output = noise(rng, "yuv420p"), noise(rng, "yuv420p")
    shown = unmasked(source, output, np.zeros(SIZE[::-1], np.uint8), Scaler())
    assert shown.picture is output.picture


@pytest.mark.parametrize("form", FORMATS)
def test_mirrored_is_the_same_picture_the_other_way_round(form: str) -> None:
    frame = noise(np.random.default_rng(2), form)
    for one, two in zip(planes(mirrored(frame)), planes(frame), strict=True):
        assert np.array_equal(one, two[:, ::-1])
    assert all(
        np.array_equal(x, y)
        for x, y in zip(planes(mirrored(mirrored(frame))), planes(frame), strict=True)
    )
