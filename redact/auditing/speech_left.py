"""Listens to the finished file: nobody may speak where the sound was to be silent.

`muted_sound` measures that a muted span is silent. This check hears what that takes for a bleep or
for silence, and, with `--audio mute-speech`, what no span mutes. The windows lie across those of
the search, and the threshold is higher (`redact.speech.LISTEN_AGAIN`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from ..errors import InputError
from ..media import SourceInfo
from ..plan import ALL_SOUND
from ..speech import LISTEN_AGAIN, speech_in
from ..types import Muted, clock
from ..words import Message
from .muted_sound import CODEC_SMEAR
from .result import Check

SPEECH_CHECK: Final = "speech"

MOST_SPANS_TOLD: Final = 8
"""Spans that are listed."""


def check_speech(
    finished: SourceInfo,
    spans: Sequence[Muted],
    everywhere: bool,
    zero: Fraction = Fraction(0),
) -> list[Check]:
    """A check that nobody speaks; none if there is no sound, or nowhere to listen.

    Args:
        finished: of the finished file.
        spans: muted ones, on its clock.
        everywhere: nobody may speak outside them either.
        zero: time of the first picture, from which messages count.

    Raises:
        ModelError, DependencyError: the network cannot be loaded.
        UnsafeError: it fails.
    """
    if not finished.audio or not (spans or everywhere):
        return []
    # What is heard beside a span would echo in the network's memory, and count as heard in it.
    beside = () if everywhere else tuple(_rest(spans))
    try:
        left = speech_in(finished, beside, LISTEN_AGAIN)
    except InputError:
        return [Check(SPEECH_CHECK, False, (Message("sound_unreadable"),))]
    if not left:
        return [Check(SPEECH_CHECK, True, (Message("no_speech_left"),))]
    told = (
        f"{clock(float(start - zero), 2)}–{clock(float(end - zero), 2)}"
        for start, end in left[:MOST_SPANS_TOLD]
    )
    said = Message("speech_left", count=len(left), at=", ".join(told))
    return [Check(SPEECH_CHECK, False, (said,))]


def _rest(spans: Sequence[Muted]) -> Iterator[Muted]:
    """What no span mutes, and what codecs smear into their ends."""
    until, smear = -Fraction(ALL_SOUND), Fraction(CODEC_SMEAR)
    for span in sorted(spans, key=lambda span: span.start):
        if span.start + smear > until:
            yield Muted(until, span.start + smear)
        until = max(until, span.end - smear)
    yield Muted(until, Fraction(ALL_SOUND))
