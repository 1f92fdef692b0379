"""The plan: everything that will be hidden, decided before a single pixel is drawn.

A decision to show somebody counts only in frames in which a track is surely where its box is, or
in which a person looked and confirmed it. Following and padding are made to hide more: they carry a
mask on over a crossing, and it does no harm if the mask goes over to somebody else. A decision to
show one person must not go with it. What is nothing to hide has no mask at all.
"""

from __future__ import annotations

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
from .subject import Subject, decision_of, settled, without_decision
from .tracks_by_frame import TracksByFrame
from .where_sure import is_certain, own_stretch

HELD_REACH = 12
"""Frames around an unchecked frame from which tracks are held: about half a second, the usual
distance after which a decoder has recovered at the next intra picture."""

ALL_SOUND: Final = 10**8
"""Seconds before and after the pictures within which all of the sound lies."""

MASK_REACH = LARGEST_MARGIN
"""Shares of its size around a box in which its mask may lie on somebody."""

FARTHEST_COORDINATE = 1e6
"""Pixels from the corner of the picture, at most, at which a side of a box may lie."""


def is_box(corners: Sequence[float]) -> bool:
    """Whether left, top, right and bottom (upright source pixels) are those of a box that a plan
    may hold: one that has an area, and no side that is not a number or absurdly far away."""
    x1, y1, x2, y2 = corners
    # Written so that NaN fails too: it compares false with everything.
    return x1 < x2 and y1 < y2 and max(map(abs, corners)) < FARTHEST_COORDINATE


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Which file a plan belongs to.

    Attributes:
        name: file name without folders, so that a plan tells nothing about a machine.
        sha256: of the whole file, hex.
        size: bytes.
        width, height: of the upright picture in pixels.
        timeline: PTS of every decoded frame.
    """

    name: str
    sha256: str
    size: int
    width: int
    height: int
    timeline: Timeline

    def shows(self, box: Box) -> bool:
        """Whether any of `box` (upright source pixels) lies in the picture."""
        return box.x1 < self.width and box.y1 < self.height and box.x2 > 0 and box.y2 > 0


@dataclass(frozen=True)
class Plan:
    """Tracks of a whole clip and what is done with each.

    Attributes:
        source: the file that the plan belongs to.
        settings: what was searched for and how, by the search and by the audit.
        tracks: in order of id; ids are unique.
        cuts: frame indices at which a new scene starts, rising.
        unchecked: frames whose picture was damaged, rising; masks near them are held and
            enlarged.
        version: of redact, that made the plan.
        subjects: who is one person, plate or thing, and what was decided about each, in order of
            their first tracks. A track that none of them names is a subject of its own, about which
            nobody has said anything. What `tracks` say of decisions is filled in from here.
        muted: spans of the sound that are not in the output.
        review: what a person has looked at and said; None where nobody reviewed.
        detectors: name of each detector that was run, with the SHA-256 of its weights.
        frames_looked_at: scanned; through the others, what had been detected was followed. None
            where the plan does not say.
        turned: degrees clockwise, 90, 180 or 270, by which pictures were scanned turned as well.
        doubts: places without a mask at which somebody may be, in order of time.
        texts: what can be read in the video, None where nobody read it; none of it is hidden by
            standing here.
        bodies: people and vehicles that were seen, each within one shot; none of them is hidden by
            standing here. Subjects name those that are surely theirs, by number from 1.
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
    bodies: tuple[Body, ...] = ()

    def __post_init__(self) -> None:
        ids = [t.id for t in self.tracks]
        if len(set(ids)) != len(ids):
            raise ValueError("two tracks have the same id")
        subjects, tracks = settled(self.subjects, self.tracks)
        for name, value in (("subjects", subjects), ("tracks", tracks)):
            object.__setattr__(self, name, value)  # the way past `frozen`

    def __getstate__(self) -> dict[str, Any]:
        """What was worked out is left out of copies and pickles."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _by_frame(self) -> TracksByFrame[Track]:
        return TracksByFrame(self.tracks, HELD_REACH)

    @cached_property
    def _bodies_by_frame(self) -> TracksByFrame[Body]:
        return TracksByFrame(self.bodies, 0)

    @cached_property
    def _parts(self) -> dict[int, list[Track]]:
        """All tracks of the subject of each that is not alone."""
        by_number = {track.id: track for track in self.tracks}
        return {
            number: [by_number[n] for n in subject.tracks if n in by_number]
            for subject in self.subjects
            for number in subject.tracks
            if len(subject.tracks) > 1
        }

    @cached_property
    def _stretches(self) -> dict[int, tuple[Track, tuple[int, int] | None]]:
        """By identity: a track that is asked about need not be the plan's, a change may have made
        it."""
        return {}

    @property
    def not_searched(self) -> tuple[Message, ...]:
        """Limits that the user set to the search, one statement each."""
        limits = dict(self.settings.scope.limits())
        told = (
            Message("searched_between", where=limits.get("searched_between", "")),
            Message("searched_area", where=limits.get("searched_area", "")),
            Message("ignored_area", where=limits.get("ignored_area", "")),
        )
        return tuple(message for message in told if message.code in limits)

    @property
    def by_person(self) -> bool:
        """Whether a person decided, drew, muted or viewed anything, which no search makes again."""
        decided = any(s.by_person or s.reason or s.name for s in self.subjects)
        drawn = any(t.origin is not Origin.AUTO or t.key_pictures for t in self.tracks)
        return decided or drawn or bool(self.muted) or self.review is not None

    def table(self) -> list[dict[str, Any]]:
        """One row a track, in order of id, for `csv`, pandas and the like: its subject (number of
        its first track, name, kind, in how many further pictures only its body is seen), what and
        when it is, how sure, where it is seen best ("best": frame, time, and pixels of the upright
        picture), and what was decided. Times count from the first picture."""
        from .table import rows_of

        return rows_of(self)

    def tracks_near(self, frame: int) -> list[Track]:
        """Tracks that are there at most `HELD_REACH` frames before or after a frame, or in it, in
        order of id: what any other does has no part in the frame."""
        return self._by_frame.tracks_near(frame)

    def people_at(self, frame: int) -> list[Box]:
        """Where bodies of people are in a frame, those that were seen in it and before and after
        it."""
        near = self._bodies_by_frame.tracks_near(frame)
        boxes = (body.at(frame) for body in near if not body.vehicle)
        return [box for box in boxes if box is not None]

    def regions_at(self, frame: int, damaged: bool = False) -> list[Region]:
        """All regions to hide in a frame, in order of track id.

        In an unchecked frame every track that is visible up to `HELD_REACH` frames away is
        held, enlarged, whatever it does in the frame itself. `damaged` says that the frame is
        unchecked although the plan does not know: decoders report damage late, so that one
        pass may be told of it and the other not.

        A track that is not to be hidden is among them wherever `shows` does not hold. A mask that
        is surely on its subject spares the face of somebody who is shown (`Region.spared`); one
        that is a guess about a kept person leaves their own face open where that is surely seen
        (`Region.opened`).
        """
        held = damaged or self._unchecked(frame)
        shown = [] if held or not self._keeps else self._faces_shown_at(frame)
        regions = []
        for track in self.tracks_near(frame):
            if self.shows(track, frame, damaged):
                continue
            here = track.at(frame)
            if held:
                here = self._held(track, frame, here)
            if here is not None:
                region = Region(
                    track.id, track.target, here.box, here.state, track.silhouette(here)
                )
                if shown and self.certain(track, frame):
                    near = here.box.grown(MASK_REACH)
                    spared = tuple(box for box in shown if box.common(near) > 0)
                    region = replace(region, spared=spared)
                if not held and track.action is Action.KEEP:
                    region = replace(region, opened=self._own_faces(track, frame, here.box))
                regions.append(self._as_wanted(region, track, frame))
        return regions

    def _as_wanted(self, region: Region, track: Track, frame: int) -> Region:
        """The region of a track with outline and margin as a person wants them there. Where the
        picture is damaged, only what makes the mask larger counts."""
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

        This alone decides it, for masks, audit, record and review copies. What is nothing to hide
        is visible in every sound picture. A decision to keep is about one person, so it counts
        only where the track is surely on its subject (`is_certain`), or a person said so of this
        very frame, or another part of the same subject is there; elsewhere the track may be on
        somebody else and is hidden. Of damaged pictures nobody can say anything.
        """
        if track.action is Action.REDACT or damaged or self._unchecked(frame):
            return False
        if track.action.unmasked:
            return track.at(frame) is not None
        said = track.confirmed_at(frame)
        if said is not None and not said.same:
            return False
        return self.vouched(track, frame) or self._lies_on_its_own(track, frame)

    def vouched(self, track: Track, frame: int) -> bool:
        """Whether a track is surely on its subject in a frame, by the detections or because a
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
        """Whether another part of the same kept subject is surely there: one person found twice is
        not hidden by their own second mask."""
        parts = self._parts.get(track.id, [])
        here = track.at(frame) if parts else None
        if here is None:
            return False
        for other in parts:
            there = other.at(frame) if other is not track else None
            if there is None or other.target != track.target:
                continue
            if there.box.iou(here.box) >= SAME_PLACE_IOU and self.vouched(other, frame):
                return True
        return False

    def _own_faces(self, track: Track, frame: int, box: Box) -> tuple[Box, ...]:
        """Faces of the same kept person that are surely there and that a mask in `box` may lie on.
        None where a person said that this track is on somebody else."""
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
            and self.vouched(other, frame)
            and here.box.common(near) > 0
        )

    def to_confirm(self, track: Track) -> list[tuple[int, int]]:
        """Spans (first and last frame) of kept tracks that stay hidden because they are unsure and
        nobody has confirmed or denied them."""
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
        """All regions that are visible by decision in a frame, in order of track id.

        What `regions_at` gives is hidden all the same where the two overlap.
        """
        kept = (t for t in self.tracks_near(frame) if t.action is not Action.REDACT)
        here = ((t, t.at(frame)) for t in kept if self.shows(t, frame, damaged))
        return [Region(t.id, t.target, k.box, k.state) for t, k in here if k is not None]

    @cached_property
    def _keeps(self) -> bool:
        return any(track.action is Action.KEEP for track in self.tracks)

    def _faces_shown_at(self, frame: int) -> list[Box]:
        """Faces and heads of kept people that are shown in a frame."""
        kept = (t for t in self.tracks_near(frame) if t.action is Action.KEEP)
        here = (
            t.at(frame)
            for t in kept
            if t.target.spec.outline is Outline.ELLIPSE and self.shows(t, frame)
        )
        return [key.box for key in here if key is not None]

    def judged_at(self, frame: int) -> list[Region]:
        """What is visible in a frame because a person saw it and decided so: `shown_at`, but of
        what is nothing to hide only where it surely is that thing. Where its mask was only carried
        on, somebody may have come in its place, of whom nobody has said anything."""
        alarms = {t.id: t for t in self.tracks_near(frame) if t.action.unmasked}
        return [
            region
            for region in self.shown_at(frame)
            if region.track not in alarms or self.certain(alarms[region.track], frame)
        ]

    def shown_spans(self, track: Track) -> list[tuple[int, int]]:
        """First and last frame of every span in which a track is visible by decision."""
        if track.action is Action.REDACT:
            return []
        frames = range(track.first, track.last + 1)
        return list(runs_of(frame for frame in frames if self.shows(track, frame)))

    def _unchecked(self, frame: int) -> bool:
        at = bisect_left(self.unchecked, frame)
        return at < len(self.unchecked) and self.unchecked[at] == frame

    def _held(self, track: Track, frame: int, here: Keyframe | None) -> Keyframe | None:
        found = track.found_at(frame)
        boxes: list[Box] = [key.box for key in (here, found) if key]
        for near in {max(track.first, frame - HELD_REACH), min(track.last, frame + HELD_REACH)}:
            if abs(near - frame) <= HELD_REACH:
                places = (track.at(near), track.found_at(near))
                boxes += [place.box for place in places if place is not None]
        if not boxes:
            return None
        box = boxes[0]
        for other in boxes[1:]:
            box = box.union(other)
        return Keyframe(frame, unseen(box), State.HELD)

    def seconds(self, frame: int) -> float:
        """Time of a frame in seconds after the first picture, as a player shows it; to 1 µs."""
        timeline = self.source.timeline
        return round(float(timeline.time(frame) - timeline.time(0)), 6)

    def muted_on_clock(self) -> tuple[Muted, ...]:
        """The muted spans on the clock of the source, on which the first picture need not be at 0.

        Sound may begin before the first picture and go on after the last one. A span that begins
        with the first picture takes out what is heard before it, too, and one that ends while the
        last picture is shown takes out all that follows: whoever mutes from the beginning to the
        end of the pictures means everything.
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
        """Whether a muted span takes out all sound from its beginning on: it ends while the last
        picture is shown, or later than any sound."""
        timeline, end = self.source.timeline, Fraction(span.end, 1000)
        last = timeline.time(len(timeline) - 1) - timeline.time(0)
        return last <= end < (timeline.length or last) + Fraction(1, 1000) or end >= ALL_SOUND

    def with_track(self, track: Track) -> Plan:
        """A plan in which `track` is added, or replaces the one of the same id, about whose subject
        the same is decided as before.

        Raises:
            ValueError: it says something else of a decision than the track that it replaces.
        """
        before = next((t for t in self.tracks if t.id == track.id), track)
        if decision_of(track) != decision_of(before):
            raise ValueError(f"track {track.id}: decisions are changed by redact.plan.decisions")
        others = [t for t in self.tracks if t.id != track.id]
        return replace(self, tracks=tuple(sorted([*others, track], key=lambda t: t.id)))

    def with_subjects(
        self, subjects: Iterable[Subject], tracks: Iterable[Track] | None = None
    ) -> Plan:
        """A plan with other subjects and decisions.

        Args:
            subjects: all of which anything is to be said.
            tracks: None: those of this plan. What they say of decisions is filled in anew.
        """
        anew = tuple(subjects)
        told = {number: subject.told for subject in anew for number in subject.tracks}
        every = self.tracks if tracks is None else tracks
        # Those about which the same is said as before stay the same values: pages compare them.
        bare = (t if told.get(t.id) == decision_of(t) else without_decision(t) for t in every)
        return replace(self, tracks=tuple(bare), subjects=anew)

    def next_id(self) -> int:
        """A number that no track has, and that no removed track had which notes or answers still
        refer to."""
        numbers = [track.id for track in self.tracks]
        if self.review is not None:
            numbers += [seen.track for seen in self.review.subjects]
            numbers += [note.track for note in self.review.findings if note.track is not None]
        return max(numbers, default=0) + 1
