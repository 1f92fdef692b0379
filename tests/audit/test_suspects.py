"""A detection outside the masks becomes a finding by its probability and visibility."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.findings import Evidence, findings_of
from redact.auditing.scan_schedule import spans_to_rescan
from redact.auditing.suspects import (
    Circumstances,
    Suspect,
    believed,
    stretches,
)
from redact.auditing.what_is_hidden import Covers
from redact.cli.results import in_plain_words
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


def test_doubtful_findings_come_last_and_are_folded() -> None:
    """With twenty lamps before the one face, nobody would read on to it."""
    sure = [(90, Target.PLATE, 0.9), (15, Target.FACE, 0.8)]
    seen = [(n, Target.FACE, 0.6) for n in (0, 30, 60)] + sure
    suspects = [Suspect(kind, ((n, HERE),), p, "probable", None) for n, kind, p in seen]
    times = {n: n / 15 for n in range(100)}
    found = findings_of(Evidence(suspects, (), {}, times, {}))
    assert [f.first for f in found] == [15, 90, 0, 30, 60]
    assert list(in_plain_words(found, (320, 240), (), 0.0)) == [
        "1. A face or the back of a head may be visible at 0:01, at the top. Hide it?",
        "2. A licence plate may be visible at 0:06, at the top. Hide it?",
        "3 to 5. Doubtful, each perhaps nothing: at 0:00, 0:02, 0:04. --verbose tells each.",
    ]
    alone = list(in_plain_words(found[2:], (320, 240), (), 0.0))
    assert len(alone) == 3 and alone[0].endswith(" Perhaps it is nothing. Hide it?")
    first, *more = in_plain_words(found, (320, 240), (), None)
    assert first == "1. A face or the back of a head may be visible, at the top. Hide it?"
    assert len(more) == 4, "a photograph has no times"
