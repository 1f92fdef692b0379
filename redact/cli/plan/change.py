"""Changes of a plan: decisions about tracks (`redact plan set`, `remove`), spans of the sound
(`mute`, `unmute`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from ...errors import PlanError, UsageError
from ...pipeline import consequences, mistakable
from ...plan import (
    Decision,
    Plan,
    Sound,
    decisions,
    edit,
    hide_texts,
    mask_shape,
    mute_words,
    read_plan,
    save_change,
    user_input,
    words_to_mute,
)
from ...types import Action, Decided, Outline, Track, clock, utc_text
from ...words import problem, say
from ..terminal import Terminal, tell
from .group import (
    by_option,
    decided,
    named,
    plan,
    plan_argument,
    reason_option,
    said,
    span_words,
)
from .texts import chosen_texts
from .words import chosen_lines

_OUTLINES: Final = (Outline.ELLIPSE.value, Outline.BOX.value)

AS_FOUND: Final = "found"
"""Word that undoes the changes of a mask."""


@plan.command("set")
@plan_argument
@click.argument("tracks", required=False, metavar="[TRACKS]")
@click.option("--text", "wanted", metavar="WORDS")
@click.option("--action", type=click.Choice([a.value for a in Action]))
@click.option("--shape", type=click.Choice([*_OUTLINES, AS_FOUND]))
@click.option("--size", type=float)
@click.option("--margin", type=float)
@click.option("--from", "start")
@click.option("--to", "end")
@click.option("--confirmed", is_flag=True)
@reason_option
@click.option("--code")
@by_option
def set_(
    plan_path: Path,
    tracks: str | None,
    wanted: str | None,
    action: str | None,
    shape: str | None,
    size: float | None,
    margin: float | None,
    start: str | None,
    end: str | None,
    confirmed: bool,
    reason: str | None,
    code: str | None,
    by: str | None,
) -> None:
    """`redact plan set`."""
    shaped = shape is not None or size is not None or margin is not None
    if not (shaped or action or confirmed or (reason, code, by) != (None, None, None)):
        raise problem(UsageError, "nothing_to_set")
    if confirmed and not shaped and action in (None, Action.REDACT):
        raise problem(UsageError, "confirmed_without_keep")
    if (start is not None or end is not None) and not shaped:
        raise problem(UsageError, "span_without_shape")
    if shaped and tracks is None:
        raise problem(UsageError, "shape_without_track")
    if (tracks is None) == (wanted is None):
        raise problem(UsageError, "tracks_or_text")
    value = read_plan(plan_path)
    if wanted is not None:
        _set_texts(value, plan_path, wanted, action, decided(reason, by, code))
        return
    ids = user_input.parse_ids(tracks or "", value)
    reshaped, told = value, ""
    if shaped:
        between = (start or "start", end or "end")
        by_whom = decided(reason, by)
        reshaped = _shape(value, ids, between, shape, size, margin, by_whom, confirmed)
        as_found = (shape, size, margin) == (AS_FOUND, None, None)
        done = "masks_as_found" if as_found else "masks_shaped"
        told = say(done, path=plan_path, tracks=named(ids), span=_span_words(value, between))
    if shaped and action is None:
        save_change(reshaped, value, plan_path)
        tell(told, err=True)
        return
    if action is not None and Action(action).unmasked:
        _stop_at_sure(value, ids, confirmed and any(map(str.isalnum, reason or "")))
    changed = decisions.change(
        reshaped,
        ids,
        None if action is None else Decision.of(Action(action)),
        reason=said(reason, "--reason"),
        by=said(by, "--by"),
        at=utc_text(datetime.now(UTC)),
        code=said(code, "--code"),
        looked_at_all=confirmed,
    )
    save_change(changed, value, plan_path)
    if told:
        tell(told, err=True)
    tell(say("tracks_changed", path=plan_path, tracks=named(ids)), err=True)
    along = decisions.tracks_decided_with(changed, ids)
    if along:
        tell(say("tracks_along", tracks=named(along)), err=True)
    both = (*ids, *along)
    kept = [t for t in changed.tracks if t.id in both and t.action is Action.KEEP]
    if action == Action.KEEP:
        for line in consequences(changed, [track.id for track in kept]):
            tell(line, err=True)
        tell(say("look_at_kept"), err=True)
        for line in mistakable(changed, [track.id for track in kept]):
            Terminal().warn(line)
    _mention_unexplained(kept)


def _shape(
    before: Plan,
    ids: Iterable[int],
    between: tuple[str, str],
    shape: str | None,
    size: float | None,
    margin: float | None,
    by_whom: Decided,
    confirmed: bool,
) -> Plan:
    """The plan with changed masks of tracks in a span. Raises PlanError, UsageError."""
    after, (first, last) = before, _frames(before, between)
    for number in ids:
        if shape == AS_FOUND:
            after = mask_shape.as_found(after, number, first, last)
            outline = None
        else:
            outline = Outline(shape) if shape else None
        if outline is not None or size is not None or margin is not None:
            after = mask_shape.reshape(
                after,
                number,
                first,
                last,
                outline=outline,
                margin=margin,
                larger=size,
                decided=by_whom,
            )
    if not (confirmed and any(map(str.isalnum, by_whom.reason))):
        _stop_at_smaller(before, after, ids)
    return after


def _frames(plan: Plan, between: tuple[str, str]) -> tuple[int, int]:
    start, end = between
    return user_input.parse_time(start, plan), user_input.parse_time(end, plan, last=True)


def _span_words(plan: Plan, between: tuple[str, str]) -> str:
    if between == ("start", "end"):
        return say("throughout")
    start, end = (clock(plan.seconds(frame), 1) for frame in _frames(plan, between))
    return say("from_to", start=start, end=end)


def _stop_at_smaller(before: Plan, after: Plan, ids: Iterable[int]) -> None:
    """Require a reason, and that the pictures were viewed, for a mask that is smaller than what was
    found: it can show somebody. Raises PlanError."""
    found = {number: mask_shape.newly_uncovered(before, after, number) for number in ids}
    smaller = {number: frames for number, frames in found.items() if frames}
    if not smaller:
        return
    number, frames = max(smaller.items(), key=lambda item: len(item[1]))
    raise problem(
        PlanError,
        "smaller_unconfirmed",
        tracks=named(smaller),
        number=number,
        count=len(frames),
        times=", ".join(clock(after.seconds(n), 1) for n in mask_shape.to_look_at(frames)),
    )


def _stop_at_sure(plan: Plan, ids: Iterable[int], explained: bool) -> None:
    """Require a reason, and that the pictures were viewed, before a track of which the networks
    were sure loses its mask. Raises PlanError."""
    sure = decisions.sure_alarms(plan, ids)
    if not sure or explained:
        return
    track = max(sure, key=lambda t: t.certainty or 0.0)
    frames = decisions.surest_frames(track)
    raise problem(
        PlanError,
        "alarm_unconfirmed",
        tracks=named(t.id for t in sure),
        number=track.id,
        percent=int(100 * (track.certainty or 0.0)),
        times=", ".join(clock(plan.seconds(frame), 1) for frame in frames),
    )


def _set_texts(value: Plan, path: Path, wanted: str, action: str | None, decision: Decided) -> None:
    """Hide every text that contains some words. Raises UsageError, PlanError."""
    if action != Action.REDACT:
        raise problem(UsageError, "text_is_hidden_alone")
    found = chosen_texts(value, wanted, path)
    if not found:
        raise problem(UsageError, "no_such_text", text=wanted, path=path)
    changed, ids = hide_texts(value, found, decision)
    save_change(changed, value, path)
    tell(say("texts_hidden", path=path, count=len(ids), tracks=named(ids)), err=True)


def _mention_unexplained(kept: list[Track]) -> None:
    """Point out that a person is shown on purpose without a name or reason on record."""
    if missing := [t.id for t in kept if not t.reason]:
        Terminal().warn(say("kept_without_reason", tracks=named(missing)))
    if missing := [t.id for t in kept if not t.decided_by]:
        Terminal().warn(say("kept_by_nobody", tracks=named(missing)))


@plan.command()
@plan_argument
@click.argument("tracks")
@click.option("--automatic", is_flag=True)
def remove(plan_path: Path, tracks: str, automatic: bool) -> None:
    """`redact plan remove`."""
    value = read_plan(plan_path)
    ids = user_input.parse_ids(tracks, value)
    save_change(edit.remove_tracks(value, ids, automatic=automatic), value, plan_path)
    tell(say("tracks_removed", path=plan_path, tracks=named(ids)), err=True)


@plan.command()
@plan_argument
@click.option("--from", "start")
@click.option("--to", "end")
@click.option("--words", "wanted", metavar="WORDS")
@click.option("--bleep", is_flag=True)
@reason_option
@by_option
def mute(
    plan_path: Path,
    start: str | None,
    end: str | None,
    wanted: str | None,
    bleep: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """`redact plan mute`."""
    how, decision = Sound.TONE if bleep else Sound.MUTE, decided(reason, by)
    if wanted is not None and start is None and end is None:
        _mute_words(plan_path, wanted, how, decision)
        return
    if wanted is not None or start is None or end is None:
        raise problem(UsageError, "span_or_words")
    value = read_plan(plan_path)
    seconds = user_input.parse_seconds(start), user_input.parse_seconds(end)
    changed = edit.mute(value, *seconds, how, decision)
    save_change(changed, value, plan_path)
    new = next((m for m in changed.muted if m not in value.muted), changed.muted[0])
    tell(say("sound_taken", path=plan_path, span=span_words(new, value)), err=True)
    if not reason:
        Terminal().warn(say("muted_without_reason"))


def _mute_words(path: Path, wanted: str, how: Sound, decision: Decided) -> None:
    """Mute wherever some words are said. Raises UsageError, PlanError."""
    value = read_plan(path)
    spans = words_to_mute([line for _, line in chosen_lines(value, wanted, path)], wanted)
    if not spans:
        raise problem(UsageError, "not_said", text=wanted, path=path)
    changed = mute_words(value, spans, how, decision)
    save_change(changed, value, path)
    tell(say("words_muted", path=path, count=len(spans)), err=True)


@plan.command()
@plan_argument
@click.argument("spans")
def unmute(plan_path: Path, spans: str) -> None:
    """`redact plan unmute`."""
    value = read_plan(plan_path)
    numbers = user_input.parse_numbers(spans)
    save_change(edit.unmute(value, numbers), value, plan_path)
    tell(say("spans_given_back", path=plan_path, count=len(numbers)), err=True)
