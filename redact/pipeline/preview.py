"""A part of a video as it would become, to be looked at before the whole is done, and no more."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..auditing import finding_pictures, require_detectors
from ..files import PRIVATE, check_writable, keep_to_owner, make_private
from ..media import SourceInfo, choose_encoding, container_for, default_output, part_of, probe
from ..plan import Plan, edit
from ..progress import Progress
from ..render import Renderer, notice_box
from ..settings import Audio, DrawSettings, Settings
from ..types import Target
from .delivery import Delivery, Outcome
from .journal import Journal
from .run import apply, detect

NOTICE: Final = "PREVIEW - NOT FOR RELEASE"
"""Over every picture of a preview, since files get renamed and moved."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that was written.

    Attributes:
        outcome: of the run over the part. Its plan has a region under the notice besides.
        found: the plan without that region.
        pictures: of what the audit found; they show what is to be hidden.
    """

    outcome: Outcome
    found: Plan
    pictures: tuple[Path, ...]


def make_preview(
    source: Path,
    settings: Settings,
    part: tuple[float, float | None],
    delivery: Delivery,
    progress: Progress,
) -> Preview:
    """Redact and audit a part of a video; written into a folder NOT-FOR-RELEASE, without sound.

    Args:
        source, settings: as of a run.
        part: first and last second, see `redact.media.part_of`.
        delivery: its output, force and command count.
        progress: told about stages and warnings.

    Raises:
        RedactError: as a run.
    """
    info = part_of(probe(source), *part)
    draw = DrawSettings(
        replace(settings.render, notice=NOTICE), replace(settings.encode, audio=Audio.MUTE)
    )
    final = _place(info, delivery)
    # Under a name of ours in the closed folder lies nothing but an earlier preview.
    force = delivery.force or _ours(delivery)
    choose_encoding(info, draw.encode, container_for(final))
    Renderer(draw.render)
    require_detectors(settings.detect.targets)
    make_private(final.parent)
    check_writable(final, force, never=(source,))
    journal = Journal(progress)
    found = detect(info, settings.detect, journal)
    marked = _with_notice(found)
    ready = Delivery(output=final, force=force, closed=final.parent, command=delivery.command)
    outcome = apply(info, marked, draw, ready, journal)
    keep_to_owner(outcome.output, 0o600)
    pictures = finding_pictures(info, outcome.output, outcome.audit)
    if _ours(delivery):
        _remove_earlier(final, (source, outcome.output, *pictures))
    return Preview(outcome, found, tuple(pictures))


def _place(info: SourceInfo, delivery: Delivery) -> Path:
    """Name of a preview, in a folder whose name says what is in it."""
    usual, output = default_output(info), delivery.output
    if output is None or _ours(delivery):
        folder, name = output or usual.parent, f"{info.path.stem}.preview{usual.suffix}"
    else:
        folder, name = output.parent, output.name
    return (folder if folder.resolve().name == PRIVATE else folder / PRIVATE) / name


def _ours(delivery: Delivery) -> bool:
    """Whether the preview gets a name of ours."""
    output = delivery.output
    return output is None or delivery.in_folder or output.is_dir()


def _remove_earlier(final: Path, kept: Iterable[Path]) -> None:
    """Remove what earlier previews left under names of ours: those that were held back, and
    pictures of findings. Only the newest is meant."""
    stem, suffix = re.escape(final.stem), re.escape(final.suffix)
    ours = re.compile(rf"{stem}(\.needs-review(-\d+)?)?({suffix}|\.finding-\d+\.png)")
    spared = set(kept)
    with contextlib.suppress(OSError):
        for path in list(final.parent.iterdir()):
            if path not in spared and ours.fullmatch(path.name):
                path.unlink()


def _with_notice(plan: Plan) -> Plan:
    """The plan with a region under the words, so that the audit knows what was drawn there."""
    box = notice_box(plan.source.width, plan.source.height, NOTICE)
    frames = sorted({0, len(plan.source.timeline) - 1})
    places = [(frame, box) for frame in frames]
    return edit.add_track(plan, Target.REGION, places, reason=NOTICE)[0]
