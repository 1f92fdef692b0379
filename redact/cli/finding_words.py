"""Findings of the audit in words that need no explanation, with the picture that shows each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..auditing import Finding, FindingKind
from ..types import clock

_ACROSS = ("left", "centre", "right")
_DOWN = ("upper", "middle", "lower")


def in_plain_words(
    findings: Sequence[Finding], size: tuple[int, int], pictures: Sequence[Path], start: float
) -> Iterator[str]:
    """One line a finding, with its number.

    Args:
        findings: of one audit.
        size: width and height of the upright picture.
        pictures: of the first findings, in order.
        start: time of the first picture in seconds; players count from there.
    """
    for n, finding in enumerate(findings):
        picture = f"; see {pictures[n].name}" if n < len(pictures) else ""
        when = _when(finding.start - start, finding.end - start)
        yield f"{finding.number}. {_what(finding)} {when}, {place(finding, size)}{picture}"


def _what(finding: Finding) -> str:
    thing = finding.target.spec.names["en"].a
    whose = "" if finding.track is None else f" of track {finding.track}"
    if finding.kind is FindingKind.UNDRAWN:
        return f"The mask{whose}, {thing}, was not drawn"
    if finding.kind is FindingKind.MISFIT:
        return f"The mask{whose} may leave part of {thing} visible"
    return f"{thing[0].upper()}{thing[1:]} may be visible"


def place(finding: Finding, size: tuple[int, int]) -> str:
    """Where in the picture, in thirds: "upper left", "centre"."""
    x, y = finding.path[len(finding.path) // 2][1].centre
    across = _ACROSS[min(2, max(0, int(3 * x / size[0])))]
    down = _DOWN[min(2, max(0, int(3 * y / size[1])))]
    if down == "middle":
        return across
    return down if across == "centre" else f"{down} {across}"


def _when(first: float, last: float) -> str:
    a, b = (clock(max(0, int(seconds)), 0) for seconds in (first, last))
    return f"at {a}" if a == b else f"from {a} to {b}"
