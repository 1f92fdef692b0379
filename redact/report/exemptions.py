"""The exemption log: what is withheld or shown, when, and by which rule; as CSV, and as rows of the
report.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..record import CERTAINTY, Manifest, TrackPart
from ..types import DOUBTFUL, Action, Origin, State, ranges
from .report_words import ReportWords
from .timeline import COLOURS

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """The decision about one subject in the picture, or about one span of sound, in words.

    Attributes:
        spans: start and end in seconds after the first picture, in order; at least one.
        medium: picture or sound.
        target: what is withheld.
        action: hidden or shown, and how much of it is shown.
        method: how it is hidden.
        code, meaning: of the reason; the code is "" if the reason is not a code of the case.
        legal_basis: of the code, else of the case.
        decided_by: a person, or the program's rule.
        decided_at: when, UTC; "" if not on record.
        origin: who or what marked it.
        times: the spans in words.
        number: its number in the log, or all numbers of entries that are printed as one.
        tracks: track numbers, ascending; empty for sound.
        reason: code and meaning, or only the meaning if there is no code or it says the same.
        pictures: number of pictures in which it appears; "" for sound.
        states: in how many of them it was seen, bridged, held or drawn by hand.
        css: CSS class of its row.
        alarm: whether it was marked as a false alarm.
        who: which person or vehicle it is, and in how many further pictures only the body is seen;
            "" if no body is known.
    """

    spans: Spans
    medium: str
    target: str
    action: str
    method: str
    code: str
    meaning: str
    legal_basis: str
    decided_by: str
    decided_at: str
    origin: str
    number: str = ""
    times: tuple[str, ...] = ()
    tracks: tuple[int, ...] = ()
    reason: str = ""
    pictures: str = ""
    states: str = ""
    css: str = ""
    alarm: bool = False
    who: str = ""

    @property
    def track_numbers(self) -> str:
        return ranges(self.tracks)


def picture_entries(manifest: Manifest, text: ReportWords) -> list[Exemption]:
    """The entries for the picture in order of time, one for all tracks of a subject with the same
    decision. False alarms, which the report lists separately, come last."""
    groups: dict[object, list[TrackPart]] = defaultdict(list)
    for track in manifest.tracks:
        same = (
            *(track.action, track.target, track.method, track.reason, track.decided_by),
            track.by_person,
        )
        words = target_words(track, text)
        groups[(track.subject or track.track, *same, track.origin, words)].append(track)
    found = [_of_subject(tracks, manifest, text) for tracks in groups.values()]
    found.sort(key=lambda e: (e.alarm, e.spans[0], e.tracks))
    return [replace(entry, number=f"{number}") for number, entry in enumerate(found, 1)]


def _of_subject(tracks: list[TrackPart], manifest: Manifest, text: ReportWords) -> Exemption:
    first = tracks[0]
    code, meaning, basis = _reason(first.reason, manifest)
    meaning = text.term("reason", meaning)
    spans = _joined((t.first_seconds, t.last_seconds) for t in tracks)
    bare = first.action.unmasked
    return Exemption(
        spans=spans,
        times=tuple(f"{text.clock(start)}–{text.clock(end)}" for start, end in spans),
        medium=text("log.picture"),
        target=text.word("target", first.target) if bare else target_words(first, text),
        action=_action(tracks, text),
        method=text.word("method", first.method),
        code=code,
        meaning=meaning,
        # The legal basis is for hiding, so a subject that is shown has none.
        legal_basis=basis if first.action is Action.REDACT else "",
        decided_by=first.decided_by or text(_nobody_named(first)),
        decided_at=_moment(max(t.decided_at for t in tracks), text),
        origin=text.word("origin", first.origin.value),
        tracks=tuple(sorted(t.track for t in tracks)),
        reason=meaning if code in ("", meaning) else f"{code}{text('title.colon')}{meaning}",
        pictures=str(sum(map(_pictures, tracks))),
        states=_states(tracks, text),
        css="redact" if first.action is Action.REDACT else "keep",
        alarm=first.action is Action.FALSE_ALARM,
        who=_somebody(first, manifest, text),
    )


def _somebody(track: TrackPart, manifest: Manifest, text: ReportWords) -> str:
    number = track.subject or track.track
    known = next((s for s in manifest.subjects if s.subject == number), None)
    if known is None:
        return ""
    name = text(f"log.who_{known.kind}", number=number)
    if not known.body_frames:
        return name
    body = text(f"log.who_{known.kind}_alone", count=text.number(known.body_frames))
    return f"{name}{text('title.semicolon')}{body}"


def _sound_entries(manifest: Manifest, text: ReportWords) -> Iterator[Exemption]:
    for span in manifest.muted:
        code, meaning, basis = _reason(span.reason, manifest)
        yield Exemption(
            spans=((span.start_seconds, span.end_seconds),),
            medium=text("log.sound"),
            target=text("sound.target"),
            action=text("sound.taken_out"),
            method=text(f"sound.{span.how}"),
            code=code,
            meaning=meaning,
            legal_basis=basis,
            decided_by=span.decided_by or text("log.person"),
            decided_at=_moment(span.decided_at, text),
            origin=text.word("origin", "manual"),
        )


def _reason(given: str, manifest: Manifest) -> tuple[str, str, str]:
    """Code, meaning and legal basis of a reason. If it is not a code of the case, the code is "",
    the meaning is the reason itself, and the basis is that of the case."""
    case = manifest.case
    known = case.codes.get(given)
    if known is None:
        return "", given, case.legal_basis
    return given, known.text or given, known.basis or case.legal_basis


def _joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """The spans in order, with overlapping ones joined."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def target_words(track: TrackPart, text: ReportWords) -> str:
    """Words for a track's target: "face", or "possible face" if the detectors were not sure, since
    much that is hidden for safety is not a face or plate."""
    word = text.word("target", track.target)
    unsure = track.origin is Origin.AUTO and track.score is not None and track.score < DOUBTFUL
    return text("target.unsure", target=word) if unsure else word


def _pictures(track: TrackPart) -> int:
    return sum(track.frames_per_state.values())


def _action(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    """Hidden or shown; for kept tracks that are hidden in some pictures, in how many they are
    shown."""
    outcome, total = tracks[0].action, sum(map(_pictures, tracks))
    word = text.word("action", outcome.value)
    if outcome is Action.REDACT:
        return word
    shown = sum(last - first + 1 for t in tracks for first, last in t.shown)
    if shown < total:
        part = text("log.shown_part", shown=shown, total=total)
        word = part if outcome is Action.KEEP else word + text("title.semicolon") + part
    covered = sum(last - first + 1 for t in tracks for first, last in t.covered)
    if covered:
        word += text("title.semicolon") + text("log.covered", count=covered)
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


def _moment(at: str, text: ReportWords) -> str:
    """A moment in UTC, to the minute: 2026-05-06 07:08 UTC."""
    return f"{text.moment(at)} UTC" if at else ""


def _nobody_named(track: TrackPart) -> str:
    """Key of the words for a decision without a name.

    Only what a detector found and nobody changed is hidden by rule. Everything else was decided by
    a person, even if the record does not say who.
    """
    if track.by_person and track.decided_at:
        return "log.person"
    by_rule = track.origin is Origin.AUTO and track.action is Action.REDACT
    return "log.by_rule" if by_rule else "log.not_stated"


def exemption_csv(manifest: Manifest, text: ReportWords) -> bytes:
    """The log as CSV, with one row per span of each entry.

    It is UTF-8 with a byte-order mark, without which Excel misreads accents. The separator is a
    semicolon in languages with a decimal comma.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=text("csv.delimiter"), lineterminator="\r\n")
    writer.writerow(text("csv.columns").split(","))
    every = [*picture_entries(manifest, text), *_sound_entries(manifest, text)]
    for number, entry in enumerate(every, 1):
        for start, end in entry.spans:
            row = (
                str(number), text.clock(start), text.clock(end), entry.medium, entry.target,
                entry.action, entry.method, entry.code, entry.meaning, entry.legal_basis,
                entry.decided_by, entry.decided_at, entry.origin, " ".join(map(str, entry.tracks)),
                entry.pictures,
            )  # fmt: skip
            writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """The cell, escaped so that no spreadsheet runs it as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


MOST_ENTRIES_IN_REPORT: Final = 5
"""Up to this number of entries, the log is part of the report's text, with every detail. A longer
one goes into the annex, where common details are printed once."""

MOST_SINGLE_ROWS: Final = 60
"""Up to this number of entries, each has its own row, with its certainty and the time of its
decision; otherwise a crowd would fill twenty pages."""

MOST_ROWS_IN_NORMAL_TYPE: Final = 150
"""Above this number of rows, the log is printed in the smallest legible type: 262 take eight
pages."""

_COMMON: Final = ("method", "origin", "reason", "legal_basis", "decided_by")

_OF_FEW: Final = ("decided_at", "states")


def log_parts(manifest: Manifest, text: ReportWords) -> dict[str, Any]:
    """The rows of the log, and apart from them what was called a false alarm. In the annex, what
    most have in common stands above them once; the CSV has all of it.
    """
    every = picture_entries(manifest, text)
    alarms = [entry for entry in every if entry.alarm]
    return {
        **_log(
            [entry for entry in every if not entry.alarm], len(every) > MOST_ENTRIES_IN_REPORT, text
        ),
        "alarms": list(_merged(alarms)) if len(alarms) > MOST_SINGLE_ROWS else alarms,
        "log_in_annex": len(every) > MOST_ENTRIES_IN_REPORT,
    }


def _log(every: Sequence[Exemption], in_annex: bool, text: ReportWords) -> dict[str, Any]:
    if not in_annex:
        return {"log_rows": every, "log_common": None, "log_varying": (), "log_packed": False}
    few = len(every) <= MOST_SINGLE_ROWS
    if not every:  # all of it was a false alarm
        return {**_log(every, False, text), "log_few": few}
    columns = (*_COMMON, *_OF_FEW) if few else _COMMON
    counts = {name: Counter(getattr(entry, name) for entry in every) for name in columns}
    usual = {
        name: value
        for name, ((value, count), *_) in ((n, c.most_common(1)) for n, c in counts.items())
        if 2 * count > len(every)
    }
    common = [
        text(f"log.{name}") + text("title.colon") + (value or text("case.not_given"))
        for name, value in usual.items()
        if value or name not in _OF_FEW
    ]
    varying = [(name, text(f"log.{name}")) for name in columns if len(counts[name]) > 1]
    rows = [_without(usual, entry, text) for entry in (every if few else _merged(every))]
    return {
        "log_few": few,
        "log_rows": rows,
        "log_packed": len(rows) > MOST_ROWS_IN_NORMAL_TYPE,
        "log_common": common,
        "log_varying": varying,
    }


def _without(usual: Mapping[str, str], entry: Exemption, text: ReportWords) -> Exemption:
    """The entry with nothing in the cells that hold what stands above the log, and words in those
    that hold nothing."""
    cells: dict[str, Any] = {
        name: "" if getattr(entry, name) == value else getattr(entry, name) or text("log.no_value")
        for name, value in usual.items()
    }
    return replace(entry, **cells)


def _merged(entries: Iterable[Exemption]) -> Iterator[Exemption]:
    """Yield entries, with those joined that differ only in number, tracks, states and time of
    decision."""
    groups: dict[Exemption, list[Exemption]] = defaultdict(list)
    for entry in entries:
        groups[replace(entry, number="", tracks=(), states="", decided_at="")].append(entry)
    for group in groups.values():
        numbers = ranges(int(entry.number) for entry in group)
        tracks = tuple(n for entry in group for n in entry.tracks)
        yield replace(group[0], number=numbers, tracks=tracks)


def _states(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    counts: Counter[str] = Counter()
    for track in tracks:
        for state, count in track.frames_per_state.items():
            known = state in {s.value for s in State}
            counts[CERTAINTY[State(state)] if known else state] += count
    return ", ".join(
        f"{text(f'hidden.{word}') if word in COLOURS else word}\N{NO-BREAK SPACE}{count}"
        for word, count in counts.items()
    )
