"""Processor seconds of the stages of one run: `python -m lab.speed.stages CLIP...`.

For a machine that is busy with other work, on which seconds on the clock say nothing. Runs in this
process, over the first frames of each clip, beside a plain transcode of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.track import shortened
from redact.media import probe
from redact.pipeline import Delivery, Journal, detect, redact_video
from redact.progress import Silent, Stage
from redact.record import EvidenceChoice
from redact.settings import DetectSettings, Settings

from .transcode import transcode

STAGES = ("detect", "track", "render", "audit")


class Clock(Silent):
    """Adds up the processor time of every stage."""

    def __init__(self) -> None:
        super().__init__()
        self.took: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        before = time.process_time()
        with super().stage(name, total, unit) as stage:
            yield stage
        self.took[name] = self.took.get(name, 0.0) + time.process_time() - before


def whole(clip: Path, folder: Path) -> str:
    """Cells of a row: the transcode, each stage, the run, the ratio."""
    before = time.process_time()
    transcode(clip, folder / "transcoded.mp4")
    plain = time.process_time() - before
    clock, before = Clock(), time.process_time()
    wish = Delivery(
        folder / "redacted.mp4", keep_plan=False, evidence=EvidenceChoice(manifest=False)
    )
    redact_video(clip, Settings(), wish, clock)
    all_of_it = time.process_time() - before
    seconds = [plain, *(clock.took.get(name, 0.0) for name in STAGES), all_of_it]
    return " | ".join(f"{s:.1f} s" for s in seconds) + f" | {all_of_it / plain:.1f}"


def first_pass(clip: Path) -> str:
    """Frames, and processor milliseconds a frame until the plan is made, loading included."""
    before = time.process_time()
    plan = detect(probe(clip), DetectSettings(), Journal(Silent()))
    frames = len(plan.source.timeline)
    return f"{frames} | {1000 * (time.process_time() - before) / frames:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.speed.stages", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=60, help="of each clip, at most")
    parser.add_argument("--first-pass", action="store_true", help="detect and track alone")
    args = parser.parse_args()
    head = "| clip | frames | first pass, a frame |\n|---|---|---|"
    if not args.first_pass:
        head = f"| clip | transcode | {' | '.join(STAGES)} | whole run | ÷ transcode |\n|"
        head += "---|" * (len(STAGES) + 4)
    print(head, flush=True)
    for clip in args.clips:
        with tempfile.TemporaryDirectory() as folder:
            short = Path(folder) / clip.name
            shortened(clip, args.frames, short)
            cells = first_pass(short) if args.first_pass else whole(short, Path(folder))
        print(f"| {clip.name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
