"""What an audit found, as values, as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

import msgspec

from ..plan import Plan
from ..record import KeptPart, LookedPart
from ..settings import RenderSettings, Sensitivity, Stamp
from ..types import DEFAULT_TARGETS, Action, Box, Target, clock, one_line, with_nested
from ..words import Message, said, say, word
from .limits import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How an output is audited.

    Attributes:
        sensitivity: `thorough` looks twice as often; see `Limits`.
        margin: that the masks were drawn with (`RenderSettings.margin`).
        targets: what to look for, at least one of those that are searched for (`DETECTED_TARGETS`).
        audio_expected: None if either is fine, else whether the output should have sound.
        credentials: the output must hold content credentials; otherwise it may not.
        limits: every number that decides.
        stamp: that was drawn on every picture (`RenderSettings.stamp`). Its place may differ from
            the source; it hides nothing.
        render: how this version of redact drew the masks: they are drawn again, and the output must
            be that. None where this is not known: that a mask was drawn is then told by the detail
            of the source under it.
    """

    sensitivity: Sensitivity = Sensitivity.BALANCED
    margin: float = RenderSettings().margin
    targets: tuple[Target, ...] = DEFAULT_TARGETS
    audio_expected: bool | None = None
    credentials: bool = False
    limits: Limits = LIMITS
    stamp: Stamp | None = None
    render: RenderSettings | None = None

    @classmethod
    def of_plan(
        cls,
        plan: Plan,
        render: RenderSettings,
        audio_expected: bool | None = None,
        credentials: bool = False,
    ) -> Self:
        """What an output of a plan is audited for: targets and sensitivity are the plan's own.

        A run has one truth about what was to be hidden, and how hard it was looked for.
        """
        asked = plan.settings
        return cls(
            Sensitivity(asked.sensitivity),
            render.margin,
            asked.targets,
            audio_expected,
            credentials=credentials,
            stamp=render.stamp,
            render=render,
        )


class FindingKind(StrEnum):
    """What is wrong in a span."""

    UNCOVERED = "possible_leak"
    """A detector sees a face or plate outside every mask of the finished file."""
    MISFIT = "mask_does_not_fit"
    """A mask covers only part of the subject that a detector sees in the source there."""
    UNDRAWN = "mask_not_drawn"
    """The plan hides something here, and the output shows the source's own pixels."""
    REPEATED = "number_repeated"
    """A text outside the masks, such as a caption, repeats the number of a hidden plate."""


MOST_TEXT: Final = 40
"""Characters of a text that are shown: what is longer is no number."""

_SURE: Final = 0.75
"""Probability from which a finding is not called doubtful: three of four are there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place, over one span of time, that a person must look at.

    Attributes:
        number: from 1, the doubtful ones last, otherwise in order of time.
        kind: what is wrong.
        target: what is visible.
        first, last: frame indices of the source, both included.
        start, end: presentation times of these frames in seconds.
        path: (frame, box) where it was seen, rising frames, upright source pixels.
        scores: "probability": that it is what it seems, by all that detectors and verifier saw.
        rule: why the finding is believed: a key in the table `rule` of `redact.words`.
        track: id of the track that it belongs to or lies beside, None where there is none.
        text: what can be read there, for whoever looks at it now: it is never written down.
    """

    number: int
    kind: FindingKind
    target: Target
    first: int
    last: int
    start: float
    end: float
    path: tuple[tuple[int, Box], ...]
    scores: tuple[tuple[str, float], ...]
    rule: str
    track: int | None = None
    text: str = ""

    @property
    def box(self) -> Box:
        """Smallest box that contains the subject over the whole span."""
        box = self.path[0][1]
        for _, other in self.path[1:]:
            box = box.union(other)
        return box

    @property
    def frames(self) -> int:
        return self.last - self.first + 1

    @property
    def doubtful(self) -> bool:
        """Whether it may well be nothing, by what detectors say; facts of pixels are not."""
        return dict(self.scores).get("probability", 1.0) < _SURE

    @property
    def shown_text(self) -> str:
        """What can be read there, as it may be printed."""
        return one_line(self.text[:MOST_TEXT])

    def in_words(self) -> str:
        box = self.path[len(self.path) // 2][1]
        x, y = box.centre
        seen = ", ".join(f"{name} {score:.2f}" for name, score in self.scores)
        line = say(
            "finding_in_words" if self.track is None else "finding_of_track_in_words",
            kind=self.kind.value,
            target=self.target.word,
            start=clock(self.start),
            end=clock(self.end),
            count=self.frames,
            first=self.first,
            width=round(box.width),
            height=round(box.height),
            x=round(x),
            y=round(y),
            track=self.track,
            rule=self.rule,
        )
        if self.text:
            line = say("finding_that_reads", line=line, text=self.shown_text)
        return f"{line} ({seen})" if seen else line

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind.value,
            "doubtful": self.doubtful,
            "target": self.target.word,
            "frames": [self.first, self.last],
            "seconds": [round(self.start, 6), round(self.end, 6)],
            "box": [round(v, 1) for v in self.box],
            "path": [[frame, *(round(v, 1) for v in box)] for frame, box in self.path],
            "scores": {name: round(score, 3) for name, score in self.scores},
            "rule": self.rule,
            "track": self.track,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One yes-or-no check of the file as a whole.

    Attributes:
        name: what was checked: a key in the table `check` of `redact.words`.
        passed: whether it holds.
        said: the numbers, or the first things that are wrong.
    """

    name: str
    passed: bool
    said: tuple[Message, ...]

    @property
    def detail(self) -> str:
        """What it says, in English."""
        return "; ".join(map(str, self.said))

    def in_words(self) -> str:
        return say(
            "check_in_words",
            check=self.name,
            detail=word("term", "semicolon").join(map(said, self.said)),
        )

    def to_json(self) -> dict[str, Any]:
        said = [message.to_json() for message in self.said]
        return {"name": self.name, "passed": self.passed, "detail": said}


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Result of `verify`. `passed` means: no finding, and every check holds."""

    sensitivity: Sensitivity
    with_plan: bool
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    kept: tuple[KeptPart, ...]
    looked: LookedPart
    not_searched: tuple[Message, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.findings and all(c.passed for c in self.checks)

    @property
    def may_be_accepted(self) -> bool:
        """Whether a person may publish in spite of this: detectors err, but a check that fails
        or a mask that was not drawn is a fact."""
        drawn = all(f.kind is not FindingKind.UNDRAWN for f in self.findings)
        return drawn and all(c.passed for c in self.checks)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready mapping; the same result always gives the same mapping."""
        return {
            "passed": self.passed,
            "sensitivity": self.sensitivity.value,
            "with_plan": self.with_plan,
            "findings": [f.to_json() for f in self.findings],
            "checks": [c.to_json() for c in self.checks],
            "kept_by_decision": [msgspec.to_builtins(k) for k in self.kept],
            "looked": msgspec.to_builtins(self.looked),
        }

    def in_words(self) -> list[str]:
        """The result for a person, one statement a line, the verdict first."""
        verdict = word("term", "semicolon").join(map(said, self._verdict()))
        lines = [verdict if self.passed else say("audit_needs_review", verdict=verdict)]
        lines += [f"{f.number}. {f.in_words()}" for f in self.findings]
        lines += [say("check_failed", check=c.in_words()) for c in self.checks if not c.passed]
        return lines + [said(message) for message in self._limits()]

    def summary(self) -> tuple[Message, ...]:
        """The verdict and how much was looked at, without the findings and checks themselves."""
        return (*self._verdict(), *self._limits())

    def _verdict(self) -> Iterator[Message]:
        if self.passed:
            yield Message("audit_passed")
        if self.findings:
            yield Message("spans_to_look_at", count=len(self.findings))
        if failed := sum(not c.passed for c in self.checks):
            yield Message("checks_failed", count=failed)

    def _limits(self) -> Iterator[Message]:
        looked = self.looked
        kept = [(k.action, str(k.track)) for k in self.kept]
        for outcome, code in (
            (Action.KEEP, "visible_by_decision"),
            (Action.CUT_OFF, "cut_off_by_hand"),
            (Action.FALSE_ALARM, "false_alarm_by_decision"),
        ):
            if tracks := [track for of, track in kept if of is outcome]:
                yield Message(code, count=len(tracks), tracks=", ".join(tracks))
        yield Message(
            "looked_at",
            compared=looked.frames_compared,
            looked=looked.frames_looked_at,
            close=looked.close_looks,
        )
        if (bodies := looked.bodies) is not None and bodies.pictures:
            yield Message(
                "bodies_accounted",
                pictures=bodies.pictures,
                hidden=bodies.hidden,
                small=bodies.small,
                bare=bodies.bare,
            )
        for target in DEFAULT_TARGETS:
            if looked.targets and target not in with_nested(map(Target.from_word, looked.targets)):
                yield Message("not_looked_for", target=target.word)
        yield from self.not_searched
        if not self.with_plan:
            yield Message("audit_without_plan")
