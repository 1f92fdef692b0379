"""Boxes that hide a finding, and the commands that add them to a plan."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from ..types import Box, Finding, FindingKind, as_argument
from .limits import CORE

_PAD = 2
"""Frames to add before and after: the audit may have missed the weakest ones at a span's ends."""

_MOST_PLACES = 12
"""Most places in one command, to bound its length; between them boxes are interpolated."""


def fix_command(
    findings: Iterable[Finding],
    plan_path: Path | str,
    source: Path | str,
    last_frame: int | None = None,
) -> str:
    """Shell commands, one per line, that add every finding to the plan and draw it again; "" if
    there is no finding.

    A mask that was not drawn is in the plan already, so for that the last command is enough. Frames
    are given by number, to avoid rounding of times.

    Args:
        findings: of one audit.
        plan_path: of the plan to change.
        source: the original.
        last_frame: of the clip; None to leave spans unpadded at their end.
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
    """Frames and boxes for `plan.edit.add_track` that hide a finding, with linear interpolation.

    Args:
        finding: of an audit.
        last_frame: of the clip; None to leave the span unpadded at its end.
        more: frames and boxes of the same thing before and after the finding.
    """
    beyond = [(f, box.grown(CORE)) for f, box in more if not finding.first <= f <= finding.last]
    places = sorted([*_places(finding), *beyond])
    (first, begin), (last, end) = places[0], places[-1]
    padded = {max(0, first - _PAD): begin}
    if last_frame is not None:
        padded[min(last_frame, last + _PAD)] = end
    return sorted((padded | dict(places)).items())


def _containing(end: Box, lines: list[tuple[Box, Box]]) -> Box:
    """`end` enlarged on each side by the most that a seen box exceeds its interpolated one.

    Args:
        end: the box.
        lines: pairs of an interpolated box and the box that was seen there.
    """
    left = max(max(0.0, line.x1 - seen.x1) for line, seen in lines)
    top = max(max(0.0, line.y1 - seen.y1) for line, seen in lines)
    right = max(max(0.0, seen.x2 - line.x2) for line, seen in lines)
    bottom = max(max(0.0, seen.y2 - line.y2) for line, seen in lines)
    return Box(end.x1 - left, end.y1 - top, end.x2 + right, end.y2 + bottom)


def _corners(box: Box) -> str:
    return ",".join(str(round(v)) for v in box)


def _places(finding: Finding) -> list[tuple[int, Box]]:
    """A few of a finding's places, enlarged so that interpolation between them contains all."""
    path = finding.path
    step = -(-len(path) // _MOST_PLACES)
    chosen = [path[i] for i in range(0, len(path), step)]
    if chosen[-1] != path[-1]:
        chosen.append(path[-1])
    boxes = dict(chosen)
    for (a, start), (b, end) in pairwise(chosen):
        between = [(frame, box) for frame, box in path if a <= frame <= b]
        # Enlarged by what interpolation misses at most, not by the distance moved.
        lines = [(start.lerp(end, (frame - a) / (b - a)), box) for frame, box in between]
        boxes[a], boxes[b] = (_containing(boxes[f], lines) for f in (a, b))
    return sorted((frame, box.grown(CORE)) for frame, box in boxes.items())
