"""`redact outline`: the footage with the plan drawn over it."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api
from ..media import SourceInfo, default_output, probe
from ..plan import read_plan
from ..words import say
from . import options
from .app import command
from .destination import PlaceType, is_folder
from .terminal import Terminal


@command
@options.source_argument
@options.plan_argument
@click.option("-o", "--output", type=PlaceType(), required=True)
@options.margin_option
@options.force_option
def outline(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """`redact outline`."""
    terminal = Terminal()
    plan = read_plan(plan_file)
    wanted = _wanted(probe(source), output)
    final = api.outline(source, plan_file, wanted, margin=margin, force=force, progress=terminal)
    terminal.say(say("outline_made", path=final, count=len(plan.tracks)))
    return 0


def _wanted(info: SourceInfo, output: Path) -> Path:
    """The name that is meant, in a folder one of ours."""
    if is_folder(output) or not output.suffix:
        return output / f"outline-{info.path.stem}{default_output(info).suffix}"
    return output
