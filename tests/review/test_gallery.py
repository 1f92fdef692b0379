"""Close pictures of people."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from redact.review.pictures import face
from redact.types import Box, Frame


def test_a_picture_of_a_person_at_the_border_shows_only_the_scene() -> None:
    """Its edge used to be smeared over half of the picture, or was black."""
    y, x = np.mgrid[:120, :160]
    brighter = np.stack([60 + x + y // 4] * 3, -1).astype(np.uint8)
    frame = Frame(0, 0, Fraction(1, 25), av.VideoFrame.from_ndarray(brighter, "rgb24"))
    for at in (Box(0, 0, 30, 30), Box(145, 100, 160, 120)):
        picture = face(frame, at)[..., 0].astype(int)
        assert picture.min() >= 55
        assert (picture[:, 8:] > picture[:, :-8]).all(), "every column shows another place"
