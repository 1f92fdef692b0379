"""The detectors on real pictures."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import BALANCED_SIZES, THOROUGH_SIZES, Detector, load_detector
from redact.detection.centerface import padded
from redact.detection.ensemble import LEAST_PROBABILITY
from redact.errors import UnsafeError
from redact.types import Box, Detections, Frame, Target

data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")

ASTRONAUT = Box(178, 72, 272, 184)
"""Her face, forehead to chin, in skimage.data.astronaut()."""


def covers(found: Detections, box: Box, iou: float = 0.35) -> bool:
    return any(found.box(i).iou(box) >= iou for i in range(len(found)))


def as_frame(rgb: NDArray[np.uint8], form: str = "yuv420p") -> Frame:
    picture = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(
        format=form, dst_colorspace="itu709"
    )
    picture.colorspace = 1
    return Frame(0, 0, Fraction(1, 25), picture)


def test_centerface_gets_one_plane_per_colour() -> None:
    """Padded with black up to sides that it can halve."""
    rgb = np.random.default_rng(0).integers(0, 256, (40, 100, 3), np.uint8)[:33, 3:]
    shown = padded(rgb)
    assert shown.shape == (1, 3, 64, 128)
    assert (shown[0, :, :33, :97] == rgb.transpose(2, 0, 1)).all()
    assert not shown[..., 33:, :].any() and not shown[..., 97:].any()


@pytest.fixture(
    scope="module", params=[BALANCED_SIZES, THOROUGH_SIZES], ids=lambda sizes: sizes.name
)
def detector(request: pytest.FixtureRequest) -> Detector:
    return load_detector(request.param)


def test_it_finds_the_same_face_in_an_array_and_in_a_frame(detector: Detector) -> None:
    rgb = data.astronaut()
    in_array = detector.detect(rgb)
    assert covers(in_array.only([Target.FACE]), ASTRONAUT, 0.6)
    for form in ("yuv420p", "yuv420p10le", "yuv444p"):
        in_frame = detector.detect_frame(as_frame(rgb, form))
        assert covers(in_frame.only([Target.FACE]), ASTRONAUT, 0.6)
        # Chroma subsampling moves scores a little: compare what is well above the threshold.
        strong = in_array.select(in_array.score > 0.45)
        assert all(covers(in_frame, strong.box(i), 0.6) for i in range(len(strong)))


def test_answers_are_in_bounds_and_repeatable(detector: Detector) -> None:
    rgb = data.astronaut()[:301, :399]
    first, second = detector.detect(rgb), detector.detect(rgb)
    assert np.array_equal(first.xyxy, second.xyxy) and np.array_equal(first.score, second.score)
    assert (first.xyxy >= 0).all() and (first.xyxy <= [399, 301, 399, 301]).all()
    assert len(detector.weights_sha256) >= 64 and detector.name


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (3, 700), (33, 31)])
def test_odd_and_tiny_pictures_are_checked(detector: Detector, size: tuple[int, int]) -> None:
    found = detector.detect(np.full((*size, 3), 90, np.uint8))
    assert (found.xyxy[:, 2:] <= [size[1], size[0]]).all()


def test_only_requested_targets_are_detected() -> None:
    found = load_detector(targets=(Target.PLATE,)).detect(data.astronaut())
    assert set(found.target.tolist()) <= {int(Target.PLATE)}
    assert (found.score >= LEAST_PROBABILITY).all() and (found.score <= 1).all()


def test_wide_sample_aspect_is_undone() -> None:
    rgb = data.astronaut()
    squeezed = rgb[:, ::2].copy()
    found = load_detector(sample_aspect=2.0).detect(squeezed)
    half = Box(ASTRONAUT.x1 / 2, ASTRONAUT.y1, ASTRONAUT.x2 / 2, ASTRONAUT.y2)
    assert covers(found.select(found.score > 0.5), half, 0.6)


@pytest.mark.slow
def test_large_pictures_are_tiled_and_large_faces_found() -> None:
    rgb = np.ascontiguousarray(np.kron(data.astronaut(), np.ones((4, 4, 1), np.uint8)))
    found = load_detector(THOROUGH_SIZES).detect(rgb)
    assert covers(found, Box(*(4 * v for v in ASTRONAUT)), 0.6)


def test_a_failing_engine_is_never_an_empty_answer(detector: Detector) -> None:
    class Broken:
        def run(self, *args: object) -> list[NDArray[np.float32]]:
            raise RuntimeError("out of memory")

    ours: Any = detector
    holder = ours._ours._network._network
    real, holder._session = holder._session, Broken()
    try:
        with pytest.raises(UnsafeError):
            detector.detect(data.astronaut())
    finally:
        holder._session = real


def test_a_scan_without_plates_still_detects_faces(detector: Any) -> None:
    """`thorough` has no such scan: there our network is a witness of small faces too."""
    fewer = detector.all_but_plates
    assert (fewer is None) == ("thorough" in detector.name)
    if fewer is not None:
        found = fewer.detect_frame(as_frame(data.astronaut()))
        assert covers(found, ASTRONAUT, 0.6) and set(found.target.tolist()) == {int(Target.FACE)}


def test_where_more_depends_on_our_network_it_always_searches_for_plates() -> None:
    """Heads need its large scan: one of 276 more was open."""
    assert load_detector(targets=[Target.HEAD, Target.PLATE]).all_but_plates is None
    assert load_detector(targets=[Target.PLATE]).all_but_plates is None
