"""Turns suspects and facts into the findings that a person must look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..risk import SECONDS_BETWEEN_MOMENTS
from ..types import DOUBTFUL, NEARBY_IOU, Box, Finding, FindingKind, Target
from .compared import Places
from .legible import Number
from .still_visible import Misfit, probable
from .suspects import Stretch, Suspect


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that findings are made of.

    Attributes:
        suspects: places outside the masks that probably show somebody.
        misfits: subjects that their masks do not cover, scan by scan.
        undrawn: places of masks that were not drawn, see `Compared`.
        times: frame → seconds.
        targets: track id → target.
        open, repeated: numbers that were read, see `Legible`.
    """

    suspects: Sequence[Suspect]
    misfits: Sequence[Misfit]
    undrawn: Places
    times: Mapping[int, float]
    targets: Mapping[int, Target]
    open: Sequence[Number] = ()
    repeated: Sequence[Number] = ()


def findings_of(seen: Evidence) -> tuple[Finding, ...]:
    """All findings, numbered: in order of time, but with the doubtful last."""
    found = [_of_suspect(s, seen.times) for s in _joined(seen.suspects)]
    found += _of_misfits(seen)
    for track, places in seen.undrawn.items():
        for run in runs(places, seen.times):
            target = seen.targets[track]
            found.append(
                _finding(FindingKind.UNDRAWN, target, run, seen.times, "detail_shows", track)
            )
    found = _with_numbers(found, seen)
    found.sort(key=lambda f: (f.doubtful, f.first, f.last, f.kind.value, f.box))
    return tuple(replace(f, number=n) for n, f in enumerate(found, 1))


def _with_numbers(found: Sequence[Finding], seen: Evidence) -> list[Finding]:
    """Add the plate numbers that were read to their findings, and a finding for each number that
    belongs to none."""
    out = list(found)
    for number in seen.open:
        there = (n for n, f in enumerate(out) if _shows(f, number))
        n = next(there, None)
        if n is not None:
            out[n] = replace(out[n], text=number.text)
        elif number.probability >= DOUBTFUL:
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


def _of_suspect(s: Suspect, times: Mapping[int, float]) -> Finding:
    found = _finding(FindingKind.UNCOVERED, s.target, s.path, times, s.rule, s.track)
    return replace(found, scores=(("probability", s.probability),))


def _of_misfits(seen: Evidence) -> list[Finding]:
    """One finding for each span in which scans agree that the mask of a hidden track does not
    fit."""
    found = []
    for track in dict.fromkeys(m.track for m in seen.misfits):
        mine = {m.frame: m for m in seen.misfits if m.track == track}
        for run in runs([(f, m.box) for f, m in mine.items()], seen.times):
            scans = [mine[frame] for frame, _ in run]
            p = probable(scans)
            if p >= DOUBTFUL:
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


def _joined(suspects: Iterable[Suspect]) -> list[Suspect]:
    """Join suspects that are one subject over all their frames."""
    kept: list[Suspect] = []
    for s in sorted(suspects, key=lambda s: -len(s.path)):
        n = next((n for n, k in enumerate(kept) if _twins(s, k)), None)
        if n is None:
            kept.append(s)
        else:
            path = tuple(sorted((dict(s.path) | dict(kept[n].path)).items()))
            best = max(s, kept[n], key=lambda x: x.probability)
            kept[n] = replace(best, target=kept[n].target, path=path)
    return kept


def _twins(a: Suspect, b: Suspect) -> bool:
    there = dict(b.path)
    shared = [(box, there[f]) for f, box in a.path if f in there]
    near = sum(x.iou(y) >= NEARBY_IOU for x, y in shared)
    return a.target is b.target and 2 * near > len(shared)


def runs(places: Iterable[tuple[int, Box]], times: Mapping[int, float]) -> list[Stretch]:
    """Split places into spans, wherever there is none for `SECONDS_BETWEEN_MOMENTS`."""
    ordered = sorted(places)
    found: list[list[tuple[int, Box]]] = [ordered[:1]]
    for before, here in pairwise(ordered):
        apart = times.get(here[0], 0.0) - times.get(before[0], 0.0)
        if apart <= SECONDS_BETWEEN_MOMENTS:
            found[-1].append(here)
        else:
            found.append([here])
    return [tuple(run) for run in found if run]
