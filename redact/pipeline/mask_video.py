"""The masks of a plan alone, as a video for other programs."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..files import OutputFile
from ..media import SourceInfo, VideoWriter
from ..plan import Plan
from ..render import mask_frame, mask_info
from ..settings import Audio, EncodeSettings, RenderSettings
from ..words import problem
from .journal import Journal
from .kept_plan import require_same_source
from .planned_frames import CheckedFrames


def write_masks(
    info: SourceInfo,
    plan: Plan,
    output: Path,
    journal: Journal,
    *,
    margin: float = RenderSettings().margin,
    force: bool = False,
    never: tuple[Path, ...] = (),
) -> Path:
    """Write the masks of a plan as a lossless video: 255 is hidden, 0 is not, in 8 bits.

    Args:
        info: the source.
        plan: made for it.
        output: must end in .mkv.
        journal: of the run.
        margin: as for masks, share of a box's size.
        force: an earlier file may be replaced.
        never: files that are not replaced, besides the source.

    Raises:
        UsageError: it ends otherwise.
        MismatchError: the plan belongs to another file.
        OutputError, OutputExistsError: it cannot be written.
        UnsafeError: the decoder yields other frames than those that the plan was made on.
    """
    if output.suffix.lower() != ".mkv":
        raise problem(UsageError, "masks_are_mkv", path=output)
    require_same_source(plan, info, journal)
    encode = EncodeSettings(codec="ffv1", audio=Audio.MUTE)
    with (
        OutputFile(output, force, (info.path, *never)) as out,
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
    return output
