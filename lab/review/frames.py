"""How long the review page waits for a picture: a step to the next frame, and a random jump.

    python -m lab.review.frames CLIP [--jumps 40]

The times are those of the server: exact decoding, outlines' data, and JPEG at the width of a page.
Of each, the median and the worst of all; wall-clock time, and processor time of all threads, which
says what the work costs where other programs share the machine.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from pathlib import Path

from redact.follow import Frames, index_packets
from redact.media import Decode, probe
from redact.plan import Plan, SourceRef
from redact.review.overview import boxes_at
from redact.review.pictures_and_sound import jpeg
from redact.settings import DetectSettings, Sensitivity
from redact.types import Target, Timeline

WIDTH = 960


def plan_of(path: Path) -> Plan:
    info = probe(path)
    pts = tuple(frame.pts for frame in Decode(info))
    timeline = Timeline(info.video.time_base, pts)
    source = SourceRef(path.name, "0" * 64, info.size, *info.video.upright_size, timeline)
    return Plan(source, DetectSettings((Target.FACE,), Sensitivity.FAST), ())


def measured(frames: Frames, plan: Plan, wanted: list[int]) -> dict[str, float]:
    wall, cost = [], []
    for number in wanted:
        began, spent = time.perf_counter(), time.process_time()
        frame = frames.get(number)
        jpeg(frame, WIDTH)
        boxes_at(plan, number)
        wall.append(1000 * (time.perf_counter() - began))
        cost.append(1000 * (time.process_time() - spent))
    return {
        "median_ms": round(statistics.median(wall), 1),
        "worst_ms": round(max(wall), 1),
        "median_processor_ms": round(statistics.median(cost), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--jumps", type=int, default=40)
    args = parser.parse_args()
    plan, info = plan_of(args.clip), probe(args.clip)
    index = index_packets(info, plan)
    count = len(plan.source.timeline)
    dice = random.Random(1)
    frames = Frames(info, plan, index)
    frames.get(count // 3)
    steps = list(range(count // 3 + 1, min(count, count // 3 + 1 + args.jumps)))
    step = measured(frames, plan, steps)
    frames.close()
    jump = measured(frames, plan, [dice.randrange(count) for _ in range(args.jumps)])
    size = "x".join(map(str, info.video.upright_size))
    result = {"clip": args.clip.name, "size": size, "frames": count, "starts": len(index.starts)}
    print(json.dumps({**result, "step": step, "jump": jump}, indent=1))


if __name__ == "__main__":
    main()
