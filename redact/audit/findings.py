"""From verdicts and facts to the findings that a person must look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..types import Box, Target
from .judge import Verdict
from .result import Finding, FindingKind
from .suspects import LINK_FRAMES

Places = dict[int, list[tuple[int, Box]]]
"""Track id → (frame, box), upright source pixels."""


def findings_of(
    verdicts: Iterable[Verdict],
    undrawn: Places,
    let_go: Places,
    between: Places,
    targets: dict[int, Target],
    times: dict[int, float],
    names: tuple[str, str, str],
) -> tuple[Finding, ...]:
    """Everything that a person must look at, in order of time.

    Args:
        verdicts: believed suspects.
        undrawn: masks under which the source shows.
        let_go: places that a mask let go of while the picture stayed.
        between: places between two tracks of one subject where it shows.
        targets: of the tracks.
        times: frame → seconds.
        names: of our detector, the second one and the verifier.
    """
    found = [_of_verdict(v, times, names) for v in _joined(list(verdicts))]
    for track, places in undrawn.items():
        found += [
            _of_fact(FindingKind.UNDRAWN, track, targets[track], run, times)
            for run in _runs(places)
        ]
    for kind, facts in ((FindingKind.MISFIT, let_go), (FindingKind.UNCOVERED, between)):
        for track, places in facts.items():
            found += [
                _of_fact(kind, track, targets[track], run, times)
                for run in _runs(places)
                if not any(_told(f, kind, targets[track], run) for f in found)
            ]
    found.sort(key=lambda f: (f.first, f.last, f.kind.value, f.box))
    return tuple(replace(f, number=n) for n, f in enumerate(found, 1))


def _told(finding: Finding, kind: FindingKind, target: Target, run: list[tuple[int, Box]]) -> bool:
    """Whether a detector found the same thing, in all these frames or but for one or two."""
    same = finding.kind is kind and finding.target is target
    there = dict(finding.path)
    near = any(box.iou(there[frame]) >= 0.2 for frame, box in run if frame in there)
    return same and near and finding.first <= run[0][0] + 2 and run[-1][0] <= finding.last + 2


_RULES = {
    FindingKind.UNDRAWN: "the output shows the source's detail under the mask",
    FindingKind.UNCOVERED: "it looks exactly like what is hidden just before and just after",
    FindingKind.MISFIT: "the mask let go of what it hid the frame before, which is still there",
}
"""Why findings are believed for which no detector was asked."""


def _of_fact(
    kind: FindingKind,
    track: int,
    target: Target,
    run: list[tuple[int, Box]],
    times: dict[int, float],
) -> Finding:
    first, last = run[0][0], run[-1][0]
    return Finding(
        0,
        kind,
        target,
        first,
        last,
        times.get(first, 0.0),
        times.get(last, 0.0),
        tuple(run),
        (),
        _RULES[kind],
        track,
    )


def _of_verdict(v: Verdict, times: dict[int, float], names: tuple[str, str, str]) -> Finding:
    scores = zip(names, (v.ours, v.second, v.verified), strict=True)
    return Finding(
        0,
        FindingKind.MISFIT if v.suspect.misfit else FindingKind.UNCOVERED,
        v.suspect.target,
        v.first,
        v.last,
        times.get(v.first, 0.0),
        times.get(v.last, 0.0),
        v.path,
        tuple((n, s) for n, s in scores if s > 0),
        v.rule,
        v.track,
    )


def _joined(verdicts: list[Verdict]) -> list[Verdict]:
    """Verdicts on one subject become one, over all their frames: the longest gives the rest."""
    kept: list[Verdict] = []
    for v in sorted(verdicts, key=lambda v: -len(v.path)):
        n = next((n for n, k in enumerate(kept) if _twins(v, k)), None)
        if n is None:
            kept.append(v)
        else:
            kept[n] = _extended(kept[n], v)
    return kept


def _extended(a: Verdict, b: Verdict) -> Verdict:
    path = tuple(sorted((dict(b.path) | dict(a.path)).items()))
    return replace(
        a,
        first=path[0][0],
        last=path[-1][0],
        path=path,
        ours=max(a.ours, b.ours),
        second=max(a.second, b.second),
        verified=max(a.verified, b.verified),
        track=b.track if a.track is None else a.track,
    )


def _twins(a: Verdict, b: Verdict) -> bool:
    there = dict(b.path)
    shared = [(box, there[f]) for f, box in a.path if f in there]
    near = sum(x.iou(y) >= 0.3 for x, y in shared)
    alike = a.suspect.target is b.suspect.target and a.suspect.misfit is b.suspect.misfit
    return alike and near * 3 > len(shared)


def _runs(places: list[tuple[int, Box]]) -> list[list[tuple[int, Box]]]:
    """Split where more than a few frames are missing."""
    runs: list[list[tuple[int, Box]]] = []
    for frame, box in sorted(places):
        if runs and frame - runs[-1][-1][0] <= LINK_FRAMES:
            runs[-1].append((frame, box))
        else:
            runs.append([(frame, box)])
    return runs
