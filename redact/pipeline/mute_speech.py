"""Mutes where somebody speaks: `--audio mute-speech`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..media import SourceInfo
from ..plan import Plan, Sound, edit
from ..progress import About
from ..speech import LISTEN_AGAIN, TO_MUTE, Heard, speech_in
from ..types import Decided, Origin
from ..words import Message, say
from .journal import Journal

AS_THE_AUDIT: Final = replace(TO_MUTE, later=LISTEN_AGAIN.later)
"""Windows of the audit with the low threshold of the search."""

MOST_ROUNDS: Final = 4
"""What is left is heard again: without a loud voice, a quiet one stands out. What still sounds like
speech after so many rounds, the audit tells."""


def with_speech_muted(info: SourceInfo, plan: Plan, journal: Journal) -> Plan:
    """The plan with every span muted in which speech is heard and which it does not mute yet.

    Raises:
        ModelError, DependencyError: the network cannot be loaded.
        UnsafeError: it fails.
        InputError: the source cannot be read.
    """
    return mute_heard(plan, speech_to_mute(info, plan, journal))


def speech_to_mute(info: SourceInfo, plan: Plan, journal: Journal) -> list[Heard]:
    """Spans, on the clock of the source, in which speech is heard and which the plan does not mute
    yet; may overlap. Raises as `with_speech_muted`."""
    if not info.audio:
        return []
    lasts = sum(float(info.duration or 0) for _ in info.audio)
    found: list[Heard] = []
    with journal.step("listen", About(2 * lasts) if lasts else None, "seconds") as step:
        for number in range(MOST_ROUNDS):
            how = AS_THE_AUDIT if number else TO_MUTE
            muted = mute_heard(plan, found).muted_on_clock()
            more = speech_in(info, muted, how, lambda seconds: step.advance(round(seconds)))
            found += more
            if number and not more:
                break
        seconds = sum(float(end - start) for start, end in found)
        step.say(Message("speech_heard", count=len(found), seconds=seconds))
    return found


def still_heard(finished: SourceInfo, plan: Plan, journal: Journal) -> list[Heard]:
    """Spans, on the clock of the source, in which the audit hears speech in a finished file and
    which the plan does not mute. Raises as `with_speech_muted`."""
    with journal.step("listen", None, "seconds") as step:
        found = speech_in(
            finished,
            plan.muted_on_clock(),
            LISTEN_AGAIN,
            lambda seconds: step.advance(round(seconds)),
        )
    return [(start - TO_MUTE.beyond, end + TO_MUTE.beyond) for start, end in found]


def mute_heard(plan: Plan, spans: Sequence[Heard]) -> Plan:
    """The plan with spans, on the clock of the source, muted because speech is heard there."""
    zero = plan.source.timeline.time(0)
    why = Decided(say("because_of_speech"))
    for start, end in spans:
        plan = edit.mute(plan, float(start - zero), float(end - zero), Sound.MUTE, why, Origin.AUTO)
    return plan
