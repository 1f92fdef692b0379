"""Draws who and what is there when, as SVG without scripts or external references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape

from ..record import Manifest, TrackPart
from ..types import clock, runs_of
from .exemptions import who
from .report_words import ReportWords

WIDTH, LABEL, ROW_HEIGHT, HEAD = 1000, 180, 15, 28
"""Pixels: width of the drawing and of its labels, height of a row and of the axis."""

MOST_ROWS = 20
"""Most of them that are drawn: with more, their labels would be illegible in print, where the
drawing may take a third of a page. The log lists all."""

WEAKEST_FIRST = ("held", "bridged", "manual", "seen")
COLOURS = {"seen": "#1f4e79", "bridged": "#7fa8cf", "held": "#c0392b", "manual": "#6b4c9a"}
KEPT_COLOUR = "#b7b7b7"
_SHOWN = "shown"


def drawn_subjects(manifest: Manifest) -> list[list[TrackPart]]:
    """The tracks of each of the `MOST_ROWS` subjects that are there for longest, in order of their
    numbers."""
    subjects = defaultdict[int, list[TrackPart]](list)
    for track in manifest.tracks:
        subjects[track.subject or track.track].append(track)
    rows = sorted(
        subjects.items(), key=lambda s: (sum(t.first_frame - t.last_frame for t in s[1]), s[0])
    )
    return [tracks for _, tracks in sorted(rows[:MOST_ROWS])]


def timeline_svg(manifest: Manifest, text: ReportWords) -> str:
    """The drawing: one row per subject, coloured by the least certain state in each pixel column.

    The colours also differ in lightness, so that it is legible in grey.
    """
    subjects = drawn_subjects(manifest)
    height = HEAD + ROW_HEIGHT * len(subjects) + 6
    title = escape(text("hidden.timeline"), quote=False)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{title}" font-family="inherit" font-size="12">',
        f"<title>{title}</title>",
        *_axis(manifest, height),
    ]
    for i, tracks in enumerate(subjects):
        label = escape(who(tracks[0], manifest, text), quote=False)
        parts += _row(label, tracks, manifest.source.frames, HEAD + i * ROW_HEIGHT)
    return "".join([*parts, "</svg>"])


def _axis(manifest: Manifest, height: int) -> Iterator[str]:
    seconds = manifest.source.seconds
    for tick in _ticks(seconds):
        x = LABEL + (WIDTH - LABEL - 40) * (tick / seconds if seconds else 0)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 6}" y2="{height}" stroke="#ddd"/>'
            f'<text x="{x:.1f}" y="{HEAD - 10}" text-anchor="middle" fill="#555">'
            f"{clock(tick, 0)}</text>"
        )


def _ticks(seconds: float) -> list[float]:
    """Up to ten round times, in seconds."""
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 36000):
        if seconds / step <= 9:
            break
    else:
        step = max(int(seconds / 9), 1)
    return [float(i * step) for i in range(int(seconds / step) + 1)]


def _row(label: str, tracks: list[TrackPart], frames: int, y: int) -> Iterator[str]:
    yield f'<text x="0" y="{y + 11}" fill="#222">{label}</text>'
    for first, last, word in _columns(tracks, frames):
        colour = KEPT_COLOUR if word == _SHOWN else COLOURS[word]
        yield (
            f'<rect x="{LABEL + first}" y="{y + 1}" width="{last - first + 1}" '
            f'height="{ROW_HEIGHT - 3}" fill="{colour}" shape-rendering="crispEdges"/>'
        )


def _columns(tracks: list[TrackPart], frames: int) -> Iterator[tuple[int, int, str]]:
    """Yield first column, last column and state of each run of columns.

    In each column the weakest state wins, but "shown" wins over all, so that the drawing never
    understates what is visible.
    """
    width = WIDTH - LABEL - 40
    scale = width / max(frames, 1)
    columns: dict[int, str] = {}
    for span in (span for track in tracks for span in track.spans):
        for x in _pixels(span.first, span.last, scale, width):
            before = columns.get(x, span.certainty)
            columns[x] = min(before, span.certainty, key=WEAKEST_FIRST.index)
    for first, last in (run for track in tracks for run in track.shown):
        columns |= dict.fromkeys(_pixels(first, last, scale, width), _SHOWN)
    runs = [
        (first, last, state)
        for state in set(columns.values())
        for first, last in runs_of(x for x, here in columns.items() if here == state)
    ]
    yield from sorted(runs)


def _pixels(first: int, last: int, scale: float, width: int) -> range:
    """Columns of a span of frames, clipped to a row of `width` whatever the record says."""
    end = min(max(int((last + 1) * scale - 1e-9), 0), width - 1)
    return range(min(int(first * scale), width - 1), end + 1)
