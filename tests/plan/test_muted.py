"""Spans of sound are counted from the first picture, and taken out on the clock of the file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from redact.plan import MutedSpan
from redact.types import Silenced, Timeline

from .test_shown import plan_of


def test_a_clip_that_starts_late_is_silenced_where_it_was_said() -> None:
    plan = plan_of()
    late = Timeline(Fraction(1, 600), tuple(range(6000, 6800, 20)))  # ten seconds in
    plan = replace(plan, source=replace(plan.source, timeline=late))
    plan = replace(plan, muted=(MutedSpan(250, 1000),))
    assert plan.silenced() == (Silenced(Fraction(41, 4), Fraction(11), "mute"),)
    assert replace(plan, muted=()).silenced() == ()
