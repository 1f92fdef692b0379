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
from .invocation import HELP
from .terminal import Terminal


@click.command(context_settings=HELP)
@options.source_argument
@options.plan_argument
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    required=True,
    help="Folder, or name of the copy. Either way it is put into a folder NOT-FOR-RELEASE there.",
)
@options.margin_option
@options.force_option
def outline(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """Copy SOURCE with every track of PLAN outlined and NOTHING HIDDEN. Never hand it out.

    Play the copy to decide what need not be hidden. Then use 'redact plan set PLAN N --action
    keep'. Each outline has its track's number and target, and the word KEEP if the plan keeps it.
    A question mark, as in "10?", means that the track is only guessed in that frame: it may lie
    on another person, and it is hidden there even if it is kept. Choose a number only from frames
    in which it has no question mark, and play on to the end of the track: where two people cross,
    a track may go over from one to the other.

    Colours: green is detected in that frame, blue is followed, yellow is between two detections,
    violet is before or after it was seen, red is held in a damaged frame, white is drawn by hand.

    Every frame says NOT FOR RELEASE. The copy has the times of SOURCE, but no sound and no tags.
    Only you can open its folder.
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
