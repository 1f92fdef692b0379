"""What shows for a moment between two tracks is found by the pixels alone."""

from __future__ import annotations

import numpy as np
import pytest

from redact.auditing.template_match import TemplateMatcher, between_tracks
from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

from .test_let_go import COUNT, GROUND, HEIGHT, WIDTH, picture, subject


def _track(number: int, frames: range, score: float = 0.9) -> Track:
    keys = tuple(Keyframe(n, subject(n), State.DETECTED, score) for n in frames)
    return Track(number, Target.FACE, keys, certainty=score)


def _found(
    tracks: list[Track], hole: range, shown: bool = True
) -> dict[int, list[tuple[int, Box]]]:
    """The subject is in the output only in the hole, and there only if it is shown at all."""
    pts = tuple(range(COUNT))
    plan = Plan(
        SourceRef("clip.mp4", "0" * 64, 1, WIDTH, HEIGHT, Timeline(None, pts)),  # type: ignore[arg-type]
        DetectSettings((Target.FACE,), Sensitivity.BALANCED),
        tuple(tracks),
    )
    looks = TemplateMatcher(tracks)
    for n in range(COUNT):
        source = picture(subject(n))
        looks.see(n, source)
        output = source if n in hole and shown else GROUND
        for track in tracks:
            if -6 <= n - track.first < 0:
                looks.search(track.id, n, track.keyframes[0].box, np.asarray(output))
            if 0 < n - track.last <= 6:
                looks.search(track.id, n, track.keyframes[-1].box, np.asarray(output))
    return between_tracks(plan, looks)


@pytest.mark.parametrize("length", [1, 2, 5, 6])
def test_a_hole_between_two_tracks_is_found(length: int) -> None:
    hole = range(8, 8 + length)
    found = _found([_track(1, range(8)), _track(2, range(hole.stop, COUNT))], hole)
    assert [frame for frame, _ in found[1]] == list(hole)
    assert all(box.iou(subject(frame)) > 0.7 for frame, box in found[1])


def test_no_finding_where_the_subject_is_away_or_hidden_or_never_sure() -> None:
    hole = range(8, 11)
    tracks = [_track(1, range(8)), _track(2, range(11, COUNT))]
    assert _found(tracks, hole, shown=False) == {}
    assert _found([*tracks, _track(3, range(COUNT))], hole).get(1) is None
    assert _found([_track(1, range(8), 0.4), _track(2, range(11, COUNT), 0.4)], hole) == {}
    assert _found([_track(1, range(8))], hole) == {}
