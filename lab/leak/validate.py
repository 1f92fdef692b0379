"""`python -m lab.leak.validate`: what the measure says about known masks.

Clips of the benchmark are hidden with masks drawn from their truth, whole or spoilt, in four
styles and at three qualities, and judged; the table tells how often each was called a leak.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from . import video
from .fills import STYLES, mask_of
from .metrics import ClipResult, judge_clip
from .truth import Truth
from .video import Picture

CASES: dict[str, tuple[float, float] | None] = {
    "whole": (0.15, 0.0),
    "8 % short on every side": (-0.08, 0.0),
    "15 % beside": (0.0, 0.15),
    "none": None,
}
"""Growth and shift of the mask, shares of the box."""
QUALITIES = ((18, "medium"), (23, "medium"), (28, "veryfast"))


def hide(
    clip: Path, truth: Truth, style: str, case: tuple[float, float] | None
) -> Iterator[Picture]:
    """The clip's pictures with every truth box hidden."""
    size = truth.width, truth.height
    for n, (_, picture) in enumerate(video.read(clip)):
        for track in truth.tracks:
            if case is not None and n in track.instances:
                box = track.instances[n].box
                picture = STYLES[style](picture, mask_of(box, track.target, size, *case), box)
        yield picture


def _one(clip: Path, truth: Truth, style: str, case: str, quality: tuple[int, str]) -> ClipResult:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.mp4"
        times = [t for t, _ in video.read(clip)]
        crf, preset = quality
        video.write(output, hide(clip, truth, style, CASES[case]), times, crf, preset)
        return judge_clip(clip, output, truth)


def row(clips: list[tuple[Path, Truth]], style: str, case: str) -> list[str]:
    """Share of instances called leaked at each quality, faces / plates, and over-redaction."""
    cells = []
    for quality in QUALITIES:
        results = [_one(clip, truth, style, case, quality) for clip, truth in clips]
        shares = []
        for target in ("face", "plate"):
            said = [
                bad
                for r in results
                for t in r.tracks
                if t.target == target
                for bad, c in zip(t.leaked, t.coverage, strict=True)
                if c is not None
            ]
            shares.append(f"{100 * np.mean(said):.1f}" if said else "–")
        over = 100 * float(np.mean([r.over for r in results]))
        cells.append(f"{' / '.join(shares)} ({over:.2f})")
    return cells


def main() -> None:
    from .__main__ import SEED, find_library
    from .scenes.build import build
    from .scenes.catalogue import specs
    from .tools import cache_folder

    parser = argparse.ArgumentParser(prog="python -m lab.leak.validate")
    parser.add_argument("--every", type=int, default=8, help="every n-th clip of the dev half")
    args = parser.parse_args()
    library = find_library(False, "dev")
    wanted = specs()[:: args.every]
    clips = build(cache_folder() / f"clips-{library.name}-{SEED}", library, SEED, wanted)
    count = sum(len(t.instances) for _, truth in clips for t in truth.tracks)
    print(f"{len(clips)} clips, {count} instances; leaked, % of faces / of plates (over, %)\n")
    print("| mask | style | " + " | ".join(f"CRF {q}" for q, _ in QUALITIES) + " |")
    print("|---|---|" + "---|" * len(QUALITIES))
    for case in CASES:
        for style in STYLES if CASES[case] is not None else ("blur",):
            shown = style if CASES[case] is not None else "–"
            print(f"| {case} | {shown} | " + " | ".join(row(clips, style, case)) + " |", flush=True)


if __name__ == "__main__":
    main()
