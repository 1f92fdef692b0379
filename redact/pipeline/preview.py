"""A preview: part of a video as the result would show it, for a look before the whole run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..auditing import finding_pictures
from ..detection import require_models
from ..files import (
    check_writable,
    is_preview_or_picture,
    keep_to_owner,
    make_private,
    preview_name,
    private_folder,
)
from ..media import (
    SourceInfo,
    choose_encoding,
    default_output,
    excerpt,
    probe,
)
from ..plan import Plan, edit
from ..progress import Progress
from ..render import Renderer, notice_box, require_room, writable
from ..settings import Audio, DrawSettings, Settings
from ..types import Decided, Target
from ..words import say
from .journal import Journal
from .order import Delivery, Order
from .result import Result
from .run import apply
from .search import detect


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that was written.

    Attributes:
        result: of the run over the part; its plan also hides the region under the notice.
        found: the plan without that region.
    """

    result: Result
    found: Plan


def make_preview(
    source: Path,
    settings: Settings,
    part: tuple[float, float | None],
    delivery: Delivery,
    progress: Progress,
) -> Preview:
    """Redact and audit part of a video, without sound, into a folder NOT-FOR-RELEASE.

    Args:
        source, settings: as for a run.
        part: start and end in seconds, see `redact.media.excerpt`.
        delivery: only output, in_folder, force and command are used.
        progress: receives stages and warnings.

    Raises:
        RedactError: as for a run.
    """
    info = replace(excerpt(probe(source), *part), audio=())
    draw = DrawSettings(
        replace(settings.render, notice=_notice()), replace(settings.encode, audio=Audio.MUTE)
    )
    final = _place(info, delivery, settings.encode.codec)
    # In the private folder, a file under a name of ours can only be an earlier preview.
    force = delivery.force or _ours(delivery)
    quiet = Delivery(force=force, command=delivery.command)
    order = Order(info, draw, final, final.parent, quiet)
    info = order.info
    choose_encoding(info, draw.encode, order.container)
    Renderer(draw.render)
    require_room(draw.render.stamp, *info.video.upright_size)
    require_models(settings.detect.kinds)
    make_private(final.parent)
    check_writable(final, force, never=(source,))
    journal = Journal(progress)
    found = detect(info, settings.detect, journal)
    result = apply(order, _with_notice(found), journal)
    keep_to_owner(result.output, 0o600)
    assert result.audit is not None
    pictures = tuple(finding_pictures(info, result.output, result.audit))
    if _ours(delivery):
        _remove_earlier(final, (source, result.output, *pictures))
    return Preview(replace(result, pictures=pictures), found)


def _place(info: SourceInfo, delivery: Delivery, codec: str) -> Path:
    """Path of a preview, in a folder NOT-FOR-RELEASE."""
    usual, output = default_output(info, codec), delivery.output
    if output is None or _ours(delivery):
        folder, name = output or usual.parent, preview_name(info.path.stem, usual.suffix)
    else:
        folder, name = output.parent, output.name
    return private_folder(folder) / name


def _ours(delivery: Delivery) -> bool:
    """Whether redact chooses the preview's name."""
    output = delivery.output
    return output is None or delivery.in_folder or output.is_dir()


def _remove_earlier(final: Path, kept: Iterable[Path]) -> None:
    """Remove earlier previews of our own naming, held back or not, and their pictures of findings,
    so that only the newest remains."""
    spared = set(kept)
    with contextlib.suppress(OSError):
        for path in list(final.parent.iterdir()):
            if path not in spared and is_preview_or_picture(path.name, final):
                path.unlink()


def _notice() -> str:
    """The words drawn on every picture of a preview, because files get renamed and moved."""
    return writable(say("preview_notice"))


def _with_notice(plan: Plan) -> Plan:
    """The plan with a region under the notice, so that the audit knows what was drawn there."""
    box = notice_box(plan.source.width, plan.source.height, _notice())
    frames = sorted({0, len(plan.source.timeline) - 1})
    places = [(frame, box) for frame in frames]
    return edit.add_track(plan, Target.REGION, places, Decided(_notice()))[0]
