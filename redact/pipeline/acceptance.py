"""Findings that a person has looked at and that may be published: these, and never any others."""

from __future__ import annotations

from dataclasses import dataclass

from ..auditing import AuditResult, Finding


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Findings that are no leaks, by the numbers that they have in a result that was held back.

    It accepts nothing by itself: what the numbers mean has to be looked up first
    (`redact.pipeline.among`).

    Attributes:
        numbers: of the findings; None for all of that result.
        reason: why they are no leaks; goes on record.
    """

    numbers: tuple[int, ...] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a finding is no leak, who said so and when (UTC; "" where it is not known)."""

    reason: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that a person has looked at, and why they may be published.

    There is no way to say "whatever is found": the next audit may find somebody whom nobody has
    looked at.

    Attributes:
        findings: of an earlier audit of the same source.
        reason: why they are no leaks; nothing but spaces is none.
        said: of each finding, where a person answered to each by itself; none: `reason` for all.
    """

    findings: tuple[Finding, ...]
    reason: str
    said: tuple[Answer, ...] = ()

    def covers(self, audit: AuditResult) -> bool:
        """Whether all that an audit found is among these, and may be accepted at all.

        A check that fails, or a mask that was not drawn, is not for anybody to accept.
        """
        return (
            bool(self.reason.strip())
            and audit.may_be_accepted
            and all(any(same_place(found, f) for f in self.findings) for found in audit.findings)
        )

    def answers(self, audit: AuditResult) -> dict[int, Answer]:
        """What was said of each finding of an audit that these cover, by its number."""
        if not self.covers(audit):
            return {}
        said = self.said or (Answer(self.reason.strip()),) * len(self.findings)
        pairs = list(zip(self.findings, said, strict=True))
        return {
            found.number: next(answer for known, answer in pairs if same_place(found, known))
            for found in audit.findings
        }


def same_place(a: Finding, b: Finding) -> bool:
    """Whether two audits of one source mean the same thing."""
    if a.kind is not b.kind or a.target is not b.target:
        return False
    there = dict(b.path)
    return any(box.iou(there[frame]) >= 0.3 for frame, box in a.path if frame in there)
