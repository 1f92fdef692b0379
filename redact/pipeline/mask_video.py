"""The masks of a plan alone, as a video for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..errors import UsageError
from ..files import OutputFile
from ..media import SourceInfo, VideoWriter
from ..plan import Plan
from ..render import mask_frame, mask_info
from ..settings import Audio, EncodeSettings, RenderSettings
from ..words import problem
from .journal import Journal
from .planned_frames import CheckedFrames
from .saved_plan import require_same_source

_CODINGS: Final = {
    ".mkv": EncodeSettings(codec="ffv1", audio=Audio.MUTE),
    # Of x264, 0 is lossless in 8 bits. MOV stores times less than a millisecond apart.
    ".mov": EncodeSettings(codec="h264", crf=0, audio=Audio.MUTE),
}


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
    """Write the masks of a plan as a lossless 8-bit grey video, upright: 255 hidden, 0 visible.

    Args:
        info: of the source.
        plan: made for it.
        output: must end in .mkv.
        journal: of the run.
        margin: of the masks, as a share of a box's size.
        force: an existing file may be replaced.
        never: files, besides the source, that must not be replaced.

    Raises:
        UsageError: `output` does not end in .mkv or .mov.
        MismatchError: the plan belongs to another file.
        OutputError, OutputExistsError: the file cannot be written.
        UnsafeError: the decoded frames are not those that the plan was made from.
    """
    suffix = output.suffix.lower()
    if suffix not in _CODINGS:
        raise problem(UsageError, "masks_are_mkv", path=output)
    require_same_source(plan, info, journal)
    with (
        OutputFile(output, force, (info.path, *never)) as out,
        journal.step("mask", len(plan.source.timeline)) as step,
    ):
        with VideoWriter(out.temporary, mask_info(info), _CODINGS[suffix], suffix[1:]) as writer:
            frames = CheckedFrames(info, plan)
            for frame, regions in frames:
                writer.write(mask_frame(frame, regions, margin))
                step.advance()
        out.commit()
    for warning in (*info.warnings, *frames.warnings, *writer.notes):
        journal.warn(warning)
    return output
