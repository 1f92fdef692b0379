"""The exemption log: what is withheld or shown, from when to when, and by which rule; as CSV, and
as the report prints it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..record import CERTAINTY, Manifest, TrackPart
from ..types import DOUBTFUL, Action, Origin, State, clock, runs_of
from .report_words import ReportWords
from .timeline import COLOURS

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """What is decided about one subject in the picture, or about one span of sound; in words.

    Attributes:
        tracks: numbers, rising; empty for sound.
        spans: seconds after the first picture, in order; at least one.
        medium: picture or sound.
        withheld: what it is.
        action: whether it is hidden, or how far it is shown.
        method: by which it is hidden.
        code, reason: as given; the code is "" where the case has none.
        basis: statutory basis of the code, else that of the case.
        decided_by: a person, or the program's rule.
        decided_at: when, UTC; "" where it is not on record.
        origin: how it came to be marked.
        pictures: in which it is, "" for sound.
        kept: whether it is shown by decision.
        alarm: whether it was called a false alarm.
    """

    tracks: tuple[int, ...]
    spans: Spans
    medium: str
    withheld: str
    action: str
    method: str
    code: str
    reason: str
    basis: str
    decided_by: str
    origin: str
    pictures: str
    kept: bool = False
    alarm: bool = False
    decided_at: str = ""


def entries(manifest: Manifest, text: ReportWords) -> list[Exemption]:
    """The entries for pictures, in order of time, then those for sound."""
    return [*picture_entries(manifest, text), *_sound_entries(manifest, text)]


def picture_entries(manifest: Manifest, text: ReportWords) -> list[Exemption]:
    """One entry for all tracks of a subject about which the same was decided."""
    groups: dict[object, list[TrackPart]] = defaultdict(list)
    for track in manifest.tracks:
        same = (
            *(track.action, track.target, track.method, track.reason, track.decided_by),
            track.by_person,
        )
        words = target_words(track, text)
        groups[(track.subject or track.track, *same, track.origin, words)].append(track)
    found = [_of_subject(tracks, manifest, text) for tracks in groups.values()]
    return sorted(found, key=lambda e: (e.spans[0], e.tracks))


def _of_subject(tracks: list[TrackPart], manifest: Manifest, text: ReportWords) -> Exemption:
    first = tracks[0]
    code, reason, basis = _reason(first.reason, manifest)
    return Exemption(
        tracks=tuple(sorted(t.track for t in tracks)),
        spans=_joined((t.first_seconds, t.last_seconds) for t in tracks),
        medium=text("log.picture"),
        withheld=target_words(first, text),
        action=_action(tracks, text),
        method=text.word("method", first.method),
        code=code,
        reason=reason,
        basis=basis,
        decided_by=first.decided_by or text(_nobody_named(first)),
        origin=text.word("origin", first.origin.value),
        pictures=str(sum(map(_pictures, tracks))),
        kept=first.action is Action.KEEP,
        alarm=first.action is Action.FALSE_ALARM,
        decided_at=_moment(max(t.decided_at for t in tracks)),
    )


def _sound_entries(manifest: Manifest, text: ReportWords) -> Iterator[Exemption]:
    for span in manifest.muted:
        code, reason, basis = _reason(span.reason, manifest)
        yield Exemption(
            tracks=(),
            spans=((span.start_seconds, span.end_seconds),),
            medium=text("log.sound"),
            withheld=text("sound.target"),
            action=text("sound.taken_out"),
            method=text(f"sound.{span.how}"),
            code=code,
            reason=reason,
            basis=basis,
            decided_by=span.decided_by or text("log.not_stated"),
            decided_at=_moment(span.decided_at),
            origin=text.word("origin", "manual"),
            pictures="",
        )


def _reason(given: str, manifest: Manifest) -> tuple[str, str, str]:
    """Code, words and basis of a reason: of one that is no code, only the words."""
    case = manifest.case
    known = case.codes.get(given)
    if known is None:
        return "", given, case.legal_basis
    return given, known.text or given, known.basis or case.legal_basis


def _joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """Spans in order, those that overlap as one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def target_words(track: TrackPart, text: ReportWords) -> str:
    """What a track is, or, where no detector was sure, what it was taken for: much that is hidden
    to be on the safe side is no face and no plate."""
    word = text.word("target", track.target)
    unsure = track.origin is Origin.AUTO and track.score is not None and track.score < DOUBTFUL
    return text("target.unsure", target=word) if unsure else word


def _pictures(track: TrackPart) -> int:
    return sum(track.frames_per_state.values())


def _action(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    """Hidden or shown; shown in how many pictures, where kept tracks are hidden in some."""
    word, total = text.word("action", tracks[0].action.value), sum(map(_pictures, tracks))
    if tracks[0].action is Action.REDACT:
        return word
    shown = sum(last - first + 1 for t in tracks for first, last in t.shown)
    if shown < total:
        word = text("log.shown_part", shown=shown, total=total)
    confirmed = sum(last - first + 1 for t in tracks for first, last in t.shown_confirmed)
    if confirmed:
        word += text("title.semicolon") + text(
            "log.confirmed", count=confirmed, by=_who(tracks, text)
        )
    return word


def _who(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    """Who confirmed what is shown."""
    names = dict.fromkeys(c.by for t in tracks for c in t.confirmed if c.same)
    return ", ".join(name or text("log.person") for name in names)


def _moment(at: str) -> str:
    """A moment for people, to the minute: 2026-05-06 07:08 UTC."""
    return f"{at[:10]} {at[11:16]} UTC" if at else ""


def _nobody_named(track: TrackPart) -> str:
    """Key of what stands for the name of whoever decided, where none is on record.

    Only what a detector found and nobody touched is hidden by rule; the rest somebody decided,
    whoever it was.
    """
    if track.by_person and track.decided_at:
        return "log.person"
    by_rule = track.origin is Origin.AUTO and track.action is Action.REDACT
    return "log.by_rule" if by_rule else "log.not_stated"


def exemption_csv(manifest: Manifest, text: ReportWords) -> bytes:
    """The log as CSV for Excel, a row for each span of time of each entry.

    UTF-8 with a byte-order mark, without which spreadsheets misread accents; the separator is
    what the language's decimal comma leaves free.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=text("csv.delimiter"), lineterminator="\r\n")
    writer.writerow(text("csv.columns").split(","))
    for number, entry in enumerate(entries(manifest, text), 1):
        for start, end in entry.spans:
            row = (
                str(number), clock(start), clock(end), entry.medium, entry.withheld, entry.action,
                entry.method, entry.code, entry.reason, entry.basis, entry.decided_by,
                entry.decided_at, entry.origin, " ".join(map(str, entry.tracks)), entry.pictures,
            )  # fmt: skip
            writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """`cell` such that no spreadsheet runs it as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


IN_TEXT: Final = 8
"""Entries up to which the log stands in the report itself; a longer one stands in its annex."""

FEW: Final = 60
"""Entries up to which the log says everything about each; a crowd would fill twenty pages."""

PACKED: Final = 150
"""Rows from which on the log is printed as small as can be read: a crowd of 262 in eight pages."""

_OF_ITS_OWN: Final = ("number", "tracks", "states", "decided_at")
"""What rows that are printed as one may differ in."""

_COMMON: Final = ("method", "origin", "reason", "legal_basis", "decided_by")


def log_parts(manifest: Manifest, text: ReportWords) -> dict[str, Any]:
    """The rows of the log, and apart from them what was called a false alarm. Where there are many,
    what is the same in all stands above them once, and a row has one line; the CSV has all of it.
    """
    rows_of = list(_rows(manifest, text))
    alarms = [row for row in rows_of if row["alarm"]]
    return {
        **_log(rows_of, text),
        "alarms": list(_merged(alarms)) if len(alarms) > FEW else alarms,
        "log_in_annex": len(rows_of) > IN_TEXT,
    }


def _log(rows_of: Sequence[dict[str, Any]], text: ReportWords) -> dict[str, Any]:
    every = [row for row in rows_of if not row["alarm"]]
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
        told = {k: v for k, v in row.items() if k not in _OF_ITS_OWN}
        groups.setdefault(repr(told), []).append(row)
    for group in groups.values():
        numbers = ranges(row["number"] for row in group)
        tracks = ranges(int(n) for row in group for n in row["tracks"].split(", "))
        yield {**group[0], "number": numbers, "tracks": tracks}


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in few characters: "1, 3–7"."""
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs_of(numbers))


def _rows(manifest: Manifest, text: ReportWords) -> Iterator[dict[str, Any]]:
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
            "decided_at": entry.decided_at,
            "alarm": entry.alarm,
            "origin": entry.origin,
            "pictures": entry.pictures,
            "css": "keep" if entry.kept else "redact",
            "states": _states([by_number[n] for n in entry.tracks], text),
        }


def with_code(entry: Exemption, text: ReportWords) -> str:
    """The reason, after its code where it has one that says something else."""
    if entry.code in ("", entry.reason):
        return entry.reason
    return entry.code + text("title.colon") + entry.reason


def _states(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    counts: Counter[str] = Counter()
    for track in tracks:
        for state, count in track.frames_per_state.items():
            known = state in {s.value for s in State}
            counts[CERTAINTY[State(state)] if known else state] += count
    return ", ".join(
        f"{count} {text(f'hidden.{word}') if word in COLOURS else word}"
        for word, count in counts.items()
    )
