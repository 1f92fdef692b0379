"""`redact plan`: show and change what a plan hides."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..errors import PlanError, UsageError
from ..evidence import checked_option, seconds_from_start
from ..files import write_whole
from ..plan import Plan, Sound, consequences, edit, mistakable, read_plan, write_plan
from ..plan.exchange import FORMATS, add_imported, coinciding
from ..types import Action, Box, Target, Track, counted
from .change_notes import mention_added, mention_cleared, mention_late, mention_outside, named
from .terminal import Terminal
from .track_filter import UNSURE, chosen_tracks

plan_argument = click.argument("plan_path", metavar="PLAN", type=click.Path(path_type=Path))
reason_option = click.option("--reason", help="The reason. It goes on record.")
by_option = click.option("--by", help="Who decided. It goes on record.")
target_choice = click.Choice([t.word for t in Target])
format_option = click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)


@click.group()
def plan() -> None:
    """Show and change what a plan hides. A change is saved whole or not at all."""


@plan.command()
@plan_argument
@click.option("--at", "moment", help="Only what is there at this time (12.5, 1:02.5, f120).")
@click.option("--target", "only", type=target_choice, help="Only faces, plates or regions.")
@click.option("--unsure", is_flag=True, help=f"Only tracks whose probability is below {UNSURE}.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def show(
    plan_path: Path, moment: str | None, only: str | None, unsure: bool, as_json: bool
) -> None:
    """List the tracks of PLAN with their numbers. Times count from the first picture.

    The columns 'seen' and 'place' say when each track is seen best, and where: left,top
    width×height in pixels.
    """
    value = read_plan(plan_path)
    chosen = chosen_tracks(value, moment, only, unsure)
    rows = [_row(value, track) for track in chosen]
    looked_for = [target.word for target in value.settings.targets]
    if as_json:
        head = {"source": value.source.name, "looked_for": looked_for}
        muted = [{**asdict(m), "number": n} for n, m in enumerate(value.muted, 1)]
        click.echo(json.dumps({**head, "tracks": rows, "muted": muted}, indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, justify="right" if column in ("no.", "frames") else "left")
    for row in rows:
        reason = " / ".join(str(row[k]) for k in ("reason", "by") if row[k])
        cells = [row[k] for k in ("track", "target", "from", "to", "frames", "score")]
        cells += [row["best"]["time"], _place(row["best"]), row["origin"], row["action"], reason]
        table.add_row(*("" if c is None else str(c) for c in cells))
    console = Console(soft_wrap=True, highlight=False, markup=False, width=150)
    looked = " and ".join(f"{word}s" for word in looked_for)
    count = counted(len(value.tracks), "track")
    if len(rows) < len(value.tracks):
        count = f"{len(rows)} of {count}"
    console.print(f"{value.source.name}: {count}; {looked} were looked for")
    console.print(table)
    for number, m in enumerate(value.muted, 1):
        span = f"{edit.clock(m.start / 1000)} to {edit.clock(m.end / 1000)}"
        console.print(f"sound taken out, {number}: {span}, {m.how.value} {m.reason}".rstrip())


_COLUMNS = (
    *("no.", "target", "from", "to", "frames", "score", "seen", "place"),
    *("origin", "action", "reason"),
)


def _place(best: dict[str, Any]) -> str:
    """Where to look, and how large it is there: enough to pick a person."""
    return f"{best['x']},{best['y']} {best['width']}×{best['height']}"


def _best(value: Plan, track: Track) -> dict[str, Any]:
    """Time and box of a track where it is seen best: most surely, else largest."""
    key = max(track.keyframes, key=lambda k: (k.score or 0.0, k.box.area))
    box = key.box
    return {
        "frame": key.frame,
        "time": edit.clock(seconds_from_start(value, key.frame)),
        "x": round(box.x1),
        "y": round(box.y1),
        "width": round(box.width),
        "height": round(box.height),
    }


def _row(value: Plan, track: Track) -> dict[str, Any]:
    return {
        "track": track.id,
        "target": track.target.word,
        "from": edit.clock(seconds_from_start(value, track.first)),
        "to": edit.clock(seconds_from_start(value, track.last)),
        "frames": track.last - track.first + 1,
        "score": None if track.score is None else round(track.score, 2),
        "best": _best(value, track),
        "origin": track.origin.value,
        "action": track.action.value,
        "reason": track.reason,
        "by": track.decided_by,
    }


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
    ids = edit.parse_ids(tracks, value)
    changed = edit.set_tracks(
        value,
        ids,
        action=None if action is None else Action(action),
        reason=_text(reason, "--reason"),
        decided_by=_text(by, "--by"),
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
@click.option("--target", type=target_choice, default="region", show_default=True)
@click.option("--box", metavar="X1,Y1,X2,Y2", help="Upright source pixels; needs --from, --to.")
@click.option("--from", "start", help="Time (12.5, 1:02.5), frame (f120), or start.")
@click.option("--to", "end", help="Time, frame, or end; included.")
@click.option(
    "--at", "places", multiple=True, metavar="TIME=X1,Y1,X2,Y2", help="A place on the way."
)
@reason_option
@by_option
def add(
    plan_path: Path,
    target: str,
    box: str | None,
    start: str | None,
    end: str | None,
    places: tuple[str, ...],
    reason: str | None,
    by: str | None,
) -> None:
    """Hide a region that no detector finds: a screen, a document, a tattoo.

    If it stands still, give --box with --from and --to. If it moves, give --at for each place; the
    mask moves in a straight line from one place to the next.
    """
    value = read_plan(plan_path)
    given = _moving(value, places)
    given += _still(value, box, start, end)
    changed, number = edit.add_track(
        value,
        Target.from_word(target),
        given,
        reason=_text(reason, "--reason") or "",
        decided_by=_text(by, "--by") or "",
    )
    write_plan(changed, plan_path, force=True)
    click.echo(f"{plan_path}: track {number} added", err=True)
    if end is not None:
        mention_late("--to", end, value)
    mention_outside(changed, edit.track_of(changed, number))
    mention_added(edit.track_of(changed, number), at_one_time=len(given) == 1 and bool(places))


def _moving(value: Plan, texts: tuple[str, ...]) -> list[tuple[int, Box]]:
    places = []
    for text in texts:
        moment, equals, corners = text.partition("=")
        if not equals:
            raise UsageError(f"--at {text}: is not TIME=BOX", "For example --at 12.5=10,20,110,80.")
        places.append((edit.parse_time(moment, value), moment, edit.parse_box(corners)))
    places.sort(key=lambda place: place[0])
    frames = [(frame, box) for frame, _, box in places]
    if len(places) > 1:  # rounded outward at the end, as --to is
        _, moment, box = places[-1]
        frames[-1] = (edit.parse_time(moment, value, last=True), box)
    return frames


def _still(
    value: Plan, box: str | None, start: str | None, end: str | None
) -> list[tuple[int, Box]]:
    if box is None and start is None and end is None:
        return []
    if box is None or start is None or end is None:
        raise UsageError("--box, --from and --to belong together", "Give all three, or --at.")
    corners = edit.parse_box(box)
    first, last = edit.parse_time(start, value), edit.parse_time(end, value, last=True)
    if last < first:
        raise UsageError(f"--to {end}: is before --from {start}", "Swap them.")
    return [(frame, corners) for frame in sorted({first, last})]


@plan.command()
@plan_argument
@click.argument("tracks")
@click.option("--automatic", is_flag=True, help="Also remove tracks that a detector found.")
def remove(plan_path: Path, tracks: str, automatic: bool) -> None:
    """Take TRACKS out of PLAN. To show a face on purpose, use 'plan set --action keep' instead."""
    value = read_plan(plan_path)
    ids = edit.parse_ids(tracks, value)
    write_plan(edit.remove_tracks(value, ids, automatic=automatic), plan_path, force=True)
    click.echo(f"{plan_path}: {named(ids)} removed", err=True)


@plan.command()
@plan_argument
@click.option("--from", "start", required=True, help="Time (12.5, 1:02.5), or start.")
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
        edit.parse_seconds(start, value),
        edit.parse_seconds(end, value),
        Sound(how),
        reason=_text(reason, "--reason") or "",
        decided_by=_text(by, "--by") or "",
    )
    write_plan(changed, plan_path, force=True)
    new = next((m for m in changed.muted if m not in value.muted), changed.muted[0])
    first, last = edit.clock(new.start / 1000), edit.clock(new.end / 1000)
    click.echo(f"{plan_path}: sound from {first} to {last} is taken out", err=True)
    if not reason:
        Terminal().warn("the record will give no reason for taking the sound out (--reason)")


@plan.command()
@plan_argument
@click.argument("spans")
def unmute(plan_path: Path, spans: str) -> None:
    """Give back spans of the sound by their numbers, for example 1,3; see 'plan show'."""
    value = read_plan(plan_path)
    numbers = [int(part) for part in spans.split(",") if part.strip().isdecimal()]
    if len(numbers) != len(spans.split(",")):
        raise UsageError(f"{spans!r}: is not a list of numbers", "For example 1,3.")
    write_plan(edit.unmute(value, numbers), plan_path, force=True)
    click.echo(f"{plan_path}: {counted(len(set(numbers)), 'span')} given back", err=True)


@plan.command("import")
@plan_argument
@click.argument("file", type=click.Path(path_type=Path))
@format_option
@click.option(
    "--target", type=target_choice, help="What all tracks of FILE are: face, plate or region."
)
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
    """Add the tracks of FILE (MOT CSV, COCO JSON, CVAT XML) to PLAN."""
    value = read_plan(plan_path)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise PlanError(f"{file}: cannot be read ({why})", "Check the path.") from None
    tracks = FORMATS[name].read(data, str(file), Target.from_word(target) if target else None)
    changed, numbers = add_imported(
        value,
        tracks,
        reason=_text(reason, "--reason") or "",
        decided_by=_text(by, "--by") or "",
    )
    write_plan(changed, plan_path, force=True)
    click.echo(f"{plan_path}: {counted(len(numbers), 'track')} imported", err=True)
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
    help="Default: beside PLAN; p.mot.csv, p.coco.json or p.cvat.xml for p.json.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def export(plan_path: Path, name: str, output: Path | None, force: bool) -> None:
    """Write the tracks of PLAN for another tool (MOT CSV, COCO JSON, CVAT XML)."""
    value = read_plan(plan_path)
    path = output or plan_path.with_name(f"{plan_path.stem}.{name}{FORMATS[name].extension}")
    write_whole(path, FORMATS[name].export(value), force=force, never=(plan_path,))
    click.echo(f"{path}: {counted(len(value.tracks), 'track')}", err=True)


def _text(value: str | None, option: str) -> str | None:
    return None if value is None else checked_option(value, option)
