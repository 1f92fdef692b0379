"""What a custody log says about a run, and what that is worth, as one part of a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PlanError
from ..media import sha256_of_bytes
from ..words import Message, Translatable, Value
from .custody_log import differing_details, read_log
from .log_chain import LogEntry, LogState, against_anchor, unproven
from .manifest import Manifest


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """Verdict on one part of the record.

    Attributes:
        name: "output", "source", "manifest", "signature" or "log".
        verdict: "intact", or what is wrong with it: "changed", "not the original", "damaged",
            "missing", "cut", "broken", "other key", "end not signed", "not mentioned", "replaced";
            "unsigned" and "not given" are not failures.
        said: the same in plain words, one sentence each.
    """

    name: str
    verdict: str
    said: tuple[Translatable, ...]

    @property
    def failed(self) -> bool:
        return self.verdict not in ("intact", "unsigned", "not given")

    @property
    def text(self) -> str:
        """In English, for JSON."""
        return " ".join(map(str, self.said))

    def but(self, *more: Translatable) -> CheckedPart:
        """With further sentences."""
        return replace(self, said=(*self.said, *more))


def verdict_on(
    name: str, verdict: str, code: str, /, **values: Value | Translatable
) -> CheckedPart:
    """A verdict with one sentence."""
    return CheckedPart(name, verdict, (Message(code, **values),))


@dataclass(frozen=True, slots=True)
class Logged:
    """The verdict on a log, and what follows from it for the manifest.

    Attributes:
        manifest_known: an entry names exactly this manifest.
        manifest_changed: the log names another one for this output.
        entry: number and time of the entry that names it; 0 and "" if the log has no reliable one.
        unproven: whether there is one that no signature vouches for, although the run was signed.
    """

    part: CheckedPart
    manifest_known: bool = False
    manifest_changed: bool = False
    entry: tuple[int, str] = (0, "")
    unproven: bool = False

    @property
    def manifest_vouched(self) -> bool:
        return self.manifest_known and not self.unproven


def check_log(
    log: Path, data: bytes, record: Manifest | None, anchored: bool, given: str, named: str
) -> Logged:
    """Judge a log.

    Args:
        log: the file.
        data, record: the manifest's bytes, and its content as far as it could be read.
        anchored: whether what the manifest says about the log counts.
        given, named: raw public keys, hex: the one to check with, and the one that signed the run;
            "" for none. It must also have signed the run's own entry and the head: the manifest
            only knows where the log ended before the run.
    """
    try:
        state = read_log(log)
    except PlanError as error:
        return Logged(CheckedPart("log", "missing", (error,)))
    digest = sha256_of_bytes(data)
    entry = next((e for e in state.entries if e.details.get("manifest_sha256") == digest), None)
    known = entry is not None
    if not state.holds:
        first = state.breaks[0]
        verdict = "cut" if first.kind == "cut" else "broken"
        part = verdict_on("log", verdict, "log_does_not_hold", why=first.text)
        others = [Message("log_does_not_hold_either", why=b.text) for b in state.breaks[1:3]]
        return Logged(part.but(*others), manifest_known=known)
    other = (
        [] if entry is None or record is None else differing_details(entry.details, record, data)
    )
    if entry is not None and other:
        fields = ", ".join(other)
        part = verdict_on("log", "broken", "log_says_otherwise", number=entry.number, fields=fields)
        return Logged(part)
    if entry is not None and (newer := _made_anew(entry, state.entries)):
        made: dict[str, Value] = {"number": newer.number, "time": newer.time}
        return Logged(
            CheckedPart("log", "replaced", (Message("log_made_anew", older=entry.number, **made),)),
            known,
        )
    logged = _against_log(state, known, record, anchored)
    # A manifest that was changed and is not in the log may name anybody's key.
    key = given or (named if anchored or known else "")
    if key and not logged.part.failed and (why := unproven(state, key)):
        return replace(logged, part=_end_not_signed(*why), unproven=known)
    if entry is None:
        return logged
    if key and entry.signed_by != key:
        return replace(logged, unproven=True)
    return replace(logged, entry=(entry.number, entry.time))


_SAME_OUTPUT = ("source_sha256", "output", "recipient", "purpose")


def _made_anew(entry: LogEntry, entries: Sequence[LogEntry]) -> LogEntry | None:
    """The last entry about a later run on the same source, for the same recipient and purpose, that
    made another file of the same name; None if `entry` is about the newest."""
    made = entry.details
    later = (
        e
        for e in reversed(entries)
        if e.number > entry.number
        and e.details.get("output_sha256") not in (None, made.get("output_sha256"))
        and all(e.details.get(name) == made.get(name) for name in _SAME_OUTPUT)
    )
    return next(later, None)


def _end_not_signed(kind: str, why: Message) -> CheckedPart:
    verdict = "end not signed" if kind == "unsigned" else kind
    return verdict_on("log", verdict, "log_end_open", why=why)


def _against_log(state: LogState, known: bool, record: Manifest | None, anchored: bool) -> Logged:
    if anchored and record is not None and record.custody_log is not None:
        wrong = against_anchor(state.entries, record.custody_log, "record")
        if wrong:
            verdict = "cut" if wrong.kind == "cut" else "broken"
            return Logged(verdict_on("log", verdict, "log_does_not_hold", why=wrong.text), known)
    count = len(state.entries)
    remarks = [Message("log_note", what=remark) for remark in state.remarks]
    if known:
        part = verdict_on("log", "intact", "log_names_record", count=count)
        return Logged(part.but(*remarks), manifest_known=True)
    if record is None or any(_of_run(entry.details, record) for entry in state.entries):
        part = verdict_on("log", "intact", "log_names_other", count=count)
        return Logged(part.but(*remarks), manifest_changed=True)
    part = verdict_on("log", "not mentioned", "log_names_none", count=count)
    return Logged(part.but(*remarks))


def _of_run(details: Mapping[str, str], record: Manifest) -> bool:
    """Whether an entry of the log is about a run, by one field or by the others, because one of
    them may have been edited."""
    names = (details.get("source_sha256"), details.get("output"))
    return details.get("output_sha256") == record.output.sha256 or names == (
        record.source.sha256_before,
        record.output.name,
    )
