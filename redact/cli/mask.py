"""`redact mask`: the masks themselves, for other editors and for anyone who wants to check."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api
from ..plan import read_plan
from ..types import counted
from . import options
from .invocation import HELP
from .terminal import Terminal


@click.command(context_settings=HELP)
@options.source_argument
@options.plan_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Output file; must end in .mkv (lossless FFV1).",
)
@options.margin_option
@options.force_option
def mask(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """Write the masks of PLAN as a lossless video: white is hidden, black is not.

    Each frame of SOURCE gets a mask of 255 or 0 in 8 bits. It has the time of its frame, to the
    millisecond, because Matroska counts in milliseconds. If the decoder gives another picture than
    those that PLAN was made from, nothing is written.
    """
    terminal = Terminal()
    api.mask(source, plan_file, output, margin=margin, force=force, progress=terminal)
    frames = counted(len(read_plan(plan_file).source.timeline), "frame")
    terminal.say(f"{output}: masks of {frames}")
    return 0
