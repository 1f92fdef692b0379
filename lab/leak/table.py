"""Summaries as text (Markdown tables, for the terminal and for a README alike)."""

from __future__ import annotations

from .summary import BANDS, HEADLINE, Leaks, Summary, band_name


def _percent(value: float) -> str:
    return f"{100 * value:.2f}" if value < 0.1 else f"{100 * value:.1f}"


def _tracks(leaks: Leaks | None) -> str:
    """ "3.2 % (5/156)", or for none "0 of 156 (< 1.9 %)" with its 95 % bound."""
    if leaks is None or not leaks.tracks:
        return "–"
    bound = leaks.bound()
    if bound is not None:
        return f"0 of {leaks.tracks} (< {100 * bound:.1f} %)"
    return f"{100 * leaks.track_leak:.1f} % ({leaks.leaked_tracks}/{leaks.tracks})"


def _frames(leaks: Leaks | None) -> str:
    return "–" if leaks is None or not leaks.instances else f"{_percent(leaks.frame_leak)} %"


def _rows(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def headline(summaries: list[Summary]) -> str:
    """One row per tool and target."""
    rows = []
    for s in summaries:
        for target, leaks in s.headline.items():
            edge = f"{leaks.start}, {leaks.end} of {leaks.leaked}" if leaks.leaked else "–"
            bare = f"{leaks.bare_start}, {leaks.bare_end} of {leaks.bare}" if leaks.bare else "–"
            rows.append(
                [
                    s.tool,
                    f"{target} ≥ {HEADLINE[target]:.0f}",
                    _tracks(leaks),
                    _frames(leaks),
                    f"{leaks.longest} ({leaks.longest_ms:.0f} ms)" if leaks.longest else "–",
                    edge,
                    bare,
                ]
            )
    return _rows(
        [
            "tool",
            "target, px",
            "track leak",
            "frame leak",
            "longest run",
            "at start, at end",
            "of these less than half hidden",
        ],
        rows,
    )


def rest(summaries: list[Summary]) -> str:
    """What the masks cost: one row per tool."""
    rows = []
    for s in summaries:
        unjudged = sum(x.unjudged for x in s.headline.values())
        whole = unjudged + sum(x.instances for x in s.headline.values())
        rows.append(
            [
                s.tool,
                f"{_percent(s.over)} %",
                f"{_percent(s.stray)} %",
                f"{_percent(s.margin)} %",
                f"{_percent(unjudged / whole) if whole else '–'} %",
                str(s.dropped),
                f"{s.run_seconds / s.frames * 1000:.0f} ms" if s.frames else "–",
            ]
        )
    return _rows(
        [
            "tool",
            "over-redaction",
            "of it stray masks",
            "margin",
            "nothing to judge",
            "frames dropped",
            "time a frame",
        ],
        rows,
    )


def bands(summaries: list[Summary]) -> str:
    """Track leak and frame leak by target and height."""
    header = ["tool", "target", *(f"{band_name(b)} px" for b in range(len(BANDS)))]
    rows = []
    for s in summaries:
        for target in s.headline:
            cells = [s.bands[target, b] for b in range(len(BANDS))]
            rows.append([s.tool, target, *(f"{_tracks(c)}; {_frames(c)}" for c in cells)])
    return _rows(header, rows)


def worst(summary: Summary, most: int = 30) -> str:
    """Where a tool leaks: tracks by number of leaked frames."""
    where = sorted(
        (w for leaks in summary.headline.values() for w in leaks.where), key=lambda w: -len(w[3])
    )
    return "\n".join(
        f"{clip}: {target} {number}: {len(frames)} frames ({_spans(frames)})"
        for clip, target, number, frames in where[:most]
    )


def _spans(frames: list[int]) -> str:
    spans: list[list[int]] = []
    for f in frames:
        if spans and f == spans[-1][1] + 1:
            spans[-1][1] = f
        else:
            spans.append([f, f])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
