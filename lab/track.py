"""Share of a run that tracking takes: `python -m lab.track CLIP...`.

Processor time of the detector, of the tracker and of the whole of `redact run`, over the first
frames of each clip; no timed test, the ratio is what counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av

from redact.detection import load_close_up, load_detector
from redact.errors import ExitCode
from redact.media import Decode, probe
from redact.track import Tracker


def measure(clip: Path, frames: int) -> tuple[int, int, float, float, float]:
    """Frames, tracks, and seconds of the detector, of the tracker and of the first pass."""
    detector = load_detector("balanced")
    tracker = Tracker("balanced", ask=load_close_up(detector).ask)
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
    return count, len(tracks), detect, track, time.process_time() - begun


def shortened(clip: Path, frames: int, to: Path) -> None:
    """The first frames of a clip, as they are, in a file of their own."""
    with av.open(str(clip)) as source, av.open(str(to), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if number == frames or not packet.size:
                break
            packet.stream = stream
            out.mux(packet)


def whole_run(clip: Path) -> float:
    """Seconds of processor time of one `redact run`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "redact", "run", str(clip), "-o", f"{folder}/out.mp4"]
        process = subprocess.Popen([*command])
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        raise SystemExit(f"redact ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def row(clip: Path, frames: int) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / clip.name
        shortened(clip, frames, short)
        count, tracks, detect, track, first_pass = measure(short, frames)
        run = whole_run(short)
    each = 1000 / max(count, 1)
    return (
        f"| {clip.name} | {count} | {tracks} | {detect * each:.1f} ms | {track * each:.1f} ms "
        f"| {100 * track / first_pass:.1f} % | {run * each:.1f} ms | {100 * track / run:.1f} % |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.track", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=100)
    args = parser.parse_args()
    print(
        "| clip | frames | tracks | detector, a frame | tracker, a frame | of the first pass "
        "| whole run, a frame | of the run |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for clip in args.clips:
        print(row(clip, args.frames), flush=True)


if __name__ == "__main__":
    main()
