"""The plan as the page shows it: the clip, the subjects, and where each is in a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import asdict

from ..auditing import finding_sentence
from ..mask_size import with_margin
from ..media import SourceInfo
from ..plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    Subject,
    all_subjects,
    answered_here,
    count_of,
    decisions,
    mask_shape,
    presence,
)
from ..render import ROUNDING
from ..risk import (
    Moment,
    clip_moments,
    gaps_of,
    risky_moments,
    subject_moments,
)
from ..track import LEAST_BODY_SCANS
from ..types import (
    DOUBTFUL,
    SURE,
    Action,
    Box,
    FindingKind,
    Keyframe,
    Outline,
    Region,
    Target,
    Track,
    frames_in,
)
from ..words import LANGUAGES, words_of
from .looked_at import MomentKey, Settled, review_summary, seen_runs, with_moments
from .sheet import unsure_pictures
from .sound import sound_span
from .track_summary import TrackSummaries, TrackSummary

ON_BODY: Final = 0.5
"""Share of a hidden thing's mask on a body from which it may be that body's face."""

LEAST_DETECTED_FRAMES: Final = 3
"""Detections of a track with fewer of which it counts as unsure, whatever its score."""

_NOUNS: Final = {
    **dict.fromkeys(("face", "head", "person"), "person"),
    **dict.fromkeys(("plate", "vehicle"), "vehicle"),
    "region": "area",
    "caption": "text",
}
"""One word for one thing: what the page calls a subject, by its kind (`presence`)."""

_FINDINGS: Final = {kind.value: kind for kind in FindingKind}


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known about a subject independently of any decision.

    Attributes:
        keys: the keyframes that this was made from, kept alive here: Python may reuse the id of
            an object that is gone.
        for_page: for the page.
    """

    keys: tuple[Sequence[Keyframe], ...]
    for_page: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """A subject with its decision; the tracks are kept alive here, like the keyframes above."""

    tracks: tuple[Track, ...]
    for_page: dict[str, Any]
    moments: list[Moment]


class Overview:
    """Subjects as the page shows them; what did not change is neither computed nor sent again.

    A decision about everybody in an hour of video changes thousands of subjects. What was found
    of them does not change, and that is most of the data.

    Attributes:
        kept: summaries of the tracks.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[int, ...], _Found] = {}
        self._made: dict[tuple[Any, ...], _Made] = {}
        self._moments: list[list[Moment]] = []
        self._of_clip: tuple[object, list[Moment]] | None = None
        self._ranked: tuple[object, list[list[Moment]], list[Moment]] | None = None
        self._sent: dict[int, dict[str, Any]] = {}
        self._sound = 0.0, 0.0
        self.kept = TrackSummaries()

    @property
    def subjects(self) -> list[dict[str, Any]]:
        """Every subject as it was last sent to the page."""
        return list(self._sent.values())

    def everything(self, plan: Plan, info: SourceInfo) -> dict[str, Any]:
        """The whole plan, for a page that has just been opened."""
        self._sent, self._sound = self._subjects(plan), sound_span(info, plan)
        return {**clip(plan, info), **self._changing(plan), "subjects": self.subjects}

    def changes(self, plan: Plan) -> dict[str, Any]:
        """What has changed since the last answer; of a known subject, only what is new."""
        before, now = self._sent, self._subjects(plan)
        changed = [
            _news(before[number], row) if number in before else row
            for number, row in now.items()
            if before.get(number) is not row
        ]
        gone = [number for number in before if number not in now]
        self._sent = now
        return {**self._changing(plan), "changed": changed, "gone": gone}

    def _changing(self, plan: Plan) -> dict[str, Any]:
        """What a decision changes besides subjects; `_sent` already belongs to this plan."""
        review = plan.review
        moments = self._ranking(plan)
        noted = self.noted(plan, review or ReviewState())
        seen = Settled(noted.moments, plan)
        return {
            "muted": _muted(plan, self._sound),
            "findings": [_finding(plan, f) for f in review.findings] if review else [],
            "moments": [_moment(m, m in seen) for m in moments],
            "seen": seen_runs(review),
            "summary": review_summary(plan, noted),
        }

    def noted(self, plan: Plan, review: ReviewState) -> ReviewState:
        """A review of the plan that records how many of its risky moments were not viewed. One that
        was viewed stays so, even if a decision has changed the ranking since."""
        settled = Settled(review.moments, plan)
        left = sum(moment not in settled for moment in self._ranking(plan))
        return review.but(moments_left=left)

    def with_moments(
        self, plan: Plan, review: ReviewState, which: Iterable[MomentKey]
    ) -> ReviewState:
        """See `looked_at.with_moments`."""
        return with_moments(review, self._ranking(plan), which)

    def _ranking(self, plan: Plan) -> list[Moment]:
        """The risky moments, ranked again if anything that they depend on has changed."""
        findings = plan.review.findings if plan.review else ()
        made_of = (findings, id(plan.doubts), tuple(map(id, self._moments)))
        if self._ranked is None or self._ranked[0] != made_of:
            if self._of_clip is None or self._of_clip[0] is not plan.doubts:
                self._of_clip = plan.doubts, clip_moments(plan)
            every = [m for of_one in (self._of_clip[1], *self._moments) for m in of_one]
            # The lists are kept beside: an id may be used again once its object is gone.
            self._ranked = made_of, self._moments, risky_moments(plan, every)
        return self._ranked[2]

    def _subjects(self, plan: Plan) -> dict[int, dict[str, Any]]:
        by_number = {track.id: track for track in plan.tracks}
        made, found, known = {}, {}, {}
        for subject in all_subjects(plan):
            tracks = tuple(by_number[number] for number in subject.tracks)
            keys = (*(id(track.keyframes) for track in tracks), *subject.bodies)
            known[keys] = self._found.get(keys) or _found(plan, subject, tracks, self.kept)
            key = (*map(id, tracks), subject)
            made[key] = self._made.get(key) or _of_subject(plan, subject, tracks, known[keys])
            found[subject.tracks[0]] = made[key].for_page
        self._made, self._found = made, known
        self._moments = [one.moments for one in made.values()]
        self.kept.forget_all_but(plan.tracks)
        return found


def _news(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The subject's number, and whatever is new about it."""
    return {"id": now["id"], **{key: value for key, value in now.items() if before[key] != value}}


def _moment(moment: Moment, seen: bool) -> dict[str, Any]:
    """A moment as the page shows it: frame and reason, whom it is about, the place that it points
    to, and whether it was viewed."""
    return {
        "frame": moment.frame,
        "why": moment.sentence,
        "track": moment.track,
        "box": moment.box,
        "seen": seen,
    }


def _muted(plan: Plan, sound: tuple[float, float]) -> list[dict[str, Any]]:
    """The muted spans as the page draws them: in milliseconds after the first picture, limited to
    where there is sound."""
    zero = plan.source.timeline.time(0)
    begins, ends = (round(1000 * at) for at in sound)
    rows = []
    for number, (span, taken) in enumerate(zip(plan.muted, plan.muted_on_clock(), strict=True), 1):
        start = max(round(1000 * (taken.start - zero)), begins)
        end = min(round(1000 * (taken.end - zero)), ends)
        if start < end:
            rows.append({**asdict(span), "number": number, "start": start, "end": end})
        else:  # where there is no sound
            rows.append({**asdict(span), "number": number})
    return rows


def clip(plan: Plan, info: SourceInfo) -> dict[str, Any]:
    """What never changes."""
    source, base = plan.source, plan.source.timeline.time_base
    return {
        "name": source.name,
        "width": source.width,
        "height": source.height,
        "aspect": float(info.video.upright_sample_aspect or 1),
        "pts": source.timeline.to_runs(),
        "time_base": [base.numerator, base.denominator],
        "cuts": list(plan.cuts),
        "unchecked": list(plan.unchecked),
        # What a person may draw: any kind, the usual ones first.
        "drawn": [t.word for t in sorted(Target, key=lambda t: t.spec.searched)],
        "sound": len(info.audio),
        # When the sound begins and ends, seconds after the first picture; negative: before it.
        "sound_span": sound_span(info, plan),
    }


def _found(plan: Plan, subject: Subject, tracks: tuple[Track, ...], kept: TrackSummaries) -> _Found:
    kind, frames, alone = presence(subject, {t.id: t for t in tracks}, plan.bodies)
    known = {track.id: kept.of(track) for track in tracks}
    best = kept.best(tracks)
    whole = next(t for t in tracks if t.id == best[0])
    first, last = min(t.first for t in tracks), max(t.last for t in tracks)
    score = max((k.score for k in known.values() if k.score is not None), default=None)
    sure = max((t.certainty for t in tracks if t.certainty is not None), default=score)
    detected = sum(k.detected for k in known.values())
    for_page = {
        "id": tracks[0].id,
        "target": whole.target.word,
        "kind": _NOUNS.get(kind, kind),
        "pictures": count_of(frames),
        "alone": alone,
        "origin": whole.origin.value,
        "certainty": _certainty(tracks, score, detected),
        "score": None if sure is None else round(sure, 2),
        "first": first,
        "last": last,
        "from": plan.seconds(first),
        "to": plan.seconds(last),
        "best": best,
        "tracks": [_track(track, known[track.id]) for track in tracks],
        "gaps": [
            {"before": g.before, "after": g.after, "first": g.first, "last": g.last}
            for g in gaps_of(tracks)
        ],
    }
    return _Found(tuple(t.keyframes for t in tracks), for_page)


def _track(track: Track, known: TrackSummary) -> dict[str, Any]:
    return {
        "id": track.id,
        "first": track.first,
        "last": track.last,
        "best": [track.id, known.best],
    }


def _of_subject(plan: Plan, subject: Subject, tracks: tuple[Track, ...], found: _Found) -> _Made:
    """A subject with its decision, on top of what was `found`."""
    visible = [(track.id, span) for track in tracks for span in plan.shown_spans(track)]
    decision = subject.decision
    # The page calls what was cut off no false alarm: it may be somebody, and is not hidden.
    cut = decision is Decision.CUT_OFF
    for_page = {
        **found.for_page,
        "name": subject.name,
        "decision": (Decision.FALSE_ALARM if cut else decision).value,
        "reason": subject.reason,
        "code": subject.code,
        "cut": cut,
        # Called a false alarm, though the networks were sure of it: listed at Finish.
        "sure_alarm": decision is Decision.FALSE_ALARM and any(map(decisions.is_sure, tracks)),
        "shown": [span for _, span in visible],
        # Where a person set the mask, and in how many pictures it is smaller than what was found.
        "key_pictures": [(track.id, key.frame) for track in tracks for key in track.key_pictures],
        "smaller": sum(len(mask_shape.uncovered_frames(plan, t)) for t in tracks),
        **_confirmation(plan, tracks, decision, visible),
    }
    return _Made(tracks, for_page, subject_moments(decision, tracks, visible))


def _confirmation(
    plan: Plan,
    tracks: tuple[Track, ...],
    decision: Decision,
    visible: Sequence[tuple[int, tuple[int, int]]],
) -> dict[str, int]:
    """In how many pictures a subject is present, and in how many it is visible; for a kept one
    also in how many it is uncertain."""
    if decision.action is Action.REDACT:
        return {"frames": 0, "visible": 0, "unsure": 0}
    there = {n for track in tracks for n in range(track.first, track.last + 1)}
    shown = set(frames_in(span for _, span in visible))
    return {
        "frames": len(there),
        "visible": len(there & shown),
        "unsure": len(unsure_pictures(plan, tracks)),
    }


def _certainty(tracks: tuple[Track, ...], score: float | None, seen: int) -> str:
    """ "sure", "likely" or "unsure"; "by hand" for what a person drew."""
    known = [t.certainty for t in tracks if t.certainty is not None]
    best = max(known, default=score)
    if best is None:
        return "by hand"
    if best < DOUBTFUL or (not known and seen < LEAST_DETECTED_FRAMES):
        return "unsure"
    return "sure" if best >= SURE else "likely"


def masks_at(plan: Plan, frame: int, margin: float) -> list[dict[str, Any]]:
    """Everybody's mask in a frame, including where the mask of a shown subject would be.

    Near damage, masks are shown as they are held.

    Args:
        plan: of the clip.
        frame: its number.
        margin: of all masks, as a share of the box's size.

    Returns:
        For each: its track; `at`, the rectangle that is drawn, in upright source pixels, with
        the `outline` in it and, for rounded corners, their `radius`; and whether it is `sure` to
        be on its subject, or a person said so.
    """
    here = {region.track: region for region in plan.regions_at(frame)}
    here |= {region.track: region for region in plan.shown_at(frame)}
    return [
        {
            "track": track.id,
            **_drawn(region, margin),
            "sure": plan.certain_or_confirmed(track, frame),
        }
        for track in plan.tracks_near(frame)
        if (region := here.get(track.id)) is not None
    ]


def _drawn(region: Region, margin: float) -> dict[str, Any]:
    own = margin if region.margin is None else region.margin
    mask = with_margin(region.box, own, region.target)
    outline = region.outline or region.target.spec.outline
    side = min(mask.width, mask.height)
    return {
        "at": [round(v, 2) for v in mask],
        "outline": outline.value,
        "radius": round(ROUNDING * side, 2) if outline is Outline.ROUNDED else 0,
    }


def bodies_at(plan: Plan, frame: int) -> list[dict[str, Any]]:
    """Bodies in a frame that have no face or plate there, each with the number of its subject (0:
    none is known): people who face away, also if their face was never seen, and those vehicles
    that are subjects."""
    here = [key.box for track in plan.tracks_near(frame) if (key := track.at(frame)) is not None]
    number_of = {n: s for s in plan.subjects for n in s.bodies}
    of_tracks = {track.id for track in plan.tracks_near(frame) if track.at(frame) is not None}
    found = []
    for number, body in enumerate(plan.bodies, 1):
        box, subject = body.at(frame), number_of.get(number)
        if box is None or (subject is not None and of_tracks.intersection(subject.tracks)):
            continue
        if subject is None and (
            body.vehicle
            or body.score < DOUBTFUL
            or len(body.keyframes) < LEAST_BODY_SCANS
            or any(box.common(other) >= ON_BODY * other.area for other in here)
        ):
            continue
        known = 0 if subject is None else subject.tracks[0]
        found.append({"subject": known, "box": [round(v) for v in box]})
    return found


def _finding(plan: Plan, note: FindingNote) -> dict[str, Any]:
    """A finding for the page; another user's answer is shown, but does not count here."""
    source = plan.source
    # What hides it reaches beyond the pictures in which it was found, where nothing need be there.
    found = [place for place in note.places if note.first <= place[0] <= note.last]
    whole = (note.first, (0, 0, source.width, source.height))
    frame, corners = found[len(found) // 2] if found else whole
    kind = _FINDINGS.get(note.kind, FindingKind.UNCOVERED)  # a plan may come from elsewhere
    seconds = None
    if len(source.timeline) > 1:
        seconds = plan.seconds(note.first), plan.seconds(note.last)
    whom, size = Target.from_word(note.target), (source.width, source.height)
    for_page = {
        name: value for name, value in asdict(note).items() if name not in ("mark", "places")
    } | {
        "at": frame,
        "box": corners,
        "words": {
            language: finding_sentence(words_of(language), kind, whom, seconds, Box(*corners), size)
            for language in LANGUAGES
        },
    }
    if note.answer and not answered_here(plan, note):
        for_page |= {"answer": "", "reason": "", "said": note.answer, "said_reason": note.reason}
    return for_page
