"""Command line: `python -m benchmarks.audit --help`."""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from pathlib import Path

from redact.audit import judge, limits
from redact.settings import Sensitivity
from redact.types import Target

from .bench import Case, Score, cases, load, save
from .plant import KINDS

BANDS = ("face 24–48", "face 48–96", "face ≥ 96", "plate 12–24", "plate ≥ 24")


def main() -> None:
    """Run the benchmark and print its table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=__doc__)
    shared = Path(os.environ.get("REDACT_SHARED", Path(__file__).parents[3] / "shared"))
    parser.add_argument("--stills", type=Path, default=shared / "eval")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-audit")
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sensitivity", choices=[s.value for s in Sensitivity], default="balanced")
    parser.add_argument("--sweep", action="store_true", help="print a table of thresholds too")
    parser.add_argument("--again", action="store_true", help="judge the last run anew")
    args = parser.parse_args()
    kept = args.work / f"cases-{args.sensitivity}.pickle"
    if args.again:
        audited = load(kept)
    else:
        made = cases(args.stills, args.work, args.scenes, args.seed, Sensitivity(args.sensitivity))
        audited = []
        for case in made:
            audited.append(case)
            print(f"\r{len(audited)} outputs audited", end="", flush=True)
        print()
        save(kept, audited)
    print_table(audited)
    if args.sweep:
        print_sweep(audited)


def print_table(audited: list[Case]) -> None:
    """Share of planted leaks found by kind and size, then false spans."""
    score = Score.of(audited)
    print(f"| leak | {' | '.join(BANDS)} | all |")
    print("|---|" + "---|" * (len(BANDS) + 1))
    for kind in KINDS:
        cells = []
        for band in BANDS:
            planted = score.planted.get((kind, band), 0)
            cells.append(f"{score.found[kind, band]}/{planted}" if planted else "–")
        found, planted = score.share(kind)
        print(f"| {kind} | {' | '.join(cells)} | {found}/{planted} |")
    rate = len(score.false) / max(score.minutes, 1e-9)
    print(f"\nfalse spans: {len(score.false)} in {score.minutes:.2f} minutes, {rate:.2f} a minute")
    for name, finding in score.false:
        print(f"  {name}: {finding.in_words()}")
    frames = sum(c.seen.looked.frames for c in audited)
    cpu = sum(c.cpu_seconds for c in audited)
    print(f"cost: {1000 * cpu / max(frames, 1):.0f} ms of processor time a frame")
    print_missed(audited)


def print_missed(audited: list[Case]) -> None:
    """The leaks that were not found, to look at."""
    from .bench import finds

    for case in audited:
        findings = case.findings()
        for planted in case.leaks:
            if not any(finds(f, planted) for f in findings):
                box = planted.subject.boxes[planted.first]
                print(
                    f"  missed: {case.name}: {planted.kind}, {planted.subject.target.word}, "
                    f"{planted.subject.height:.0f} px, frames {planted.first}–{planted.last}, "
                    f"at {[round(v) for v in box] if box else None}"
                )


def print_sweep(audited: list[Case]) -> None:
    """Found leaks of 5 frames or more, and false spans a minute, for combinations of limits."""
    print("\n| BELIEVED face | BELIEVED plate | KNOWN | ≥ 5 frames | 1–2 frames | false/min |")
    print("|---|---|---|---|---|---|")
    values = (-2.0, -1.0, 0.0, 1.0, 2.0)
    for face, plate, known in itertools.product(values, values, (0.4, 0.5)):
        set_limits(face, plate, known)
        score = Score.of(audited)
        longer = "{}/{}".format(*score.share("5", "30", "whole"))
        short = "{}/{}".format(*score.share("1", "2"))
        rate = len(score.false) / max(score.minutes, 1e-9)
        print(f"| {face} | {plate} | {known} | {longer} | {short} | {rate:.2f} |")


def set_limits(face: float, plate: float, known: float) -> None:
    """Change the limits that `judge` reads, for this process."""
    for module in (judge, limits):
        vars(module)["BELIEVED"] = {Target.FACE: face, Target.PLATE: plate}
        vars(module)["KNOWN"] = {Target.FACE: known, Target.PLATE: known}


if __name__ == "__main__":
    main()
