"""The group of the `plan` commands, and what they share: options, and what is told about a change
besides that it was made.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ...errors import PlanError
from ...files import claim_beside, unwritable
from ...plan import MutedSpan, Plan, read_plan, user_input, write_plan
from ...record import checked_option
from ...types import Box, Keyframe, State, Target, Track, clock, runs_of
from ..app import HELP
from ..terminal import Terminal

plan_argument = click.argument("plan_path", metavar="PLAN", type=click.Path(path_type=Path))
reason_option = click.option("--reason", help="The reason. It goes on record.")
by_option = click.option("--by", help="Who decided. It goes on record.")
target_choice = click.Choice([t.word for t in Target])


@click.group(context_settings=HELP)
def plan() -> None:
    """Show and change what a plan hides. A change is saved whole or not at all."""


def save(changed: Plan, before: Plan, path: Path) -> None:
    """Write a plan that was changed, unless somebody else has changed it since it was read: of two
    changes at once one would be lost, and with it perhaps a mask.

    Args:
        changed, before: the plan, and as it was read.
        path: of its file.

    Raises:
        PlanError: it was changed meanwhile; nothing was written.
        OutputError: it cannot be written.
    """
    with _alone_with(path):
        if read_plan(path) != before:
            raise PlanError(
                f"{path}: was changed meanwhile by another command or a review; nothing was saved",
                "Give the command again.",
            )
        write_plan(changed, path, force=True)


@contextlib.contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """In here no other command writes the plan; each needs it for a moment only."""
    try:
        while (held := claim_beside(path, "change")) is None:
            time.sleep(0.01)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield
    finally:
        held.remove()


def said(value: str | None, option: str) -> str | None:
    """The text of an option that goes on record. Raises UsageError if it cannot stand there."""
    return None if value is None else checked_option(value, option)


def named(ids: Iterable[int]) -> str:
    """Tracks by number, rising: "no track", "track 3", "tracks 3, 7, 10-12"."""
    numbers = list(ids)
    parts = [
        f"{a}-{b}" if b - a > 1 else ", ".join(map(str, range(a, b + 1)))
        for a, b in runs_of(numbers)
    ]
    word = ("no track", "track")[len(numbers)] if len(numbers) < 2 else "tracks"
    return f"{word} {', '.join(parts)}".rstrip()


def mention_cleared(before: Plan, after: Plan, ids: Iterable[int]) -> None:
    """Say which reasons and names went with the decision that they were given for."""
    olds, news = ({track.id: track for track in plan.tracks} for plan in (before, after))
    for number in ids:
        old, new = olds[number], news[number]
        if old.action is new.action:
            continue
        gone = [f"reason {old.reason!r}"] if old.reason and not new.reason else []
        gone += [f"name {old.decided_by!r}"] if old.decided_by and not new.decided_by else []
        if gone:
            Terminal().warn(
                f"track {number}: {' and '.join(gone)} of the earlier decision to "
                f"{old.action.value} cleared; --reason and --by give those of the new one"
            )


def mention_outside(plan: Plan, track: Track) -> None:
    """Say so where a box reaches over the border of the picture: one that was drawn by hand may be
    a slip, what is followed just leaves the picture."""
    whole = Box(0, 0, plan.source.width, plan.source.height)
    over = [k for k in track.keyframes if k.box.common(whole) < k.box.area * 0.999]
    drawn = [key for key in over if key.state is State.MANUAL]
    if drawn:
        numbers = ",".join(f"{v:g}" for v in drawn[0].box)
        Terminal().warn(
            f"track {track.id}: {numbers} reaches over the border of the picture, which is "
            f"{plan.source.width}×{plan.source.height} pixels: only what lies in it is hidden. "
            "Is the order right? A box is LEFT,TOP,RIGHT,BOTTOM, an area LEFT,TOP,WIDTH,HEIGHT."
        )
    elif over:
        Terminal().warn(
            f"track {track.id}: what is followed reaches over the border of the picture "
            f"{_when(plan, over)}: only what lies in it is hidden"
        )


def _when(plan: Plan, keys: list[Keyframe]) -> str:
    first, last = (clock(plan.seconds(key.frame)) for key in (keys[0], keys[-1]))
    return f"at {first}" if first == last else f"between {first} and {last}"


def span_words(span: MutedSpan, plan: Plan) -> str:
    """From when to when a span of sound lasts, for example "0:01.000 to the end"."""
    length = plan.source.timeline.length
    late = length is not None and span.end > length * 1000
    return f"{clock(span.start / 1000)} to {'the end' if late else clock(span.end / 1000)}"


def mention_late(option: str, text: str, plan: Plan, where: str = "the span ends there") -> None:
    """Say so where a span was to go on after the end of the clip."""
    if user_input.is_after_end(text, plan):
        end = clock(plan.seconds(len(plan.source.timeline) - 1))
        Terminal().warn(f"{option} {text}: the clip ends at {end}; {where}")


def mention_added(track: Track, at_one_time: bool) -> None:
    """Say what the record will lack about a new track, and where it hides less than it seems."""
    if at_one_time:
        Terminal().warn(
            f"track {track.id} hides one frame alone, number {track.first}; give --at twice or "
            "more, or --box with --from and --to, to hide a span"
        )
    if not track.reason:
        Terminal().warn(f"the record will give no reason for hiding track {track.id} (--reason)")
    if not track.decided_by:
        Terminal().warn(f"the record will not say who decided to hide track {track.id} (--by)")
