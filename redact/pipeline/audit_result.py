"""Audits the finished file before it gets its name, and decides what may be published in spite of
findings: those that a person has viewed, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..auditing import AuditResult, AuditSettings, audit_file
from ..plan import Plan
from ..risk import SECONDS_BETWEEN_MOMENTS
from ..settings import Audio
from ..types import LOOSELY_SAME_IOU, Decided, Finding, box_on_the_way
from .journal import Journal
from .order import Order


def check(
    order: Order,
    drawn: Plan,
    finished: Path,
    journal: Journal,
) -> AuditResult:
    """Audit a finished file in which `drawn` was drawn."""
    draw = order.draw
    sound = draw.encode.audio is Audio.KEEP and bool(order.info.audio)
    signed = order.delivery.evidence.credentials is not None
    settings = AuditSettings.of_plan(drawn, draw.render, sound, signed)
    with journal.step("audit", None, inner=True) as step:
        found = audit_file(order.info, finished, drawn, settings=settings, progress=journal)
        step.say(*found.summary())
    return found


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that a person has viewed, and why they may be published.

    There is no way to say "whatever is found": the next audit may find somebody whom nobody has
    looked at.

    Attributes:
        findings: of an earlier audit of the same source.
        reason: why they are no leaks; nothing but spaces is none.
        said: of each finding, where a person answered to each by itself; none: `reason` for all.
    """

    findings: tuple[Finding, ...]
    reason: str
    said: tuple[Decided, ...] = ()

    def covers(self, audit: AuditResult) -> bool:
        """Whether all that an audit found is among these, and may be accepted at all.

        A check that fails, or a mask that was not drawn, is not for anybody to accept.
        """
        return (
            bool(self.reason.strip())
            and audit.may_be_accepted
            and all(any(same_place(found, f) for f in self.findings) for found in audit.findings)
        )


def reason_to_publish(audit: AuditResult, accepted: Accepted | None) -> str:
    """Why an output may be published in spite of its findings; "" where there are none, or where
    not all of them were viewed."""
    if audit.passed or accepted is None or not accepted.covers(audit):
        return ""
    return accepted.reason.strip()


def answers_to(audit: AuditResult, accepted: Accepted | None) -> dict[int, Decided]:
    """The decision about each accepted finding of an audit (why, by whom, when), by its number."""
    if accepted is None or not reason_to_publish(audit, accepted):
        return {}
    said = accepted.said or (Decided(accepted.reason.strip()),) * len(accepted.findings)
    pairs = list(zip(accepted.findings, said, strict=True))
    return {
        finding.number: next(answer for known, answer in pairs if same_place(finding, known))
        for finding in audit.findings
    }


def same_place(found: Finding, viewed: Finding) -> bool:
    """Whether a finding is one that a person has viewed in an earlier audit of the source.

    What goes on for longer, or leaves the place, may be somebody else, whom nobody has viewed.
    """
    if found.kind is not viewed.kind or found.target is not viewed.target:
        return False
    begins, ends = viewed.start - SECONDS_BETWEEN_MOMENTS, viewed.end + SECONDS_BETWEEN_MOMENTS
    if found.start < begins or found.end > ends:
        return False
    during = [(f, box) for f, box in found.path if viewed.first <= f <= viewed.last]
    if not all(box.common(box_on_the_way(viewed.path, frame)) for frame, box in during):
        return False
    there = dict(viewed.path)
    return any(box.iou(there[f]) >= LOOSELY_SAME_IOU for f, box in during if f in there)
