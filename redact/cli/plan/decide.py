"""`redact plan set` and `remove`: decisions about tracks."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import UsageError
from ...plan import consequences, edit, mistakable, read_plan, typed, write_plan
from ...types import Action, Track
from ..terminal import Terminal
from .change_notes import mention_cleared, named
from .group import by_option, plan, plan_argument, reason_option, said


@plan.command("set")
@plan_argument
@click.argument("tracks")
@click.option("--action", type=click.Choice([a.value for a in Action]), help="Hide or keep.")
@reason_option
@by_option
def set_(
    plan_path: Path, tracks: str, action: str | None, reason: str | None, by: str | None
) -> None:
    """Decide about TRACKS, for example: redact plan set PLAN 3,7 --action keep.

    A kept track is visible only where it was detected or drawn by hand, or for a moment between
    two detections. Where it is only followed or guessed, it may lie on somebody else, so it stays
    hidden there. What a hidden track covers stays hidden too. The command lists when each kept
    track will be visible.
    """
    if action is None and reason is None and by is None:
        raise UsageError("nothing to set", "Give --action, --reason or --by.")
    value = read_plan(plan_path)
    ids = typed.parse_ids(tracks, value)
    changed = edit.set_tracks(
        value,
        ids,
        action=None if action is None else Action(action),
        reason=said(reason, "--reason"),
        decided_by=said(by, "--by"),
    )
    write_plan(changed, plan_path, force=True)
    click.echo(f"{plan_path}: {named(ids)} changed", err=True)
    mention_cleared(value, changed, ids)
    kept = [t for t in changed.tracks if t.id in ids and t.action is Action.KEEP]
    if action == Action.KEEP:
        for line in consequences(changed, [track.id for track in kept]):
            click.echo(line, err=True)
        for line in mistakable(changed, [track.id for track in kept]):
            Terminal().warn(line)
    _mention_unexplained(kept)


def _mention_unexplained(kept: list[Track]) -> None:
    """Showing a person on purpose needs somebody who answers for it; the record will tell."""
    for missing, what, option in (
        ([t.id for t in kept if not t.reason], "give no reason for keeping", "--reason"),
        ([t.id for t in kept if not t.decided_by], "not say who decided to keep", "--by"),
    ):
        if missing:
            Terminal().warn(f"the record will {what} {named(missing)} ({option})")


@plan.command()
@plan_argument
@click.argument("tracks")
@click.option("--automatic", is_flag=True, help="Also remove tracks that a detector found.")
def remove(plan_path: Path, tracks: str, automatic: bool) -> None:
    """Take TRACKS out of PLAN. To show a face on purpose, use 'plan set --action keep' instead."""
    value = read_plan(plan_path)
    ids = typed.parse_ids(tracks, value)
    write_plan(edit.remove_tracks(value, ids, automatic=automatic), plan_path, force=True)
    click.echo(f"{plan_path}: {named(ids)} removed", err=True)
