"""Share of the first pass that tracking takes: `python -m benchmarks.track CLIP...`.

Processor time of the detector, of the tracker and of everything else, over the first frames of each
clip; no timed test, the ratio is what counts.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from redact.detect import load_detector
from redact.media import Decode, probe
from redact.track import Tracker


def measure(clip: Path, frames: int) -> str:
    """One row of the table."""
    detector, tracker = load_detector("balanced"), Tracker("balanced")
    detect = track = 0.0
    begun, count = time.process_time(), 0
    for frame in Decode(probe(clip)):
        if count == frames:
            break
        before = time.process_time()
        seen = detector.detect_frame(frame)
        between = time.process_time()
        tracker.observe(frame, seen)
        detect, track = detect + between - before, track + time.process_time() - between
        count += 1
    before = time.process_time()
    tracks = tracker.finish().tracks
    track += time.process_time() - before
    share = track / (time.process_time() - begun)
    each = 1000 / max(count, 1)
    return (
        f"| {clip.name} | {count} | {len(tracks)} | {detect * each:.1f} ms | {track * each:.1f} ms "
        f"| {100 * share:.1f} % |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.track", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=100)
    args = parser.parse_args()
    print("| clip | frames | tracks | detector, a frame | tracker, a frame | tracker's share |")
    print("|---|---|---|---|---|---|")
    for clip in args.clips:
        print(measure(clip, args.frames), flush=True)


if __name__ == "__main__":
    main()
