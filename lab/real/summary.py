"""Scores of tools as figures, one table, and the targets they reach or miss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .intervals import Span, bootstrap, share_interval
from .judge import Scores


@dataclass(frozen=True)
class Figure:
    """One number of one tool.

    Attributes:
        value: a share (0 to 1) or, for growth, a ratio; None if nothing was counted.
        hits, count: for a share of counted things; None for areas and ratios.
        span: 95 % interval.
    """

    value: float | None
    count: int
    hits: int | None = None
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "hits": self.hits, "count": self.count, "span": self.span}


def _share(pairs: Iterable[tuple[str, bool]]) -> Figure:
    known = [(clip, float(hit)) for clip, hit in pairs]
    if not known:
        return Figure(None, 0, 0)
    hits = int(sum(v for _, v in known))
    return Figure(hits / len(known), len(known), hits, share_interval(known))


def _mean(pairs: Iterable[tuple[str, float]]) -> Figure:
    known = list(pairs)
    if not known:
        return Figure(None, 0)
    return Figure(float(np.mean([v for _, v in known])), len(known), None, bootstrap(known))


def figures(scores: Scores) -> dict[str, Figure]:
    """All figures of one tool."""
    frames = scores.frames
    growth = [g for f in frames for g in f.growth]
    of_plates = [g for f in frames for g in f.plate_growth]
    found = {
        f"{t}s": _share((f.clip, o.leaked) for f in frames for o in f.objects if o.target == t)
        for t in ("face", "plate")
    }
    found["heads"] = _share((f.clip, o.leaked) for f in frames for o in f.heads)
    found["tracks"] = _share((t.clip, bool(t.leaked)) for t in scores.tracks if t.judged)
    found["silent"] = _share(scores.silent)
    found["hidden"] = _mean((f.clip, f.hidden) for f in frames)
    found["stray"] = _mean((f.clip, f.stray) for f in frames)
    found["growth"] = Figure(float(np.median(growth)) if growth else None, len(growth))
    found["plate_growth"] = Figure(
        float(np.median(of_plates)) if of_plates else None, len(of_plates)
    )
    found["burnt_in"] = _share((f.clip, hit) for f in frames for hit in f.burnt)
    found["burnt_in_all"] = _share((f.clip, hit) for f in frames for hit in f.burnt_all)
    return found


HEADER = {
    "faces": "faces leaked (≥ 16 px)",
    "plates": "plates leaked (≥ 8 px)",
    "heads": "heads open (≥ 16 px)",
    "tracks": "tracks with a leak",
    "silent": "silent, of what is more than half open",
    "hidden": "hidden, of the picture",
    "stray": "of it stray",
    "growth": "mask ÷ face",
    "plate_growth": "mask ÷ plate",
    "burnt_in": "burnt-in text hidden, of flagged",
    "burnt_in_all": "of all",
}


def cell(figure: Figure) -> str:
    """ "4.1 % (10 of 242; 2.2 to 8.0)" or "–" where nothing was counted."""
    if figure.value is None:
        return "–"
    digits = 1 if figure.hits is not None else 2
    low, high = figure.span or (float("nan"), float("nan"))
    span = f"{100 * low:.{digits}f} to {100 * high:.{digits}f}" if figure.span else "one clip"
    counted = f"{figure.hits} of {figure.count}; " if figure.hits is not None else ""
    return f"{100 * figure.value:.{digits}f} % ({counted}{span})"


def table(all_scores: list[Scores]) -> str:
    """One row per tool; columns in which no tool counted anything are left out."""
    rows = {s.tool: figures(s) for s in all_scores}
    shown = [n for n in HEADER if any(f[n].count for f in rows.values())]
    lines = ["| tool | " + " | ".join(HEADER[n] for n in shown) + " |"]
    lines.append("|---|" + "---|" * len(shown))
    for tool, f in rows.items():
        cells = [_growth(f[n]) if n.endswith("growth") else cell(f[n]) for n in shown]
        lines.append(f"| {tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _growth(figure: Figure) -> str:
    return "–" if figure.value is None else f"{figure.value:.1f} (median of {figure.count})"
