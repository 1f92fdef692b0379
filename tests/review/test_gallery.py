"""Who looks like whom: suggested by and by, and never of two that were seen together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from redact.follow import Frames, index_packets
from redact.media import probe
from redact.plan import Plan
from redact.review import editing
from redact.review.pictures_and_sound import ALIKE, Gallery
from redact.types import Target, Track


def test_one_who_was_found_twice_is_suggested_when_there_was_time(
    street: Path, found: Plan
) -> None:
    faces = [t for t in found.tracks if t.target is Target.FACE]
    whole, beside = sorted(faces, key=lambda t: -t.last)[:2]
    middle = (whole.first + whole.last) // 2
    first = Track(1, whole.target, editing.keys_between(whole, whole.first, middle))
    second = Track(2, whole.target, editing.keys_between(whole, middle + 1, whole.last))
    plan = replace(found, tracks=(first, second, replace(beside, id=3)))
    info = probe(street)
    frames = Frames(info, plan, index_packets(info, plan))
    gallery = Gallery(frames, 1.0)
    assert gallery.alike(plan, 1, seconds=-1) == ([], False)  # nobody had a picture yet
    suggested, every = gallery.alike(plan, 1)
    assert every and suggested[0][0] == 2 and suggested[0][1] >= ALIKE
    assert 3 not in dict(suggested), "both were seen in the same picture"
    assert gallery.alike(plan, 1, seconds=-1) == (suggested, True)  # they are remembered
    head = replace(plan, tracks=(first, replace(second, target=Target.HEAD)))
    assert Gallery(frames, 1.0).alike(head, 1) == ([], True), "another kind looks like nobody"
    plates = tuple(replace(track, target=Target.PLATE) for track in plan.tracks)
    assert Gallery(frames, 1.0).alike(replace(plan, tracks=plates), 1) == ([], True)
    frames.close()
