"""Figures over many clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .metrics import TrackResult
from .runner import Measured

BANDS = ((10.0, 20.0), (20.0, 40.0), (40.0, 80.0), (80.0, 1e9))
"""Height in px."""
HEADLINE = {"face": 24.0, "plate": 12.0}
"""Height from which the promise of `balanced` holds."""

BARE = 0.5
"""Share of an instance; where less of it is hidden, hardly any mask is on it."""

Keep = Callable[[float], bool]


@dataclass
class Leaks:
    """Leaks among some truth tracks.

    Attributes:
        instances, leaked: judged truth instances, and the unhidden ones among them.
        unjudged: instances that had no detail to show, or that the output does not show.
        tracks, leaked_tracks: with at least one judged instance, and with a leaked one.
        longest, longest_ms: frames and milliseconds of the longest run of leaked frames.
        start, end: leaked instances in runs that begin with a track's first, and in others that end
            with its last.
        bare, bare_start, bare_end: of `leaked`, `start` and `end`, those of which less than half is
            hidden: no mask is there, or elsewhere. Of the others a rim is open.
        where: (clip, target, id, leaked frames) of leaked tracks.
    """

    instances: int = 0
    leaked: int = 0
    unjudged: int = 0
    tracks: int = 0
    leaked_tracks: int = 0
    longest: int = 0
    longest_ms: float = 0.0
    start: int = 0
    end: int = 0
    bare: int = 0
    bare_start: int = 0
    bare_end: int = 0
    where: list[tuple[str, str, int, list[int]]] = field(default_factory=list)

    def add(self, clip: str, track: TrackResult, keep: Keep) -> None:
        """Count the instances of a track whose height passes `keep`."""
        at = [i for i, h in enumerate(track.heights) if keep(h)]
        judged = [i for i in at if track.coverage[i] is not None]
        bad = [i for i in judged if track.leaked[i]]
        self.unjudged += len(at) - len(judged)
        self.instances += len(judged)
        self.leaked += len(bad)
        self.tracks += bool(judged)
        self.leaked_tracks += bool(bad)
        if bad:
            self.where.append((clip, track.target, track.id, [track.frames[i] for i in bad]))
        for run in _runs(bad):
            self._run(track, run, judged)

    def _run(self, track: TrackResult, run: list[int], judged: list[int]) -> None:
        first, last = run[0], run[-1]
        following = last + 1 if last + 1 < len(track.times) else last
        ms = 1000 * (track.times[following] - track.times[first])
        if following == last:
            steps = np.diff(track.times)
            ms += 1000 * float(np.median(steps)) if len(steps) else 0.0
        if len(run) > self.longest:
            self.longest, self.longest_ms = len(run), ms
        bare = sum((track.coverage[i] or 0.0) < BARE for i in run)
        self.bare += bare
        if first == judged[0]:
            self.start, self.bare_start = self.start + len(run), self.bare_start + bare
        elif last == judged[-1]:
            self.end, self.bare_end = self.end + len(run), self.bare_end + bare

    @property
    def frame_leak(self) -> float:
        return self.leaked / self.instances if self.instances else 0.0

    @property
    def track_leak(self) -> float:
        return self.leaked_tracks / self.tracks if self.tracks else 0.0

    def bound(self) -> float | None:
        """Upper end of the 95 % interval of the track leak where none was seen: 3/n."""
        if self.leaked_tracks or not self.tracks:
            return None
        return min(1.0, 3 / self.tracks)

    def to_json(self) -> dict[str, Any]:
        return {
            **{k: v for k, v in vars(self).items() if k != "where"},
            "frame_leak": self.frame_leak,
            "track_leak": self.track_leak,
            "bound95": self.bound(),
            "where": self.where,
        }


def _runs(places: list[int]) -> list[list[int]]:
    """Stretches of neighbouring numbers."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


@dataclass(frozen=True)
class Summary:
    """One tool over all clips.

    Attributes:
        headline: per target, from `HEADLINE` px on.
        bands: per (target, band).
        over, stray, margin: mean share of the picture (see `metrics`).
    """

    tool: str
    clips: int
    frames: int
    seconds: float
    run_seconds: float
    headline: dict[str, Leaks]
    bands: dict[tuple[str, int], Leaks]
    over: float
    stray: float
    margin: float
    dropped: int

    def to_json(self) -> dict[str, Any]:
        plain = {k: v for k, v in vars(self).items() if k not in ("headline", "bands")}
        return {
            **plain,
            "headline": {k: v.to_json() for k, v in self.headline.items()},
            "bands": {f"{t} {band_name(b)}": v.to_json() for (t, b), v in self.bands.items()},
        }


def band_name(n: int) -> str:
    low, high = BANDS[n]
    return f"{low:.0f}-{high:.0f}" if high < 1e6 else f">{low:.0f}"


def _between(low: float, high: float) -> Keep:
    return lambda h: low <= h < high


def summarise(tool: str, targets: Iterable[str], measured: list[Measured]) -> Summary:
    """Add up the clips of one tool; targets that it does not hide are left out."""
    hides = tuple(targets)
    headline = {t: Leaks() for t in hides}
    bands = {(t, b): Leaks() for t in hides for b in range(len(BANDS))}
    for one in measured:
        for track in one.result.tracks:
            if track.target not in hides:
                continue
            clip, large = one.result.clip, _between(HEADLINE[track.target], 1e9)
            headline[track.target].add(clip, track, large)
            for b, (low, high) in enumerate(BANDS):
                bands[track.target, b].add(clip, track, _between(low, high))
    results = [m.result for m in measured]
    return Summary(
        tool=tool,
        clips=len(results),
        frames=sum(r.frames for r in results),
        seconds=sum(r.seconds for r in results),
        run_seconds=sum(m.seconds for m in measured),
        headline=headline,
        bands=bands,
        over=float(np.mean([r.over for r in results])) if results else 0.0,
        stray=float(np.mean([r.stray for r in results])) if results else 0.0,
        margin=float(np.mean([r.margin for r in results])) if results else 0.0,
        dropped=sum(r.dropped for r in results),
    )
