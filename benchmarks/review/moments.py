"""How much of what is really open lies in the first risky moments of the review page.

Labelled frames of real clips are judged by the masks that a plan would draw, as
`benchmarks.real --boxes` does: what they leave open is looked for among the first moments of the
ranking. Beside it stand as many moments at even distances, which cost as much to look at.

    python -m benchmarks.review.moments --half dev --plans FOLDER

Plans are taken from the folder (CLIP.plan.json), and made and kept there where one is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.real.judge import Scores, judge_clip
from benchmarks.real.labels import HALVES, HOME, default_files, find_clips, read_labels
from benchmarks.real.measure import MaskView
from redact import api
from redact.plan import Plan, read_plan, write_plan
from redact.render import mask_of
from redact.review.moments import Moment, risky_moments, undecided_moments
from redact.review.sights import SightsKept
from redact.settings import RenderSettings

FIRST = (10, 20, 30)
WITHIN = 0.5
"""Seconds from a moment within which what is open is seen by whoever looks at it: the page shows
the whole picture, and a person steps or plays a little back and forth."""


@dataclass(frozen=True)
class Open:
    """A labelled face or plate that the masks leave open."""

    clip: str
    seconds: float


@dataclass(frozen=True)
class Clip:
    """A clip with the moments of its ranking, as seconds and chance, the likeliest first."""

    name: str
    length: float
    moments: tuple[tuple[float, float], ...]


def ranking(plan: Plan) -> list[Moment]:
    """The risky moments of a plan about which nobody has decided anything."""
    kept = SightsKept()
    every = (m for track in plan.tracks for m in undecided_moments(plan, (track,), kept))
    return risky_moments(plan, every)


def plan_for(clip: Path, folder: Path) -> Plan:
    """The plan of a clip from the folder; it is made where there is none."""
    path = folder / f"{clip.name}.plan.json"
    if not path.exists():
        print(f"searching {clip.name}", file=sys.stderr, flush=True)
        write_plan(api.detect(clip), path)
    return read_plan(path)


def left_open(plan: Plan, clip: str, labels: Sequence[Path], half: str) -> list[Open]:
    """What the masks of a plan leave open of what is labelled in a clip."""
    width, height = plan.source.width, plan.source.height
    margin = RenderSettings().margin

    def view_of(frame: int) -> MaskView | None:
        if frame >= len(plan.source.timeline):
            return None
        area = mask_of(plan.regions_at(frame), width, height, margin)
        return MaskView(area.astype(np.uint8))

    scores = Scores("")
    mine = read_labels(labels, half, HOME / "split.json").of(clip)
    judge_clip(scores, mine.sized((width, height)), view_of)
    frames = [leak.frame for score in scores.frames for leak in score.leaks]
    return [Open(clip, plan.seconds(frame)) for frame in frames]


def found_in(times: Iterable[float], seconds: float) -> bool:
    return any(abs(time - seconds) <= WITHIN for time in times)


def evenly(length: float, count: int) -> list[float]:
    """Seconds of so many moments at even distances."""
    return [length * (n + 0.5) / count for n in range(count)]


def shares(clips: Sequence[Clip], gaps: Sequence[Open]) -> list[dict[str, object]]:
    """For each number of first moments: of how many that are open one is at hand, in each video by
    itself and in the first of all videos together."""
    by_name = {clip.name: clip for clip in clips}
    pooled = sorted(
        ((chance, clip.name, time) for clip in clips for time, chance in clip.moments),
        key=lambda m: -m[0],
    )
    rows: list[dict[str, object]] = []
    for first in FIRST:
        ranked = {clip.name: [time for time, _ in clip.moments[:first]] for clip in clips}
        mine = sum(found_in(ranked[g.clip], g.seconds) for g in gaps)
        even = sum(
            found_in(evenly(by_name[g.clip].length, len(ranked[g.clip])), g.seconds) for g in gaps
        )
        together = pooled[:first]
        case = sum(
            found_in((t for _, name, t in together if name == g.clip), g.seconds) for g in gaps
        )
        rows.append({"first": first, "ranked": mine, "evenly": even, "of all videos": case})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=HALVES, default="dev")
    parser.add_argument("--plans", type=Path, required=True, help="folder of CLIP.plan.json")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further folders")
    parser.add_argument("--only-there", action="store_true", help="clips that have a plan there")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.plans.mkdir(parents=True, exist_ok=True)
    beside = Path(__file__).parents[3] / "shared"
    shared = Path(os.environ.get("REDACT_SHARED", beside))
    files = default_files(shared)
    labelled = read_labels(files, options.half, HOME / "split.json").clips()
    clips, gaps, number = [], [], 0
    for name, path in find_clips(labelled, [shared / "clips", *options.clips]).items():
        if options.only_there and not (options.plans / f"{name}.plan.json").exists():
            continue
        plan = plan_for(path, options.plans)
        moments = ranking(plan)
        length = plan.seconds(len(plan.source.timeline) - 1)
        times = tuple((plan.seconds(m.frame), m.chance) for m in moments)
        clips.append(Clip(name, length, times))
        gaps += left_open(plan, name, files, options.half)
        number += len(moments)
    rows = shares(clips, gaps)
    minutes = sum(clip.length for clip in clips) / 60
    told = {
        "half": options.half,
        "clips": len(clips),
        "not at hand": len(labelled) - len(clips),
        "minutes": round(minutes, 2),
        "moments": number,
        "open": len(gaps),
        "rows": rows,
    }
    if options.json:
        print(json.dumps(told, indent=1))
        return
    print(
        f"{options.half}: {len(clips)} clips, {minutes:.1f} minutes, {number} moments; "
        f"{len(gaps)} faces and plates are open in labelled frames"
    )
    print("| first | of each video | as many at even distances | of all videos together |")
    print("|---|---|---|---|")
    for row in rows:
        cells = (f"{row[k]} of {len(gaps)}" for k in ("ranked", "evenly", "of all videos"))
        print(f"| {row['first']} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
