"""What a run has done: filled in by the pipeline, turned into the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..media import SourceInfo
from ..plan import Plan
from ..settings import Settings
from ..types import Decided, Runs
from ..words import Message
from .case import CaseFields
from .manifest_parts import ModelPart, OpenPart


@dataclass(frozen=True, slots=True)
class Step:
    """One processing step, in the order in which it ran.

    Attributes:
        name: short name in field terms, for example "detect", "track", "render", "audit".
        detail: how it was done, specific enough to repeat it: encoder, parameters, counts.
        seconds: wall-clock time.
    """

    name: str
    detail: tuple[Message, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything about one finished run that belongs on record.

    Attributes:
        source: the original as it was probed.
        source_sha256: of the original before the run, hex.
        source_sha256_after: of the original after the last frame was written; must be equal.
        output: final path of the output; only its name goes on record.
        output_sha256: of the finished file, hex.
        output_size: bytes.
        plan: what was applied.
        settings: what was asked for.
        command: the command line as typed, without the program's folder.
        started, finished: aware times, in any zone.
        steps: in order.
        frames_written: pictures in the output.
        warnings: given to the user: decode errors, dropped streams, …
        notes: what was converted on the way, for example "audio track 1: pcm → aac".
        models: networks that ran besides the plan's detectors, for example in the audit.
        drawn: the plan as its masks were drawn, with damage found while drawing that is not in the
            plan; None if there was none. Times and damaged frames in the record come from it.
        audit: the audit's own result as JSON values; None if none ran.
        accepted: reason for publishing in spite of the audit's findings; "" if there were none.
        answers: why there is nothing to hide in each accepted finding, who said so and when (UTC),
            by its number.
        case: what the user said about the case.
        covered: kept track → spans in which other masks cover part of it.
        sounded: when the sound begins and ends on the clock of the source, seconds, if spans were
            to be muted; None if there is no sound.
        may_be_open: places where somebody may be visible, the most probable first.
    """

    source: SourceInfo
    source_sha256: str
    source_sha256_after: str
    output: Path
    output_sha256: str
    output_size: int
    plan: Plan
    settings: Settings
    command: tuple[str, ...]
    started: datetime
    finished: datetime
    steps: tuple[Step, ...]
    frames_written: int
    warnings: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    models: tuple[ModelPart, ...] = ()
    drawn: Plan | None = None
    audit: Mapping[str, Any] | None = None
    accepted: str = ""
    answers: Mapping[int, Decided] = field(default_factory=dict)
    case: CaseFields | None = None
    covered: Mapping[int, Runs] = field(default_factory=dict)
    sounded: tuple[Fraction, Fraction] | None = None
    may_be_open: tuple[OpenPart, ...] = ()

    @property
    def as_drawn(self) -> Plan:
        """The plan as its masks were drawn."""
        return self.plan if self.drawn is None else self.drawn

    @property
    def unknown_damage(self) -> tuple[int, ...]:
        """Frames in which masks were kept in place because of damage that is not in the plan."""
        return tuple(sorted({*self.as_drawn.unchecked} - {*self.plan.unchecked}))
