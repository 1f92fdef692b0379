"""`redact mask`: the masks themselves, for other editors and for anyone who wants to check."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import MismatchError, UsageError
from ..journal import Journal
from ..media import Decode, VideoWriter, probe, sha256_of
from ..output import OutputFile
from ..plan import read_plan
from ..render import mask_frame
from ..settings import Audio, EncodeSettings
from ..types import counted
from . import options
from .terminal import Terminal


@click.command()
@options.source_argument
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Output file; must end in .mkv (lossless FFV1).",
)
@click.option(
    "--margin", type=click.FloatRange(0, 2), default=0.15, show_default=True, help="As in 'run'."
)
@options.force_option
def mask(source: Path, plan_file: Path, output: Path, margin: float, force: bool) -> int:
    """Write the masks of PLAN as a lossless video: white is hidden, black is not.

    Frames and timestamps are those of SOURCE, so that the masks lie exactly over it.
    """
    if output.suffix.lower() != ".mkv":
        raise UsageError(f"{output}: masks are lossless FFV1 in Matroska", "Use a name in .mkv.")
    terminal = Terminal()
    journal = Journal(terminal)
    plan, info = read_plan(plan_file), probe(source)
    if sha256_of(info.path, journal) != plan.source.sha256:
        raise MismatchError(
            f"{source}: {plan_file} was made for another file ({plan.source.name})",
            "Give the file that the plan was made for.",
        )
    encode = EncodeSettings(codec="ffv1", audio=Audio.MUTE)
    with (
        OutputFile(output, force, (info.path, plan_file)) as out,
        journal.step("mask", len(plan.source.timeline)) as step,
    ):
        with VideoWriter(out.temporary, info, encode, "mkv") as writer:
            for frame in Decode(info):
                writer.write(mask_frame(frame, plan.regions_at(frame.index), margin))
                step.advance()
        out.commit()
    terminal.say(f"{output}: masks of {counted(len(plan.source.timeline), 'frame')}")
    return 0
