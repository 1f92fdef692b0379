"""`redact outline`: footage with the plan drawn over it, for whoever decides what is hidden."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api
from ..media import SourceInfo, default_output, probe
from ..plan import read_plan
from ..types import counted
from . import options
from .destination import PlaceType, is_folder
from .terminal import Terminal


@click.command()
@options.source_argument
@options.plan_argument
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    required=True,
    help="Folder, or output file. Either way it is written into a folder NOT-FOR-RELEASE there.",
)
@options.margin_option
@options.force_option
def outline(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """Copy SOURCE with every track of PLAN outlined and NOTHING HIDDEN. Never hand it out.

    For deciding what need not be hidden: play it, then 'redact plan set PLAN N --action keep'.
    Each outline has its track's number and target, and the word KEEP where the plan keeps it.
    "10?" instead of 10: there the track is only guessed (followed, before or after it was seen,
    held, or long in between), may lie on another person, and is hidden even if it is kept. Pick
    a number only from frames where it has no question mark, and play on to its end: a track may
    go over to another person where two cross.

    Green: detected in that frame, blue: followed, yellow: in between, violet: before or after
    it was seen, red: held in a damaged frame, white: drawn by hand.

    Every frame says NOT FOR RELEASE. Timestamps are those of SOURCE; there is no sound, and no
    tag of SOURCE. Folder and file are closed to everybody but their owner.
    """
    terminal = Terminal()
    plan = read_plan(plan_file)
    wanted = _wanted(probe(source), output)
    final = api.outline(source, plan_file, wanted, margin=margin, force=force, progress=terminal)
    terminal.say(
        f"{final}: shows {counted(len(plan.tracks), 'track')} and hides none, without sound; "
        "it is for deciding alone and must not be handed out"
    )
    return 0


def _wanted(info: SourceInfo, output: Path) -> Path:
    """The name that is meant, in a folder one of ours."""
    if is_folder(output) or not output.suffix:
        return output / f"outline-{info.path.stem}{default_output(info).suffix}"
    return output
