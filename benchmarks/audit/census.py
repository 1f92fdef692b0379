"""Every still of the pool once, clean and with nothing hidden: `python -m benchmarks.audit.census`.

The planted leaks of `python -m benchmarks.audit` are few subjects drawn by chance. Here every
annotated subject is visible throughout once, and every still is a clean output once. What the audit
saw of it is kept, for `python -m benchmarks.audit.weigh`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from redact.media import probe
from redact.settings import Sensitivity

from .bench import Case, audited, save
from .plant import Leak, plan_of, render
from .scenes import FRAMES, Scene, scenes, write_source

SEED = 100
"""Of the camera's ways; the order of the stills does not matter here."""


def main() -> None:
    """Audit what is not yet done and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("REDACT_SHARED", Path(__file__).parents[3] / "shared"))
    parser.add_argument("--stills", type=Path, default=shared / "eval")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-census")
    parser.add_argument("--part", default="1/1", help="K/N: of N processes this is the Kth")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    part, parts = (int(v) for v in args.part.split("/"))
    todo = list(enumerate(scenes(args.stills, 10_000, SEED)))[part - 1 :: parts]
    for done, (number, scene) in enumerate(todo, 1):
        kept = args.work / f"{number:03d}.pickle"
        if not kept.exists():
            save(kept, list(both(args.work, number, scene)))
        print(f"\r{done} of {len(todo)} stills", end="", flush=True)
    print()


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
        yield audited(name, source, output, plan, leaks, Sensitivity.BALANCED)


if __name__ == "__main__":
    main()
