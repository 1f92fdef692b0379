"""Warnings and notes about the source, the plan and the sound, for the user and the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import median
from typing import Final

from ..media import EARLY_SECONDS, Decode, SourceInfo
from ..plan import REASON_DAMAGED, Plan
from ..record import muted_parts
from ..risk import heads_in_view
from ..settings import EncodeSettings
from ..types import (
    DEFAULT_TARGETS,
    DETECTED_TARGETS,
    PerKind,
    State,
    Target,
    clock,
    with_nested,
)
from ..words import Message
from .journal import Journal
from .order import Order

SMALL_HEIGHTS: Final = PerKind(
    "pipeline/remarks: SMALL_HEIGHTS",
    {Target.FACE: 16, Target.PLATE: 0, Target.HEAD: 24, Target.PERSON: 60},
)
"""Pixels of height below which many are missed: a face of 16, and the head and body that belong to
such a face; 0 gives no warning."""


def remark_on_damage(frames: Decode, unchecked: Sequence[int], journal: Journal) -> None:
    """Warn of the decoder's warnings, and of `unchecked`, indices of damaged frames."""
    for warning in frames.warnings:
        journal.warn(warning)
    if unchecked:
        journal.warn(Message("damaged_unchecked", count=len(unchecked)))


def remark_on_streams(info: SourceInfo, journal: Journal) -> None:
    """Warn if the file has further video streams, which the result leaves out, because a user may
    take "every picture" to mean every stream; and if it has sound that cannot be kept."""
    if silent := sum(d.kind == "audio" for d in info.dropped):
        journal.warn(Message("sound_left_out", count=silent))
    others = [d.where.removeprefix("stream ") for d in info.dropped if d.kind == "video"]
    if others:
        width, height = info.video.upright_size
        journal.warn(
            Message(
                "other_video_streams",
                count=len(others),
                kept=info.video.index,
                width=width,
                height=height,
                others=", ".join(others),
            )
        )


_NOTICED: Final = 0.5
"""Seconds by which an excerpt may begin later or end earlier than was asked without a warning."""


def remark_on_excerpt(info: SourceInfo, plan: Plan, journal: Journal) -> None:
    """Warn if an excerpt begins later or ends earlier than was asked, or has no sound although the
    video has."""
    if (part := info.part) is None:
        return
    timeline, (start, end) = plan.source.timeline, part.span
    begins = float((part.begin - part.zero) * timeline.time_base)
    ends = begins + float(timeline.length or timeline.time(-1))
    if begins - start > _NOTICED:
        journal.warn(Message("excerpt_begins_late", asked=clock(start), at=clock(begins)))
    if end is not None and end - ends > _NOTICED:
        journal.warn(Message("excerpt_ends_early", asked=clock(end), at=clock(ends)))
    spans = [(a.begins, a.ends) for a in info.audio]
    silent = [a for a, b in spans if (a or 0) >= ends - begins or (b is not None and b <= 0)]
    if silent and len(silent) == len(spans):
        journal.warn(Message("excerpt_silent"))


def remark_on_lasting_damage(plan: Plan, journal: Journal) -> None:
    """Warn if whole pictures are hidden because damage lasts."""
    hidden = [t for t in plan.tracks if t.reason == REASON_DAMAGED]
    if hidden:
        frames = sum(t.last - t.first + 1 for t in hidden)
        journal.warn(Message("damage_lasts", count=frames, regions=len(hidden)))


def remarks_on_sizes(plan: Plan) -> Iterator[Message]:
    """Yield warnings about people too small for reliable detection."""
    for target in DETECTED_TARGETS:
        heights = [
            median(k.box.height for k in t.keyframes if k.state is State.DETECTED)
            for t in plan.tracks
            if t.target is target and any(k.state is State.DETECTED for k in t.keyframes)
        ]
        small = sum(height < SMALL_HEIGHTS[target] for height in heights)
        if small * 2 > len(heights):
            whole = next(
                (t.spec.option for t in reversed(target.wholes) if t in DETECTED_TARGETS), ""
            )
            if whole:
                yield Message(
                    "heads_small_of", count=small, pixels=SMALL_HEIGHTS[target], whole=whole
                )
            else:
                yield Message("heads_small", count=small, pixels=SMALL_HEIGHTS[target])


def remark_on_people(plan: Plan) -> Message | None:
    """A warning if most of the detected bodies have no mask on the head, as in a crowd whose faces
    are too small to detect; else None."""
    searched = with_nested(plan.settings.targets)
    if Target.FACE not in searched or Target.PERSON in searched:
        return None
    heads = heads_in_view(plan)
    if 2 * (heads.bare + heads.small) <= heads.seen:
        return None
    return Message("people_bare", bare=heads.bare + heads.small, seen=heads.seen, small=heads.small)


def remark_on_run(order: Order, plan: Plan, journal: Journal) -> None:
    """Give all warnings that the source, the plan and the order call for before drawing."""
    info = order.info
    for warning in info.warnings:
        journal.warn(warning)
    remark_on_streams(info, journal)
    remark_on_excerpt(info, plan, journal)
    remark_on_lasting_damage(plan, journal)
    for target in DEFAULT_TARGETS:
        if target not in with_nested(plan.settings.targets):
            journal.warn(Message("target_not_looked_for", target=target.word))
    for limit in plan.not_searched:
        journal.warn(limit)
    for remark in remarks_on_sizes(plan):
        journal.warn(remark)
    if (bare := remark_on_people(plan)) is not None:
        journal.warn(bare)
    if info.audio and order.draw.encode.audio.kept:
        out = len(muted_parts(plan, _sound_by_headers(info, plan)))
        journal.warn(Message("sound_kept_but", count=out) if out else Message("sound_kept"))
    if order.delivery.release and order.draw.encode.audio.kept and len(info.audio) > 1:
        journal.warn(Message("sounds_released", count=len(info.audio)))
    if order.delivery.release and (stamp := order.draw.render.stamp) is not None:
        journal.warn(Message("stamp_released", text=stamp.text))


def remark_on_label(labelled: tuple[int, int] | None, journal: Journal) -> None:
    """Warn if a label did not fit on every mask.

    Args:
        labelled: see `Renderer.labelled`.
        journal: of the run.
    """
    if labelled is not None and labelled[0] < labelled[1]:
        journal.warn(Message("label_left_out", written=labelled[0], count=labelled[1]))


def remark_on_length(source: SourceInfo, plan: Plan, journal: Journal) -> None:
    """Say so if the sound that was read is longer or shorter than the picture."""
    picture = plan.source.timeline.length
    read = [audio.seconds for audio in source.audio if audio.seconds is not None]
    if picture is not None and read and abs(max(read) - picture) > EARLY_SECONDS:
        lengths = {"sound": float(max(read)), "picture": float(picture)}
        journal.warn(Message("sound_and_picture", **lengths))


def dropped_sound(
    info: SourceInfo, plan: Plan, encode: EncodeSettings
) -> tuple[Fraction, Fraction] | None:
    """Start and end, in seconds, of sound that the result leaves out entirely, as far as headers
    say; None if there is none or it is kept."""
    return None if encode.audio.kept else _sound_by_headers(info, plan)


def _sound_by_headers(info: SourceInfo, plan: Plan) -> tuple[Fraction, Fraction] | None:
    if not info.audio:
        return None
    begins, ends = info.sound
    if begins is None:
        begins = plan.source.timeline.time(0)
    lasts = plan.source.timeline.length or Fraction() if info.duration is None else info.duration
    return begins, begins + lasts if ends is None else ends


def remark_on_silence(
    plan: Plan, sounded: tuple[Fraction, Fraction] | None, journal: Journal
) -> None:
    """Warn if a plan mutes spans in which the source has no sound.

    Args:
        plan, journal: of the run.
        sounded: start and end of the sound, in seconds; None if there is none.
    """
    if empty := len(plan.muted) - len(muted_parts(plan, sounded)):
        journal.warn(Message("spans_without_sound", count=empty))
