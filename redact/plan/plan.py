"""The plan: everything that will be hidden, decided before a single pixel is drawn.

A decision to show a person counts only in frames in which the track is certainly on that person, or
a person confirmed it. Following and padding err towards hiding: where people cross, a mask may move
on to somebody else without harm, but a decision to show must not move with it. A false alarm has no
mask at all.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal

from ..mask_size import MARGIN, unseen
from ..settings import DetectSettings
from ..types import (
    LARGEST_MARGIN,
    SAME_PLACE_IOU,
    Action,
    Body,
    Box,
    Doubt,
    Keyframe,
    Muted,
    Origin,
    Outline,
    Region,
    State,
    Timeline,
    Track,
    runs_of,
)
from ..words import Message
from .found_text import FoundText
from .muted_span import MutedSpan
from .review_state import ReviewState
from .spoken import SpokenLine
from .subject import Subject, decision_of, reconciled, without_decision
from .tracks_by_frame import TracksByFrame
from .where_sure import is_certain, own_stretch

DAMAGE_REACH = 12
"""Frames before and after an unchecked frame from which masks are held: about half a second, after
which a decoder has usually recovered at the next intra picture."""

ALL_SOUND: Final = 10**8
"""Seconds before and after the pictures that include all of the sound."""

MASK_REACH = LARGEST_MARGIN
"""How far beyond a box its mask may reach, as a share of the box's size."""

FARTHEST_COORDINATE = 1e6
"""Largest distance, in pixels, of a box's sides from the corner of the picture."""


def is_box(corners: Sequence[float]) -> bool:
    """Whether left, top, right and bottom (upright source pixels) are a valid box: with an area,
    and without NaN or absurdly large coordinates."""
    x1, y1, x2, y2 = corners
    # Written so that NaN fails too: it compares false with everything.
    return x1 < x2 and y1 < y2 and max(map(abs, corners)) < FARTHEST_COORDINATE


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The file that a plan belongs to.

    Attributes:
        name: without folders, so that a plan reveals nothing about a machine.
        sha256: of the whole file, hex.
        size: of the file, in bytes.
        width, height: of the upright picture, in pixels.
        timeline: PTS of every decoded frame.
        begin: of an excerpt, PTS of its first picture in the file, from which those of `timeline`
            count; None for a whole video.
    """

    name: str
    sha256: str
    size: int
    width: int
    height: int
    timeline: Timeline
    begin: int | None = None

    def holds(self, box: Box) -> bool:
        """Whether any part of `box` (upright source pixels) lies in the picture."""
        return box.x1 < self.width and box.y1 < self.height and box.x2 > 0 and box.y2 > 0


@dataclass(frozen=True)
class Plan:
    """The tracks of a whole clip, and what is decided about each.

    Attributes:
        source: the file that the plan belongs to.
        settings: of the search; the audit uses them too.
        tracks: in order of id; ids are unique.
        cuts: indices, ascending, of frames at which a scene starts.
        unchecked: indices, ascending, of damaged frames; masks near them are held and enlarged.
        version: of the redact that made the plan.
        subjects: which tracks are one person, plate or thing, and the decision about each, in order
            of their first tracks. A track in none of them is an undecided subject of its own. The
            decisions in `tracks` are derived from here.
        muted: spans of sound that the output does not contain.
        review: what a person has viewed and answered; None if nobody reviewed.
        detectors: name of each detector of the search, and SHA-256 of its weights.
        frames_looked_at: number of frames that were scanned; through the others, objects were
            followed. None if unknown.
        turned: degrees clockwise (90, 180 or 270) by which pictures were also scanned turned.
        doubts: places without a mask at which somebody may be visible, in order of time.
        texts: texts in the video; None if nobody read it. Being listed here hides nothing.
        spoken: what is said in it; None if nobody transcribed it. Being listed here mutes nothing.
        bodies: people and vehicles, each within one shot. Being listed here hides nothing. Subjects
            refer to those that are surely theirs, by number from 1.
    """

    source: SourceRef
    settings: DetectSettings
    tracks: tuple[Track, ...]
    cuts: tuple[int, ...] = ()
    unchecked: tuple[int, ...] = ()
    version: str = ""
    subjects: tuple[Subject, ...] = ()
    muted: tuple[MutedSpan, ...] = ()
    review: ReviewState | None = None
    detectors: tuple[tuple[str, str], ...] = ()
    frames_looked_at: int | None = None
    turned: tuple[Literal[90, 180, 270], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    texts: tuple[FoundText, ...] | None = None
    spoken: tuple[SpokenLine, ...] | None = None
    bodies: tuple[Body, ...] = ()

    def __post_init__(self) -> None:
        ids = [t.id for t in self.tracks]
        if len(set(ids)) != len(ids):
            raise ValueError("two tracks have the same id")
        subjects, tracks = reconciled(self.subjects, self.tracks)
        for name, value in (("subjects", subjects), ("tracks", tracks)):
            object.__setattr__(self, name, value)  # the class is frozen

    def __getstate__(self) -> dict[str, Any]:
        """Leave cached properties out of copies and pickles."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _by_frame(self) -> TracksByFrame[Track]:
        return TracksByFrame(self.tracks, DAMAGE_REACH)

    @cached_property
    def _bodies_by_frame(self) -> TracksByFrame[Body]:
        return TracksByFrame(self.bodies, 0)

    @cached_property
    def _parts(self) -> dict[int, list[Track]]:
        """Track number → all tracks of its subject, if the subject has more than one."""
        by_number = {track.id: track for track in self.tracks}
        return {
            number: [by_number[n] for n in subject.tracks if n in by_number]
            for subject in self.subjects
            for number in subject.tracks
            if len(subject.tracks) > 1
        }

    @cached_property
    def _stretches(self) -> dict[int, tuple[Track, tuple[int, int] | None]]:
        """`id` of a track → the track and its `own_stretch`. By identity, because callers may ask
        about a changed track that is not in the plan."""
        return {}

    @property
    def not_searched(self) -> tuple[Message, ...]:
        """Messages about the limits that the user set to the search."""
        areas = self.settings.scope.areas_in_words
        return (Message("ignored_area", where=areas),) if areas else ()

    @property
    def by_person(self) -> bool:
        """Whether a person decided, drew, muted or viewed anything, which a new search would
        lose."""
        decided = any(s.by_person or s.reason or s.name for s in self.subjects)
        drawn = any(t.origin is not Origin.AUTO or t.key_pictures for t in self.tracks)
        muted = any(span.origin is not Origin.AUTO for span in self.muted)
        return decided or drawn or muted or self.review is not None

    def tracks_near(self, frame: int) -> list[Track]:
        """Tracks that exist in a frame or at most `DAMAGE_REACH` frames from it, in order of id. No
        others can affect the frame."""
        return self._by_frame.tracks_near(frame)

    def people_at(self, frame: int) -> list[Box]:
        """Boxes of people's bodies in a frame, detected or interpolated, in upright source
        pixels."""
        near = self._bodies_by_frame.tracks_near(frame)
        boxes = (body.at(frame) for body in near if not body.vehicle)
        return [box for box in boxes if box is not None]

    def regions_at(self, frame: int, damaged: bool = False) -> list[Region]:
        """All regions to hide in a frame, in order of track id.

        In an unchecked frame, every track that exists up to `DAMAGE_REACH` frames away is held and
        enlarged. A track that should be visible is included unless `shows` is true.

        A mask that is certainly on its subject spares the face of a person who is shown
        (`Region.spared`). A mask of a kept person whose place is a guess leaves that person's own
        face open if its place is certain (`Region.opened`).

        Args:
            frame: index.
            damaged: the frame is unchecked although the plan does not say so. Decoders report
                damage late, so one pass may see it and the other not.
        """
        held = damaged or self._unchecked(frame)
        shown = [] if held or not self._keeps else self._faces_shown_at(frame)
        regions = []
        for track in self.tracks_near(frame):
            if self.shows(track, frame, damaged):
                continue
            here = track.at(frame)
            if held:
                here = self._over_damage(track, frame, here)
            if here is not None:
                shape, code = track.silhouette(here), track.code
                region = Region(track.id, track.target, here.box, here.state, shape, code=code)
                if shown and self.certain(track, frame):
                    near = here.box.grown(MASK_REACH)
                    spared = tuple(box for box in shown if box.common(near) > 0)
                    region = replace(region, spared=spared)
                if not held and track.action is Action.KEEP:
                    region = replace(region, opened=self._own_faces(track, frame, here.box))
                regions.append(self._as_wanted(region, track, frame))
        return regions

    def _as_wanted(self, region: Region, track: Track, frame: int) -> Region:
        """The region with the outline and margin that a person chose for the frame. In a damaged
        picture, only choices that make the mask larger count."""
        wanted = track.key_picture_at(frame)
        if wanted is None:
            return region
        outline, margin = wanted.outline, wanted.margin
        if region.state is State.HELD:
            outline = outline if outline is Outline.BOX else None
            margin = margin if margin is not None and margin > MARGIN else None
        return replace(region, outline=outline, margin=margin)

    def shows(self, track: Track, frame: int, damaged: bool = False) -> bool:
        """Whether a track is visible by decision in a frame.

        Only this method decides that, for masks, audit, record and review copies. A false alarm is
        visible in every intact picture. A decision to keep is about one person, so it counts only
        if the track is certainly on its subject (`is_certain`), or a person confirmed this very
        frame, or another track of the same subject is there. Elsewhere the track may be on somebody
        else and is hidden, and so is everything in a damaged picture.
        """
        if track.action is Action.REDACT or damaged or self._unchecked(frame):
            return False
        if track.action.unmasked:
            return track.at(frame) is not None
        said = track.confirmed_at(frame)
        if said is not None and not said.same:
            return False
        return self.certain_or_confirmed(track, frame) or self._lies_on_its_own(track, frame)

    def certain_or_confirmed(self, track: Track, frame: int) -> bool:
        """Whether a track is certainly on its subject in a frame, by its detections or because a
        person confirmed it."""
        said = track.confirmed_at(frame)
        if said is not None:
            return said.same and track.at(frame) is not None
        return self.certain(track, frame)

    def certain(self, track: Track, frame: int) -> bool:
        """See `is_certain`."""
        if id(track) not in self._stretches:
            self._stretches[id(track)] = track, own_stretch(track, self.cuts)
        return is_certain(track, frame, self.source.timeline, self._stretches[id(track)][1])

    def _lies_on_its_own(self, track: Track, frame: int) -> bool:
        """Whether another track of the same kept subject is certainly there, so that a person who
        was found twice is not hidden by their own second mask."""
        parts = self._parts.get(track.id, [])
        here = track.at(frame) if parts else None
        if here is None:
            return False
        for other in parts:
            there = other.at(frame) if other is not track else None
            if there is None or other.target != track.target:
                continue
            if there.box.iou(here.box) >= SAME_PLACE_IOU and self.certain_or_confirmed(
                other, frame
            ):
                return True
        return False

    def _own_faces(self, track: Track, frame: int, box: Box) -> tuple[Box, ...]:
        """Boxes of the same kept person's faces whose place is certain and that a mask in `box` may
        cover. Empty if a person said that this track is on somebody else."""
        said = track.confirmed_at(frame)
        if said is not None and not said.same:
            return ()
        near = box.grown(MASK_REACH)
        others = (t for t in self._parts.get(track.id, []) if t is not track)
        return tuple(
            here.box
            for other in others
            if other.target.spec.outline is Outline.ELLIPSE
            and (here := other.at(frame)) is not None
            and self.shows(other, frame)
            and self.certain_or_confirmed(other, frame)
            and here.box.common(near) > 0
        )

    def to_confirm(self, track: Track) -> list[tuple[int, int]]:
        """Spans (first and last frame) in which a kept track stays hidden because its place is not
        certain, and nobody has confirmed or denied it."""
        if track.action is not Action.KEEP:
            return []
        frames = range(track.first, track.last + 1)
        return list(
            runs_of(
                frame
                for frame in frames
                if track.confirmed_at(frame) is None
                and not self._unchecked(frame)
                and not self.shows(track, frame)
            )
        )

    def shown_at(self, frame: int, damaged: bool = False) -> list[Region]:
        """All regions that are visible by decision in a frame, in order of track id. Where they
        overlap those of `regions_at`, they are hidden all the same."""
        kept = (t for t in self.tracks_near(frame) if t.action is not Action.REDACT)
        here = ((t, t.at(frame)) for t in kept if self.shows(t, frame, damaged))
        return [Region(t.id, t.target, k.box, k.state) for t, k in here if k is not None]

    @cached_property
    def _keeps(self) -> bool:
        return any(track.action is Action.KEEP for track in self.tracks)

    def _faces_shown_at(self, frame: int) -> list[Box]:
        """Boxes of the faces and heads of kept people that are shown in a frame."""
        kept = (t for t in self.tracks_near(frame) if t.action is Action.KEEP)
        here = (
            t.at(frame)
            for t in kept
            if t.target.spec.outline is Outline.ELLIPSE and self.shows(t, frame)
        )
        return [key.box for key in here if key is not None]

    def judged_at(self, frame: int) -> list[Region]:
        """Regions that are visible in a frame because a person saw and decided about just that:
        `shown_at`, without false alarms whose place is a guess. There, somebody else may have come
        in, about whom nobody has decided."""
        alarms = {t.id: t for t in self.tracks_near(frame) if t.action.unmasked}
        return [
            region
            for region in self.shown_at(frame)
            if region.track not in alarms or self.certain(alarms[region.track], frame)
        ]

    def shown_spans(self, track: Track) -> list[tuple[int, int]]:
        """Spans (first and last frame) in which a track is visible by decision."""
        if track.action is Action.REDACT:
            return []
        frames = range(track.first, track.last + 1)
        return list(runs_of(frame for frame in frames if self.shows(track, frame)))

    def _unchecked(self, frame: int) -> bool:
        at = bisect_left(self.unchecked, frame)
        return at < len(self.unchecked) and self.unchecked[at] == frame

    def _over_damage(self, track: Track, frame: int, here: Keyframe | None) -> Keyframe | None:
        found = track.found_at(frame)
        boxes: list[Box] = [key.box for key in (here, found) if key]
        for near in {max(track.first, frame - DAMAGE_REACH), min(track.last, frame + DAMAGE_REACH)}:
            if abs(near - frame) <= DAMAGE_REACH:
                places = (track.at(near), track.found_at(near))
                boxes += [place.box for place in places if place is not None]
        if not boxes:
            return None
        box = boxes[0]
        for other in boxes[1:]:
            box = box.union(other)
        return Keyframe(frame, unseen(box), State.HELD)

    def seconds(self, frame: int) -> float:
        """Time of a frame in seconds after the first picture, as players show it; to 1 µs."""
        timeline = self.source.timeline
        return round(float(timeline.time(frame) - timeline.time(0)), 6)

    def muted_on_clock(self) -> tuple[Muted, ...]:
        """The muted spans on the clock of the source, on which the first picture need not be at 0.

        Sound may begin before the first picture and go on after the last. A span that starts with
        the first picture also mutes everything before it, and one that ends while the last picture
        is shown also mutes everything after it: a user who mutes from start to end means all.
        """
        if not self.muted:
            return ()
        first = self.source.timeline.time(0)

        def on_the_clock(m: MutedSpan) -> Muted:
            start = -ALL_SOUND if m.start == 0 else Fraction(m.start, 1000)
            end = ALL_SOUND if self.goes_to_the_end(m) else Fraction(m.end, 1000)
            return Muted(first + start, first + end, m.how.value)

        return tuple(map(on_the_clock, self.muted))

    def goes_to_the_end(self, span: MutedSpan) -> bool:
        """Whether a muted span mutes all sound after its start, because it ends while the last
        picture is shown, or later than any sound."""
        timeline, end = self.source.timeline, Fraction(span.end, 1000)
        last = timeline.time(len(timeline) - 1) - timeline.time(0)
        return last <= end < (timeline.length or last) + Fraction(1, 1000) or end >= ALL_SOUND

    def with_track(self, track: Track) -> Plan:
        """The plan with `track` added, or in place of the one with the same id. Decisions stay.

        Raises:
            ValueError: the track has another decision than the one it replaces.
        """
        before = next((t for t in self.tracks if t.id == track.id), track)
        if decision_of(track) != decision_of(before):
            raise ValueError(f"track {track.id}: decisions are changed by redact.plan.decisions")
        others = [t for t in self.tracks if t.id != track.id]
        return replace(self, tracks=tuple(sorted([*others, track], key=lambda t: t.id)))

    def with_subjects(
        self, subjects: Iterable[Subject], tracks: Iterable[Track] | None = None
    ) -> Plan:
        """The plan with other subjects and decisions.

        Args:
            subjects: all but undecided ones of a single track.
            tracks: None for those of this plan. Their decisions are derived again from `subjects`.
        """
        anew = tuple(subjects)
        decided = {number: subject.track_decision for subject in anew for number in subject.tracks}
        every = self.tracks if tracks is None else tracks
        # Tracks whose decision is unchanged stay the same objects, because the page compares them.
        bare = (t if decided.get(t.id) == decision_of(t) else without_decision(t) for t in every)
        return replace(self, tracks=tuple(bare), subjects=anew)

    def next_id(self) -> int:
        """A number that no track has, and no removed track to which notes or answers still
        refer."""
        numbers = [track.id for track in self.tracks]
        if self.review is not None:
            numbers += [seen.track for seen in self.review.subjects]
            numbers += [note.track for note in self.review.findings if note.track is not None]
        return max(numbers, default=0) + 1


def masks_sha256(plan: Plan, frame: int) -> str:
    """SHA-256, hex, of where the masks of a frame lie. It is the same in the plan of an excerpt,
    whose tracks have other numbers."""
    masks = sorted(repr(replace(region, track=0, code="")) for region in plan.regions_at(frame))
    return hashlib.sha256("\n".join(masks).encode()).hexdigest()
