"""`redact plan mute` and `unmute`: spans of the sound."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import UsageError
from ...plan import Sound, edit, read_plan, typed, write_plan
from ...types import clock, counted
from ..terminal import Terminal
from .group import by_option, plan, plan_argument, reason_option, said


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
        typed.parse_seconds(start, value),
        typed.parse_seconds(end, value),
        Sound(how),
        reason=said(reason, "--reason") or "",
        decided_by=said(by, "--by") or "",
    )
    write_plan(changed, plan_path, force=True)
    new = next((m for m in changed.muted if m not in value.muted), changed.muted[0])
    first, last = clock(new.start / 1000), clock(new.end / 1000)
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
