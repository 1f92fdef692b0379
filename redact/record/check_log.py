"""What a custody log says about a run, and what that is worth, as one part of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PlanError
from ..media import sha256_of_bytes
from .chain import LogState, check_anchor, unproven
from .custody import read_log
from .manifest import Manifest
from .run_entry import told_otherwise


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """Verdict on one part of the record.

    Attributes:
        name: "output", "source", "manifest", "signature" or "log".
        verdict: "intact", or what is wrong with it: "changed", "not the original", "damaged",
            "missing", "cut", "broken", "other key", "end not signed", "not mentioned"; "unsigned"
            and "not given" are no failures.
        text: the same in plain words.
    """

    name: str
    verdict: str
    text: str

    @property
    def failed(self) -> bool:
        return self.verdict not in ("intact", "unsigned", "not given")


@dataclass(frozen=True, slots=True)
class Logged:
    """The verdict on a log, and what follows from it for the manifest.

    Attributes:
        manifest_known: an entry names this very manifest.
        manifest_changed: the log names another one for this output.
        entry: number and time of the entry that names it; 0 and "" where there is none that can
            be relied on as far as the log goes.
        unproven: whether there is one that no signature vouches for, though the run was signed.
    """

    part: CheckedPart
    manifest_known: bool = False
    manifest_changed: bool = False
    entry: tuple[int, str] = (0, "")
    unproven: bool = False

    @property
    def manifest_vouched(self) -> bool:
        return self.manifest_known and not self.unproven


def counted(state: LogState) -> str:
    """In words: 1 entry, 2 entries."""
    return "1 entry" if len(state.entries) == 1 else f"{len(state.entries)} entries"


def check_log(
    log: Path, data: bytes, record: Manifest | None, anchored: bool, given: str, named: str
) -> Logged:
    """Judge a log.

    Args:
        log: the file.
        data, record: the manifest, and what could be read in it.
        anchored: whether what the manifest says about the log counts.
        given, named: raw public key, hex, to check with, and the one that signed the run; "" for
            none. It must have signed the run's own entry and the head, too: the manifest keeps only
            where the log ended before the run.
    """
    try:
        state = read_log(log)
    except PlanError as error:
        return Logged(CheckedPart("log", "missing", error.message))
    digest = sha256_of_bytes(data)
    entry = next((e for e in state.entries if e.details.get("manifest_sha256") == digest), None)
    known = entry is not None
    if not state.holds:
        first = state.breaks[0]
        text = "; ".join(b.text for b in state.breaks[:3])
        verdict = "cut" if first.kind == "cut" else "broken"
        return Logged(
            CheckedPart("log", verdict, f"It does not hold: {text}."), manifest_known=known
        )
    other = [] if entry is None or record is None else told_otherwise(entry.details, record, data)
    if entry is not None and other:
        text = f"Entry {entry.number} names this very manifest, but says otherwise than it: "
        text += f"{', '.join(other)}. The entry was rewritten."
        return Logged(CheckedPart("log", "broken", text))
    logged = _against_log(state, known, record, anchored)
    # A manifest that was changed, and that the log does not know, may name anybody's key.
    key = given or (named if anchored or known else "")
    if key and not logged.part.failed and (why := unproven(state, key)):
        return replace(logged, part=_end_not_signed(*why), unproven=known)
    if entry is None:
        return logged
    if key and entry.signed_by != key:
        return replace(logged, unproven=True)
    return replace(logged, entry=(entry.number, entry.time))


def _end_not_signed(kind: str, why: str) -> CheckedPart:
    text = (
        f"Its chain holds, but {why}, so nothing shows that its last entries are those that were "
        "written. If an entry was added without --sign or with another key, read the log, and "
        "sign its end again with 'redact log add LOG EVENT --sign KEY'."
    )
    return CheckedPart("log", "end not signed" if kind == "unsigned" else kind, text)


def _against_log(state: LogState, known: bool, record: Manifest | None, anchored: bool) -> Logged:
    if anchored and record is not None and record.custody_log is not None:
        problem = check_anchor(state.entries, record.custody_log)
        if problem:
            verdict = "cut" if problem.kind == "cut" else "broken"
            return Logged(CheckedPart("log", verdict, f"It does not hold: {problem.text}."), known)
    remarks = "".join(f" Note: {remark}." for remark in state.remarks)
    if known:
        text = f"It holds ({counted(state)}) and names this very manifest.{remarks}"
        return Logged(CheckedPart("log", "intact", text), manifest_known=True)
    if record is None or any(_of_run(entry.details, record) for entry in state.entries):
        text = f"It holds ({counted(state)}), but names another manifest for this output.{remarks}"
        return Logged(CheckedPart("log", "intact", text), manifest_changed=True)
    text = f"It holds ({counted(state)}), but does not mention this output.{remarks}"
    return Logged(CheckedPart("log", "not mentioned", text))


def _of_run(details: Mapping[str, str], record: Manifest) -> bool:
    """Whether an entry of the log is about a run, by one field or the others: one was edited."""
    names = (details.get("source_sha256"), details.get("output"))
    return details.get("output_sha256") == record.output.sha256 or names == (
        record.source.sha256_before,
        record.output.name,
    )
