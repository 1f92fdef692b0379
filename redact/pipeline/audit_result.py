"""Audits the finished file before it gets its name. A file with findings may be published only if a
person has viewed and accepted each of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..auditing import AuditResult, AuditSettings, audit_file
from ..plan import Plan
from ..risk import SECONDS_BETWEEN_MOMENTS
from ..settings import Audio
from ..types import NEARBY_IOU, Decided, Finding, box_on_the_way
from .journal import Journal
from .order import Order


def check(
    order: Order,
    drawn: Plan,
    finished: Path,
    journal: Journal,
) -> AuditResult:
    """Audit a finished file against `drawn`, the plan whose masks are in it."""
    draw = order.draw
    audio = draw.encode.audio
    sound = audio.kept and bool(order.info.audio)
    settings = AuditSettings.of_plan(drawn, draw.render, sound, audio is Audio.MUTE_SPEECH)
    with journal.step("audit", None, inner=True) as step:
        found = audit_file(order.info, finished, drawn, settings=settings, progress=journal)
        step.say(*found.summary())
    return found


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that a person has viewed, and why they may be published.

    Nobody can accept findings in advance: the next audit may find a person whom nobody has viewed.

    Attributes:
        findings: of an earlier audit of the same source.
        reason: why they are not leaks; a blank reason accepts nothing.
        said: one decision per finding, if the person answered each by itself; if empty, `reason`
            holds for all.
    """

    findings: tuple[Finding, ...]
    reason: str
    said: tuple[Decided, ...] = ()

    def covers(self, audit: AuditResult) -> bool:
        """Whether these include every finding of an audit, and the audit can be accepted at all.

        Nobody can accept a failed check or a mask that was not drawn.
        """
        return (
            bool(self.reason.strip())
            and audit.may_be_accepted
            and all(any(same_place(found, f) for f in self.findings) for found in audit.findings)
        )


def reason_to_publish(audit: AuditResult, accepted: Accepted | None) -> str:
    """Why an output with findings may be published; "" if it has none or not all were accepted."""
    if audit.passed or accepted is None or not accepted.covers(audit):
        return ""
    return accepted.reason.strip()


def answers_to(audit: AuditResult, accepted: Accepted | None) -> dict[int, Decided]:
    """Number of each finding of an audit → the decision that accepts it (why, by whom, when)."""
    if accepted is None or not reason_to_publish(audit, accepted):
        return {}
    said = accepted.said or (Decided(accepted.reason.strip()),) * len(accepted.findings)
    pairs = list(zip(accepted.findings, said, strict=True))
    return {
        finding.number: next(answer for known, answer in pairs if same_place(finding, known))
        for finding in audit.findings
    }


def same_place(found: Finding, viewed: Finding) -> bool:
    """Whether a finding is the one that a person viewed in an earlier audit of the source.

    A finding that lasts longer or leaves the place may be another person, whom nobody has viewed.
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
    return any(box.iou(there[f]) >= NEARBY_IOU for f, box in during if f in there)
