"""A detection outside the masks becomes a finding by its probability and visibility."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.scan_schedule import spans_to_rescan
from redact.auditing.suspects import (
    Circumstances,
    believed,
    stretches,
)
from redact.auditing.what_is_hidden import Covers
from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings, Sensitivity
from redact.types import DOUBTFUL, Action, Box, Keyframe, State, Target, Timeline, Track

FRAMES = 60
HERE = Box(100, 50, 140, 100)


def plan_of(*tracks: Track) -> Plan:
    line = Timeline(Fraction(1, 25), tuple(range(FRAMES)))
    source = SourceRef("clip.mp4", "0" * 64, 1, 320, 240, line)
    settings = DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED)
    return Plan(source, settings, tracks)


def around(plan: Plan) -> Circumstances:
    times = {n: n / 25 for n in range(FRAMES)}
    return Circumstances(plan, Covers(plan, 0.1), times)


def track(
    number: int,
    frames: range,
    box: Box = HERE,
    certainty: float | None = 0.9,
    target: Target = Target.FACE,
    state: State = State.DETECTED,
) -> Track:
    keys = tuple(Keyframe(n, box, state, 0.9) for n in frames)
    return Track(number, target, keys, certainty=certainty)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_more_probable_suspect_is_not_believed_less(a: float, b: float) -> None:
    low, high = sorted((a, b))
    alone = around(plan_of())
    found = [len(believed([track(1, range(5), certainty=p)], alone)) for p in (low, high)]
    assert found[0] <= found[1]
    assert found[1] == (high >= DOUBTFUL - 1e-9)


def test_a_rescan_reaches_to_the_next_whole_scan_and_over_no_cut() -> None:
    plan = replace(plan_of(), cuts=(30,))
    for seen, spans in (
        ([], []),
        ([0], [(0, 13)]),
        ([25], [(13, 29)]),
        ([59, 31], [(30, 44), (47, 59)]),
        ([5, 29, 16, 30], [(0, 29), (30, 43)]),
    ):
        assert spans_to_rescan(seen, plan, 0.5) == spans
    assert spans_to_rescan([10], plan, 0.25) == [(4, 17)]


def test_a_detection_counts_only_where_no_mask_lies_on_it() -> None:
    seen = Track(
        1,
        Target.FACE,
        tuple(
            Keyframe(n, HERE, State.DETECTED if n in (5, 30) else State.FOLLOWED)
            for n in range(5, 31)
        ),
        certainty=0.9,
    )
    plan = plan_of(track(7, range(10, 25)))
    paths = stretches(seen, around(plan))
    assert [(p[0][0], p[-1][0]) for p in paths] == [(5, 9), (25, 30)]


def test_a_stretch_without_a_detection_is_no_finding() -> None:
    seen = Track(
        1,
        Target.FACE,
        tuple(
            Keyframe(n, HERE, State.DETECTED if n == 5 else State.FOLLOWED) for n in range(5, 31)
        ),
        certainty=0.9,
    )
    paths = stretches(seen, around(plan_of(track(7, range(10, 25)))))
    assert [(p[0][0], p[-1][0]) for p in paths] == [(5, 9)]


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_a_person_visible_by_decision_is_no_suspect(target: Target) -> None:
    kept = replace(track(7, range(30)), action=Action.KEEP, reason="asked for")
    seen = track(1, range(5, 20), target=target, state=State.DETECTED)
    followed = replace(seen, keyframes=tuple(k.but(state=State.FOLLOWED) for k in seen.keyframes))
    assert stretches(followed, around(plan_of(kept))) == []
    assert len(stretches(seen, around(plan_of(kept)))) == 1  # detectors saw it elsewhere
