"""The best picture of every subject, and who looks like whom."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..follow import Frames
from ..plan import Plan, Subject, all_subjects
from ..types import Track
from .pictures import encoded, face, look_of
from .sights import SightsKept

MOST_PICTURES: Final = 4000
"""That are kept; a few kilobytes each."""

ALIKE: Final = 0.62
"""Likeness from which a subject is suggested; a suggestion decides nothing."""

MOST_SUGGESTED: Final = 8


class Gallery:
    """Pictures by track and frame, made in order of time.

    Args:
        frames: of the source.
        aspect: width of a pixel over its height.
        kept: what is known of tracks, where somebody knows it already.
    """

    def __init__(self, frames: Frames, aspect: float, kept: SightsKept | None = None) -> None:
        self._frames = frames
        self._aspect = aspect
        self._made: OrderedDict[tuple[int, int], tuple[bytes, NDArray[np.float32]]] = OrderedDict()
        self._kept = kept or SightsKept()
        self._lock = threading.Lock()

    def pictures(self, plan: Plan, wanted: Iterable[tuple[int, int]]) -> list[bytes]:
        """JPEGs in the order of `wanted`, each a track and a frame of it; b"" where there is none.

        Raises UnsafeError and InputError as `Frames`.
        """
        asked = list(wanted)
        for track, frame in sorted(asked, key=lambda w: w[1]):
            self._make(plan, track, frame)
        return [self._made[w][0] if w in self._made else b"" for w in asked]

    def alike(
        self, plan: Plan, number: int, seconds: float = math.inf
    ) -> tuple[list[tuple[int, float]], bool]:
        """Subjects, by their first track, that look like one and were never seen beside it.

        Args:
            plan: of the clip.
            number: a track of the one.
            seconds: after which no further picture is made.

        Returns:
            Them with their likeness, likest first; and whether all were compared.
        """
        end = time.monotonic() + seconds
        tracks = {t.id: t for t in plan.tracks}
        subjects = all_subjects(plan)
        mine = next((s for s in subjects if number in s.tracks), None)
        if mine is None:
            return [], True
        chosen = [tracks[n] for n in mine.tracks]
        own = self._look(plan, chosen)
        found, every = [], True
        first, last = min(t.first for t in chosen), max(t.last for t in chosen)

        def away(other: Subject) -> int:
            theirs = [tracks[n] for n in other.tracks]
            return max(0, min(t.first for t in theirs) - last, first - max(t.last for t in theirs))

        # Pictures are made of those first who were there shortly before or after.
        for other in sorted(subjects, key=away):
            theirs = [tracks[n] for n in other.tracks]
            if other is mine or theirs[0].target is not chosen[0].target:
                continue
            if own is None or self._met(chosen, theirs):
                continue
            if time.monotonic() > end and self._best(theirs) not in self._made:
                every = False
                continue
            look = self._look(plan, theirs)
            likeness = 0.0 if look is None else float(own @ look)
            if likeness >= ALIKE:
                found.append((other.tracks[0], round(likeness, 3)))
        return sorted(found, key=lambda pair: -pair[1])[:MOST_SUGGESTED], every

    def _met(self, a: list[Track], b: list[Track]) -> bool:
        """Whether both were detected in some frame: then they are two."""
        ours, theirs = ([s for t in tracks if (s := self._kept.of(t).seen)] for tracks in (a, b))
        return any(x[0] <= y[1] and y[0] <= x[1] for x in ours for y in theirs)

    def _look(self, plan: Plan, tracks: list[Track]) -> NDArray[np.float32] | None:
        best = self._best(tracks)
        made = self._made.get(best) or self._make(plan, *best)
        return made[1] if made else None

    def _best(self, tracks: list[Track]) -> tuple[int, int]:
        """Track and frame where a subject is seen best."""
        known = {t.id: self._kept.of(t) for t in tracks}
        best = max(tracks, key=lambda t: (known[t.id].score or 0.0, known[t.id].keys))
        return best.id, known[best.id].best

    def _make(self, plan: Plan, track: int, frame: int) -> tuple[bytes, NDArray[np.float32]] | None:
        with self._lock:
            made = self._made.get((track, frame))
            if made is not None:
                self._made.move_to_end((track, frame))
                return made
        key = next((t.at(frame) for t in plan.tracks if t.id == track), None)
        if key is None:
            return None
        picture = face(self._frames.get(frame), key.box, self._aspect)
        made = encoded(picture), look_of(picture)
        with self._lock:
            self._made[track, frame] = made
            while len(self._made) > MOST_PICTURES:
                self._made.popitem(last=False)
        return made
