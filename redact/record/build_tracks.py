"""Tracks for a record: when each was there, how certain that is, and what was done with it.

Also what a person did to the sound, and what they looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from ..plan import (
    Plan,
    Subject,
    answered_here,
    count_of,
    mask_shape,
    masks_sha256,
    presence,
    state_runs,
)
from ..settings import RenderSettings
from ..types import Action, Confirmed, Decided, Origin, Runs, State, Track, frames_in, runs_of
from .case import NO_CASE, CaseFields
from .manifest_parts import (
    AnswerPart,
    MutedPart,
    ReviewPart,
    SmallerPart,
    SpanPart,
    StillPart,
    SubjectPart,
    TrackPart,
)

T = TypeVar("T")

CERTAINTY = {
    State.DETECTED: "seen",
    State.FOLLOWED: "seen",
    State.INTERPOLATED: "bridged",
    State.PADDED: "bridged",
    State.HELD: "held",
    State.MANUAL: "manual",
}
"""How sure each state is; spans use these four words, since detected and followed
frames alternate with the detector's stride and would make one span each."""


def track_parts(
    plan: Plan, render: RenderSettings, case: CaseFields, covered: Mapping[int, Runs]
) -> tuple[TrackPart, ...]:
    """One entry per track of the plan, in order of track number; `covered` as in `RunRecord`."""
    style, margin = render.style_name, render.margin
    damaged = _frames_over_damage(plan)
    of = {number: subject for subject in plan.subjects for number in subject.tracks}
    return tuple(
        _track_part(
            *(track, of.get(track.id, Subject((track.id,))), plan, style, margin, case),
            damaged.get(track.id, set()),
            covered.get(track.id, ()),
        )
        for track in plan.tracks
    )


def subject_parts(plan: Plan) -> list[SubjectPart]:
    """People and vehicles whose bodies are known, in order of their first tracks."""
    found, tracks = [], {track.id: track for track in plan.tracks}
    for subject in plan.subjects:
        if subject.bodies:
            kind, frames, body = presence(subject, tracks, plan.bodies)
            found.append(SubjectPart(subject.tracks[0], kind, count_of(frames), count_of(body)))
    return found


def _frames_over_damage(plan: Plan) -> dict[int, set[int]]:
    """Frames per track in which the plan holds its mask because the picture was damaged."""
    held: dict[int, set[int]] = {}
    for frame in plan.unchecked:
        for region in plan.regions_at(frame):
            if region.state is State.HELD:
                held.setdefault(region.track, set()).add(frame)
    return held


def _track_part(
    track: Track,
    subject: Subject,
    plan: Plan,
    style: str,
    margin: float,
    case: CaseFields,
    damaged: set[int],
    covered: Runs,
) -> TrackPart:
    whole = list(state_runs(track.first, track.last, track.keyframes))
    runs = list(_with_damage(whole, damaged))
    counts: Counter[str] = Counter()
    for first, last, state in runs:
        counts[state.value] += last - first + 1
    words = ((first, last, CERTAINTY[state]) for first, last, state in runs)
    shown = plan.shown_spans(track)
    hidden = sum(counts.values()) > sum(b - a + 1 for a, b in shown)
    first, last = runs[0][0], runs[-1][1]
    kept = bool(track.confirmed) and track.action is Action.KEEP
    sure = track.score if track.certainty is None else track.certainty
    # The case's reasons say why something is hidden; they do not apply to what is shown or is a
    # false alarm.
    of_case = case.reasons.get(track.target.word, "") if track.action is Action.REDACT else ""
    return TrackPart(
        track=track.id,
        target=track.target.word,
        action=track.action,
        origin=track.origin,
        method=str(style) if hidden else "none",
        found_by=tuple(name for name, _ in plan.detectors)
        if track.origin is Origin.AUTO
        else (track.origin.value,),
        reason=track.reason or of_case,
        code=case.code_of(track.target.word, subject.said, track.action is Action.REDACT),
        decided_by=track.decided_by,
        decided_at=track.decided_at,
        by_person=subject.by_person,
        confirmed=[] if track.action is Action.REDACT else list(_confirmed(track)),
        shown_confirmed=list(_by_confirmation(track, plan, shown)) if kept else [],
        first_frame=first,
        last_frame=last,
        first_seconds=plan.seconds(first),
        last_seconds=plan.seconds(last),
        frames_per_state=dict(sorted(counts.items())),
        spans=tuple(SpanPart(word, first, last) for first, last, word in _merged(words)),
        score=None if sure is None else round(sure, 4),
        shown=tuple(shown),
        covered=covered,
        made_smaller=list(_made_smaller(plan, track, margin)),
        subject=subject.tracks[0] if track.id in subject.tracks[1:] else None,
    )


def _made_smaller(plan: Plan, track: Track, margin: float) -> Iterator[SmallerPart]:
    """The runs in which a mask is smaller than what was found, with what the key picture that
    applies there says."""
    frames = mask_shape.uncovered_frames(plan, track, margin)
    keys = {frame: track.key_picture_at(frame) for frame in frames}
    said = {n: (key.reason, key.by, key.at) for n, key in keys.items() if key is not None}
    for decision in dict.fromkeys(said.values()):
        for first, last in runs_of(n for n, what in said.items() if what == decision):
            yield SmallerPart(first, last, *decision)


def _confirmed(track: Track) -> Iterator[Confirmed]:
    """What a person confirmed or denied for the track's frames; the later statement counts."""
    frames: dict[int, Confirmed] = {}
    for said in track.confirmed:
        first, last = max(said.first, track.first), min(said.last, track.last)
        frames |= dict.fromkeys(range(first, last + 1), said)
    for said in dict.fromkeys(frames.values()):
        for first, last in runs_of(frame for frame, what in frames.items() if what == said):
            yield Confirmed(first, last, said.same, said.by, said.at)


def _by_confirmation(
    track: Track, plan: Plan, shown: Iterable[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    """Those of the frames in which a kept track is shown that a person confirmed."""
    return runs_of(
        f
        for f in frames_in(shown)
        if plan.certain_or_confirmed(track, f) and not plan.certain(track, f)
    )


def _merged(runs: Iterable[tuple[int, int, T]]) -> Iterator[tuple[int, int, T]]:
    """First, last and value of runs; adjacent runs with the same value become one."""
    found: list[tuple[int, int, T]] = []
    for first, last, value in runs:
        if found and found[-1][2] == value and found[-1][1] == first - 1:
            first = found.pop()[0]
        found.append((first, last, value))
    yield from found


def _with_damage(
    runs: list[tuple[int, int, State]], damaged: set[int]
) -> Iterator[tuple[int, int, State]]:
    """Runs in which damaged frames replace the states of the track."""
    if not damaged:
        yield from runs
        return
    pieces = [(frame, frame, State.HELD) for frame in damaged]
    for first, last, state in runs:
        start = first
        for frame in sorted(f for f in damaged if first <= f <= last):
            if start < frame:
                pieces.append((start, frame - 1, state))
            start = frame + 1
        if start <= last:
            pieces.append((start, last, state))
    yield from _merged(sorted(pieces))


def muted_parts(
    plan: Plan, sounded: tuple[Fraction, Fraction] | None, case: CaseFields = NO_CASE
) -> list[MutedPart]:
    """The spans of the sound that were muted, in order of time.

    Args:
        plan: with the spans to mute.
        sounded: see `RunRecord`: a span that lies before or after it removed nothing, and is not
            listed; of any other span, the part within it is.
        case: what its codes are.
    """
    if sounded is None or not plan.muted:
        return []
    first = plan.source.timeline.time(0)
    begin, end = sounded

    def after_first(time: Fraction) -> float:
        return round(float(time - first), 3)

    return [
        MutedPart(
            after_first(max(taken.start, begin)),
            after_first(min(taken.end, end)),
            m.how.value,
            m.reason,
            m.decided_by,
            m.decided_at,
            case.code_of("", Decided(m.reason, code=m.code)),
        )
        for m, taken in zip(plan.muted, plan.muted_on_clock(), strict=True)
        if taken.start < end and taken.end > begin
    ]


def review_part(plan: Plan) -> ReviewPart | None:
    """What a person viewed on the page; None if there was no review."""
    review = plan.review
    if review is None:
        return None
    there = {track.id for track in plan.tracks}
    return ReviewPart(
        reviewer=", ".join(review.reviewers),
        frames=len(plan.source.timeline),
        frames_seen=count_of(review.frames_seen()),
        findings=len(review.findings),
        findings_answered=sum(answered_here(plan, f) for f in review.findings),
        seen=review.seen,
        # A mask that was drawn and undone is nowhere else in the record.
        subjects=tuple(s for s in review.subjects if s.track in there),
        answers=tuple(
            AnswerPart(
                *(f.kind, f.target, f.first, f.last, f.answer, f.reason),
                answered_by=f.answered_by,
                answered_at=f.answered_at,
                first_seconds=plan.seconds(f.first),
            )
            for f in review.findings
        ),
        moments=len(review.moments) + review.moments_left,
        moments_seen=len(review.moments),
        moments_answered=sum(moment.answered for moment in review.moments),
        frames_played=count_of(review.frames_seen(played=True)),
        stills=[
            StillPart(
                *(s.name, s.sha256, s.frame, plan.seconds(s.frame)),
                s.masks == masks_sha256(plan, s.frame),
                *(s.by, s.at),
            )
            for s in review.stills
        ],
        open_seconds=review.open_seconds,
        worked_seconds=review.worked_seconds,
    )
