"""Every still of the pool once, clean and with nothing hidden: `python -m lab.audit.census`.

The planted leaks of `python -m lab.audit` are few subjects drawn by chance. Here every
annotated subject is visible throughout once, and every still is a clean output once. Prints how
many subjects were found, and how many false spans clean outputs gave.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from redact.auditing import AuditSettings, Limits
from redact.media import probe

from ..halves import HALVES
from .bench import Case, Output, band, finds, load, save
from .plant import STRETCH, Leak, plan_of, render
from .scenes import FRAMES, RATE, Scene, scenes, write_source

LEAST = 24.0
"""Height in pixels of subjects that count."""

SEED = 100
"""Of the camera's ways; the order of the stills does not matter here."""


def main() -> None:
    """Audit what is not yet done and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("REDACT_SHARED", Path(__file__).parents[3] / "shared"))
    parser.add_argument("--stills", type=Path, default=shared / "eval")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-census")
    parser.add_argument("--half", choices=HALVES, help="stills of one half alone")
    parser.add_argument("--most", dest="stills_most", type=int, default=10_000, help="stills")
    parser.add_argument("--part", default="1/1", help="K/N: of N processes this is the Kth")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    part, parts = (int(v) for v in args.part.split("/"))
    todo = list(enumerate(scenes(args.stills, args.stills_most, SEED, args.half)))[
        part - 1 :: parts
    ]
    for done, (number, scene) in enumerate(todo, 1):
        kept = args.work / f"{number:03d}.pickle"
        if not kept.exists():
            save(kept, list(both(args.work, number, scene)))
        print(f"\r{done} of {len(todo)} stills", end="", flush=True)
    print()
    print_found([case for path in sorted(args.work.glob("*.pickle")) for case in load(path)])


def print_found(cases: list[Case]) -> None:
    """Subjects that were found, by kind and size, of those that are large enough and in view."""
    wanted, found, false, minutes = Counter[str](), Counter[str](), 0, 0.0
    for case in cases:
        findings = case.findings(Limits())
        if not case.leaks:
            false += len(findings)
            minutes += case.seen.looked.frames_compared / RATE / 60
        for planted in case.leaks:
            first, last = planted.subject.whole
            if planted.subject.height >= LEAST and last - first >= STRETCH:
                wanted[band(planted)] += 1
                found[band(planted)] += any(finds(f, planted) for f in findings)
    for name in sorted(wanted):
        print(f"{name}: {found[name]} of {wanted[name]} found")
    print(f"false spans in clean outputs: {false} in {minutes:.1f} minutes")


def both(work: Path, number: int, scene: Scene) -> Iterator[Case]:
    """The clean output of a scene and the one that hides nothing a person annotated."""
    source = work / f"{number:03d}.mp4"
    if not source.exists():
        write_source(scene, source)
    info = probe(source)
    shown = tuple(Leak("whole", s, 0, FRAMES - 1) for s in scene.subjects if s.sure)
    for variant, leaks in enumerate([(), shown]):
        output = source.with_suffix(f".{variant}.mp4")
        plan = plan_of(scene, info, leaks)
        if not output.exists():
            render(info, plan, leaks, output)
        name = f"{scene.name} #{variant}"
        yield Output(name, source, output, plan, leaks).audited(AuditSettings())


if __name__ == "__main__":
    main()
