"""The commands that would hide what an audit found."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from ..types import Box
from .result import Finding

_MOST_GROWTH = 2.5
"""A fixed box over a moving subject may be this much larger than the subject before the span is
cut in two: hiding half the picture is no fix."""

_PAD_SECONDS = 0.1
"""Added before and after: the audit may have missed the weakest frames at a span's ends."""


def fix_command(findings: Iterable[Finding], plan_path: Path | str, source: Path | str) -> str:
    """Shell commands, one a line, that add every finding to the plan and render again.

    Args:
        findings: of one audit.
        plan_path: the plan to change.
        source: the original.
    """
    plan, original = shlex.quote(str(plan_path)), shlex.quote(str(source))
    lines = []
    for finding in findings:
        for box, start, end in _pieces(finding):
            corners = ",".join(str(round(v)) for v in box)
            lines.append(
                f"redact plan add {plan} --target {finding.target.word} --box {corners} "
                f"--from {max(0.0, start - _PAD_SECONDS):.3f} --to {end + _PAD_SECONDS:.3f}"
            )
    lines.append(f"redact apply {original} {plan} --force")
    return "\n".join(lines)


def _pieces(finding: Finding) -> list[tuple[Box, float, float]]:
    """Stretches of a finding's path in which one box is good enough: (box, start, end)."""
    span = max(1, finding.last - finding.first)

    def seconds(frame: int) -> float:
        return finding.start + (finding.end - finding.start) * (frame - finding.first) / span

    pieces: list[tuple[Box, float, float]] = []
    start, hull = finding.start, finding.path[0][1]
    for frame, box in finding.path[1:]:
        wider = hull.union(box)
        if wider.area > _MOST_GROWTH * max(box.area, hull.area / _MOST_GROWTH):
            pieces.append((hull, start, seconds(frame)))
            start, wider = seconds(frame), box
        hull = wider
    pieces.append((hull, start, finding.end))
    return pieces
