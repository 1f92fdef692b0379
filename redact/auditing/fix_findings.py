"""Hiding what an audit found: frames and boxes that hide a finding, and the commands that do it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from ..types import Box, Finding, FindingKind, as_argument
from .limits import CORE

_PAD = 2
"""Frames added before and after: the audit may have missed the weakest ones at a span's ends."""

_MOST_PLACES = 12
"""Places that one command names, to bound its length; between them boxes move on straight lines."""


def fix_command(
    findings: Iterable[Finding],
    plan_path: Path | str,
    source: Path | str,
    last_frame: int | None = None,
) -> str:
    """Shell commands, one a line, that add every finding to the plan and render again.

    A mask that was not drawn is in the plan: for that, the last command alone is enough.
    Frames are named by number, so that nothing is lost to rounding of times.

    Args:
        findings: of one audit; "" is returned if there is none.
        plan_path: the plan to change.
        source: the original.
        last_frame: of the clip; None: spans are not padded at their end.
    """
    plan = shlex.quote(as_argument(plan_path))
    lines = []
    found = tuple(findings)
    for finding in found:
        if finding.kind is FindingKind.UNDRAWN:  # the plan hides it already
            continue
        head = f"redact plan add {plan} --target {finding.target.word}"
        places = hiding_places(finding, last_frame)
        if len(places) == 1:
            frame, box = places[0]
            lines.append(f"{head} --box={_corners(box)} --from f{frame} --to f{frame}")
        else:
            where = " ".join(f"--at f{frame}={_corners(box)}" for frame, box in places)
            lines.append(f"{head} {where}")
    if found:
        apply = ["redact", "apply", as_argument(source), as_argument(plan_path)]
        lines.append(shlex.join(apply))
    return "\n".join(lines)


def hiding_places(
    finding: Finding, last_frame: int | None = None, more: Iterable[tuple[int, Box]] = ()
) -> list[tuple[int, Box]]:
    """Frames and boxes that hide a finding, straight lines between them; for `plan.edit.add_track`.

    Args:
        finding: of an audit.
        last_frame: of the clip; None: the span is not padded at its end.
        more: where the same thing was found before and after it.
    """
    beyond = [(f, box.grown(CORE)) for f, box in more if not finding.first <= f <= finding.last]
    places = sorted([*_places(finding), *beyond])
    (first, begin), (last, end) = places[0], places[-1]
    padded = {max(0, first - _PAD): begin}
    if last_frame is not None:
        padded[min(last_frame, last + _PAD)] = end
    return sorted((padded | dict(places)).items())


def _containing(end: Box, lines: list[tuple[Box, Box]]) -> Box:
    """`end` with every side moved out by the most that a seen box reaches over its line."""
    left = max(max(0.0, line.x1 - seen.x1) for line, seen in lines)
    top = max(max(0.0, line.y1 - seen.y1) for line, seen in lines)
    right = max(max(0.0, seen.x2 - line.x2) for line, seen in lines)
    bottom = max(max(0.0, seen.y2 - line.y2) for line, seen in lines)
    return Box(end.x1 - left, end.y1 - top, end.x2 + right, end.y2 + bottom)


def _corners(box: Box) -> str:
    return ",".join(str(round(v)) for v in box)


def _places(finding: Finding) -> list[tuple[int, Box]]:
    """A few boxes on the way that, with straight lines between, contain all that were seen."""
    path = finding.path
    step = -(-len(path) // _MOST_PLACES)
    chosen = [path[i] for i in range(0, len(path), step)]
    if chosen[-1] != path[-1]:
        chosen.append(path[-1])
    boxes = dict(chosen)
    for (a, start), (b, end) in pairwise(chosen):
        between = [(frame, box) for frame, box in path if a <= frame <= b]
        # Moved out at both ends by what the straight line misses at most, not by the way gone.
        lines = [(start.lerp(end, (frame - a) / (b - a)), box) for frame, box in between]
        boxes[a], boxes[b] = (_containing(boxes[f], lines) for f in (a, b))
    return sorted((frame, box.grown(CORE)) for frame, box in boxes.items())
