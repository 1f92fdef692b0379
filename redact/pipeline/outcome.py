"""What became of one source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..auditing import AuditResult
from ..errors import ExitCode
from ..plan import Plan
from ..record import RunRecord
from ..types import Action
from .delivery import Outcome


class ResultState(StrEnum):
    """What became of one source, in the words of a summary."""

    DONE = "done"
    INCOMPLETE = "source incomplete"
    """Done, but the source ends before its headers say."""
    NEEDS_REVIEW = "needs review"
    """The audit found something, so the result did not get its final name."""
    DONE_BEFORE = "done before"
    """An earlier run made it from the same source in the same way; nothing was done."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many tracks a result hides, of each target by its word, how many a person kept visible,
    and how many are nothing to hide."""

    tracks: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    false_alarms: int = 0

    @classmethod
    def of(cls, tracks: Iterable[tuple[str, Action]]) -> Hidden:
        """Counted from the tracks of a plan or of a record: target and what is done with it."""
        counts = Counter(tracks)
        hidden = {
            word: n for (word, action), n in sorted(counts.items()) if action is Action.REDACT
        }
        kept, alarms = (
            sum(n for (_, action), n in counts.items() if action is wanted)
            for wanted in (Action.KEEP, Action.FALSE_ALARM)
        )
        return cls(hidden, kept, alarms)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one source.

    Attributes:
        source: the original.
        output: the file that was written: the final name, or, where it needs review, another one in
            a closed folder.
        wanted: the final name.
        state: see `ResultState`.
        plan_file, manifest, sheet: of the run, None where they are not kept.
        pictures: of findings, where a result is held back.
        missing: what is missing at the end of the source, in words; "" if nothing is known to be.
        hidden: how many tracks; None where that is not known.
        outcome: of the run; None where an earlier run had done the work.
    """

    source: Path
    output: Path
    wanted: Path
    state: ResultState
    plan_file: Path | None = None
    manifest: Path | None = None
    sheet: Path | None = None
    pictures: tuple[Path, ...] = ()
    missing: str = ""
    hidden: Hidden | None = None
    outcome: Outcome | None = None

    @property
    def needs_review(self) -> bool:
        """Whether the result was held back from its final name."""
        return self.state is ResultState.NEEDS_REVIEW

    @property
    def exit_code(self) -> ExitCode:
        """What `redact run` would end with."""
        if self.needs_review:
            return ExitCode.NEEDS_REVIEW
        return ExitCode.INCOMPLETE if self.missing else ExitCode.DONE

    @property
    def audit(self) -> AuditResult | None:
        """What the audit of this run found."""
        return None if self.outcome is None else self.outcome.audit

    @property
    def record(self) -> RunRecord | None:
        """Everything about this run that belongs on record."""
        return None if self.outcome is None else self.outcome.record

    @property
    def plan(self) -> Plan | None:
        """The plan that was drawn by this run."""
        return None if self.outcome is None else self.outcome.record.plan

    def to_json(self) -> dict[str, Any]:
        """As `redact run --json` prints it."""
        told: dict[str, Any] = {
            "source": str(self.source),
            "output": str(self.output),
            "exit_code": int(self.exit_code),
            "state": self.state.value,
            "plan": _text(self.plan_file),
            "incomplete": self.missing,
        }
        if self.hidden is not None:
            told |= {"hidden": self.hidden.tracks, "kept": self.hidden.kept}
            if self.hidden.false_alarms:
                told["false_alarms"] = self.hidden.false_alarms
        if self.outcome is None:
            return told if self.needs_review else told | {"manifest": _text(self.manifest)}
        record = self.outcome.record
        return told | {
            "frames": record.frames_written,
            "stretches": record.stretches[0],
            "stretches_untouched": record.stretches[1],
            "tracks": dict(Counter(t.target.word for t in record.plan.tracks)),
            "manifest": _text(self.manifest),
            "sha256": record.output_sha256,
            "warnings": [str(w) for w in (*record.warnings, *record.notes)],
            "audit": self.outcome.audit.to_json(),
            "pictures": [str(p) for p in self.pictures],
        }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def incomplete(record: RunRecord) -> str:
    """What is missing at the end of the source, in words; "" if nothing is known to be."""
    source = record.source
    return missing_words(
        source.path.name, record.frames_written, source.video.shown, source.missing
    )


def missing_words(name: str, frames: int, declared: int | None, missing: int) -> str:
    """As `incomplete`, from the numbers: pictures read, and those that should be shown, bytes that
    are missing."""
    again = "What is there was redacted. Copy the file again from its origin."
    if declared is not None and frames < declared:
        return f"{name} has {frames} of {declared} pictures; the others are missing. {again}"
    return f"{name} ends early. {again}" if missing else ""
