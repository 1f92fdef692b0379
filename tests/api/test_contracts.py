"""The contracts that other packages' detectors and styles inherit: ours keep them, and every breach
is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import Detector, load_detector
from redact.render import Canvas, Field, MaskStyle, Shape
from redact.render.styles import Blur, Mosaic
from redact.settings import OptionalNetwork, RenderSettings, Sensitivity, Style
from redact.testing import DetectorContract, StyleContract
from redact.types import Detections, Frame, Rect, Target

WITHOUT_CENTERFACE = [OptionalNetwork.CENTERFACE]


class Bright:
    """A stand-in: whatever is brighter than the rest of the picture is a face."""

    name = "bright spots"
    weights_sha256 = "0" * 64

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        if rgb.ndim != 3 or rgb.dtype != np.uint8:
            raise ValueError("no picture")
        ys, xs = np.nonzero(rgb.mean(axis=2) > 120)
        if not len(xs):
            return Detections.empty()
        box = [[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]]
        return Detections(
            np.array(box, np.float32), np.array([0.9], np.float32), np.array([Target.FACE], np.int8)
        )

    def detect_frame(self, frame: Frame) -> Detections:
        return self.detect(frame.picture.to_ndarray(format="rgb24"))


class TestOurDetector(DetectorContract):
    def make_detector(self) -> Detector:
        return load_detector(
            Sensitivity.FAST, (Target.FACE, Target.PLATE), without=WITHOUT_CENTERFACE
        )


class TestStandIn(DetectorContract):
    def make_detector(self) -> Detector:
        return Bright()


class TestBlur(StyleContract):
    def make_style(self) -> MaskStyle:
        return Blur()


class TestMosaic(StyleContract):
    def make_style(self) -> MaskStyle:
        return Mosaic()


class Grey:
    """Another package's style: one flat value."""

    name, hides, soft = "grey", True, False

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        return np.full((grid.height, grid.width, canvas.layout.channels), 128, np.float32)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass


class TestGrey(StyleContract):
    def make_style(self) -> MaskStyle:
        return Grey()


class Peeking(Grey):
    """A style that reads the samples it must hide."""

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        field = super().paint(canvas, shape, grid)
        field[...] = canvas.planes[0][canvas.hidden.core > 0].mean()
        return field


class TestPeeking(StyleContract):
    """Black is all that it is shown there, so it keeps the contract in spite of itself."""

    def make_style(self) -> MaskStyle:
        return Peeking()


def failing(contract: DetectorContract | StyleContract) -> list[str]:
    """Names of the contract's tests that fail."""
    found = []
    for name in sorted(n for n in dir(contract) if n.startswith("test_")):
        try:
            getattr(contract, name)()
        except AssertionError:
            found.append(name)
    return found


def with_detector(detector: Detector) -> DetectorContract:
    class Given(DetectorContract):
        def make_detector(self) -> Detector:
            return detector

    return Given()


def test_each_breach_of_the_detectors_contract_is_noticed() -> None:
    class Forgetful(Bright):
        def detect_frame(self, frame: Frame) -> Detections:
            return Detections.empty()

    class Lazy(Bright):
        def detect(self, rgb: NDArray[np.uint8]) -> Detections:
            return Detections.empty()

    class Percent(Bright):
        def detect(self, rgb: NDArray[np.uint8]) -> Detections:
            found = super().detect(rgb)
            return replace(found, score=found.score * 100)

    class Scribbling(Bright):
        def detect(self, rgb: NDArray[np.uint8]) -> Detections:
            found = super().detect(rgb)
            rgb[..., 0] = 0
            return found

    class Moody(Bright):
        looks = 0

        def detect(self, rgb: NDArray[np.uint8]) -> Detections:
            self.looks += 1
            found = super().detect(rgb)
            return replace(found, score=found.score - np.float32(self.looks % 7 / 100))

    class Nameless(Bright):
        name = " "

    breaches = {
        Forgetful: "test_frames_get_the_answer_of_their_pictures",
        Lazy: "test_what_is_no_picture_is_refused",
        Percent: "test_pictures_of_any_size_get_an_answer_in_their_pixels",
        Scribbling: "test_pictures_are_only_read",
        Moody: "test_the_same_picture_gets_the_same_answer",
        Nameless: "test_it_says_what_it_is",
    }
    assert failing(with_detector(Bright())) == []
    for kind, name in breaches.items():
        assert name in failing(with_detector(kind())), kind.__name__


def failing_or_raising(contract: StyleContract) -> list[str]:
    found = []
    for name in sorted(n for n in dir(contract) if n.startswith("test_")):
        try:
            getattr(contract, name)()
        except Exception:
            found.append(name)
    return found


def test_a_peeking_style_breaks_the_contract_if_it_is_shown_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The contract's own test can fail: shown the picture, the style reveals what it hides."""
    monkeypatch.setattr("redact.render.renderer._blackened", lambda canvas: canvas)
    contract = TestPeeking()
    assert "test_nothing_that_is_hidden_changes_what_is_drawn" in failing(contract)


def test_a_custom_style_is_named_in_the_record() -> None:
    assert RenderSettings(style=Grey()).style_name == "grey (passed in)"
    assert RenderSettings(style=Style.SOLID).style_name == "solid"
