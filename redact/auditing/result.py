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
    """How to audit an output.

    Attributes:
        sensitivity: `thorough` scans twice as often.
        margin: with which the masks were drawn (`RenderSettings.margin`).
        targets: to search for.
        audio_expected: whether the output should have sound; None if either is fine.
        no_speech: nobody may speak in the output (`Audio.MUTE_SPEECH`).
        stamp: that was drawn on every picture (`RenderSettings.stamp`); differences there are fine.
        render: how this version of redact drew the masks. They are drawn again, and the output must
            match. None if unknown: then a mask counts as drawn if no detail of the source shows.
    """

    sensitivity: Sensitivity = Sensitivity.BALANCED
    margin: float = RenderSettings().margin
    targets: tuple[Target, ...] = DEFAULT_TARGETS
    audio_expected: bool | None = None
    no_speech: bool = False
    stamp: Stamp | None = None
    render: RenderSettings | None = None

    @classmethod
    def of_plan(
        cls,
        plan: Plan,
        render: RenderSettings,
        audio_expected: bool | None = None,
        no_speech: bool = False,
    ) -> Self:
        """Settings for auditing the output of a plan, with the plan's targets and sensitivity."""
        asked = plan.settings
        return cls(
            Sensitivity(asked.sensitivity),
            render.margin,
            asked.targets,
            audio_expected,
            no_speech,
            stamp=render.stamp,
            render=render,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One yes-or-no check of the file as a whole.

    Attributes:
        name: of the check, a key in the table `check` of `redact.words`.
        passed: whether it passed.
        said: the numbers, or the first faults.
    """

    name: str
    passed: bool
    said: tuple[Message, ...]

    @property
    def detail(self) -> str:
        """The details, in English."""
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


def finding_in_words(finding: Finding, begin: float = 0.0) -> str:
    """A finding as one line for the terminal, in the user's language; `begin`: see `in_words`."""
    box = finding.path[len(finding.path) // 2][1]
    x, y = box.centre
    seen = ", ".join(f"{name} {score:.2f}" for name, score in finding.scores)
    line = say(
        "finding_in_words" if finding.track is None else "finding_of_track_in_words",
        kind=finding.kind.value,
        target=finding.target.word,
        start=clock(finding.start - begin),
        end=clock(finding.end - begin),
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
    """Result of `audit_file`. It passes if there is no finding and every check passed.

    Attributes:
        sensitivity: of the audit.
        findings: with the doubtful last.
        checks: of the file as a whole.
        kept: tracks of the plan that are not hidden.
        looked: how much was scanned.
        not_searched: limits that the user set to the search.
    """

    sensitivity: Sensitivity
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
        """Whether a person may publish despite the findings: detectors err, but a failed check or a
        mask that was not drawn is a fact."""
        drawn = all(f.kind is not FindingKind.UNDRAWN for f in self.findings)
        return drawn and all(c.passed for c in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values; equal results give equal values."""
        return {
            "passed": self.passed,
            "sensitivity": self.sensitivity.value,
            "findings": [f.to_json() for f in self.findings],
            "checks": [c.to_json() for c in self.checks],
            "kept_by_decision": [msgspec.to_builtins(k) for k in self.kept],
            "looked": msgspec.to_builtins(self.looked),
        }

    def in_words(self, begin: float = 0.0) -> list[str]:
        """The result as lines for the user, the verdict first.

        Args:
            begin: time in seconds from which the times of findings count, on the clock of the
                source: that of its first picture for a person.
        """
        verdict = word("term", "semicolon").join(map(said, self._verdict()))
        lines = [verdict if self.passed else say("audit_needs_review", verdict=verdict)]
        lines += [f"{f.number}. {finding_in_words(f, begin)}" for f in self.findings]
        lines += [say("check_failed", check=c.in_words()) for c in self.checks if not c.passed]
        return lines + [said(message) for message in self._limits()]

    def summary(self) -> tuple[Message, ...]:
        """The verdict and how much was scanned, without single findings and checks."""
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
