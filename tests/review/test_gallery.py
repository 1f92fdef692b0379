"""People who look alike are suggested gradually, but never two who were detected together."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from redact.follow_drawn import Frames, index_packets
from redact.media import probe
from redact.plan import Plan, mask_shape
from redact.review import page_edits
from redact.review.pictures import SUGGESTED_LIKENESS, Gallery, face
from redact.types import Box, Frame, Target, Track


def test_a_person_found_twice_is_suggested_when_there_is_time(street: Path, found: Plan) -> None:
    faces = [t for t in found.tracks if t.target is Target.FACE]
    whole, beside = sorted(faces, key=lambda t: -t.last)[:2]
    middle = (whole.first + whole.last) // 2
    first = Track(1, whole.target, page_edits.keys_between(whole, whole.first, middle))
    second = Track(2, whole.target, page_edits.keys_between(whole, middle + 1, whole.last))
    plan = replace(found, tracks=(first, second, replace(beside, id=3)))
    info = probe(street)
    frames = Frames(info, plan, index_packets(info, plan))
    gallery = Gallery(frames, 1.0)
    assert gallery.alike(plan, 1, seconds=-1) == ([], False)  # nobody had a picture yet
    suggested, every = gallery.alike(plan, 1)
    assert every and suggested[0][0] == 2 and suggested[0][1] >= SUGGESTED_LIKENESS
    assert 3 not in dict(suggested), "both were seen in the same picture"
    assert gallery.alike(plan, 1, seconds=-1) == (suggested, True)  # they are remembered
    head = replace(plan, tracks=(first, replace(second, target=Target.HEAD)))
    assert Gallery(frames, 1.0).alike(head, 1) == ([], True), "another kind looks like nobody"
    # Whoever confirms somebody sees the place to which a mask was moved, not where it was before.
    gallery = Gallery(frames, 1.0)
    before = gallery.picture(plan, 1, first.first)
    place = first.found_at(first.first).box  # type: ignore[union-attr]
    moved = mask_shape.place(plan, 1, first.first, place.moved(place.width, 0))
    assert gallery.picture(moved, 1, first.first) != before == gallery.picture(plan, 1, first.first)
    plates = tuple(replace(track, target=Target.PLATE) for track in plan.tracks)
    assert Gallery(frames, 1.0).alike(replace(plan, tracks=plates), 1) == ([], True)
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
