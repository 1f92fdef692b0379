"""Detections in a rotated picture have their boxes in the original picture."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from redact.detection import in_every_way, with_turns
from redact.types import DEFAULT_TARGETS, Detections, Frame, Presentation, Rect, Target

SIZE = 96, 64


class Bright:
    """Detects the brightest spot. If asked for a part of the picture, it detects nothing
    elsewhere."""

    name, weights_sha256, targets = "bright", "0" * 64, DEFAULT_TARGETS

    def detect(self, rgb: np.ndarray) -> Detections:
        return self._of(rgb[..., 1])

    def detect_frame(self, frame: Frame, only: list[Rect] | None = None) -> Detections:
        grey = frame.picture.to_ndarray(format="gray")
        if only is not None:
            outside = np.ones(grey.shape, np.bool_)
            for part in only:
                outside[part.slices] = False
            grey = np.where(outside, 0, grey)
        return self._of(grey)

    def _of(self, grey: np.ndarray) -> Detections:
        rows, columns = np.nonzero(grey > 128)
        if not len(rows):
            return Detections.empty()
        box = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]]
        face = np.array([Target.FACE], np.int8)
        return Detections(np.array(box, np.float32), np.array([0.9], np.float32), face)


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv444p", "gray"])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_box_comes_back_to_its_place(turns: int, form: str) -> None:
    rgb = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    rgb[10:30, 40:80] = 255
    detector = in_every_way([Presentation(turns=turns)], lambda _: Bright())
    picture = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=form)
    frame = Frame(0, 0, Fraction(1, 25), picture)
    look = detector.detect_frame
    for found in (detector.detect(rgb), look(frame), look(frame, [Rect(32, 8, 96, 40)])):
        assert np.abs(found.xyxy[0] - (40, 10, 80, 30)).max() <= 1
    assert not len(look(frame, [Rect(0, 40, 32, 64)]))


def test_a_picture_on_its_side_has_the_inverse_pixel_aspect() -> None:
    ways = with_turns([Presentation(aspect=2.0)], [90, 180])
    assert [way.shown_aspect for way in ways] == [2.0, 0.5, 2.0]
    assert with_turns(ways, [90]) == ways, "once is enough"
