"""Where to look again, and where to search the pixels for a hidden subject."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from math import inf

from ..plan import Plan, decisions, mask_shape
from ..risk import rated_places
from ..settings import Sensitivity
from ..track import FrameClock
from ..types import Action, Box, Frame, Timeline, Track
from .limits import Limits

AROUND_PLACE = 1.0
"""Share of its size by which a place is looked at beyond its box: people go on moving."""

Span = tuple[int, int]
"""First and last frame, both included."""


def moments(plan: Plan, sensitivity: Sensitivity, limits: Limits) -> dict[int, list[Box] | None]:
    """Frames at which a second opinion is worth most → places to look at, upright source pixels;
    None is all of the picture.

    All of the picture at even distances and in the last frame; where what a person called a false
    alarm is seen best, or made a mask smaller; and the places where somebody is most probably
    overlooked, as many as `Limits.share` of what the search looked at.
    """
    line, looked = plan.source.timeline, plan.frames_looked_at
    if looked is None:
        looked = len(line)
    times = _times(sensitivity)
    left = times * max(1.0, limits.share * looked)
    chosen: dict[int, list[Box] | None] = {len(line) - 1: None}
    chosen |= dict.fromkeys(_even(line, limits.whole_every / times))
    for frame, box in _opened(plan):
        places = chosen.setdefault(frame, [])
        if places is not None:
            places.append(box)
    whole = Box(0, 0, plan.source.width, plan.source.height)
    picture = whole.area
    for _, place in rated_places(plan):
        if left <= 0:
            break
        box = whole if place.box is None else place.box.grown(AROUND_PLACE)
        places = chosen.setdefault(place.frame, [])
        if places is not None:  # who is looked for in all of the picture is looked for here
            # A place is looked at with all around it that networks need: see `PART_CONTEXT`.
            left -= max(limits.least_part, box.area / picture)
            places.append(box)
    return chosen


def spans_around(
    frames: Iterable[int], plan: Plan, sensitivity: Sensitivity, limits: Limits
) -> list[Span]:
    """Where it is looked a second time around frames in which somebody is believed to be seen.

    As far as the next look at all of the picture on either side can be: whoever stays in view for
    longer is seen by that, and is a reason to look there, too. Over no cut: nobody is followed over
    one.

    Returns:
        Rising and apart.
    """
    line, cuts = plan.source.timeline, sorted(plan.cuts)
    far, found = limits.whole_every / _times(sensitivity), list[Span]()
    for frame in sorted(set(frames)):
        scene = bisect_right(cuts, frame)
        floor = cuts[scene - 1] if scene else 0
        ceiling = cuts[scene] - 1 if scene < len(cuts) else len(line) - 1
        first = max(floor, line.frame_at(line.time(frame) - far))
        last = min(ceiling, line.frame_at(line.time(frame) + far))
        if found and first <= found[-1][1]:
            first = found.pop()[0]
        found.append((first, last))
    return found


def _times(sensitivity: Sensitivity) -> int:
    """How many times as often as usual is looked."""
    return 2 if sensitivity is Sensitivity.THOROUGH else 1


def _even(line: Timeline, every: float) -> Iterator[int]:
    """First frames of stretches of so many seconds, by a clock that no file can hurry."""
    pace, due = FrameClock(), 0.0
    for frame in range(len(line)):
        time = pace.at(float(line.time(frame) - line.time(0)))
        if time >= due:
            yield frame
            due = time + every


def _opened(plan: Plan) -> Iterator[tuple[int, Box]]:
    """Frames and places in which false alarms are seen best, and of masks that a person made
    smaller than redact does."""
    for track in plan.tracks:
        frames = mask_shape.to_look_at(mask_shape.uncovered_frames(plan, track))
        if track.action is Action.FALSE_ALARM:
            frames = decisions.surest_frames(track)
        for frame in frames:
            here = track.found_at(frame)
            assert here is not None
            yield frame, here.box.grown(0.5)


class Due:
    """Whether frames are looked at that come in order: as often as it is told, and those that are
    named or damaged.

    Args:
        every: seconds from one look to the next.
        also: frames that are looked at besides.
    """

    def __init__(self, every: float, also: Collection[int]) -> None:
        self._every, self._also = every, also
        self._clock, self._last = FrameClock(), -inf

    def __call__(self, frame: Frame) -> bool:
        time = self._clock.at(frame.seconds)
        # To the millisecond: sums of frame times are not exact.
        if round(time - self._last, 3) >= self._every:
            self._last = time
            return True
        return frame.damaged or frame.index in self._also


def edges(
    tracks: Iterable[Track], cuts: Iterable[int], reach: int
) -> dict[int, list[tuple[int, Box]]]:
    """Frames just before and after hidden tracks → their ids, and where their subjects would be.

    Stops at cuts, where there is no "just before".

    Args:
        reach: frames before the first and after the last.
    """
    cut = sorted(cuts)
    found: dict[int, list[tuple[int, Box]]] = defaultdict(list)
    for track in tracks:
        if track.action is not Action.REDACT:
            continue
        low = max([c for c in cut if c <= track.first], default=0)
        end = track.last + 1 + reach
        high = min([c for c in cut if c > track.last], default=end)
        for frame in range(max(low, track.first - reach), track.first):
            found[frame].append((track.id, track.keyframes[0].box))
        for frame in range(track.last + 1, min(high, end)):
            found[frame].append((track.id, track.keyframes[-1].box))
    return found
