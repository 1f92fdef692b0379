"""The result of one source: its files, its state, and what is hidden in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from ..auditing import AuditResult
from ..errors import ExitCode
from ..media import sound_is_short
from ..plan import Census, Plan, census
from ..record import Manifest, OpenPart, RunRecord, census_of
from ..risk import LIKELY
from ..words import Message


class ResultState(StrEnum):
    """The state of one source, in the words of a summary."""

    DONE = "done"
    INCOMPLETE = "source incomplete"
    """Done, but the source ends before its headers say."""
    NEEDS_REVIEW = "needs review"
    """The audit has findings, so the result did not get its final name."""
    DONE_BEFORE = "done before"
    """An earlier run made it from the same source with the same settings; this run did nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one source.

    Attributes:
        source: the original.
        output: the file that was written: under its final name or, if it needs review, under
            another name in the private folder.
        wanted: the final name.
        state: see `ResultState`.
        missing: what is missing at the end of the source, in words; None if nothing seems to be.
        counts: of people, vehicles, texts and areas; None if unknown.
        audit, record: of this run; None if an earlier run made the result.
        plan_file, manifest: paths; None for files that are not kept.
        folder: of the result; None if an earlier run made it.
        pictures: of the findings, if the result is held back.
        may_be_open: places where somebody may be visible, the most probable first.
        strict: such a place, if it is likely, decides the exit code.
    """

    source: Path
    output: Path
    wanted: Path
    state: ResultState
    missing: Message | None = None
    counts: Census | None = None
    audit: AuditResult | None = None
    record: RunRecord | None = None
    plan_file: Path | None = None
    manifest: Path | None = None
    pictures: tuple[Path, ...] = ()
    folder: Path | None = None
    may_be_open: tuple[OpenPart, ...] = ()
    strict: bool = False

    @classmethod
    def of_run(
        cls,
        record: RunRecord,
        audit: AuditResult,
        wanted: Path,
        held_back: bool,
        strict: bool = False,
    ) -> Result:
        """The result of a run that has just published its output, before the files beside it are
        written."""
        source = record.source
        missing = missing_words(
            source.path.name,
            record.frames_written,
            source.video.shown,
            source.missing,
            source.torn,
            [(audio.seconds, audio.declared_seconds) for audio in source.audio],
        )
        state = ResultState.INCOMPLETE if missing else ResultState.DONE
        return cls(
            source.path,
            record.output,
            wanted,
            ResultState.NEEDS_REVIEW if held_back else state,
            missing,
            census(record.plan),
            audit=audit,
            record=record,
            may_be_open=record.may_be_open,
            strict=strict,
        )

    @classmethod
    def of_earlier(
        cls,
        source: Path,
        output: Path,
        wanted: Path,
        state: ResultState,
        known: Manifest | None,
        plan_file: Path | None,
        manifest: Path | None = None,
        strict: bool = False,
    ) -> Result:
        """The result of an earlier run, read from its record.

        Args:
            source, output, wanted, state, plan_file, manifest, strict: see `Result`.
            known: the record; None if that run kept none.
        """
        if known is None:
            return cls(source, output, wanted, state, plan_file=plan_file)
        said = known.source
        declared = None if said.declared_frames is None else said.declared_frames - said.cut_frames
        sound = [(part.seconds, part.declared_seconds) for part in said.sound]
        missing = missing_words(
            source.name, said.frames, declared, said.bytes_missing, said.torn, sound
        )
        return cls(
            *(source, output, wanted, state, missing),
            census_of(known),
            plan_file=plan_file,
            manifest=manifest,
            may_be_open=known.may_be_open,
            strict=strict,
        )

    @property
    def needs_review(self) -> bool:
        """Whether the result was held back."""
        return self.state is ResultState.NEEDS_REVIEW

    @property
    def likely_open(self) -> OpenPart | None:
        """The likeliest place where somebody may be visible, if it is likely."""
        likely = (place for place in self.may_be_open if place.chance >= LIKELY)
        return next(likely, None)

    @property
    def exit_code(self) -> ExitCode:
        """Exit code of `redact run` for this result."""
        if self.needs_review or (self.strict and self.likely_open):
            return ExitCode.NEEDS_REVIEW
        return ExitCode.INCOMPLETE if self.missing else ExitCode.DONE

    @property
    def plan(self) -> Plan | None:
        """The plan that was drawn by this run."""
        return None if self.record is None else self.record.plan

    def to_json(self) -> dict[str, Any]:
        """The result as `redact run --json` prints it."""
        fields: dict[str, Any] = {
            "source": str(self.source),
            "output": str(self.output),
            "exit_code": int(self.exit_code),
            "state": self.state.value,
            "plan": _text(self.plan_file),
            "incomplete": str(self.missing or ""),
        }
        if self.counts is not None:
            fields |= self.counts._asdict()
        record, audit = self.record, self.audit
        if record is None or audit is None:
            return fields if self.needs_review else fields | {"manifest": _text(self.manifest)}
        return fields | {
            "frames": record.frames_written,
            "tracks": dict(Counter(t.target.word for t in record.plan.tracks)),
            "manifest": _text(self.manifest),
            "sha256": record.output_sha256,
            "warnings": [str(w) for w in (*record.warnings, *record.notes)],
            "audit": audit.to_json(),
            "pictures": [str(p) for p in self.pictures],
            "may_be_open": msgspec.to_builtins(self.may_be_open),
        }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def missing_words(
    name: str,
    frames: int,
    declared: int | None,
    missing: int,
    torn: bool = False,
    sound: Iterable[tuple[Fraction | float | None, Fraction | float | None]] = (),
) -> Message | None:
    """Describe what is missing at the end of a source; None if nothing seems to be missing.

    Args:
        name: of the source.
        frames, declared: number of pictures that were read, and that the headers declare.
        missing: bytes that the container declares but the file lacks.
        torn: parts of the file could not be read.
        sound: of each audio stream the seconds that were read, and that the container states; None
            for what is not known.
    """
    if declared is not None and frames < declared:
        return Message("pictures_of_source_missing", name=name, frames=frames, declared=declared)
    for read, whole in sound:
        if read is not None and whole is not None and sound_is_short(read, whole):
            lengths = {"seconds": float(read), "declared": float(whole)}
            return Message("sound_of_source_missing", name=name, **lengths)
    if missing:
        return Message("source_ends_early", name=name)
    return Message("source_torn", name=name) if torn else None
