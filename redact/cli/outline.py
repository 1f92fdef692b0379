"""`redact outline`: footage with the plan drawn over it, for whoever decides what is hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ..files import PRIVATE, OutputFile, keep_to_owner, make_private
from ..media import SourceInfo, VideoWriter, container_for, default_output, probe
from ..plan import Plan, read_plan
from ..render import Renderer, write_notice
from ..running import CheckedFrames, Journal, require_same_source
from ..settings import Audio, EncodeSettings, RenderSettings, Style
from ..types import Action, Region, Track, counted
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
    journal = Journal(terminal)
    plan, info = read_plan(plan_file), probe(source)
    final = _place(info, output)
    require_same_source(plan, info, journal)
    make_private(final.parent)
    with OutputFile(final, force, (info.path, plan_file)) as out:
        keep_to_owner(out.temporary, 0o600)  # before anything is in it
        _write(info, plan, margin, out.temporary, container_for(final), journal)
        out.commit()
    terminal.say(
        f"{final}: shows {counted(len(plan.tracks), 'track')} and hides none, without sound; "
        "it is for deciding alone and must not be handed out"
    )
    return 0


def _place(info: SourceInfo, output: Path) -> Path:
    """Final name, in a folder whose name says what is in it. Raises OutputError."""
    if is_folder(output) or not output.suffix:
        folder, name = output, f"outline-{info.path.stem}{default_output(info).suffix}"
    else:
        folder, name = output.parent, output.name
    container_for(Path(name))
    return (folder if folder.resolve().name == PRIVATE else folder / PRIVATE) / name


def _write(
    info: SourceInfo, plan: Plan, margin: float, path: Path, container: str, journal: Journal
) -> None:
    """Draw and encode every frame. Raises as `CheckedFrames` and `VideoWriter`."""
    renderer = Renderer(RenderSettings(Style.OUTLINE, margin), review=True)
    # What the plan keeps is shown as well: the frames come with what is hidden only.
    every = tuple(replace(track, action=Action.REDACT) for track in plan.tracks)
    words = {track.id: _words(track) for track in plan.tracks}
    # Where it would be shown if it were kept: the same question, asked of every track.
    sure = replace(plan, tracks=tuple(replace(t, action=Action.KEEP) for t in plan.tracks))
    frames = CheckedFrames(info, replace(plan, tracks=every))
    with (
        journal.step("outline", len(plan.source.timeline)) as step,
        VideoWriter(path, info, EncodeSettings(audio=Audio.MUTE), container) as writer,
    ):
        for frame, regions in frames:
            certain = {region.track for region in sure.shown_at(frame.index, frame.damaged)}
            drawn = renderer.draw(frame, [_named(r, words, certain) for r in regions])
            writer.write(write_notice(drawn))
            step.advance()
    for warning in (*info.warnings, *frames.warnings, *writer.notes):
        journal.warn(warning)


def _named(region: Region, words: dict[int, str], certain: set[int]) -> Region:
    doubt = "" if region.track in certain else "?"
    return replace(region, label=f"{region.track}{doubt} {words[region.track]}")


def _words(track: Track) -> str:
    """What stands after a track's number."""
    return f"{track.target.word}{', KEEP' if track.action is Action.KEEP else ''}"
