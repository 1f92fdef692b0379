"""What your own detector or style must do, as tests for it to inherit.

    from redact.testing import DetectorContract

    class TestMine(DetectorContract):
        def make_detector(self):
            return MyDetector()

pytest finds the tests of the class; any other runner can call its methods that begin with `test_`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from .detection import Detector
from .render import MaskStyle, Renderer, drawn_area_of, mask_of
from .settings import RenderSettings
from .types import DETECTED_TARGETS, Box, Detections, Frame, Region, State, Target

PICTURE_SIZES: Final = ((240, 320), (301, 399), (33, 31), (3, 70), (1, 1))
"""Heights and widths of the pictures that every detector is tested with."""


class DetectorContract(ABC):
    """Tests of a `redact.Detector`; return yours from `make_detector`."""

    @abstractmethod
    def make_detector(self) -> Detector:
        """A new detector, as a run would get it."""

    def test_it_says_what_it_is(self) -> None:
        """The record names it and its weights."""
        detector = self.make_detector()
        assert detector.name.strip(), "a detector needs a name for the record"
        assert len(detector.weights_sha256) >= 64, "the record names weights by their SHA-256"

    def test_pictures_of_any_size_get_an_answer_in_their_pixels(self) -> None:
        """Scores are probabilities; boxes lie in the picture, edges in order."""
        detector = self.make_detector()
        for size in PICTURE_SIZES:
            self._check(detector.detect(_picture(*size)), *size)

    def test_frames_get_the_answer_of_their_pictures(self) -> None:
        """Also in 10 bits and in grey."""
        detector, rgb = self.make_detector(), _picture(240, 320)
        expected = detector.detect(rgb)
        for form in ("yuv444p", "yuv420p", "yuv420p10le"):
            found = detector.detect_frame(_frame(rgb, form))
            self._check(found, 240, 320)
            for i in map(int, np.flatnonzero(expected.score >= 0.5)):
                overlaps = [found.box(j).iou(expected.box(i)) for j in range(len(found))]
                assert max(overlaps, default=0.0) >= 0.5, f"{form}: box {i} is not found again"
        self._check(detector.detect_frame(_frame(rgb, "gray")), 240, 320)

    def test_the_same_picture_gets_the_same_answer(self) -> None:
        """Otherwise, a plan could not be made again."""
        detector, rgb = self.make_detector(), _picture(240, 320)
        first = detector.detect(rgb)
        detector.detect(_picture(301, 399))
        second = detector.detect(rgb)
        assert np.array_equal(first.xyxy, second.xyxy), "boxes differ from one look to the next"
        assert np.array_equal(first.score, second.score), "scores differ from one look to the next"

    def test_pictures_are_only_read(self) -> None:
        """Whatever a detector writes into them would be in the result."""
        detector, rgb = self.make_detector(), _picture(240, 320)
        kept, frame = rgb.copy(), _frame(rgb, "yuv420p")
        planes = [bytes(plane) for plane in frame.picture.planes]
        detector.detect(rgb)
        detector.detect_frame(frame)
        assert np.array_equal(rgb, kept), "the picture was changed"
        assert planes == [bytes(plane) for plane in frame.picture.planes], "the frame was changed"

    def test_what_is_no_picture_is_refused(self) -> None:
        """An empty answer always means "looked, found nothing"."""
        detector = self.make_detector()
        for wrong in (np.zeros((20, 20), np.uint8), np.zeros((20, 20, 3), np.float32)):
            try:
                detector.detect(wrong)  # type: ignore[arg-type]
            except ValueError:
                continue
            raise AssertionError(f"{wrong.dtype} {wrong.shape}: was taken for a picture")

    def _check(self, found: Detections, height: int, width: int) -> None:
        where = f"picture of {width}x{height}"
        assert ((found.score >= 0) & (found.score <= 1)).all(), f"{where}: scores are 0 to 1"
        assert (found.xyxy[:, 2:] > found.xyxy[:, :2]).all(), f"{where}: edges in order"
        assert (found.xyxy >= -width - height).all(), f"{where}: boxes in pixels of the picture"
        assert (found.xyxy <= 2 * (width + height)).all(), f"{where}: boxes in pixels"
        known = {int(target) for target in DETECTED_TARGETS}
        assert set(found.target.tolist()) <= known, f"{where}: unknown target"


class StyleContract(ABC):
    """Tests of a `redact.MaskStyle`; return yours from `make_style`."""

    margin: float = 0.1

    @abstractmethod
    def make_style(self) -> MaskStyle:
        """A new style, as a run would get it."""

    def test_it_says_what_it_is(self) -> None:
        """The record names it."""
        style = self.make_style()
        assert style.name.strip(), "a style needs a name for the record"

    def test_nothing_that_is_hidden_changes_what_is_drawn(self) -> None:
        """Two pictures that differ only under the mask give the same result, to the bit."""
        for form in ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "gray"):
            one, other = _frame(_picture(120, 160), form), _frame(_picture(120, 160), form)
            _spoil(other, mask_of(_regions(), 160, 120, self.margin))
            first, second = self._drawn(one), self._drawn(other)
            assert first == second, f"{form}: what is hidden shows in what is drawn"

    def test_the_rest_of_the_picture_stays(self) -> None:
        """No sample of luma outside the drawn area changes."""
        before = _luma(_frame(_picture(120, 160), "yuv420p")).copy()
        frame = _frame(_picture(120, 160), "yuv420p")
        renderer = Renderer(RenderSettings(self.make_style(), self.margin))
        after = _luma(renderer.draw(frame, _regions()))
        outside = ~drawn_area_of(_regions(), 160, 120, self.margin)
        assert np.array_equal(before[outside], after[outside]), "a sample outside was changed"
        assert not np.array_equal(before, after), "nothing was drawn"

    def _drawn(self, frame: Frame) -> list[list[int]]:
        renderer = Renderer(RenderSettings(self.make_style(), self.margin))
        picture = renderer.draw(frame, _regions()).picture
        return [_samples(picture, n).tolist() for n in range(len(picture.planes))]


def _regions() -> list[Region]:
    return [
        Region(1, Target.FACE, Box(40, 30, 80, 80), State.DETECTED),
        Region(2, Target.PLATE, Box(70, 60, 120, 90), State.FOLLOWED),
    ]


def _picture(height: int, width: int) -> NDArray[np.uint8]:
    """uint8 [height, width, 3]: smooth with fine detail, the same every time."""
    noise = np.random.default_rng(7).integers(0, 60, (height, width, 3))
    ramp = np.linspace(40, 180, width)[None, :, None]
    return np.asarray(noise + ramp, np.uint8)


def _frame(rgb: NDArray[np.uint8], form: str) -> Frame:
    picture = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=form)
    return Frame(0, 0, Fraction(1, 25), picture)


def _luma(frame: Frame) -> NDArray[np.uint8]:
    return np.asarray(_samples(frame.picture, 0), np.uint8)


def _samples(picture: av.VideoFrame, number: int) -> NDArray[Any]:
    """One plane without the padding of its rows; writing into it changes the picture."""
    plane = picture.planes[number]
    kind = np.uint16 if "10" in picture.format.name else np.uint8
    lines: NDArray[Any] = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
    return lines[:, : plane.width]


def _spoil(frame: Frame, hidden: NDArray[np.bool_]) -> None:
    """Overwrite every sample that lies in the mask, and no other."""
    for number in range(len(frame.picture.planes)):
        samples = _samples(frame.picture, number)
        rows, columns = samples.shape
        blocks = hidden.reshape(rows, hidden.shape[0] // rows, columns, hidden.shape[1] // columns)
        # A sample that also covers pixels outside the mask stays.
        samples[blocks.all(axis=(1, 3))] = 1
