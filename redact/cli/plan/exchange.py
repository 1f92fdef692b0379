"""`redact plan import` and `export`: tracks from and for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import PlanError
from ...files import write_whole
from ...plan import read_plan, write_plan
from ...plan.exchange import FORMATS, add_imported, coinciding
from ...types import Target, counted
from ..terminal import Terminal
from .group import by_option, plan, plan_argument, reason_option, said, target_choice

format_option = click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)


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
        reason=said(reason, "--reason") or "",
        decided_by=said(by, "--by") or "",
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
