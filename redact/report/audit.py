"""The audit's record as the report shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..evidence import AuditPart, CheckPart, FindingPart
from ..types import clock
from .catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class AuditView:
    """Lines of the audit section: `checks` and `findings` are rows of cells."""

    passed: bool
    looked: str
    detectors: tuple[str, ...]
    checks: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, str, str, str, str], ...]


def audit_view(audit: AuditPart, text: Catalogue) -> AuditView:
    """What the section says."""
    looked = audit.looked
    return AuditView(
        passed=audit.passed,
        looked=text(
            "audit.looked",
            compared=looked.frames_compared,
            looked=looked.frames_looked_at,
            close=looked.close_looks,
        ),
        detectors=tuple(d.name for d in looked.detectors),
        checks=tuple(_check(check, text) for check in audit.checks),
        findings=tuple(_finding(f, text) for f in audit.findings),
    )


def _check(check: CheckPart, text: Catalogue) -> tuple[str, str, str]:
    result = text("audit.yes") if check.passed else text("audit.no")
    return text.term("check", check.name), result, text.joined(check.detail)


def _finding(finding: FindingPart, text: Catalogue) -> tuple[str, str, str, str, str]:
    return (
        text.term("finding", finding.kind),
        "–".join(map(clock, finding.seconds)),
        text.word("target", finding.target),
        _place(finding.box, text),
        text.term("rule", finding.rule),
    )


def _place(box: Iterable[float], text: Catalogue) -> str:
    """Where a finding lies in the picture, from the corners of its box."""
    left, top, right, bottom = map(round, box)
    return text("audit.at", x=left, y=top, width=right - left, height=bottom - top)
