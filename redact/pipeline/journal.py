"""What a run did, in order, the steps with their times, and every warning: what it tells its
user, and the record, about the source, the plan and the limits of the search.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction

from ..errors import UsageError
from ..media import Decode, SourceInfo
from ..plan import DAMAGED, Plan
from ..plan.typed import length_of
from ..progress import Progress, Silent, Stage
from ..record import Step, muted_parts
from ..settings import Audio, EncodeSettings
from ..types import (
    OWN,
    Action,
    Box,
    Scope,
    State,
    Target,
    Timeline,
    Track,
    area_in_words,
    audited_for,
    clock,
)
from ..words import Message, problem
from .coverage import remarks


class Entry:
    """An open step: `advance` it, and `say` how it was done."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.detail: tuple[Message, ...] = ()

    def advance(self, steps: int = 1) -> None:
        self._stage.advance(steps)

    def say(self, *detail: Message) -> None:
        """How it was done, in place of what was said before."""
        self.detail = detail


class Journal:
    """A `Progress` that remembers, so that the record tells what the terminal showed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.started = datetime.now(UTC)
        self.steps: list[Step] = []
        self.warnings: list[Message] = []

    @contextmanager
    def step(
        self, name: str, total: int | None, unit: str = "frames", *, inner: bool = False
    ) -> Iterator[Entry]:
        """A stage that is also a step of the record, once it has ended well.

        `inner` says that stages inside it tell how far it is: it has no bar of its own.
        """
        begun = time.monotonic()
        listener = Silent() if inner else self._progress
        with listener.stage(name, total, unit) as stage:
            entry = Entry(stage)
            yield entry
        self.steps.append(Step(name, entry.detail, round(time.monotonic() - begun, 3)))

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        with self._progress.stage(name, total, unit) as stage:
            yield stage

    def warn(self, what: Message) -> None:
        """Tell the user, once, and the record."""
        if what not in self.warnings:
            self.warnings.append(what)
            self._progress.warn(what)

    def note(self, what: Message) -> None:
        """Tell the user what was converted; the record has notes of its own."""
        self._progress.warn(what)


DOUBTFUL = 0.5
"""Probability below which a plate is as likely something else. Meaning: an even guess."""

STANDING_TIME = 1
"""Seconds in which a plate that moves would be seen to. Meaning: a car that drives at a walking
pace has gone its plate's width; a judgement."""

STANDING_SHARE = 0.25
"""Share of its height by which a standing thing's boxes differ. Meaning: what detections of a thing
that stands differ by."""


def remark_on_damage(frames: Decode, unchecked: Sequence[int], journal: Journal) -> None:
    for warning in frames.warnings:
        journal.warn(warning)
    if unchecked:
        journal.warn(Message("damaged_unchecked", count=len(unchecked)))


def remark_on_streams(info: SourceInfo, journal: Journal) -> None:
    """Say so where the file has more video streams than the one that is kept: "all pictures" would
    be taken for those of all. And where it has sound that cannot be kept."""
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


def remark_on_lasting_damage(plan: Plan, journal: Journal) -> None:
    hidden = [t for t in plan.tracks if t.reason == DAMAGED]
    if hidden:
        frames = sum(t.last - t.first + 1 for t in hidden)
        journal.warn(Message("damage_lasts", count=frames, regions=len(hidden)))


def standing_plates(plan: Plan) -> list[Track]:
    """Tracks that may be a clock or a caption: doubtful plates that never move in the picture."""
    return [
        track
        for track in plan.tracks
        if track.target is Target.PLATE
        and track.action is Action.REDACT
        and track.certainty is not None
        and track.certainty < DOUBTFUL
        and _stands(track, plan.source.timeline)
    ]


def _stands(track: Track, timeline: Timeline) -> bool:
    seen = [k.box for k in track.keyframes if k.state is State.DETECTED]
    # Of a plan for other frames nothing is said here: the pass that draws refuses it.
    there = track.last < len(timeline)
    if not (seen and there):
        return False
    if timeline.time(track.last) - timeline.time(track.first) < STANDING_TIME:
        return False
    across = [(b.x1 + b.x2) / 2 for b in seen]
    down = [(b.y1 + b.y2) / 2 for b in seen]
    least = min(b.height for b in seen)
    return max(max(across) - min(across), max(down) - min(down)) <= STANDING_SHARE * least


def remark_on_run(info: SourceInfo, plan: Plan, encode: EncodeSettings, journal: Journal) -> None:
    for warning in info.warnings:
        journal.warn(warning)
    remark_on_streams(info, journal)
    remark_on_lasting_damage(plan, journal)
    for target in OWN:
        if target not in audited_for(plan.settings.targets):
            journal.warn(Message("target_not_looked_for", target=target.word))
    for limit in plan.not_searched:
        journal.warn(limit)
    for remark in remarks(plan):
        journal.warn(remark)
    if standing := standing_plates(plan):
        first = standing[0]
        seconds = float(plan.source.timeline.time(first.first))
        numbers = ",".join(str(t.id) for t in standing)
        journal.warn(
            Message("standing_plates", count=len(standing), tracks=numbers, seconds=seconds)
        )
    if info.audio and encode.audio is Audio.KEEP:
        journal.warn(Message("sound_kept"))


def remark_on_label(labelled: tuple[int, int] | None, journal: Journal) -> None:
    """Say so where a label did not fit on all that is hidden.

    Args:
        labelled: see `Renderer.labelled`.
        journal: of the run.
    """
    if labelled is not None and labelled[0] < labelled[1]:
        journal.warn(Message("label_left_out", written=labelled[0], count=labelled[1]))


def dropped_sound(
    info: SourceInfo, plan: Plan, encode: EncodeSettings
) -> tuple[Fraction, Fraction] | None:
    """When sound begins and ends that is dropped as a whole, spans of a plan with it, as far as
    headers tell; None where there is none, or where it is kept."""
    if not info.audio or encode.audio is Audio.KEEP:
        return None
    start = plan.source.timeline.time(0)
    lasts = length_of(plan) or Fraction() if info.duration is None else info.duration
    return start, start + lasts


def remark_on_silence(
    plan: Plan, sounded: tuple[Fraction, Fraction] | None, journal: Journal
) -> None:
    """Say so where spans were to be taken out of sound that is not there."""
    if empty := len(plan.muted) - len(muted_parts(plan, sounded)):
        journal.warn(Message("spans_without_sound", count=empty))


_ORDER = "It is LEFT,TOP,WIDTH,HEIGHT, not two corners as in --box of 'redact plan add'."
_GRID = "'redact still' makes a picture with a grid."


def require_scope(info: SourceInfo, scope: Scope, timeline: Timeline | None = None) -> None:
    """Raise UsageError where an area is not within the picture, or nothing is looked at.

    Args:
        info: of the source.
        scope: of the search.
        timeline: of its plan, where there is one: a plan may come from elsewhere, and one in which
            nothing was looked for would pass for one in which nothing was found.

    One outside of it would mean nothing, or all. One that reaches over its border was probably
    typed as two corners, and people in it would stay visible who were meant to be hidden.
    """
    width, height = info.video.upright_size
    picture = Box(0, 0, width, height)
    if any(area.contains(picture) for area in scope.ignored):
        raise problem(UsageError, "looks_at_nothing", path=f"{info.path}")
    if timeline is not None and scope.between:
        first = timeline.time(0)
        if not any(scope.at(float(timeline.time(n) - first)) for n in range(len(timeline))):
            raise no_picture_in(info, scope)
    size = f"the picture of {info.path.name}, which is {width}×{height} pixels"
    for option, areas in (("--ignore-area", scope.ignored), ("--only-area", scope.only)):
        for area in areas:
            if not area.common(picture):
                raise UsageError(
                    f"{option} {area_in_words(area)}: lies outside {size}", f"{_ORDER} {_GRID}"
                )
            if area.common(picture) < area.area:
                inside = area_in_words(_in(picture, area))
                raise UsageError(
                    f"{option} {area_in_words(area)}: reaches over the border of {size}",
                    f"{_ORDER} What of it lies in the picture is {option} {inside}.",
                )


def _in(picture: Box, area: Box) -> Box:
    return Box(
        max(picture.x1, area.x1),
        max(picture.y1, area.y1),
        min(picture.x2, area.x2),
        min(picture.y2, area.y2),
    )


def no_picture_in(info: SourceInfo, scope: Scope) -> UsageError:
    """The error where a whole clip has no picture in the spans in which it is looked."""
    spans = " and ".join(f"{clock(a, 1)} to {clock(b, 1)}" for a, b in scope.between)
    return UsageError(
        f"--only-between: {info.path.name} has no picture from {spans}",
        "Times count from the first picture.",
    )
