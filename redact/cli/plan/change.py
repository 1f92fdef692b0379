"""Changes of a plan: decisions about tracks (`redact plan set`, `remove`), spans of the sound
(`mute`, `unmute`), and tracks from and for other tools (`import`, `export`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ...errors import PlanError, UsageError
from ...files import read_file, write_whole
from ...plan import Sound, consequences, edit, mistakable, read_plan, user_input
from ...plan.exchange import FORMATS, add_imported, coinciding
from ...types import Action, Target, Track, counted, stamp
from ..terminal import Terminal, tell
from .group import (
    by_option,
    mention_cleared,
    mention_late,
    named,
    plan,
    plan_argument,
    reason_option,
    said,
    save,
    span_words,
    target_choice,
)


@plan.command("set")
@plan_argument
@click.argument("tracks")
@click.option(
    "--action", type=click.Choice([a.value for a in Action]), help="Hide, keep, or no mask at all."
)
@click.option(
    "--confirmed",
    is_flag=True,
    help="With --action keep: you have looked at all of it, and it is always the same one.",
)
@reason_option
@by_option
def set_(
    plan_path: Path,
    tracks: str,
    action: str | None,
    confirmed: bool,
    reason: str | None,
    by: str | None,
) -> None:
    """Decide about TRACKS, for example: redact plan set PLAN 3,7 --action keep.

    A kept track is visible only where it was detected or drawn by hand, or for a moment between
    two detections. Where it is only followed or guessed, and behind a cut, it may lie on somebody
    else, so it stays hidden there. If you have looked at all of its pictures, add --confirmed: then
    it is visible in all of them, and the record says that you confirmed it. What a hidden track
    covers stays hidden too. The command lists when each kept track will be visible.

    With --action false-alarm a track has no mask at all: it is no face, no plate, nothing to hide.
    """
    if action is None and reason is None and by is None and not confirmed:
        raise UsageError("nothing to set", "Give --action, --reason or --by.")
    if confirmed and action != Action.KEEP:
        raise UsageError("--confirmed belongs to --action keep", "Give both, or none of them.")
    value = read_plan(plan_path)
    ids = user_input.parse_ids(tracks, value)
    changed = edit.set_tracks(
        value,
        ids,
        action=None if action is None else Action(action),
        reason=said(reason, "--reason"),
        decided_by=said(by, "--by"),
        at=stamp(datetime.now(UTC)),
        confirmed=confirmed,
    )
    save(changed, value, plan_path)
    tell(f"{plan_path}: {named(ids)} changed", err=True)
    mention_cleared(value, changed, ids)
    kept = [t for t in changed.tracks if t.id in ids and t.action is Action.KEEP]
    if action == Action.KEEP:
        for line in consequences(changed, [track.id for track in kept]):
            tell(line, err=True)
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
    """Take TRACKS out of PLAN. To show a face on purpose, use 'plan set --action keep' instead; for
    what is no face and no plate, '--action false-alarm'."""
    value = read_plan(plan_path)
    ids = user_input.parse_ids(tracks, value)
    save(edit.remove_tracks(value, ids, automatic=automatic), value, plan_path)
    tell(f"{plan_path}: {named(ids)} removed", err=True)


@plan.command()
@plan_argument
@click.option("--from", "start", required=True, help="Time (12.5, 0:12), or start.")
@click.option("--to", "end", required=True, help="Time, or end.")
@click.option(
    "--with",
    "how",
    type=click.Choice([s.value for s in Sound]),
    default=Sound.MUTE.value,
    show_default=True,
    help="Silence, or a tone.",
)
@reason_option
@by_option
def mute(
    plan_path: Path, start: str, end: str, how: str, reason: str | None, by: str | None
) -> None:
    """Take a span out of the sound. Times count from the first picture."""
    value = read_plan(plan_path)
    changed = edit.mute(
        value,
        user_input.parse_seconds(start, value),
        user_input.parse_seconds(end, value),
        Sound(how),
        reason=said(reason, "--reason") or "",
        decided_by=said(by, "--by") or "",
        at=stamp(datetime.now(UTC)),
    )
    save(changed, value, plan_path)
    new = next((m for m in changed.muted if m not in value.muted), changed.muted[0])
    tell(f"{plan_path}: sound from {span_words(new, value)} is taken out", err=True)
    mention_late("--to", end, value, "the span ends with the sound")
    if not reason:
        Terminal().warn("the record will give no reason for taking the sound out (--reason)")


@plan.command()
@plan_argument
@click.argument("spans")
def unmute(plan_path: Path, spans: str) -> None:
    """Give back spans of the sound by their numbers, for example 1,3; see 'plan show'."""
    value = read_plan(plan_path)
    numbers = user_input.parse_numbers(spans)
    save(edit.unmute(value, numbers), value, plan_path)
    tell(f"{plan_path}: {counted(len(numbers), 'span')} given back", err=True)


format_option = click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)


@plan.command("import")
@plan_argument
@click.argument("file", type=click.Path(path_type=Path))
@format_option
@click.option("--target", type=target_choice, help="What all tracks of FILE are.")
@reason_option
@by_option
def import_(
    plan_path: Path,
    file: Path,
    name: str,
    target: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Add the tracks of FILE (COCO JSON, CVAT XML) to PLAN."""
    value = read_plan(plan_path)
    try:
        data = read_file(file)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise PlanError(f"{file}: cannot be read ({why})", "Check the path.") from None
    tracks = FORMATS[name].read(data, str(file), Target.from_word(target) if target else None)
    changed, numbers = add_imported(
        value,
        tracks,
        reason=said(reason, "--reason") or "",
        decided_by=said(by, "--by") or "",
        at=stamp(datetime.now(UTC)),
    )
    save(changed, value, plan_path)
    tell(f"{plan_path}: {counted(len(numbers), 'track')} imported", err=True)
    for number, other in coinciding(changed, numbers):
        Terminal().warn(
            f"track {number} covers the same as track {other}, which was there before: whatever "
            "is decided about one must be decided about both"
        )


@plan.command()
@plan_argument
@format_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Default: beside PLAN; p.coco.json or p.cvat.xml for p.json.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def export(plan_path: Path, name: str, output: Path | None, force: bool) -> None:
    """Write the tracks of PLAN for another tool (COCO JSON, CVAT XML)."""
    value = read_plan(plan_path)
    path = output or plan_path.with_name(f"{plan_path.stem}.{name}{FORMATS[name].extension}")
    write_whole(path, FORMATS[name].export(value), force=force, never=(plan_path,), mode=0o600)
    tell(f"{path}: {counted(len(value.tracks), 'track')}", err=True)
