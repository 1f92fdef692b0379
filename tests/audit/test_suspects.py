"""Sightings become suspects: one person is one, two are two, and none runs away."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.audit.belief import Clues, belief
from redact.audit.judge import judge
from redact.audit.recheck import Evidence
from redact.audit.suspects import Sighting, Suspect, gather
from redact.types import Box, Target


def _face(frame: int, x: float, score: float = 0.6, y: float = 50) -> Sighting:
    return Sighting(frame, Box(x, y, x + 30, y + 40), score, 0.0, Target.FACE, 0.0)


def test_neighbours_are_two_suspects_whoever_is_seen_when() -> None:
    """Faces in a row, one a head's width from the other, seen by turns."""
    left, right = [_face(n, 100) for n in (0, 10, 20)], [_face(n, 134) for n in (5, 15, 25)]
    assert sorted(len(s.sightings) for s in gather([*left, *right])) == [3, 3]


def test_neighbours_in_one_frame_are_not_merged() -> None:
    found = gather([_face(5, 100, 0.9), _face(5, 125, 0.5)])
    assert sorted(s.sightings[0].box.x1 for s in found) == [100, 125]


def test_two_looks_at_one_face_in_one_frame_are_one_sighting() -> None:
    first, second = _face(5, 100, 0.5), _face(5, 103, 0.7)
    (suspect,) = gather([first, second])
    assert [s.score for s in suspect.sightings] == [0.7]


@pytest.mark.parametrize("pace", [0, 1, 2, 4])
def test_one_face_is_one_suspect_at_any_pace_of_a_camera(pace: float) -> None:
    (suspect,) = gather(_face(n, 50 + pace * n) for n in range(0, 40, 5))
    assert len(suspect.sightings) == 8
    assert suspect.box_at(42).x1 == pytest.approx(50 + pace * 42)


def test_two_looks_in_neighbouring_frames_give_no_pace() -> None:
    """The trap: the second look's box lies ten pixels lower, the face stands still."""
    suspect = Suspect(Target.FACE, False, [_face(10, 100), _face(11, 100, y=60)])
    assert abs(suspect.box_at(21).y1 - 60) <= 20
    assert abs(suspect.box_at(0).y1 - 50) <= 20


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(0, 400)),
        min_size=1,
        max_size=8,
        unique_by=lambda p: p[0],
    ),
    st.integers(0, 200),
)
def test_a_suspect_stays_near_its_sightings(places: list[tuple[int, float]], frame: int) -> None:
    sightings = [_face(n, x) for n, x in sorted(places)]
    box = Suspect(Target.FACE, False, sightings).box_at(frame)
    assert box.width > 0 and box.height > 0
    low, high = min(x for _, x in places), max(x for _, x in places)
    side = 40
    assert low - 1.5 * side - 1e-6 <= box.x1 <= high + 1.5 * side + 1e-6
    exact = next((s.box for s in sightings if s.frame == frame), None)
    if exact is not None:
        assert hypot(box.x1 - exact.x1, box.y1 - exact.y1) < 1e-6


_SCORES = st.floats(0, 1)
_CLUES = st.builds(
    Clues, _SCORES, _SCORES, _SCORES, _SCORES, st.floats(6, 400), turned=st.booleans()
)


@given(st.sampled_from([Target.FACE, Target.PLATE]), _CLUES, st.data())
def test_what_is_seen_more_surely_is_not_believed_less(
    target: Target, clues: Clues, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["close", "whole", "second", "verified"]))
    more = replace(clues, **{name: data.draw(st.floats(getattr(clues, name), 1))})
    assert belief(target, more) >= belief(target, clues) - 1e-9


def _judged(close: float, verified: float, target: Target = Target.PLATE) -> str:
    """The rule that believes a suspect which the detector and the verifier score like this."""
    box = Box(100, 50, 300, 120)
    seen = [Sighting(n, box, close, 0.0, target, 0.0) for n in range(0, 30, 5)]
    evidence = [Evidence(s.frame, box, close, 0.0, verified) for s in seen]
    verdict = judge(Suspect(target, False, seen), evidence, ())
    return verdict.rule if verdict is not None else ""


def test_detector_and_verifier_are_believed_together_and_neither_alone() -> None:
    assert "agree" in _judged(0.6, 0.99)
    assert _judged(0.6, 0.01) == ""
    assert _judged(0.26, 0.6) == ""
