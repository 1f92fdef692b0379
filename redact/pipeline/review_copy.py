"""Copies for whoever decides or checks: a plan drawn over its footage, and the masks alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..errors import UsageError
from ..files import OutputFile, make_private, private_folder
from ..media import SourceInfo, VideoWriter, container_for
from ..plan import Decision, Plan, all_subjects
from ..render import Renderer, mask_frame, mask_info, writable, write_notice
from ..settings import Audio, EncodeSettings, RenderSettings, Style
from ..types import Action, Region, Track
from ..words import problem, say, word
from .journal import Journal
from .kept_plan import require_same_source
from .planned_frames import CheckedFrames


def write_outline(
    info: SourceInfo,
    plan: Plan,
    output: Path,
    journal: Journal,
    *,
    margin: float = RenderSettings().margin,
    force: bool = False,
    never: tuple[Path, ...] = (),
) -> Path:
    """Copy a source with every track outlined and NOTHING HIDDEN. It must never be handed out.

    Folder and file are closed to everybody but their owner; every frame says NOT FOR RELEASE.

    Args:
        info: the source.
        plan: made for it; what it keeps is outlined as well.
        output: wanted name; the copy is written into a folder NOT-FOR-RELEASE there.
        journal: of the run.
        margin: as for masks, share of a box's size.
        force: an earlier copy may be replaced.
        never: files that are not replaced, besides the source.

    Returns:
        The file that was written.

    Raises:
        MismatchError: the plan belongs to another file.
        OutputError, OutputExistsError: it cannot be written.
        UnsafeError: the decoder yields other frames than those that the plan was made on.
    """
    container = container_for(output)
    closed = private_folder(output.parent)
    require_same_source(plan, info, journal)
    make_private(closed)
    with OutputFile(closed / output.name, force, (info.path, *never), mode=0o600) as out:
        _draw_outlines(info, plan, margin, out.temporary, container, journal)
        return out.commit()


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
        info, plan, journal, margin, force, never: as of `write_outline`.
        output: must end in .mkv.

    Raises:
        UsageError: it ends otherwise.
        MismatchError, OutputError, OutputExistsError, UnsafeError: as `write_outline`.
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


def _draw_outlines(
    info: SourceInfo, plan: Plan, margin: float, path: Path, container: str, journal: Journal
) -> None:
    """Draw and encode every frame. Raises as `CheckedFrames` and `VideoWriter`."""
    renderer = Renderer(RenderSettings(Style.OUTLINE, margin), review=True)
    # What the plan keeps is shown as well: the frames come with what is hidden only.
    subjects = all_subjects(plan)
    every = tuple(subject.but(decision=Decision.NONE) for subject in subjects)
    words = {track.id: _words(track) for track in plan.tracks}
    notice = writable(say("notice"))
    # Where it would be shown if it were kept: the same question, asked of every track.
    kept = tuple(subject.but(decision=Decision.KEEP) for subject in subjects)
    sure = plan.with_subjects(kept)
    frames = CheckedFrames(info, plan.with_subjects(every))
    with (
        journal.step("outline", len(plan.source.timeline)) as step,
        VideoWriter(path, info, EncodeSettings(audio=Audio.MUTE), container) as writer,
    ):
        for frame, regions in frames:
            certain = {region.track for region in sure.shown_at(frame.index, frame.damaged)}
            drawn = renderer.draw(frame, [_named(r, words, certain) for r in regions])
            writer.write(write_notice(drawn, notice))
            step.advance()
    for warning in (*info.warnings, *frames.warnings, *writer.notes):
        journal.warn(warning)


def _named(region: Region, words: dict[int, str], certain: set[int]) -> Region:
    doubt = "" if region.track in certain else "?"
    return replace(region, label=f"{region.track}{doubt} {words[region.track]}")


def _words(track: Track) -> str:
    """What stands after a track's number."""
    kind = word("target_short", track.target.word)
    decided = "" if track.action is Action.REDACT else word("action", track.action).upper()
    return writable(f"{kind}, {decided}" if decided else kind)
