"""The second pass over a video: it is decoded again, masked by its plan, and encoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ..inspect import prepare_release
from ..media import (
    Copied,
    Copies,
    SourceInfo,
    VideoWriter,
    choose_copies,
    choose_encoding,
    read_ahead,
)
from ..memory import trim_at_times
from ..plan import Plan, with_held
from ..record import sign_content
from ..render import Renderer
from ..types import Action, Frame, Region
from ..words import Message
from .journal import Journal
from .order import Order
from .planned_frames import CheckedFrames
from .remarks import dropped_sound, remark_on_label, remark_on_silence


@dataclass(frozen=True, slots=True)
class Drawn:
    """What drawing the masks told.

    Attributes:
        source: as it was found when its pictures were decoded.
        notes: what was converted.
        sounded: see `RunRecord`.
        plan: as it was drawn: with damage that was met and that the plan does not know.
        stretches: of the source, each from one key frame to the next, and those of them in which
            nothing was hidden.
        copied: stretches that were copied as they were coded.
    """

    source: SourceInfo
    notes: tuple[Message, ...]
    plan: Plan
    stretches: tuple[int, int]
    sounded: tuple[Fraction, Fraction] | None
    copied: tuple[Copied, ...] = ()


def draw(order: Order, plan: Plan, finished: Path, journal: Journal) -> Drawn:
    """Write the masked video, with all that it says of itself. Raises as `CheckedFrames`,
    `VideoWriter` and `sign_content`."""
    copies, notes = _copies(order, plan)
    try:
        drawn = _rendered(order, plan, finished, journal, copies)
    except _TouchedError:
        # Damage that the plan does not know, in a stretch that was to be copied.
        drawn, notes = _rendered(order, plan, finished, journal, None), []
    for note in notes:
        journal.note(note)
    if order.release:
        prepare_release(finished)
    if order.evidence.credentials is not None:
        _state_content(order, drawn.plan, finished, journal)
    return replace(drawn, notes=(*drawn.notes, *notes))


def _copies(order: Order, plan: Plan) -> tuple[Copies | None, list[Message]]:
    """What of the source is copied, where that is asked for, and what is not, in words."""
    info, draw = order.info, order.draw
    if not draw.encode.copy_untouched:
        return None, []
    encoding = choose_encoding(info, draw.encode, order.container)
    if draw.render.stamp is not None or draw.render.notice:
        reasons, copies = {"stamp": 1}, None
    elif encoding.codec.name != "h264" or encoding.pixel_format != info.video.frame_format:
        reasons, copies = {"codec": 1}, None
    else:
        damaged = set(plan.unchecked)
        times = plan.source.timeline.pts
        untouched = [n not in damaged and not plan.regions_at(n) for n in range(len(times))]
        copies, reasons = choose_copies(info, times, untouched)
    notes = [Message("not_copied", count=n, reason=reason) for reason, n in reasons.items()]
    if copies is not None:
        frames = sum(stretch.last + 1 - stretch.first for stretch in copies.copied)
        notes.append(Message("copied", count=len(copies.copied), frames=frames, all=len(times)))
    return copies, notes


class _TouchedError(Exception):
    """Something is hidden in a frame that was to be copied."""


def _rendered(
    order: Order, plan: Plan, finished: Path, journal: Journal, copies: Copies | None
) -> Drawn:
    info, draw = order.info, order.draw
    # A release copies no sound: its coded bytes can say who recorded it.
    where = (finished, info, draw.encode, order.container, not order.release)
    renderer = Renderer(draw.render)
    frames, written = CheckedFrames(info, plan), 0
    with (
        journal.step("render", len(plan.source.timeline)) as step,
        VideoWriter(*where, plan.silenced(), copies) as writer,
        read_ahead(_untouched_where_copied(frames, copies), most=1) as ahead,
        # A thread decodes, one draws, and this one encodes.
        read_ahead((renderer.draw(*masked) for masked in ahead), most=1) as drawn,
    ):
        for frame in drawn:
            writer.write(frame)
            trim_at_times(written)
            written += 1
            step.advance()
        told = [
            Message(
                "rendered",
                count=written,
                style=draw.render.style_name,
                encoder=writer.encoder,
                stretches=frames.stretches,
                untouched=frames.untouched,
            )
        ]
        if (stamp := draw.render.stamp) is not None:
            told.append(Message("stamped", text=stamp.text, corner=stamp.corner.value))
        step.say(*told)
    for warning in frames.warnings:
        journal.warn(warning)
    for note in writer.notes:
        journal.note(note)
    sounded = writer.sounded or dropped_sound(info, plan, draw.encode)
    remark_on_silence(plan, sounded, journal)
    remark_on_label(renderer.labelled, journal)
    stretches = frames.stretches, frames.untouched
    drawn_plan = with_held(plan, frames.held)
    copied = () if copies is None else copies.copied
    return Drawn(frames.source, tuple(writer.notes), drawn_plan, stretches, sounded, copied)


def _untouched_where_copied(
    frames: CheckedFrames, copies: Copies | None
) -> Iterator[tuple[Frame, list[Region]]]:
    for frame, regions in frames:
        touched = bool(regions) or frame.damaged
        if touched and copies is not None and copies.at(frame.index) is not None:
            raise _TouchedError
        yield frame, regions


def _state_content(order: Order, drawn: Plan, finished: Path, journal: Journal) -> None:
    """Put content credentials into a file that has no name yet. Raises as `sign_content`."""
    signer = order.evidence.credentials
    assert signer is not None
    hidden = Counter(t.target.word for t in drawn.tracks if t.action is Action.REDACT)
    counts = ", ".join(f"{word}: {n}" for word, n in sorted(hidden.items())) or "nothing found"
    did = f"Hidden in the picture, by tracks ({counts}); style {order.draw.render.style_name}."
    with journal.step("credentials", None) as step:
        sign_content(finished, order.container, signer, drawn.source.sha256, did)
        step.say(Message("credentials_signed", algorithm=signer.algorithm, sha256=signer.sha256))
