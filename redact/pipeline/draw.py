"""The second pass over a video: decode it again, mask it by its plan, encode it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ..inspect import prepare_release
from ..media import (
    PhotoWriter,
    SourceInfo,
    VideoWriter,
    read_ahead,
)
from ..memory import trim_at_times
from ..plan import Plan, with_damage
from ..render import Renderer
from ..words import Message
from .journal import Journal
from .order import Order
from .planned_frames import CheckedFrames
from .remarks import dropped_sound, remark_on_label, remark_on_length, remark_on_silence


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the second pass returns besides the file.

    Attributes:
        source: what decoding every picture showed of the source.
        notes: conversions that were made.
        sounded: see `RunRecord`.
        plan: the plan as drawn, including masks held over damage that only this pass met.
    """

    source: SourceInfo
    notes: tuple[Message, ...]
    plan: Plan
    sounded: tuple[Fraction, Fraction] | None


def draw(order: Order, plan: Plan, finished: Path, journal: Journal) -> Drawn:
    """Write the masked video and its metadata. Raises as `CheckedFrames` and `VideoWriter`
    do."""
    drawn = _rendered(order, plan, finished, journal)
    if order.delivery.release:
        prepare_release(finished)
    return drawn


def _rendered(order: Order, plan: Plan, finished: Path, journal: Journal) -> Drawn:
    info, draw = order.info, order.draw
    renderer = Renderer(draw.render)
    frames, written = CheckedFrames(info, plan), 0
    with (
        journal.step("render", len(plan.source.timeline)) as step,
        _writer(order, plan, finished) as writer,
        read_ahead(frames, most=1) as ahead,
        # One thread decodes, one draws, and this one encodes.
        read_ahead((renderer.draw(*masked) for masked in ahead), most=1) as drawn,
    ):
        for frame in drawn:
            writer.write(frame)
            trim_at_times(written)
            written += 1
            step.advance()
        style = draw.render.style_name
        messages = [Message("rendered", count=written, style=style, encoder=writer.encoder)]
        if (stamp := draw.render.stamp) is not None:
            messages.append(Message("stamped", text=stamp.text, corner=stamp.corner.value))
        step.say(*messages)
    for warning in frames.warnings:
        journal.warn(warning)
    for note in writer.notes:
        journal.note(note)
    source = replace(frames.source, audio=writer.sound_read)
    remark_on_length(source, plan, journal)
    sounded = writer.sounded or dropped_sound(info, plan, draw.encode)
    remark_on_silence(plan, sounded, journal)
    remark_on_label(renderer.labelled, journal)
    return Drawn(source, tuple(writer.notes), with_damage(plan, frames.unknown_damage), sounded)


def _writer(order: Order, plan: Plan, finished: Path) -> VideoWriter | PhotoWriter:
    if order.info.photograph:
        return PhotoWriter(finished, order.container)
    encode, container = order.draw.encode, order.container
    return VideoWriter(
        finished, order.info, encode, container, order.delivery.release, plan.muted_on_clock()
    )
