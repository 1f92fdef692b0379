"""The plan of an excerpt, from that of a longer stretch of the same video."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..types import (
    Action,
    Body,
    Confirmed,
    Keyframe,
    Keyframes,
    KeyPicture,
    Runs,
    Shaped,
    State,
    Timeline,
    Track,
    key_picture_at,
    shape_at,
)
from .build import outward, whole_pixels
from .found_text import FoundText
from .muted_span import MutedSpan
from .plan import ALL_SOUND, Plan
from .review_state import ReviewState
from .spoken import SpokenLine
from .subject import undecided
from .where_sure import own_stretch

_TO_THE_END: Final = ALL_SOUND * 1000


def excerpt_of(plan: Plan, first: int, last: int) -> Plan:
    """The plan of the frames from `first` to `last`, which becomes a plan of its own: its frames
    are numbered from 0, its times count from its first picture, and so does all else in it.

    Every mask is where it was: tracks that begin before the excerpt or end after it are cut there.

    Args:
        plan: of a stretch that contains the excerpt.
        first, last: frame indices, both included.
    """
    part = _Part(plan, first, last)
    source = plan.source
    offset = source.timeline.pts[first]
    pts = tuple(time - offset for time in source.timeline.pts[first : last + 1])
    bodies = {n: body for n, b in enumerate(plan.bodies, 1) if (body := part.body(b)) is not None}
    number = {old: new for new, old in enumerate(bodies, 1)}
    looked, frames = plan.frames_looked_at, len(pts)
    if looked is not None:
        looked = min(frames, math.ceil(looked * frames / len(source.timeline)))
    found = replace(
        plan,
        source=replace(
            source,
            timeline=Timeline(source.timeline.time_base, pts),
            begin=(source.begin or 0) + offset,
        ),
        tracks=part.tracks(),
        cuts=tuple(cut - first for cut in plan.cuts if first < cut <= last),
        unchecked=tuple(f - first for f in plan.unchecked if first <= f <= last),
        subjects=tuple(
            s.but(bodies=tuple(number[n] for n in s.bodies if n in number)) for s in plan.subjects
        ),
        muted=tuple(span for m in plan.muted if (span := part.muted(m)) is not None),
        review=None if plan.review is None else part.review(plan.review),
        frames_looked_at=looked,
        doubts=tuple(
            replace(d, frame=d.frame - first) for d in plan.doubts if first <= d.frame <= last
        ),
        texts=None
        if plan.texts is None
        else tuple(text for t in plan.texts if (text := part.text(t)) is not None),
        spoken=None
        if plan.spoken is None
        else tuple(line for said in plan.spoken if (line := part.line(said)) is not None),
        bodies=tuple(bodies.values()),
    )
    return _with_masks_over_damage(found, plan, first)


def _with_masks_over_damage(found: Plan, plan: Plan, first: int) -> Plan:
    """The excerpt's plan, with a mask for everything that was held in its damaged frames from a
    track or a place outside it, or from a kept track of which it has two parts."""
    number, held = max(plan.next_id(), found.next_id()), []
    origins = {track.id: track.origin for track in plan.tracks}
    for frame in found.unchecked:
        here = {region.track: region.box for region in found.regions_at(frame)}
        for region in plan.regions_at(frame + first):
            covering = here.get(region.track)
            covered = covering is not None and covering.contains(region.box)
            if not covered and plan.source.holds(region.box):
                key = Keyframe(frame, outward(region.box), State.HELD)
                held.append(Track(number, region.target, (key,), origin=origins[region.track]))
                number += 1
    return replace(found, tracks=(*found.tracks, *held)) if held else found


class _Part:
    """The frames from `first` to `last` of a plan."""

    def __init__(self, plan: Plan, first: int, last: int) -> None:
        self._plan, self._first, self._last = plan, first, last

    def tracks(self) -> tuple[Track, ...]:
        """The tracks in the excerpt, by number.

        Of a kept one, only what lies between the same two cuts as its best picture stays kept: the
        excerpt may hold neither that picture nor the cut. The rest becomes tracks of their own, and
        hidden.
        """
        found, free = list[Track](), self._plan.next_id()
        for track in self._plan.tracks:
            spans = [(self._first, self._last)]
            own = None
            if track.action is Action.KEEP:
                own = own_stretch(track, self._plan.cuts)
            if own is not None:
                before = self._first, min(own[0] - 1, self._last)
                after = max(own[1] + 1, self._first), self._last
                spans = [(max(own[0], self._first), min(own[1], self._last)), before, after]
            for n, (first, last) in enumerate(spans):
                here = self._track(track, first, last) if first <= last else None
                if here is not None and n:
                    here, free = replace(undecided(here), id=free), free + 1
                if here is not None:
                    found.append(here)
        return tuple(sorted(found, key=lambda t: t.id))

    def _track(self, track: Track, first: int, last: int) -> Track | None:
        boxes, shows = Keyframes(track.keyframes), self._plan.source.holds
        keys = self._keys(boxes, first, last)
        if not any(shows(key.box) for key in keys):
            # Between two places outside the picture the way may lead through it.
            way = (boxes.at(frame) for frame in range(first, last + 1))
            inside = next((key for key in way if key is not None and shows(key.box)), None)
            if inside is None:
                return None
            keys.append(inside.but(frame=inside.frame - self._first))
            keys.sort(key=lambda key: key.frame)
        if track.action is Action.KEEP:
            keys = list(self._surely(track, keys))
        return replace(
            track,
            keyframes=tuple(key.but(box=outward(key.box)) for key in keys),
            confirmed=tuple(
                Confirmed(max(c.first, self._first) - self._first, end, c.same, c.by, c.at)
                for c in track.confirmed
                if c.first <= self._last and (end := min(c.last, self._last) - self._first) >= 0
            ),
            shapes=self._shapes(track.shapes),
            key_pictures=self._key_pictures(track.key_pictures),
        )

    def body(self, body: Body) -> Body | None:
        keys = self._keys(body.keyframes, self._first, self._last)
        return Body(body.vehicle, Keyframes(map(whole_pixels, keys))) if keys else None

    def _keys(self, keys: Keyframes, first: int, last: int) -> list[Keyframe]:
        """The keyframes from `first` to `last`, and those at the ends in between two."""
        there = {f: key for f in (first, last) if (key := keys.at(f)) is not None}
        there |= {key.frame: key for key in keys if first <= key.frame <= last}
        return [there[frame].but(frame=frame - self._first) for frame in sorted(there)]

    def _surely(self, track: Track, keys: list[Keyframe]) -> Iterator[Keyframe]:
        """The keyframes of a kept track. At an end of the excerpt between two detections so near
        that its place is certain, one of them is missing: there it counts as detected."""
        ends, at = (self._first, self._last), {key.frame for key in keys}
        for key in keys:
            frame = key.frame + self._first
            if frame not in ends or not self._plan.certain(track, frame):
                yield key
                continue
            yield key.but(state=State.DETECTED)
            following = track.found_at(frame + 1)
            if following is not None and frame < self._last and key.frame + 1 not in at:
                yield following.but(frame=key.frame + 1)

    def _shapes(self, shapes: tuple[Shaped, ...]) -> tuple[Shaped, ...]:
        inside = [s.but(frame=s.frame - self._first) for s in shapes if self._inside(s.frame)]
        if any(s.frame < self._first for s in shapes) and not (inside and inside[0].frame == 0):
            inside.insert(0, Shaped.at(0, shape_at(shapes, self._first)))
        return tuple(inside)

    def _key_pictures(self, keys: tuple[KeyPicture, ...]) -> tuple[KeyPicture, ...]:
        there = {key.frame: key for key in keys if self._inside(key.frame)}
        for end in (self._first, self._last):
            wanted = key_picture_at(keys, end)
            if wanted is not None:
                there.setdefault(end, wanted)
        return tuple(
            there[f].but(frame=f - self._first, evenly=there[f].evenly and f > self._first)
            for f in sorted(there)
        )

    def _inside(self, frame: int) -> bool:
        return self._first <= frame <= self._last

    def muted(self, span: MutedSpan) -> MutedSpan | None:
        plan, timeline = self._plan, self._plan.source.timeline
        start = plan.seconds(self._first) * 1000
        whole = self._last == len(timeline) - 1
        end = plan.seconds(self._last if whole else self._last + 1) * 1000
        to_the_end = plan.goes_to_the_end(span) or span.end >= end
        begins, ends = math.floor(span.start - start), math.ceil(span.end - start)
        if ends <= 0 or (begins >= end - start and not whole):
            return None
        return span.but(start=max(0, begins), end=_TO_THE_END if to_the_end else ends)

    def line(self, line: SpokenLine) -> SpokenLine | None:
        begins, ends = (round(self._plan.seconds(f) * 1000) for f in (self._first, self._last))
        before, after = self._first == 0, self._last == len(self._plan.source.timeline) - 1
        words = tuple(
            (start - begins, end - begins, word)
            for start, end, word in line.words
            if (before or end > begins) and (after or start < ends)
        )
        return SpokenLine(words) if words else None

    def text(self, text: FoundText) -> FoundText | None:
        if text.last < self._first or text.first > self._last:
            return None
        first, last = max(text.first, self._first), min(text.last, self._last)
        places = dict(text.places) | {first: text.at(first), last: text.at(last)}
        return text.but(
            best=min(max(text.best, first), last) - self._first,
            places=tuple(
                (f - self._first, places[f]) for f in sorted(places) if first <= f <= last
            ),
        )

    def review(self, review: ReviewState) -> ReviewState:
        return review.but(
            seen=tuple(s.but(frames=self._runs(s.frames)) for s in review.seen),
            subjects=tuple(
                s.but(frames=self._runs(s.frames), closely=self._runs(s.closely))
                for s in review.subjects
            ),
            findings=(),
            excerpt=None,
            stills=tuple(
                s.but(frame=s.frame - self._first) for s in review.stills if self._inside(s.frame)
            ),
            moments=tuple(
                m.but(
                    frame=m.frame - self._first,
                    beside=tuple(
                        (f - self._first, why, t) for f, why, t in m.beside if self._inside(f)
                    ),
                )
                for m in review.moments
                if self._inside(m.frame)
            ),
        )

    def _runs(self, runs: Runs) -> Runs:
        return tuple(
            (max(a, self._first) - self._first, min(b, self._last) - self._first)
            for a, b in runs
            if a <= self._last and b >= self._first
        )
