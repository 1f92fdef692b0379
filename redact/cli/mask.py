"""`redact mask`: the masks themselves, for other editors and for anyone who wants to check."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import UsageError
from ..files import OutputFile
from ..media import VideoWriter, probe
from ..plan import read_plan
from ..render import mask_frame, mask_info
from ..running import CheckedFrames, Journal, require_same_source
from ..settings import Audio, EncodeSettings
from ..types import counted
from . import options
from .terminal import Terminal


@click.command()
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

    Each frame of SOURCE has its mask, 255 or 0 in 8 bits, at the same time, to the millisecond
    that Matroska counts in; if the decoder yields another picture than those that PLAN was made
    on, nothing is written.
    """
    if output.suffix.lower() != ".mkv":
        raise UsageError(f"{output}: masks are lossless FFV1 in Matroska", "Use a name in .mkv.")
    terminal = Terminal()
    journal = Journal(terminal)
    plan, info = read_plan(plan_file), probe(source)
    require_same_source(plan, info, journal)
    encode = EncodeSettings(codec="ffv1", audio=Audio.MUTE)
    with (
        OutputFile(output, force, (info.path, plan_file)) as out,
        journal.step("mask", len(plan.source.timeline)) as step,
    ):
        with VideoWriter(out.temporary, mask_info(info), encode, "mkv") as writer:
            frames = CheckedFrames(info, plan)
            for frame, regions in frames:
                writer.write(mask_frame(frame, regions, margin))
                step.advance()
        out.commit()
    for warning in (*info.warnings, *frames.warnings, *writer.notes):
        journal.warn(warning)
    terminal.say(f"{output}: masks of {counted(len(plan.source.timeline), 'frame')}")
    return 0
