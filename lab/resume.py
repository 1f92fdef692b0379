"""What a stopped search costs again: `python -m lab.resume [CLIP...]`.

Searches the first frames of each clip twice: once with the networks, whose answers are kept, and
once with these answers. Both times are of one machine in one call; only their ratio says something.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from redact.detection import CloseUp, Detector, load_close_up, load_detector
from redact.media import Decode, SourceInfo, probe
from redact.pipeline import KeptLooks
from redact.track import Looks, Tracker

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "street.mp4"


def search(
    info: SourceInfo, detector: Detector, close_up: CloseUp, path: Path, frames: int
) -> tuple[float, int, int]:
    """Seconds, frames, and looks that were taken up."""
    begun, count = time.perf_counter(), 0
    with KeptLooks(path, str(info.path)) as kept:
        tracker = Tracker(ask=kept.asking(close_up.ask))
        looks = Looks(kept.looking(detector.detect_frame), tracker.settings.whole_every)
        for frame in Decode(info):
            wanted = tracker.wants_detection(frame)
            seen = looks.at(frame, tracker.small_picture(frame)) if wanted else None
            tracker.observe(frame, seen)
            count += 1
            if count == frames:
                break
    return time.perf_counter() - begun, count, kept.taken_up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--frames", type=int, default=150)
    options = parser.parse_args()
    print("| clip | picture | frames | search, ms a frame | taken up, ms a frame | ratio | kept |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number, clip in enumerate(options.clips):
            info, path = probe(clip), Path(folder) / f"{number}.looks"
            detector = load_detector()
            close_up = load_close_up(detector)
            first, count, _ = search(info, detector, close_up, path, options.frames)
            kept = path.stat().st_size
            again, _, taken = search(info, detector, close_up, path, options.frames)
            assert taken, "nothing was taken up"
            size = "x".join(map(str, info.video.upright_size))
            seconds = count / float(info.video.rate or 25)
            print(
                f"| {clip.stem} | {size} | {count} | {first / count * 1000:.0f} | "
                f"{again / count * 1000:.0f} | {first / again:.1f} | "
                f"{kept / seconds * 60 / 1e3:.0f} kB a minute |",
                flush=True,
            )


if __name__ == "__main__":
    main()
