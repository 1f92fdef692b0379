"""The group of the `plan` commands, and what they share: options, and remarks on a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from ...plan import MutedSpan, Plan
from ...record import checked_option
from ...types import Box, Decided, Keyframe, State, Target, Track, clock, runs_of, utc_text
from ...words import say
from ..app import HELP, PATH
from ..terminal import Terminal

plan_argument = click.argument("plan_path", metavar="PLAN", type=PATH)
reason_option = click.option("--reason")
by_option = click.option("--by")
target_choice = click.Choice([t.word for t in Target])


@click.group(context_settings=HELP)
def plan() -> None:
    """`redact plan`."""


def decided(reason: str | None, by: str | None, code: str | None = None) -> Decided:
    """Reason, name, time and code of a change for the record. Raises UsageError if a record cannot
    contain them."""
    given = {"--reason": reason, "--by": by, "--code": code}
    said_why, said_by, said_code = (said(text, option) or "" for option, text in given.items())
    return Decided(said_why, said_by, utc_text(datetime.now(UTC)), said_code)


def said(value: str | None, option: str) -> str | None:
    """The text of an option for the record. Raises UsageError if a record cannot contain it."""
    return None if value is None else checked_option(value, option)


def named(ids: Iterable[int]) -> str:
    """Tracks by number, rising: "no track", "track 3", "tracks 3, 7, 10-12"."""
    numbers = list(ids)
    parts = [
        f"{a}-{b}" if b - a > 1 else ", ".join(map(str, range(a, b + 1)))
        for a, b in runs_of(numbers)
    ]
    if not numbers:
        return say("no_track_named")
    return say("tracks_named", count=len(numbers), tracks=", ".join(parts))


def mention_outside(plan: Plan, track: Track) -> None:
    """Warn if a box reaches over the border of the picture: a box drawn by hand may be a mistake, a
    followed one is just leaving the picture."""
    whole = Box(0, 0, plan.source.width, plan.source.height)
    over = [k for k in track.keyframes if k.box.common(whole) < k.box.area * 0.999]
    drawn = [key for key in over if key.state is State.MANUAL]
    if drawn:
        numbers = ",".join(f"{v:g}" for v in drawn[0].box)
        size = f"{plan.source.width}×{plan.source.height}"
        Terminal().warn(say("drawn_over_border", track=track.id, numbers=numbers, size=size))
    elif over:
        when = _when(plan, over)
        Terminal().warn(say("followed_over_border", track=track.id, when=when))


def _when(plan: Plan, keys: list[Keyframe]) -> str:
    first, last = (clock(plan.seconds(key.frame)) for key in (keys[0], keys[-1]))
    return say("at_time", at=first) if first == last else say("from_to", start=first, end=last)


def span_words(span: MutedSpan, plan: Plan) -> str:
    """Beginning and end of a span of sound, for example "0:01.000 to the end"."""
    start = say("the_beginning") if span.start == 0 else clock(span.start / 1000)
    end = say("the_end") if plan.goes_to_the_end(span) else clock(span.end / 1000)
    return say("from_to", start=start, end=end)


def mention_added(track: Track, at_one_time: bool) -> None:
    """Say what the record will lack about a new track, and where it hides less than it seems."""
    if at_one_time:
        Terminal().warn(say("hides_one_frame", track=track.id, frame=track.first))
    if not track.reason:
        Terminal().warn(say("hidden_without_reason", track=track.id))
    if not track.decided_by:
        Terminal().warn(say("hidden_by_nobody", track=track.id))
