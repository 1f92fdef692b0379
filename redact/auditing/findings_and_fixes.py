"""From suspects and facts to the findings that a person must look at, and the commands that
would hide what was found.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from ..types import Box, Finding, FindingKind, Target, as_argument
from .compared import Places
from .legible import Number
from .limits import LIMITS, Limits
from .still_visible import Misfit, probable
from .suspects import Stretch, Suspect

_RULES = {
    FindingKind.UNDRAWN: "detail_shows",
    FindingKind.UNCOVERED: "alike_in_gap",
    FindingKind.MISFIT: "let_go",
}
"""Why findings are believed for which no detector was asked."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was seen, before it becomes findings.

    Attributes:
        suspects: believed places outside the masks.
        misfits: subjects that their masks do not cover, scan by scan.
        undrawn, let_go, between: facts of the pixels, see `Compared`.
        times: frame → seconds.
        targets: of the tracks.
        weights: of the belief in tracks (`Calibration.tracks`).
        open, repeated: numbers that were read, see `Legible`.
    """

    suspects: Sequence[Suspect]
    misfits: Sequence[Misfit]
    undrawn: Places
    let_go: Places
    between: Places
    times: Mapping[int, float]
    targets: Mapping[int, Target]
    weights: Mapping[str, Mapping[str, float]]
    open: Sequence[Number] = ()
    repeated: Sequence[Number] = ()


def findings_of(seen: Evidence, limits: Limits) -> tuple[Finding, ...]:
    """All findings, the doubtful last, otherwise in order of time."""
    found = [_of_suspect(s, seen.times) for s in _joined(seen.suspects, limits.same)]
    found += _of_misfits(seen, limits)
    for track, places in seen.undrawn.items():
        found += [
            _of_fact(FindingKind.UNDRAWN, track, seen, run)
            for run in runs(places, seen.times, limits)
        ]
    for kind, facts in (
        (FindingKind.MISFIT, seen.let_go),
        (FindingKind.UNCOVERED, seen.between),
    ):
        for track, places in facts.items():
            found += [
                _of_fact(kind, track, seen, run)
                for run in runs(places, seen.times, limits)
                if not any(_told(f, kind, run, limits.same) for f in found)
            ]
    found = _with_numbers(found, seen, limits)
    found.sort(key=lambda f: (f.doubtful, f.first, f.last, f.kind.value, f.box))
    return tuple(replace(f, number=n) for n, f in enumerate(found, 1))


def _with_numbers(found: Sequence[Finding], seen: Evidence, limits: Limits) -> list[Finding]:
    """The findings, with what can be read in them; and those of numbers that are in none."""
    out = list(found)
    for number in seen.open:
        there = (n for n, f in enumerate(out) if _shows(f, number))
        n = next(there, None)
        if n is not None:
            out[n] = replace(out[n], text=number.text)
        elif number.probability >= limits.believed:
            out.append(_of_number(FindingKind.UNCOVERED, number, seen, "number_read"))
    return out + [
        _of_number(FindingKind.REPEATED, number, seen, "repeats_hidden") for number in seen.repeated
    ]


def _shows(finding: Finding, number: Number) -> bool:
    """Whether a finding is the place at which a number was read."""
    box = dict(finding.path).get(number.frame)
    return (
        finding.target is Target.PLATE
        and box is not None
        and box.common(number.box) >= 0.5 * number.box.area
    )


def _of_number(kind: FindingKind, number: Number, seen: Evidence, rule: str) -> Finding:
    path = ((number.frame, number.box),)
    found = _finding(kind, Target.PLATE, path, seen.times, rule, number.track)
    return replace(found, scores=(("probability", number.probability),), text=number.text)


def _told(finding: Finding, kind: FindingKind, run: Stretch, same: float) -> bool:
    """Whether a detector found the same thing, in all these frames or but for one or two."""
    there = dict(finding.path)
    near = any(box.iou(there[frame]) >= same for frame, box in run if frame in there)
    within = finding.first <= run[0][0] + 2 and run[-1][0] <= finding.last + 2
    return finding.kind is kind and near and within


def _of_fact(kind: FindingKind, track: int, seen: Evidence, run: Stretch) -> Finding:
    return _finding(kind, seen.targets[track], run, seen.times, _RULES[kind], track)


def _of_suspect(s: Suspect, times: Mapping[int, float]) -> Finding:
    found = _finding(FindingKind.UNCOVERED, s.target, s.path, times, s.rule, s.track)
    return replace(found, scores=(("probability", s.probability),))


def _of_misfits(seen: Evidence, limits: Limits) -> list[Finding]:
    """One finding for each hidden track and stretch in which scans agree that its mask does not
    fit."""
    found = []
    for track in dict.fromkeys(m.track for m in seen.misfits):
        mine = {m.frame: m for m in seen.misfits if m.track == track}
        for run in runs([(f, m.box) for f, m in mine.items()], seen.times, limits):
            scans = [mine[frame] for frame, _ in run]
            p = probable(scans, seen.weights)
            if p >= limits.believed:
                target = Target(int(scans[0].clues.target[0]))
                finding = _finding(
                    FindingKind.MISFIT, target, run, seen.times, "beyond_mask", track
                )
                found.append(replace(finding, scores=(("probability", p),)))
    return found


def _finding(
    kind: FindingKind,
    target: Target,
    path: Stretch,
    times: Mapping[int, float],
    rule: str,
    track: int | None,
) -> Finding:
    first, last = path[0][0], path[-1][0]
    start, end = times.get(first, 0.0), times.get(last, 0.0)
    return Finding(0, kind, target, first, last, start, end, path, (), rule, track)


def _joined(suspects: Iterable[Suspect], same: float) -> list[Suspect]:
    """Suspects on one subject become one, over all their frames: the longest gives the rest."""
    kept: list[Suspect] = []
    for s in sorted(suspects, key=lambda s: -len(s.path)):
        n = next((n for n, k in enumerate(kept) if _twins(s, k, same)), None)
        if n is None:
            kept.append(s)
        else:
            path = tuple(sorted((dict(s.path) | dict(kept[n].path)).items()))
            best = max(s, kept[n], key=lambda x: x.probability)
            kept[n] = replace(best, target=kept[n].target, path=path)
    return kept


def _twins(a: Suspect, b: Suspect, same: float) -> bool:
    there = dict(b.path)
    shared = [(box, there[f]) for f, box in a.path if f in there]
    near = sum(x.iou(y) >= same for x, y in shared)
    return a.target is b.target and 2 * near > len(shared)


def runs(
    places: Iterable[tuple[int, Box]], times: Mapping[int, float], limits: Limits
) -> list[Stretch]:
    """Split where nothing was seen for a while."""
    ordered = sorted(places)
    found: list[list[tuple[int, Box]]] = [ordered[:1]]
    for before, here in pairwise(ordered):
        apart = times.get(here[0], 0.0) - times.get(before[0], 0.0)
        if apart <= limits.apart:
            found[-1].append(here)
        else:
            found.append([here])
    return [tuple(run) for run in found if run]


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
    beyond = [
        (f, box.grown(LIMITS.core)) for f, box in more if not finding.first <= f <= finding.last
    ]
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
    return sorted((frame, box.grown(LIMITS.core)) for frame, box in boxes.items())
