"""The first pages of a report: verdict, completeness, case, counts, and review."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..media import sound_is_short
from ..plan import ReviewState, count_of, counted, joined
from ..record import (
    CERTAINTY,
    TEXT_FIELDS,
    USUAL_FIELDS,
    AuditPart,
    CheckPart,
    CheckResult,
    FindingPart,
    Manifest,
    TrackPart,
    census_of,
    kind_of,
)
from ..types import Action, State
from .exemptions import reason_of, who
from .report_words import ReportWords, census_in_words
from .timeline import COLOURS, KEPT_COLOUR


@dataclass(frozen=True, slots=True)
class AuditView:
    """Words for the audit section.

    Attributes:
        passed: whether the audit passed.
        looked: how much was compared and scanned.
        detectors: names of those that scanned.
        checks: rows of all checks: name, result, detail.
        failed: rows of the checks that failed.
        findings: rows of the findings that nobody accepted.
        accepted: rows of the others, with reason and person.
    """

    passed: bool
    looked: str
    detectors: tuple[str, ...]
    checks: tuple[tuple[str, str, str], ...]
    failed: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, ...], ...]
    accepted: tuple[tuple[str, ...], ...]


def audit_view(
    audit: AuditPart, text: ReportWords, accepted: str = "", begin: float = 0.0
) -> AuditView:
    """Words for the audit section.

    Args:
        audit: of the manifest.
        text: the words.
        accepted: reason for which all findings were accepted; "" if they were not.
        begin: time of the first picture, from which a report counts; the audit's are on the clock
            of the source.
    """
    looked = audit.looked
    taken = [f for f in audit.findings if f.accepted or accepted]
    return AuditView(
        passed=audit.passed,
        looked=text(
            "audit.looked",
            compared=looked.frames_compared,
            looked=looked.frames_looked_at,
            close=looked.close_looks,
        ),
        detectors=tuple(d.name for d in looked.detectors),
        checks=tuple(_check(check, text) for check in audit.checks),
        failed=tuple(_check(check, text) for check in audit.checks if not check.passed),
        findings=tuple(_finding(f, begin, text) for f in audit.findings if f not in taken),
        accepted=tuple(_taken(f, begin, accepted, text) for f in taken),
    )


def _check(check: CheckPart, text: ReportWords) -> tuple[str, str, str]:
    result = text("audit.yes") if check.passed else text("audit.no")
    return text.term("check", check.name), result, text.joined(check.detail)


def _finding(
    finding: FindingPart, begin: float, text: ReportWords
) -> tuple[str, str, str, str, str]:
    kind = text.term("finding", finding.kind)
    return (
        text("audit.doubtful", kind=kind) if finding.doubtful else kind,
        "–".join(text.clock(time - begin) for time in finding.seconds),
        text.word("target", finding.target),
        _place(finding.box, text),
        text.term("rule", finding.rule),
    )


def may_be_open(manifest: Manifest, text: ReportWords) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each place where somebody may be visible: time, what, place, probability."""
    for part in manifest.may_be_open:
        place = "" if part.box is None else _place(part.box, text)
        chance = text("audit.percent", percent=round(100 * part.chance))
        yield text.clock(part.seconds), text.term("open", part.why), place, chance


def _taken(finding: FindingPart, begin: float, accepted: str, text: ReportWords) -> tuple[str, ...]:
    kind, time, target, place, _ = _finding(finding, begin, text)
    who = _who(finding.accepted_by or text("log.person"), finding.accepted_at, text)
    return kind, time, target, place, finding.accepted or accepted, who


def _who(name: str, at: str, text: ReportWords) -> str:
    """A name and a moment (UTC), either of which may be missing."""
    return ", ".join(filter(None, (name, at and f"{text.moment(at)} UTC")))


def _place(box: Iterable[float], text: ReportWords) -> str:
    """Words for a finding's place in the picture, from the corners of its box."""
    left, top, right, bottom = map(round, box)
    return text("audit.at", x=left, y=top, width=right - left, height=bottom - top)


def check_command(manifest: Manifest, text: ReportWords) -> str:
    """The `redact check` command for a result, with log and public key if the run used them.

    A manifest does not name log and key; their paths come from the command line of the run. If a
    command such as `redact fix` took them from an earlier run, placeholders stand for them.
    """
    words = ["redact", "check", manifest.output.name, "--source", manifest.source.name]
    if manifest.custody_log is not None:
        words += ["--log", _given(manifest, "--log") or text("integrity.some_log")]
    key = _given(manifest, "--sign")
    if key or manifest.signed_by:
        words += ["--key", f"{key}.pub" if key else text("integrity.some_key")]
    return shlex.join(words)


def _given(manifest: Manifest, option: str) -> str:
    """Value of an option on the command line of the run; "" if it is not there."""
    command = manifest.run.command
    for at, word in enumerate(command):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else "".join(command[at + 1 : at + 2])
    return ""


def record_words(record: CheckResult | None, text: ReportWords) -> dict[str, Any]:
    """Values for the template: `record_broken`, the parts of the record that failed, or "";
    `record_signer`, who signed; `log_entry`, the entry in the custody log, or why it is not stated,
    or ""."""
    if record is None:
        return {"record_broken": "", "record_signer": "", "log_entry": ""}
    parts = ", ".join(
        f"{text.term('part', p.name)} ({text.term('verdict', p.verdict)})" for p in record.broken
    )
    signer = text("record.signed", fingerprint=record.signer) if record.signer else ""
    number, time = record.log_entry
    entry = ""
    if number:
        when = f"{text.moment(time, 19)} UTC"
        entry = text("integrity.entry", number=text.number(number), time=when)
    return {
        "record_broken": text("record.broken", parts=parts) if parts else "",
        "record_signer": signer or text("record.unsigned"),
        "log_entry": text("integrity.entry_unproven") if record.log_unproven else entry,
    }


def summary_parts(manifest: Manifest, audit: AuditView | None, text: ReportWords) -> dict[str, Any]:
    """Values for the summary in the template."""
    counts = census_of(manifest)
    if audit is None:
        verdict, words = "none", text("summary.no_audit")
    elif audit.passed:
        verdict, words = "good", text("summary.held")
    elif audit.accepted and not audit.findings and not audit.failed:
        verdict, words = (
            "none",
            text(
                "summary.accepted", count=len(audit.accepted), section=5 if manifest.tracks else 4
            ),
        )
    else:
        count = len(audit.findings) + len(audit.accepted) + len(audit.failed)
        verdict, words = "bad", text("summary.findings", count=count)
    return {
        **_completeness(manifest, text),
        "counts": census_in_words(counts, text.words),
        "cut_off_count": counts.cut_off,
        "alarms_count": counts.false_alarms,
        "by_person": _by_person(manifest, text),
        "verdict": verdict,
        "verdict_text": words,
    }


def _by_person(manifest: Manifest, text: ReportWords) -> str:
    """Words for how many a person decided about, and about how many nobody did; "" if there is
    nobody and nothing."""
    subjects = [track for track in manifest.tracks if track.subject is None]
    decided = sum(track.by_person for track in subjects)
    return text("summary.decided", decided=decided, rest=len(subjects) - decided) * bool(subjects)


def _completeness(manifest: Manifest, text: ReportWords) -> dict[str, str]:
    """Values for the template: `excerpt`, which part of the original the output is, or "";
    `incomplete`, what is missing of the original, or ""; `pictures`, how many were read;
    `all_there`, whose pictures are all in the output; `other_streams`, the other video streams of
    the original, or "".
    """
    source = manifest.source
    read, declared = source.frames, source.declared_frames
    counts = {"read": text.number(read), "declared": text.number(declared or 0)}
    incomplete, pictures = "", counts["read"]
    if declared is not None and read < declared:
        incomplete = text("summary.cut_off" if source.bytes_missing else "summary.fewer", **counts)
        pictures = text("summary.pictures_of", **counts)
    elif short := [s for s in source.sound if sound_is_short(s.seconds, s.declared_seconds)]:
        lengths = {"read": short[0].seconds or 0, "declared": short[0].declared_seconds or 0}
        incomplete = text("summary.sound_short", **lengths)
    elif source.bytes_missing:
        incomplete = text("summary.ends_early")
    elif source.torn:
        incomplete = text("summary.torn")
    others = [f"{part.stream}" for part in manifest.removed if part.kind == "video"]
    frames, left_out = counts["read"], ""
    if others:
        one = "summary.other_stream" if len(others) == 1 else "summary.other_streams"
        left_out = text(one, count=len(others), streams=", ".join(others))
    if incomplete:
        whole = text("summary.frames_read", frames=frames)
    elif others:
        whole = text("summary.frames_of_stream", frames=frames, stream=source.video_stream)
    else:
        whole = text("summary.frames", frames=frames)
    part = source.excerpt
    if part is not None:
        span = {"start": text.clock(part.from_seconds), "end": text.clock(part.to_seconds)}
        whole = text("summary.frames_of_excerpt", frames=frames, **span)
    return {
        "excerpt": _excerpt(manifest, text),
        "incomplete": incomplete,
        "pictures": pictures,
        "all_there": whole,
        "other_streams": left_out,
    }


def _excerpt(manifest: Manifest, text: ReportWords) -> str:
    """Words for which part of the original the output is; "" if it is all of it."""
    source = manifest.source
    if (part := source.excerpt) is None:
        return ""
    lasts = part.original_seconds
    length = text("summary.length_unknown") if lasts is None else text.clock(lasts, 0)
    return text(
        "summary.excerpt",
        start=text.clock(part.from_seconds),
        end=text.clock(part.to_seconds),
        length=length,
        sha256=source.sha256_before,
        begins=text.clock(part.begins_seconds),
        file=text.clock(part.file_seconds),
    )


def case_parts(manifest: Manifest, text: ReportWords) -> dict[str, Any]:
    """Values for the section on the case: the fields given, and the labels of those missing."""
    pairs = [(text(f"case.{name}"), getattr(manifest.case, name)) for name in TEXT_FIELDS]
    missing = [label for label, value in pairs[:USUAL_FIELDS] if not value]
    return {"case_rows": [pair for pair in pairs if pair[1]], "case_missing": missing}


def legend(manifest: Manifest, text: ReportWords) -> list[tuple[str, str, str]]:
    """Name, colour and meaning of each colour in the timeline."""
    states = {state for track in manifest.tracks for state in track.frames_per_state}
    there = {CERTAINTY[s] for s in State if s.value in states}
    words = [
        (text(f"hidden.{word}"), colour, text(f"hidden.legend_{word}"))
        for word, colour in COLOURS.items()
        if word in there
    ]
    if any(track.action is Action.FALSE_ALARM for track in manifest.tracks):
        words.append((text("hidden.bare"), KEPT_COLOUR, text("hidden.legend_alarm")))
    elif any(track.shown for track in manifest.tracks):
        words.append((text("action.keep"), KEPT_COLOUR, text("hidden.legend_kept")))
    return words


def per_kind(manifest: Manifest, text: ReportWords) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table that counts decisions about people, vehicles, texts and areas."""
    groups = defaultdict[str, list[TrackPart]](list)
    for track in manifest.tracks:
        if track.subject is None:
            groups[kind_of(track, manifest.subjects)].append(track)
    for kind in text.words.tables["subject"]:
        if tracks := groups.get(kind, []):
            counts = counted((kind, track.action) for track in tracks)
            yield {
                "kind": text.term("subjects", kind),
                "all": len(tracks),
                "hidden": counts.hidden.get(kind, 0),
                "kept": counts.kept.get(kind, 0),
                "cut_off": counts.cut_off,
                "alarms": counts.false_alarms,
                "reasons": _reasons(tracks, manifest, text),
            }


def _reasons(tracks: list[TrackPart], manifest: Manifest, text: ReportWords) -> str:
    """Each decision with its reasons: "hidden: third party; shown: client"."""
    parts = []
    for outcome in Action:
        reasons = [reason_of(t, manifest, text)[1] for t in tracks if t.action is outcome]
        given = set(reasons)
        # "Cut off by hand" is reason enough if nobody gave another.
        lacks = "" in given and outcome is not Action.CUT_OFF
        words = [*sorted(given - {""}), *([text("log.no_reason")] if lacks else [])]
        if reasons:
            done = text.word("action", outcome.value)
            parts.append(done + text("title.colon") + ", ".join(words) if words else done)
    return text("title.semicolon").join(parts)


def reviewed(manifest: Manifest, text: ReportWords) -> dict[str, Any] | None:
    """Values for the section on the review; None if nobody used the review page."""
    review = manifest.review
    if review is None:
        return None
    share = 100 * review.frames_seen / max(review.frames, 1)
    people = sorted({part.by for part in review.seen})
    firsts = {track.track: track for track in manifest.tracks if track.subject is None}
    return {
        "by_each": [
            text(
                "review.by_each",
                name=name or text("log.person"),
                seen=text.number(count_of(ReviewState(seen=review.seen).frames_seen(by=name))),
            )
            for name in people
        ]
        if len(people) > 1
        else [],
        "by": text("review.by", name=review.reviewer)
        if review.reviewer
        else text("review.by_nobody"),
        "frames": text(
            "review.frames",
            seen=text.number(review.frames_seen),
            frames=text.number(review.frames),
            # Rounded down, so that it never claims more than was seen.
            share=text.number(int(share)),
            played=text.number(int(100 * review.frames_played / max(review.frames, 1))),
        ),
        "moments": text(
            "review.moments",
            seen=text.number(review.moments_seen),
            moments=text.number(review.moments),
        )
        if review.moments
        else "",
        "hours": text(
            "review.hours",
            open=text.clock(review.open_seconds, 0),
            worked=text.clock(review.worked_seconds, 0),
        )
        if manifest.case.hours
        else "",
        "findings": text(
            "review.findings", answered=review.findings_answered, findings=review.findings
        ),
        "answers": [
            (
                text.term("finding", a.kind),
                "" if a.first_seconds is None else text.clock(a.first_seconds),
                text.word("target", a.target),
                _answer(a.answer, a.reason, text),
                _who(a.answered_by, a.answered_at, text),
            )
            for a in review.answers
        ],
        "subjects": [
            text(
                "review.subject",
                who=who(firsts[s.track], manifest, text),
                seen=text.number(count_of(joined(s.frames, s.closely))),
            )
            for s in review.subjects
            if s.track in firsts
        ],
    }


def _answer(answer: str, reason: str, text: ReportWords) -> str:
    if answer == "none":
        return text("review.none", reason=reason)
    return text("review.hide") if answer == "hide" else text("review.open")
