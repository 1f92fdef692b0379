"""Close pictures of people."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from redact.follow_drawn import Frames, index_packets
from redact.media import probe
from redact.plan import Plan, mask_shape
from redact.review.pictures import Gallery, face
from redact.types import Box, Frame, Target


def test_a_picture_shows_the_place_to_which_a_mask_was_moved(street: Path, found: Plan) -> None:
    """Whoever confirms somebody saw where the mask was before."""
    track = next(t for t in found.tracks if t.target is Target.FACE)
    info = probe(street)
    frames = Frames(info, found, index_packets(info, found))
    gallery = Gallery(frames, 1.0)
    before = gallery.picture(found, track.id, track.first)
    place = track.found_at(track.first).box  # type: ignore[union-attr]
    moved = mask_shape.place(found, track.id, track.first, place.moved(place.width, 0))
    assert gallery.picture(moved, track.id, track.first) != before
    assert before == gallery.picture(found, track.id, track.first)
    frames.close()


def test_a_picture_of_a_person_at_the_border_shows_only_the_scene() -> None:
    """Its edge used to be smeared over half of the picture, or was black."""
    y, x = np.mgrid[:120, :160]
    brighter = np.stack([60 + x + y // 4] * 3, -1).astype(np.uint8)
    frame = Frame(0, 0, Fraction(1, 25), av.VideoFrame.from_ndarray(brighter, "rgb24"))
    for at in (Box(0, 0, 30, 30), Box(145, 100, 160, 120)):
        picture = face(frame, at)[..., 0].astype(int)
        assert picture.min() >= 55
        assert (picture[:, 8:] > picture[:, :-8]).all(), "every column shows another place"
