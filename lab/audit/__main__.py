"""Command line: `python -m lab.audit --help`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from lab.shared import shared_folder
from redact.auditing import AuditSettings, finding_in_words
from redact.auditing.audit_detectors import AuditDetectors
from redact.settings import Sensitivity

from ..halves import HALVES
from .bench import Case, Score, finds, outputs
from .plant import KINDS
from .remembered import Memory, remembering

BANDS = ("face 24–48", "face 48–96", "face ≥ 96", "plate 12–24", "plate ≥ 24")


def main() -> None:
    """Run the benchmark and print its table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m lab.audit", description=__doc__)
    parser.add_argument("--stills", type=Path, default=shared_folder() / "eval")
    parser.add_argument("--half", choices=HALVES, help="stills of one half alone")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-audit")
    parser.add_argument("--scenes", type=int, default=24, help="for each seed")
    parser.add_argument("--seed", default="1", help="one, or FIRST-LAST")
    parser.add_argument("--sensitivity", choices=[s.value for s in Sensitivity], default="balanced")
    parser.add_argument("--cost", action="store_true", help="remember no looks, and say the cost")
    args = parser.parse_args()
    audit_all(args)


def audit_all(args: argparse.Namespace) -> None:
    """Audit the outputs of all seeds, and print the results."""
    settings = AuditSettings(Sensitivity(args.sensitivity))
    first, _, last = args.seed.partition("-")
    look = AuditDetectors if args.cost else remembering(Memory(args.work / "seen.sqlite"))
    audited: list[Case] = []
    for seed in range(int(first), int(last or first) + 1):
        for output in outputs(args.stills, args.work, args.scenes, seed, args.half):
            audited.append(output.audited(settings, look))
            print(f"\r{len(audited)} outputs audited", end="", flush=True)
    print()
    print_table(audited)
    if args.cost:
        print_cost(audited)


def print_table(audited: list[Case]) -> None:
    """Share of planted leaks found, by kind and size, then the other findings."""
    score = Score.of(audited)
    print(f"| leak | {' | '.join(BANDS)} | all |")
    print("|---|" + "---|" * (len(BANDS) + 1))
    for kind in KINDS:
        cells = []
        for band in BANDS:
            planted = score.planted.get((kind, band), 0)
            cells.append(f"{score.found[kind, band]}/{planted}" if planted else "–")
        print(f"| {kind} | {' | '.join(cells)} | {'{}/{}'.format(*score.share(kind))} |")
    print(f"\nfound: {'{} of {}'.format(*score.share(*KINDS))}")
    print(
        f"false spans: {len(score.false)} in {score.minutes:.2f} minutes, {score.rate:.2f} a minute"
    )
    for name, finding in score.false:
        box = [round(v) for v in finding.box]
        print(f"  {name}: {finding_in_words(finding)}, at {box}")
    print_missed(audited)
    for case in audited:
        for check in case.seen.checks:
            if not check.passed:
                print(f"  failed: {case.name}: {check.name}: {check.detail}")


def print_cost(audited: list[Case]) -> None:
    """Processor seconds per frame, including the loading of models."""
    frames = sum(c.seen.looked.frames_compared for c in audited)
    cpu = sum(c.cpu_seconds for c in audited)
    print(f"cost: {1000 * cpu / max(frames, 1):.0f} ms of processor time a frame")


def print_missed(audited: list[Case]) -> None:
    """Write pictures of the leaks that were not found."""
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


if __name__ == "__main__":
    main()
