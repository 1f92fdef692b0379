"""The result of an audit, as values, as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import msgspec

from ..plan import Plan
from ..record import KeptPart, LookedPart
from ..settings import RenderSettings, Sensitivity, Stamp
from ..types import DEFAULT_TARGETS, Action, Finding, FindingKind, Target, clock, with_nested
from ..words import Message, said, say, word


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How an output is audited.

    Attributes:
        sensitivity: `thorough` scans twice as often.
        margin: that the masks were drawn with (`RenderSettings.margin`).
        targets: what to search for, at least one of `DETECTED_TARGETS`.
        audio_expected: None if either is fine, else whether the output should have sound.
        credentials: the output must hold content credentials; otherwise it may not.
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
        """Settings for auditing an output of a plan: targets and sensitivity are the plan's own.

        A run has one truth about what was to be hidden, and how hard it was searched for.
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


def finding_in_words(finding: Finding) -> str:
    """One line for the terminal, in the language that is spoken."""
    box = finding.path[len(finding.path) // 2][1]
    x, y = box.centre
    seen = ", ".join(f"{name} {score:.2f}" for name, score in finding.scores)
    line = say(
        "finding_in_words" if finding.track is None else "finding_of_track_in_words",
        kind=finding.kind.value,
        target=finding.target.word,
        start=clock(finding.start),
        end=clock(finding.end),
        count=finding.frames,
        first=finding.first,
        width=round(box.width),
        height=round(box.height),
        x=round(x),
        y=round(y),
        track=finding.track,
        rule=finding.rule,
    )
    if finding.text:
        line = say("finding_that_reads", line=line, text=finding.shown_text)
    return f"{line} ({seen})" if seen else line


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Result of `audit_file`. `passed` means: no finding, and every check holds."""

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
        lines += [f"{f.number}. {finding_in_words(f)}" for f in self.findings]
        lines += [say("check_failed", check=c.in_words()) for c in self.checks if not c.passed]
        return lines + [said(message) for message in self._limits()]

    def summary(self) -> tuple[Message, ...]:
        """The verdict and how much was scanned, without the findings and checks themselves."""
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
