"""`redact mask`: only the masks of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api
from ..plan import read_plan
from ..words import say
from . import options
from .app import PATH, command
from .terminal import Terminal


@command
@options.source_argument
@options.plan_argument
@click.option("-o", "--output", type=PATH, required=True)
@options.margin_option
@options.force_option
def mask(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """`redact mask`."""
    terminal = Terminal()
    api.mask(source, plan_file, output, margin=margin, force=force, progress=terminal)
    frames = len(read_plan(plan_file).source.timeline)
    terminal.say(say("masks_made", path=output, count=frames))
    return 0
