"""Command line: `python -m benchmarks.audit --help`."""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from redact.auditing import AuditSettings, Limits
from redact.settings import Sensitivity

from .bench import Case, Score, cases, finds, load, save
from .plant import KINDS

GROUPS = (("5", "30", "whole"), ("1", "2"), ("shifted", "shrunk"))
SWEPT = {
    "believed": (0.2, 0.35, 0.5, 0.65, 0.8),
    "beside_odds": (0.0, 0.5, 1.0, 2.0),
    "alike_odds": (0.0, 1.0, 2.0, 3.0),
    "alike": (0.8, 0.85, 0.9, 0.95),
}
"""Limits that only judge what was seen, and values of each; the others need a new run."""

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
    parser.add_argument("--with", dest="other", action="append", default=[], help="NAME=VALUE")
    parser.add_argument("--again", action="store_true", help="judge the last run anew")
    args = parser.parse_args()
    kept = args.work / f"cases-{args.sensitivity}.pickle"
    if args.again:
        audited = load(kept)
    else:
        others = {name: float(value) for name, value in (w.split("=") for w in args.other)}
        limits = replace(Limits(), **others)
        settings = AuditSettings(Sensitivity(args.sensitivity), limits=limits)
        made = cases(args.stills, args.work, args.scenes, args.seed, settings)
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
    score = Score.of(audited, Limits())
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
    for case in audited:
        findings = case.findings(Limits())
        for planted in case.leaks:
            if not any(finds(f, planted) for f in findings):
                box = planted.subject.boxes[planted.first]
                print(
                    f"  missed: {case.name}: {planted.kind}, {planted.subject.target.word}, "
                    f"{planted.subject.height:.0f} px, frames {planted.first}–{planted.last}, "
                    f"at {[round(v) for v in box] if box else None}"
                )


def print_sweep(audited: list[Case]) -> None:
    """Found leaks of 5 frames or more, and false spans a minute, one limit changed at a time."""
    print("\n| limit | value | ≥ 5 frames | 1–2 frames | moved, shrunk | false/min |")
    print("|---|---|---|---|---|---|")
    for name, values in SWEPT.items():
        for value in values:
            score = Score.of(audited, replace(Limits(), **{name: value}))
            shares = [score.share(*kinds) for kinds in GROUPS]
            rate = len(score.false) / max(score.minutes, 1e-9)
            cells = " | ".join("{}/{}".format(*share) for share in shares)
            print(f"| {name} | {value} | {cells} | {rate:.2f} |")


if __name__ == "__main__":
    main()
