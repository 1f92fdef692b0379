"""The audit's record as the report shows it; a record of another shape is shown as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ..types import clock
from .catalogue import Catalogue

KNOWN = ("passed", "findings", "checks", "looked", "sensitivity", "with_plan", "kept_by_decision")


@dataclass(frozen=True, slots=True)
class AuditView:
    """Lines of the audit section: `checks` and `findings` are rows of cells."""

    passed: bool
    looked: str
    detectors: tuple[str, ...]
    checks: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, str, str, str, str], ...]
    other: tuple[tuple[str, str], ...]


def audit_view(audit: dict[str, Any], text: Catalogue) -> AuditView:
    """What can be shown of an audit record, whatever it holds."""
    looked = _mapping(audit.get("looked"))
    return AuditView(
        passed=audit.get("passed") is True,
        looked=text(
            "audit.looked",
            compared=looked.get("frames_compared", "?"),
            looked=looked.get("frames_looked_at", "?"),
            close=looked.get("close_looks", "?"),
        )
        if looked
        else "",
        detectors=tuple(str(d.get("name", "?")) for d in _mappings(looked.get("detectors"))),
        checks=tuple(
            (
                str(check.get("name", "?")),
                text("audit.yes") if check.get("passed") is True else text("audit.no"),
                str(check.get("detail", "")),
            )
            for check in _mappings(audit.get("checks"))
        ),
        findings=tuple(_finding(f, text) for f in _mappings(audit.get("findings"))),
        other=tuple(
            (key, json.dumps(value, ensure_ascii=False, sort_keys=True))
            for key, value in audit.items()
            if key not in KNOWN
        ),
    )


def _finding(finding: dict[str, Any], text: Catalogue) -> tuple[str, str, str, str, str]:
    seconds = finding.get("seconds")
    times = ""
    if isinstance(seconds, list) and all(isinstance(s, (int, float)) for s in seconds):
        times = "–".join(clock(float(s)) for s in seconds)
    target = str(finding.get("target", ""))
    named = text.word("target", target) if target in ("face", "plate", "region") else target
    place = _place(finding.get("box"), text)
    return str(finding.get("kind", "?")), times, named, place, str(finding.get("rule", ""))


def _place(box: object, text: Catalogue) -> str:
    """Where a finding lies in the picture, from the corners of its box; "" if it has none."""
    if not isinstance(box, list) or len(box) != 4:
        return ""
    if not all(isinstance(v, (int, float)) and isfinite(v) for v in box):
        return ""
    left, top, right, bottom = map(round, box)
    return text("audit.at", x=left, y=top, width=right - left, height=bottom - top)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
