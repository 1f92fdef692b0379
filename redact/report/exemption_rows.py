"""The exemption log as the report prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ..evidence import CERTAINTY, Manifest, TrackPart
from ..types import State, clock, runs_of
from .catalogue import Catalogue
from .exemptions import Entry, picture_entries
from .timeline import COLOURS

FEW: Final = 60
"""Entries up to which the log says everything about each; a crowd would fill twenty pages."""

PACKED: Final = 150
"""Rows from which on the log is printed as small as can be read: a crowd of 262 in eight pages."""

_COMMON: Final = ("method", "origin", "reason", "legal_basis", "decided_by")


def log_parts(manifest: Manifest, text: Catalogue) -> dict[str, Any]:
    """The rows of the log. Where there are many, what is the same in all stands above them once,
    and a row has one line; the CSV has all of it."""
    every = list(_rows(manifest, text))
    if len(every) <= FEW:
        return {"log_rows": every, "log_common": None, "log_varying": (), "log_packed": False}
    same = [name for name in _COMMON if len({row[name] for row in every}) == 1]
    common = [
        f"{text(f'log.{name}')}{text('title.colon')}{every[0][name] or text('case.not_given')}"
        for name in same
    ]
    varying = [(name, text(f"log.{name}")) for name in _COMMON if name not in same]
    rows = list(_merged(every))
    return {
        "log_rows": rows,
        "log_packed": len(rows) > PACKED,
        "log_common": text("title.semicolon").join(common),
        "log_varying": varying,
    }


def _merged(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of a crowd that differ in their numbers only, as one."""
    groups: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        told = {k: v for k, v in row.items() if k not in ("number", "tracks", "states")}
        groups.setdefault(repr(told), []).append(row)
    for group in groups.values():
        numbers = ranges(row["number"] for row in group)
        tracks = ranges(int(n) for row in group for n in row["tracks"].split(", "))
        yield {**group[0], "number": numbers, "tracks": tracks}


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in few characters: "1, 3–7"."""
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs_of(numbers))


def _rows(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, Any]]:
    by_number = {t.track: t for t in manifest.tracks}
    for number, entry in enumerate(picture_entries(manifest, text), 1):
        yield {
            "number": number,
            "tracks": ", ".join(map(str, entry.tracks)),
            "times": [f"{clock(start)}–{clock(end)}" for start, end in entry.spans],
            "target": entry.withheld,
            "action": entry.action,
            "method": entry.method,
            "reason": with_code(entry, text),
            "legal_basis": entry.basis,
            "decided_by": entry.decided_by,
            "origin": entry.origin,
            "pictures": entry.pictures,
            "css": "keep" if entry.kept else "redact",
            "states": _states([by_number[n] for n in entry.tracks], text),
        }


def with_code(entry: Entry, text: Catalogue) -> str:
    """The reason, after its code where it has one that says something else."""
    if entry.code in ("", entry.reason):
        return entry.reason
    return entry.code + text("title.colon") + entry.reason


def _states(tracks: Sequence[TrackPart], text: Catalogue) -> str:
    counts: Counter[str] = Counter()
    for track in tracks:
        for state, count in track.frames_per_state.items():
            known = state in {s.value for s in State}
            counts[CERTAINTY[State(state)] if known else state] += count
    return ", ".join(
        f"{count} {text(f'hidden.{word}') if word in COLOURS else word}"
        for word, count in counts.items()
    )
