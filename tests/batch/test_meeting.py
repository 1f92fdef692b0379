"""Whoever begins in the middle of a video looks, from a meeting point on, where all others do."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.limits import LIMITS
from redact.auditing.schedule import Schedule
from redact.settings import Sensitivity
from redact.track import TrackSettings, meet

EVERY = TrackSettings().meet_every
rates = st.floats(1, 61)


@given(rates, st.integers(0, 2000), st.floats(-100, 100))
def test_every_multiple_is_met_once_at_the_first_frame_from_it_on(
    rate: float, count: int, begin: float
) -> None:
    times = [begin + n / rate for n in range(count)]
    met = [now for before, now in pairwise(times) if meet(before, now, EVERY)]
    firsts = {}
    for now in times:
        firsts.setdefault(now // EVERY, now)
    assert met == list(firsts.values())[1:]
    assert not any(meet(a, b, 0.0) for a, b in pairwise(times))


@given(rates, st.integers(0, 100), st.sampled_from(Sensitivity), st.integers(1, 9))
def test_audits_that_began_elsewhere_look_at_the_same_frames_after_it(
    rate: float, later: int, sensitivity: Sensitivity, asked: int
) -> None:
    times = [n / rate for n in range(int(2.2 * EVERY * rate))]
    first = next(n for n, time in enumerate(times) if time >= EVERY)

    def wanted(begin: int) -> list[bool]:
        schedule = Schedule(sensitivity, None, LIMITS)
        found = [
            schedule.wants(n, times[n], False, n % asked == 0) for n in range(begin, len(times))
        ]
        return found[first - begin :]

    assert wanted(0) == wanted(max(0, first - later))
