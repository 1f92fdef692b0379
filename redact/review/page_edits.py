"""Everything that a person can do to a plan on the page besides deciding
(`redact.plan.decisions`), each as a function from plan to plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import chain, combinations, product
from typing import NamedTuple, TypedDict

from ..mask_size import MARGIN, without_margin
from ..pipeline import covering
from ..plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    Subject,
    all_subjects,
    decisions,
    detected_apart,
    edit,
    hide_texts,
    lies_on,
    marked,
    mask_shape,
    subject_of,
    tracks_of_texts,
    undecided,
    with_all_subjects,
)
from ..risk import Gap, gaps_of
from ..types import (
    SAME_PLACE_IOU,
    UNDECIDED,
    Action,
    Box,
    Confirmed,
    Decided,
    Keyframe,
    Origin,
    Outline,
    Runs,
    State,
    Target,
    Track,
    clock,
    frames_in,
    runs_of,
    sides_between,
)
from .asking import MOST_ASKED
from .refused_error import RefusedError
from .sheet import Picture


def decide(
    plan: Plan,
    ids: Sequence[int],
    decision: Decision,
    decided: Decided = UNDECIDED,
    *,
    seen: Sequence[Picture] = (),
    but: Collection[Picture] = (),
    asked: bool = True,
) -> Plan:
    """Decide about subjects (`redact.plan.decisions.decide`).

    Before something counts as a false alarm, a person is shown its surest pictures. If the networks
    were sure, they must have viewed them, and give a reason.

    Args:
        plan, ids, decision, decided: see there.
        seen: further pictures that the person was shown for a false alarm.
        but: those of the pictures that do show somebody: the answer holds only for the part of each
            track whose pictures show nobody, and the rest stays as it is.
        asked: the person has seen the pictures.

    Raises:
        RefusedError: the pictures were not viewed, or there is no reason.
    """
    if decision is not Decision.FALSE_ALARM:
        return decisions.decide(plan, ids, decision, decided)
    sure = {track.id for track in decisions.sure_alarms(plan, ids)}
    tracks = [track for track in plan.tracks if track.id in _tracks_of(plan, ids)]
    looked = {number: _looked_at(plan, number) for number in sure}
    surest = [(track.id, frame) for track in tracks for frame in decisions.surest_frames(track)]
    unseen = [(n, frame) for n, frame in surest if n in sure and frame not in looked[n]]
    if unseen or (sure and not any(map(str.isalnum, decided.reason))):
        first = next(track for track in tracks if track.id in sure)
        percent = int(100 * (first.certainty or 0.0))
        asked_about = unseen or [picture for picture in surest if picture[0] in sure]
        every = sorted({*asked_about, *seen})
        raise RefusedError("alarm", every, number=first.id, percent=percent)
    if not asked:
        raise RefusedError("alarm_unsure", sorted({*surest, *seen})[:MOST_ASKED])
    if but:
        return _alarm_in_parts(plan, tracks, {*surest, *seen}, set(but), decided)
    plan = decisions.decide(plan, ids, decision, decided)
    for track in tracks:
        if track.id in sure:
            runs = runs_of(looked[track.id] & set(range(track.first, track.last + 1)))
            plan = plan.with_track(_said(edit.track_of(plan, track.id), runs, True, decided))
    return plan


def _tracks_of(plan: Plan, ids: Iterable[int]) -> set[int]:
    """Numbers of all tracks of these subjects."""
    return {number for wanted in ids for number in subject_of(plan, wanted).tracks}


def _alarm_in_parts(
    plan: Plan,
    tracks: Iterable[Track],
    seen: Collection[Picture],
    but: Collection[Picture],
    decided: Decided,
) -> Plan:
    """Call a false alarm only what lies between pictures that show nobody. Between one that does
    and one that does not, nobody knows, and the mask stays."""
    known = {track.id for track in plan.tracks}
    for track in tracks:
        frames = sorted(n for number, n in seen if number == track.id and track.at(n) is not None)
        wrong = [n for n in frames if (track.id, n) not in but]
        if wrong == frames:
            parts = [(track.first, track.last)]
        else:
            ends = {frames[0]: track.first}, {frames[-1]: track.last}
            runs = [
                [frames[i] for i in range(a, b + 1)] for a, b in runs_of(map(frames.index, wrong))
            ]
            parts = [(ends[0].get(run[0], run[0]), ends[1].get(run[-1], run[-1])) for run in runs]
        for first, last in reversed(parts):
            plan = _cut_out(plan, track.id, first, last, decided, Decision.FALSE_ALARM)
    made = [t for t in plan.tracks if t.id not in known and t.action is Action.FALSE_ALARM]
    for track in made:
        plan = plan.with_track(_said(track, ((track.first, track.last),), True, decided))
    return plan


def decide_texts(plan: Plan, numbers: Iterable[int], hide: bool, decided: Decided) -> Plan:
    """The plan with texts hidden, or shown again.

    Raises:
        ValueError: there is no such text.
    """
    by_number = {text.number: text for text in plan.texts or ()}
    wanted = [by_number.get(int(number)) for number in numbers]
    texts = [text for text in wanted if text is not None]
    if len(texts) < len(wanted):
        raise ValueError("there is no such text")
    if hide:
        return with_all_subjects(hide_texts(plan, texts, decided)[0])
    track_of = tracks_of_texts(plan)
    tracks = [track for text in texts if (track := track_of(text)) is not None]
    # What a person hid is undone; what was asked for on the command line stays on record.
    plan = edit.remove_tracks(plan, [t.id for t in tracks if t.origin is Origin.MANUAL])
    automatic = [t.id for t in tracks if t.origin is not Origin.MANUAL]
    if automatic:
        plan = decisions.decide(plan, automatic, Decision.FALSE_ALARM, decided)
    return with_all_subjects(plan)


def only(plan: Plan, number: int, decided: Decided = UNDECIDED) -> Plan:
    """Hide everybody about whom nobody has decided; a reason given before becomes the reason for
    that. What was decided stays as it is.

    Raises:
        RefusedError: the subject `number` is not kept.
    """
    if subject_of(plan, number).decision is not Decision.KEEP:
        raise RefusedError("not_kept", number=number)
    by_reason: dict[str, list[int]] = {}
    for subject in all_subjects(plan):
        if subject.decision is Decision.NONE:
            by_reason.setdefault(subject.reason, []).append(subject.tracks[0])
    for reason, others in by_reason.items():
        plan = decisions.decide(plan, others, Decision.HIDE, decided._replace(reason=reason))
    return plan


def merge(
    plan: Plan, ids: Sequence[int], decided: Decided = UNDECIDED, *, asked: bool = True
) -> Plan:
    """Say that subjects are one. If one of them is kept, the whole is; if they were decided
    differently in another way, the whole is hidden again.

    Args:
        asked: the person has seen both in the picture in which they were detected in two places,
            and is believed.

    Raises:
        RefusedError: they are of different kinds, fewer than two, or in two places in one picture
            that nobody was asked about.
    """
    chosen = list({subject_of(plan, number).tracks: None for number in ids})
    tracks = sorted(number for numbers in chosen for number in numbers)
    if len(chosen) < 2:
        raise RefusedError("join_two")
    if len({edit.track_of(plan, number).target for number in tracks}) > 1:
        raise RefusedError("join_kinds")
    for one, other in combinations(chosen, 2):
        for a, b in product(one, other):
            frame = detected_apart(edit.track_of(plan, a), edit.track_of(plan, b))
            if frame is not None and not asked:
                time = clock(plan.seconds(frame), 1)
                raise RefusedError("join_apart", [(a, frame), (b, frame)], time=time)
    old = [s for s in all_subjects(plan) if s.tracks in chosen]
    before = {s.decision for s in old}
    name = next((s.name for s in old if s.name), "")
    rest = [s for s in all_subjects(plan) if s.tracks not in chosen]
    plan = _unconfirmed(plan, [n for s in old if s.decision is not Decision.KEEP for n in s.tracks])
    theirs = {"tracks": tuple(tracks), "bodies": tuple(sorted(b for s in old for b in s.bodies))}
    if len(before) == 1:
        joined = _said_together(old).but(**theirs, name=name)
    elif before <= {Decision.KEEP, Decision.HIDE, Decision.NONE} and Decision.KEEP in before:
        reason = next((s.reason for s in old if s.decision is Decision.KEEP and s.reason), "")
        code = next((s.code for s in old if s.decision is Decision.KEEP and s.code), "")
        said = decided._replace(reason=reason, code=code)
        kept = Subject(theirs["tracks"], name=name).saying(Decision.KEEP, said)
        joined = kept.but(bodies=theirs["bodies"])
    else:
        plan = _unconfirmed(plan, tracks)
        joined = Subject(theirs["tracks"], name=name, bodies=theirs["bodies"])
    return plan.with_subjects((*rest, joined))


def _said_together(subjects: Sequence[Subject]) -> Subject:
    """One subject for several with the same decision; no reason or name of any of them is lost."""
    reasons = dict.fromkeys(s.reason for s in subjects if s.reason)
    names = dict.fromkeys(s.decided_by for s in subjects if s.decided_by)
    at = max(s.decided_at for s in subjects)
    codes = dict.fromkeys(s.code for s in subjects if s.code)
    said = Decided("; ".join(reasons), ", ".join(names), at, ", ".join(codes))
    return subjects[0].saying(subjects[0].decision, said)


def _unconfirmed(plan: Plan, numbers: Sequence[int]) -> Plan:
    """The plan without what was confirmed for these tracks."""
    tracks = (replace(t, confirmed=()) if t.id in numbers else t for t in plan.tracks)
    return replace(plan, tracks=tuple(tracks))


def separate(plan: Plan, number: int) -> Plan:
    """Take one track out of its subject, with the bodies that it alone lies on; it is hidden until
    somebody decides about it separately."""
    subject = subject_of(plan, number)
    if len(subject.tracks) < 2:
        raise RefusedError("alone", number=number)
    rest = [s for s in all_subjects(plan) if s.tracks != subject.tracks]
    others = [edit.track_of(plan, n) for n in subject.tracks if n != number]
    own = tuple(
        n
        for n in subject.bodies
        if lies_on(edit.track_of(plan, number), plan.bodies[n - 1])
        and not any(lies_on(other, plan.bodies[n - 1]) for other in others)
    )
    left = subject.but(
        tracks=tuple(other.id for other in others),
        bodies=tuple(n for n in subject.bodies if n not in own),
    )
    plan = _unconfirmed(plan, [number])
    return plan.with_subjects((*rest, left, Subject((number,), bodies=own)))


def rename(plan: Plan, number: int, name: str) -> Plan:
    """Give a subject a name that only the plan knows."""
    chosen = subject_of(plan, number).tracks
    subjects = (
        s.but(name=name.strip()[:80]) if s.tracks == chosen else s for s in all_subjects(plan)
    )
    return plan.with_subjects(subjects)


def add(
    plan: Plan,
    target: Target,
    keys: Sequence[Keyframe],
    decided: Decided = UNDECIDED,
    to: int | None = None,
) -> tuple[Plan, int]:
    """Add what a person drew, or drew and had followed: as a subject of its own that is hidden, or
    as a part of the subject of the track `to`, about which the same is decided."""
    added, number = edit.add_followed(plan, target, keys, decided)
    track = edit.track_of(added, number)
    if to is None:
        return _with_subject(plan, track, Decision.HIDE, decided), number
    part = replace(track, target=edit.track_of(plan, to).target)
    return _with_part(plan, part, to, decided.reason), number


def _with_subject(plan: Plan, track: Track, decision: Decision, decided: Decided) -> Plan:
    """With a new track as a subject of its own."""
    new = Subject((track.id,)).saying(decision, decided)
    return plan.with_track(undecided(track)).with_subjects((*all_subjects(plan), new))


def _with_part(plan: Plan, track: Track, of: int, reason: str = "") -> Plan:
    """With a new track as a part of the subject of another, which has this reason if it has none
    so far."""
    subject = subject_of(plan, of)
    rest = [s for s in all_subjects(plan) if s.tracks != subject.tracks]
    numbers = tuple(sorted((*subject.tracks, track.id)))
    longer = subject.but(tracks=numbers, reason=subject.reason or reason)
    new = replace(undecided(track), confirmed=track.confirmed)
    return plan.with_track(new).with_subjects((*rest, longer))


def bridge(
    plan: Plan, gap: Gap, keys: Sequence[Keyframe], decided: Decided = UNDECIDED
) -> tuple[Plan, int]:
    """Fill the gap between two parts of a subject with a part that has the same decision. All of it
    is unsure, so a decision to keep shows it only where a person confirms it.

    Raises:
        PlanError: the two are not parts of one subject, or there is no such gap any more.
    """
    subject = subject_of(plan, gap.before)
    if gap not in gaps_of([edit.track_of(plan, number) for number in subject.tracks]):
        raise RefusedError("no_gap")
    number, first = plan.next_id(), edit.track_of(plan, gap.before)
    track = Track(number, first.target, tuple(keys), origin=Origin.MANUAL)
    return _with_part(plan, track, gap.before, decided.reason), number


class Reach(StrEnum):
    """Which pictures a change of a mask is about."""

    PICTURE = "picture"
    """The one on the screen."""
    ALL = "all"


def shape_mask(plan: Plan, what: MaskChange, decided: Decided = UNDECIDED) -> Plan:
    """Change where the mask of a track lies, and which outline it has.

    To make the mask of what a network found smaller than redact would, a person must have looked
    at the pictures (if there are many: the first, the middle and the last), and must say why.

    Raises:
        PlanError: the pictures were not viewed, or there is no reason; or the change is invalid,
            see `redact.plan.mask_shape`.
    """
    number, frame = what.track, what.frame
    track = edit.track_of(plan, number)
    if track.at(frame) is None:
        raise RefusedError("not_here", number=number, frame=frame)
    look = _Look(outline=what.outline, decided=decided)
    key, box = track.key_picture_at(frame), None
    if what.mask is not None:
        own = what.margin if key is None or key.margin is None else key.margin
        box = without_margin(what.mask, own, track.target)
    if what.reach is not Reach.ALL:
        after = mask_shape.place(plan, number, frame, box, **look)
    else:
        after = plan if box is None else _moved_throughout(plan, track, frame, box)
        after = mask_shape.reshape(after, number, track.first, track.last, **look)
    _stop_at_smaller(plan, after, what, decided)
    return after


def mask_as_found(plan: Plan, number: int, frame: int, reach: Reach) -> Plan:
    """Undo a person's changes to a mask. Raises as `redact.plan.mask_shape.as_found`."""
    track = edit.track_of(plan, number)
    span = (track.first, track.last) if reach is Reach.ALL else (frame, frame)
    return mask_shape.as_found(plan, number, *span)


def _moved_throughout(plan: Plan, track: Track, frame: int, box: Box) -> Plan:
    """Move the sides of a track's mask in every picture by as much as in this one."""
    edit.check_box(box, plan, f"track {track.id}: frame {frame}")
    found = track.found_at(frame)
    assert found is not None
    whole = mask_shape.reshape(plan, track.id, track.first, track.last)
    sides = sides_between(found.box, box)
    track = edit.track_of(whole, track.id)
    keys = tuple(key.but(sides=sides) for key in track.key_pictures)
    return whole.with_track(replace(track, key_pictures=keys))


class _Look(TypedDict):
    outline: Outline | None
    decided: Decided


class MaskChange(NamedTuple):
    """A change of a mask that a person asks for; None leaves a value unchanged.

    Attributes:
        track, frame: which mask, and the picture on the screen.
        reach: which pictures change.
        mask: the rectangle that it fills in that picture, upright source pixels.
        outline: of the mask.
        margin: of all masks; the rectangle includes it.
    """

    track: int
    frame: int
    reach: Reach = Reach.PICTURE
    mask: Box | None = None
    outline: Outline | None = None
    margin: float = MARGIN


def _stop_at_smaller(before: Plan, after: Plan, what: MaskChange, decided: Decided) -> None:
    frames = mask_shape.newly_uncovered(before, after, what.track, what.margin)
    if not frames:
        return
    to_look_at = mask_shape.to_look_at(frames)
    looked = _looked_at(before, what.track).issuperset(to_look_at)
    if not looked or not any(map(str.isalnum, decided.reason)):
        raise RefusedError("smaller", [(what.track, n) for n in to_look_at], n=len(frames))


def span(plan: Plan, number: int, first: int, last: int, decided: Decided = UNDECIDED) -> Plan:
    """Change when a track begins and ends.

    Where it is extended, it stays in the place of its old end. If a detector found it and it is
    shortened, the part cut off becomes a track of its own without a mask that says why, for the
    record.
    """
    if not 0 <= first <= last < len(plan.source.timeline):
        raise RefusedError("span_order")
    track = edit.track_of(plan, number)
    if first > track.last or last < track.first:
        raise RefusedError("span_outside")
    if first > track.first:
        plan = _cut_off(plan, number, track.first, first - 1, decided)
    if last < track.last:
        plan = _cut_off(plan, number, last + 1, track.last, decided)
    track = edit.track_of(plan, number)
    keys = {key.frame: key for key in track.keyframes}
    # The person sees the picture in which it should begin or end, but not those in between.
    if first < track.first:
        box = track.keyframes[0].box
        keys[first] = Keyframe(first, box, State.MANUAL)
        if first + 1 < track.first:
            keys[first + 1] = Keyframe(first + 1, box, State.INTERPOLATED)
    if last > track.last:
        end = track.found_at(track.last)
        assert end is not None
        if track.last + 1 < last:
            keys[track.last + 1] = Keyframe(track.last + 1, end.box, State.INTERPOLATED)
        keys[last] = Keyframe(last, end.box, State.MANUAL)
    return plan.with_track(replace(track, keyframes=_sorted(keys)))


def _cut_off(
    plan: Plan,
    number: int,
    first: int,
    last: int,
    decided: Decided,
    decision: Decision = Decision.CUT_OFF,
) -> Plan:
    track = edit.track_of(plan, number)
    rest = (last + 1, track.last) if first == track.first else (track.first, first - 1)
    plan = plan.with_track(replace(track, keyframes=keys_between(track, *rest)))
    if track.origin is Origin.MANUAL:
        return plan
    gone = replace(track, id=plan.next_id(), keyframes=keys_between(track, first, last))
    return _with_subject(plan, gone, decision, decided)


def split(plan: Plan, number: int, frame: int) -> Plan:
    """Make the part of a track from `frame` on a new, hidden subject: it shows somebody else.

    Raises:
        PlanError: the track has not begun before that frame.
    """
    track = edit.track_of(plan, number)
    if not track.first < frame <= track.last:
        raise RefusedError("split_there", number=number)
    new = plan.next_id()
    before = keys_between(track, track.first, frame - 1)
    after = keys_between(track, frame, track.last)
    other = replace(undecided(track), id=new, keyframes=after)
    plan = plan.with_track(replace(track, keyframes=before)).with_track(other)
    return plan.with_subjects(all_subjects(plan))


def confirm(
    plan: Plan, number: int, frames: Collection[int], same: bool, decided: Decided = UNDECIDED
) -> Plan:
    """Say for frames of a kept track that it shows the kept subject, or that it does not. Only what
    was on the screen can be confirmed, whether the whole frame or only this track. If it shows
    somebody else, so do the subject's other parts that lie on the track there.

    Raises:
        PlanError: the track is not kept, or none of these frames was viewed.
    """
    track = edit.track_of(plan, number)
    if track.action is not Action.KEEP:
        raise RefusedError("not_kept", number=number)
    frames = sorted(set(frames) & set(range(track.first, track.last + 1)))
    runs = runs_of(_looked_at(plan, number).intersection(frames) if same else frames)
    if not runs:
        raise RefusedError("not_looked")
    plan = plan.with_track(_said(track, runs, same, decided))
    if same:
        return plan
    for other in subject_of(plan, number).tracks:
        part = edit.track_of(plan, other)
        if other != number and part.action is Action.KEEP:
            on = [frame for frame in frames if _on(track, part, frame)]
            plan = plan.with_track(_said(part, runs_of(on), False, decided))
    return plan


def _said(track: Track, runs: Runs, same: bool, decided: Decided) -> Track:
    more = (Confirmed(first, last, same, decided.by, decided.at) for first, last in runs)
    return replace(track, confirmed=(*track.confirmed, *more))


def _on(track: Track, other: Track, frame: int) -> bool:
    here, there = track.at(frame), other.at(frame)
    return here is not None and there is not None and here.box.iou(there.box) >= SAME_PLACE_IOU


def _looked_at(plan: Plan, number: int) -> set[int]:
    """Frames in which a person may have seen who is under a track's mask; not those viewed only as
    in the result, where the mask hides it."""
    if plan.review is None:
        return set()
    closely = [s.closely for s in plan.review.subjects if s.track == number]
    return set(frames_in(chain(plan.review.frames_seen(unmasked=True), *closely)))


def uncover(
    plan: Plan, number: int, other: int, decided: Decided = UNDECIDED, *, asked: bool = True
) -> Plan:
    """Remove another subject's mask where it is only a guess and hides a kept one. All removed
    parts together become one subject without a mask.

    Raises:
        RefusedError: the other subject is itself seen there, or the pictures were not viewed, or
            nobody was `asked`.
    """
    mine = frozenset(subject_of(plan, number).tracks)
    frames = guessed_over(plan, mine, frozenset(subject_of(plan, other).tracks))
    if not any(frames.values()):
        raise RefusedError("seen_there")
    every = {frame for hiding in frames.values() for frame in hiding}
    unseen, pictures = set(every), dict[int, int]()
    for part in sorted(mine):
        own, looked = edit.track_of(plan, part), _looked_at(plan, part)
        there = {frame for frame in unseen if plan.shows(own, frame)}
        pictures |= dict.fromkeys(there - looked, part)
        unseen -= there & looked
        if not asked:
            pictures |= dict.fromkeys(there, part)
    if unseen or not asked:
        parts = sum(len(runs_of(hiding)) for hiding in frames.values())
        shown = [(pictures[n], n) for n in sorted(unseen or every)]
        raise RefusedError("look_first", shown, n=len(every), parts=parts)
    before = _cut(plan)
    for track, hiding in frames.items():
        for first, last in reversed(runs_of(hiding)):
            plan = _cut_out(plan, track, first, last, decided)
    gone = sorted(_cut(plan) - before)
    return plan if len(gone) < 2 else merge(plan, gone)


def _cut(plan: Plan) -> set[int]:
    return {track.id for track in plan.tracks if track.action is Action.CUT_OFF}


def guessed_over(plan: Plan, mine: frozenset[int], others: frozenset[int]) -> dict[int, list[int]]:
    """Frames in which tracks of `others` hide shown ones of `mine`, and whose place there is
    uncertain."""
    found: dict[int, list[int]] = {}
    for by_other in covering(plan, mine).values():
        for number, frames in by_other.items():
            if number in others:
                track = edit.track_of(plan, number)
                guessed = [frame for frame in frames if not plan.certain(track, frame)]
                found.setdefault(number, []).extend(guessed)
    return found


def _cut_out(
    plan: Plan,
    number: int,
    first: int,
    last: int,
    decided: Decided,
    decision: Decision = Decision.CUT_OFF,
) -> Plan:
    """Cut a stretch out of a track; what comes after it becomes another part of the subject."""
    track = edit.track_of(plan, number)
    if first > track.first and last < track.last:
        behind = keys_between(track, last + 1, track.last)
        plan = _with_part(plan, replace(track, id=plan.next_id(), keyframes=behind), number)
        track = replace(track, keyframes=keys_between(track, track.first, last))
        plan = plan.with_track(track)
    if first > track.first or last < track.last:
        return _cut_off(plan, number, first, last, decided, decision)
    if len(subject_of(plan, number).tracks) > 1:
        plan = separate(plan, number)
    return decisions.decide(plan, [number], decision, decided)


def remove(plan: Plan, ids: Iterable[int]) -> Plan:
    """Remove subjects that a person drew. Raises PlanError for one that a detector found."""
    numbers = [n for number in ids for n in subject_of(plan, number).tracks]
    return edit.remove_tracks(plan, numbers)


def keys_between(track: Track, first: int, last: int) -> tuple[Keyframe, ...]:
    """Keyframes of a part of a track, with its ends made explicit."""
    keys = {key.frame: key for key in track.keyframes if first <= key.frame <= last}
    for frame in (first, last):
        here = track.found_at(frame)
        assert here is not None
        keys.setdefault(frame, here)
    return _sorted(keys)


def finding_of(plan: Plan, number: int) -> FindingNote:
    """A finding of the last audit. Raises PlanError: there is none of that number."""
    notes = plan.review.findings if plan.review else ()
    note = next((f for f in notes if f.number == number), None)
    if note is None:
        raise RefusedError("no_finding", number=number)
    return note


def without_mask(plan: Plan, note: FindingNote) -> Plan:
    """The plan as it was before the finding was hidden, if it was."""
    if note.track is None or all(track.id != note.track for track in plan.tracks):
        return plan
    return edit.remove_tracks(plan, [note.track])


def answer(
    plan: Plan, number: int, words: str, decided: Decided, more: Iterable[Keyframe] = ()
) -> Plan:
    """Hide a finding, or say why there is nothing to hide.

    Args:
        plan: with the finding.
        number: of the finding.
        words: "hide" or "none".
        decided: why, by whom and when.
        more: where the same thing is before and after the finding.

    Raises:
        PlanError: there is no such finding, or the answer is insufficient.
    """
    reason, by, at, _ = decided
    note, review = finding_of(plan, number), plan.review or ReviewState()
    if words not in ("hide", "none"):
        raise RefusedError("unknown")
    if words == "none" and (not note.drawn or not any(c.isalnum() for c in reason)):
        raise RefusedError("needs_reason", number=number)
    plan, hidden = without_mask(plan, note), None
    if words == "hide" and note.drawn:
        keys = {frame: Keyframe(frame, Box(*box), State.MANUAL) for frame, box in note.places}
        keys |= {key.frame: key for key in more if not note.first <= key.frame <= note.last}
        plan, hidden = add(plan, Target.from_word(note.target), _sorted(keys), decided)
    done = note.but(answer=words, reason=reason, track=hidden, answered_by=by, answered_at=at)
    done = marked(plan, done)
    notes = tuple(done if f.number == number else f for f in review.findings)
    return replace(plan, review=review.but(findings=notes))


def _sorted(keys: dict[int, Keyframe]) -> tuple[Keyframe, ...]:
    return tuple(keys[frame] for frame in sorted(keys))
