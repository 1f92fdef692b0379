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

from ..record import Manifest, MutedPart, ReasonCode, TrackPart, WithheldPart, kind_of
from ..types import DOUBTFUL, Action, Origin, count_of, joined, joined_spans, ranges
from .report_words import ReportWords, counts_in_words

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """The decision about one subject in the picture, or about one span of sound, in words.

    Attributes:
        spans: start and end in seconds after the first picture, in order; at least one.
        medium: picture or sound.
        who: kind and number of the subject, as on the page; "" for sound.
        target: what of it is withheld.
        action: hidden or shown, and how much of it is shown.
        method: how it is hidden.
        code, meaning: why; "" if not given.
        legal_basis: of the code, else, if it is hidden, of the case.
        decided_by: a person, or the program's rule.
        decided_at: when, UTC; "" if not on record.
        origin: who or what marked it.
        times: the spans in words.
        number: its number in the log, or all numbers of entries that are printed as one.
        tracks: track numbers, ascending; empty for sound.
        reason: code and meaning, or only the meaning if there is no code or it says the same.
        pictures: number of pictures in which it appears; "" for sound.
        css: CSS class of its row.
        alarm: whether it was marked as a false alarm.
        body: in how many further pictures only its body is seen; "" if in none.
    """

    spans: Spans
    medium: str
    who: str
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
    css: str = ""
    alarm: bool = False
    body: str = ""

    @property
    def track_numbers(self) -> str:
        return ranges(self.tracks)


def picture_entries(manifest: Manifest, text: ReportWords) -> list[Exemption]:
    """The entries for the picture in order of time, one for each subject, or for each decision if
    an older record has several about one. False alarms, which the report lists separately, come
    last."""
    groups: dict[object, list[TrackPart]] = defaultdict(list)
    for track in manifest.tracks:
        decided = (track.action, track.reason, track.code, track.decided_by, track.by_person)
        groups[(track.subject or track.track, *decided)].append(track)
    found = [_of_subject(tracks, manifest, text) for tracks in groups.values()]
    found.sort(key=lambda e: (e.alarm, e.spans[0], e.tracks))
    return [replace(entry, number=f"{number}") for number, entry in enumerate(found, 1)]


def _of_subject(tracks: list[TrackPart], manifest: Manifest, text: ReportWords) -> Exemption:
    first, hidden = tracks[0], tracks[0].action is Action.REDACT
    code, meaning, basis = reason_of(first, manifest, text, hidden)
    spans = tuple(joined_spans((t.first_seconds, t.last_seconds) for t in tracks))
    known = {part.subject: part for part in manifest.subjects}.get(first.subject or first.track)
    body, methods = "", [t.method for t in tracks if t.method != "none"]
    if known is not None and known.body_frames:
        body = text(f"log.{known.kind}_alone", count=text.number(known.body_frames))
    return Exemption(
        spans=spans,
        times=tuple(f"{text.clock(start)}–{text.clock(end)}" for start, end in spans),
        medium=text("log.picture"),
        who=who(first, manifest, text),
        target=_each(
            text.word("target", t.target) if first.action.unmasked else target_words(t, text)
            for t in tracks
        ),
        action=_action(tracks, text),
        method=text.word("method", methods[0] if methods else "none"),
        code=code,
        meaning=meaning,
        legal_basis=basis,
        decided_by=first.decided_by or text(_nobody_named(first)),
        decided_at=_moment(max(t.decided_at for t in tracks), text),
        origin=_each(text.word("origin", t.origin.value) for t in tracks),
        tracks=tuple(sorted(t.track for t in tracks)),
        reason=with_code(code, meaning, text),
        pictures=str(_pictures(tracks)),
        css="redact" if hidden else "keep",
        alarm=first.action is Action.FALSE_ALARM,
        body=body,
    )


def who(track: TrackPart, manifest: Manifest, text: ReportWords) -> str:
    """Kind and number of a track's subject, as the page names it."""
    number = track.subject or track.track
    return f"{text.term('subject', kind_of(track, manifest.subjects))} {number}"


def _each(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def sound_entries(manifest: Manifest, text: ReportWords) -> Iterator[Exemption]:
    for span in manifest.muted:
        code, meaning, basis = reason_of(span, manifest, text)
        yield Exemption(
            spans=((span.start_seconds, span.end_seconds),),
            medium=text("log.sound"),
            who="",
            target=text("sound.target"),
            action=text("sound.taken_out"),
            method=text(f"sound.{span.how}"),
            code=code,
            meaning=meaning,
            legal_basis=basis,
            decided_by=span.decided_by or text("log.person"),
            decided_at=_moment(span.decided_at, text),
            origin=text.word("origin", "manual"),
            reason=with_code(code, meaning, text),
        )


def reason_of(
    part: TrackPart | MutedPart | WithheldPart,
    manifest: Manifest,
    text: ReportWords,
    hidden: bool = True,
) -> tuple[str, str, str]:
    """Code, meaning and legal basis of a decision; each is "" if there is none. The legal basis of
    the whole case is for hiding."""
    case = manifest.case
    # Before codes had a field of their own, they stood in that of the reason.
    code = part.code or (part.reason if part.reason in case.codes else "")
    known, usual = case.codes.get(code, ReasonCode()), case.legal_basis if hidden else ""
    meaning = text.term("reason", part.reason) if part.reason != code else ""
    return code, meaning or known.text or code, known.basis or usual


def with_code(code: str, meaning: str, text: ReportWords) -> str:
    """The code before its meaning, unless there is none or it says the same."""
    return meaning if code in ("", meaning) else f"{code}{text('title.colon')}{meaning}"


def target_words(track: TrackPart, text: ReportWords) -> str:
    """Words for a track's target: "face", or "possible face" if the detectors were not sure, since
    much that is hidden for safety is not a face or plate."""
    word = text.word("target", track.target)
    unsure = track.origin is Origin.AUTO and track.score is not None and track.score < DOUBTFUL
    return text("target.unsure", target=word) if unsure else word


def _pictures(tracks: Iterable[TrackPart]) -> int:
    """Number of pictures in which any of the tracks is."""
    return _number_of(((s.first, s.last) for s in t.spans) for t in tracks)


def _number_of(runs: Iterable[Iterable[tuple[int, int]]]) -> int:
    return count_of(joined(tuple(run for part in runs for run in part), ()))


def _action(tracks: Sequence[TrackPart], text: ReportWords) -> str:
    """Hidden or shown; for kept tracks that are hidden in some pictures, in how many they are
    shown."""
    outcome, total = tracks[0].action, _pictures(tracks)
    word = text.word("action", outcome.value)
    if outcome is Action.REDACT:
        return word
    shown = _number_of(t.shown for t in tracks)
    if shown < total:
        part = text("log.shown_part", shown=shown, total=total)
        word = part if outcome is Action.KEEP else word + text("title.semicolon") + part
    covered = _number_of(t.covered for t in tracks)
    if covered:
        word += text("title.semicolon") + text("log.covered", count=covered)
    confirmed = _number_of(t.shown_confirmed for t in tracks)
    if confirmed:
        names = (c.by or text("log.person") for t in tracks for c in t.confirmed if c.same)
        told = text("log.confirmed", count=confirmed, by=_each(names))
        word += text("title.semicolon") + told
    return word


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


def withheld_rows(manifest: Manifest, text: ReportWords) -> list[dict[str, str]]:
    """How much was withheld under each code or for each reason, in words."""
    frames, rows = manifest.source.frames, []
    for part in manifest.withheld:
        code, meaning, basis = reason_of(part, manifest, text)
        rows.append(
            {
                "code": code,
                "meaning": meaning,
                "reason": with_code(code, meaning, text),
                "basis": basis,
                "who": counts_in_words(part.subjects, text.words),
                "seconds": text.number(part.seconds, 1),
                "pictures": text.number(part.frames),
                "share": text.number(100 * part.frames / max(frames, 1), 1),
                "sound": text.number(part.sound_seconds, 1) if part.sound_seconds else "",
            }
        )
    return rows


def exemption_csv(manifest: Manifest, text: ReportWords) -> bytes:
    """The log as CSV, with one row per span of each entry, and at its end one for each code: how
    much was withheld under it.

    It is UTF-8 with a byte-order mark, without which Excel misreads accents. The separator is a
    semicolon in languages with a decimal comma.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=text("csv.delimiter"), lineterminator="\r\n")
    writer.writerow(text("csv.columns").split(","))
    every = [*picture_entries(manifest, text), *sound_entries(manifest, text)]

    def number(value: float, digits: int) -> str:
        return text.words.number(f"{value:.{digits}f}")

    for place, entry in enumerate(every, 1):
        for start, end in entry.spans:
            line = (
                str(place), text.clock(start), text.clock(end), entry.medium, entry.who,
                entry.target, entry.action, entry.method, entry.code, entry.meaning,
                entry.legal_basis, entry.decided_by, entry.decided_at, entry.origin,
                " ".join(map(str, entry.tracks)), entry.pictures, number(end - start, 3), "",
            )  # fmt: skip
            writer.writerow(map(harmless, line))
    for row, part in zip(withheld_rows(manifest, text), manifest.withheld, strict=True):
        share = 100 * part.frames / max(manifest.source.frames, 1)
        for medium, what, seconds, pictures, of_all in (
            ("log.picture", "action.redact", part.seconds, str(part.frames), number(share, 1)),
            ("log.sound", "sound.taken_out", part.sound_seconds, "", ""),
        ):
            if seconds or pictures not in ("", "0"):
                cells = (
                    text("csv.total"), "", "", text(medium), row["who"] if pictures else "", "",
                    text(what), "", row["code"], row["meaning"], row["basis"], "", "", "", "",
                    pictures, number(seconds, 3), of_all,
                )  # fmt: skip
                writer.writerow(map(harmless, cells))
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """The cell, escaped so that no spreadsheet runs it as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


MOST_ENTRIES_IN_REPORT: Final = 5
"""Up to this number of entries, the log is part of the report's text, with every detail. A longer
one goes into the annex, where common details are printed once."""

MOST_SINGLE_ROWS: Final = 60
"""Up to this number of entries, each has its own row, with the time of its decision; otherwise a
crowd would fill twenty pages."""

MOST_ROWS_IN_NORMAL_TYPE: Final = 150
"""Above this number of rows, the log is printed in the smallest legible type: 262 take eight
pages."""

_COMMON: Final = ("method", "origin", "reason", "legal_basis", "decided_by")

_OF_FEW: Final = ("decided_at",)


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
    """Yield entries, with those joined that differ only in number, subject, tracks and time of
    decision."""
    groups: dict[Exemption, list[Exemption]] = defaultdict(list)
    for entry in entries:
        groups[replace(entry, number="", who="", tracks=(), decided_at="")].append(entry)
    for group in groups.values():
        numbers = ranges(int(entry.number) for entry in group)
        tracks = tuple(n for entry in group for n in entry.tracks)
        yield replace(group[0], number=numbers, who=_each(e.who for e in group), tracks=tracks)
