"""`redact plan add`: a place that a person draws."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import UsageError
from ...follow_drawn import Frames, index_packets
from ...follow_drawn import follow as carry_on
from ...media import probe_excerpt
from ...pipeline import require_same_source
from ...plan import Plan, edit, read_plan, save_change, user_input
from ...types import Box, Keyframe, Target, clock
from ...words import problem, say
from ..app import PATH
from ..terminal import Terminal, tell
from .group import (
    by_option,
    decided,
    mention_added,
    mention_outside,
    plan,
    plan_argument,
    reason_option,
    target_choice,
)

BOX_FORM = "LEFT,TOP,RIGHT,BOTTOM"


@plan.command()
@plan_argument
@click.option("--target", type=target_choice, default="region", show_default=True)
@click.option("--box", metavar=BOX_FORM)
@click.option("--from", "start")
@click.option("--to", "end")
@click.option("--at", "places", multiple=True, metavar=f"TIME={BOX_FORM}")
@click.option("--follow", metavar="SOURCE", type=PATH)
@reason_option
@by_option
def add(
    plan_path: Path,
    target: str,
    box: str | None,
    start: str | None,
    end: str | None,
    places: tuple[str, ...],
    follow: Path | None,
    reason: str | None,
    by: str | None,
) -> None:
    """`redact plan add`."""
    value = read_plan(plan_path)
    kind, how = Target.from_word(target), decided(reason, by)
    if follow is None:
        given = [*_moving(value, places), *_still(value, box, start, end)]
        changed, number = edit.add_track(value, kind, given, how)
        at_one_time = len(given) == 1 and bool(places)
        first = given[0][1]
        size, place = f"{first.width:g}×{first.height:g}", f"{first.x1:g},{first.y1:g}"
        told = say("track_added", path=plan_path, number=number, size=size, place=place)
    else:
        keys = _followed(value, follow, places, alone=not (box or start or end))
        changed, number = edit.add_followed(value, kind, keys, how)
        at_one_time = len(keys) == 1
        begin, last = (clock(value.seconds(key.frame)) for key in (keys[0], keys[-1]))
        told = say("track_followed", path=plan_path, number=number, first=begin, last=last)
    save_change(changed, value, plan_path)
    tell(told, err=True)
    mention_outside(changed, edit.track_of(changed, number))
    mention_added(edit.track_of(changed, number), at_one_time=at_one_time)


def _followed(
    value: Plan, source: Path, places: tuple[str, ...], alone: bool
) -> tuple[Keyframe, ...]:
    """Follow the one place that was drawn in the source. Raises UsageError if there are others, or
    it is not `alone`; PlanError; MismatchError if the source is another file."""
    given = _moving(value, places)
    if len(given) != 1 or not alone:
        raise problem(UsageError, "follow_from_where")
    frame, box = given[0]
    edit.check_box(box, value, f"--at {places[0]}")
    terminal, info = Terminal(), probe_excerpt(source, value.settings.scope)
    require_same_source(value, info, terminal)
    frames = Frames(info, value, index_packets(info, value))
    try:
        with terminal.stage("follow", len(value.source.timeline)) as stage:

            def go_on(_: Keyframe) -> bool:
                stage.advance()
                return True

            return carry_on(frames, value, frame, box, go_on)
    finally:
        frames.close()


def _moving(value: Plan, texts: tuple[str, ...]) -> list[tuple[int, Box]]:
    places = []
    for text in texts:
        moment, equals, corners = text.partition("=")
        if not equals:
            raise problem(UsageError, "no_time_and_box", text=text)
        places.append((user_input.parse_time(moment, value), moment, user_input.parse_box(corners)))
    places.sort(key=lambda place: place[0])
    frames = [(frame, box) for frame, _, box in places]
    if len(places) > 1:  # rounded outward at the end, as --to is
        _, moment, box = places[-1]
        frames[-1] = (user_input.parse_time(moment, value, last=True), box)
    return frames


def _still(
    value: Plan, corners: str | None, start: str | None, end: str | None
) -> list[tuple[int, Box]]:
    if corners is None and start is None and end is None:
        return []
    if corners is None or start is None or end is None:
        raise problem(UsageError, "box_from_to")
    box = user_input.parse_box(corners)
    first, last = user_input.parse_time(start, value), user_input.parse_time(end, value, last=True)
    if last < first:
        raise problem(UsageError, "to_before_from", end=end, start=start)
    return [(frame, box) for frame in sorted({first, last})]
