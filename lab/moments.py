"""How much of what is really unmasked lies in the first risky moments of the review page.

Labelled frames and tracks of real clips are judged by the masks that a plan would draw, as in
`lab.real --boxes`: are the labelled faces and plates that they leave open among the first moments
of the ranking? The clips are seconds long, so all of them together count as one case: in a case of
M minutes, a person who reviews ten moments a minute reaches the first 10 M. The ranking is compared
with seconds in order of time, and with random seconds.

    python -m lab.moments --half dev --plans FOLDER

Plans are read from the folder (CLIP.plan.json); missing ones are made and stored there.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab.real.judge import Scores, judge_clip
from lab.real.labels import HALVES, HOME, Labels, default_files, find_clips, read_labels
from lab.real.labels import Box as Corners
from lab.real.measure import MaskView
from redact import api
from redact.plan import Plan, read_plan, write_plan
from redact.render import mask_of
from redact.risk import moments_worth_a_look
from redact.settings import RenderSettings
from redact.types import Box

FIRST = (5, 10, 20, 30)
"""Moments a minute."""

WITHIN = 0.5
"""Seconds around a moment within which a person who reviews it sees what is open: the page shows
the whole picture, and people step or play a little back and forth."""

FOLLOWED, SAME = 5.0, 0.3
"""Seconds and IoU within which the place marked for a moment is that of an open label: the page
marks it, and a mask drawn there can be followed."""

HEAD_OPEN = 0.5
"""Share of a head that must be visible for it to count as open: half of a head is not hidden. By
default, the rim of a head may show around a hidden face."""

DRAWS = 200
"""Random orders that are averaged."""


@dataclass(frozen=True)
class Look:
    """A moment that a person looks at: clip, seconds, and the place that the page marks there."""

    clip: str
    seconds: float
    place: Box | None = None


@dataclass(frozen=True)
class Open:
    """A labelled object that the masks leave open.

    Attributes:
        kind: "faces and plates", none of which may be open, or "heads", which the default does not
            hide.
        places: seconds and place; for a labelled track, every moment at which it is open.
    """

    clip: str
    kind: str
    places: tuple[tuple[float, Box], ...]

    def at_hand(self, look: Look) -> bool:
        """Whether a person who takes this look sees it, or gets its place marked."""
        return any(
            abs(look.seconds - time) <= WITHIN
            or (
                look.place is not None
                and abs(look.seconds - time) <= FOLLOWED
                and look.place.iou(box) >= SAME
            )
            for time, box in self.places
        )


@dataclass(frozen=True)
class Clip:
    """A clip with its ranking: chance and moment."""

    name: str
    length: float
    moments: tuple[tuple[float, Look], ...]


KINDS = ("faces and plates", "heads")


def plan_for(clip: Path, folder: Path) -> Plan:
    """The plan of a clip from the folder; made if it is missing."""
    path = folder / f"{clip.name}.plan.json"
    if not path.exists():
        print(f"searching {clip.name}", file=sys.stderr, flush=True)
        write_plan(api.detect(clip), path)
    return read_plan(path)


def left_open(plan: Plan, clip: str, labels: Labels) -> list[Open]:
    """The labelled objects of a clip that the masks of a plan leave open."""
    width, height = plan.source.width, plan.source.height
    margin = RenderSettings().margin

    def view_of(frame: int) -> MaskView | None:
        if frame >= len(plan.source.timeline):
            return None
        area = mask_of(plan.regions_at(frame), width, height, margin)
        return MaskView(area.astype(np.uint8))

    scores = Scores("")
    mine = labels.of(clip)
    judge_clip(scores, mine.sized((width, height)), view_of)

    def opened(kind: str, *places: tuple[int, Corners]) -> Open:
        return Open(clip, kind, tuple((plan.seconds(n), Box(*box)) for n, box in places))

    found = [opened(KINDS[0], (o.frame, o.box)) for s in scores.frames for o in s.leaks]
    heads = (o for s in scores.frames for o in s.heads if o.open_share > HEAD_OPEN)
    found += [opened(KINDS[1], (o.frame, o.box)) for o in heads]
    boxes = {(t.id, t.target): t.boxes for t in mine.tracks}
    tracks = (t for t in scores.tracks if t.leaked)
    return found + [
        opened(KINDS[0], *((n, boxes[t.id, t.target][n]) for n in t.leaked)) for t in tracks
    ]


def looks_of(plan: Plan, name: str) -> tuple[tuple[float, Look], ...]:
    """The ranking of a plan: the probability of each moment, and what a person sees there."""
    return tuple(
        (
            m.chance,
            Look(
                name,
                plan.seconds(m.frame),
                m.box if m.track < 0 else None,
            ),
        )
        for m in moments_worth_a_look(plan)
    )


def count(gaps: Iterable[Open], looks: Iterable[Look]) -> dict[str, int]:
    """How many open objects of each kind these looks find."""
    by_clip = defaultdict(list)
    for look in looks:
        by_clip[look.clip].append(look)
    hit = [gap.kind for gap in gaps if any(map(gap.at_hand, by_clip[gap.clip]))]
    return {kind: hit.count(kind) for kind in KINDS}


def rows(clips: Sequence[Clip], gaps: Sequence[Open]) -> list[dict[str, object]]:
    """For each number of moments a minute, what is found: ranked, in order of time, at random."""
    minutes = sum(clip.length for clip in clips) / 60
    pooled = sorted((m for clip in clips for m in clip.moments), key=lambda m: -m[0])
    ranked = [look for _, look in pooled]
    seconds = [Look(c.name, n + 0.5) for c in clips for n in range(math.ceil(c.length))]
    draw = random.Random(0)
    draws = [draw.sample(seconds, len(seconds)) for _ in range(DRAWS)]
    found: list[dict[str, object]] = []
    for first in FIRST:
        most = round(first * minutes)
        chance = [count(gaps, order[:most]) for order in draws]
        found.append(
            {
                "a minute": first,
                "moments": most,
                "ranked": count(gaps, ranked[:most]),
                "in order of time": count(gaps, seconds[:most]),
                "by chance": {k: round(sum(c[k] for c in chance) / DRAWS, 1) for k in KINDS},
            }
        )
    return found


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
    labels = read_labels(files, options.half, HOME / "split.json")
    labelled = labels.clips()
    clips: list[Clip] = []
    gaps: list[Open] = []
    for name, path in find_clips(labelled, [shared / "clips", *options.clips]).items():
        if options.only_there and not (options.plans / f"{name}.plan.json").exists():
            continue
        plan = plan_for(path, options.plans)
        length = plan.seconds(len(plan.source.timeline) - 1)
        clips.append(Clip(name, length, looks_of(plan, name)))
        gaps += left_open(plan, name, labels)
    table = rows(clips, gaps)
    is_open = {kind: sum(gap.kind == kind for gap in gaps) for kind in KINDS}
    minutes = sum(clip.length for clip in clips) / 60
    told = {
        "half": options.half,
        "clips": len(clips),
        "not at hand": len(labelled) - len(clips),
        "minutes": round(minutes, 2),
        "open": is_open,
        "rows": table,
    }
    if options.json:
        print(json.dumps(told, indent=1))
        return
    print(f"{options.half}: {len(clips)} clips, {minutes:.1f} minutes; open in labels: {is_open}")
    ways = ("ranked", "in order of time", "by chance")
    print("| first, a minute | " + " | ".join(f"{k}, {way}" for k in KINDS for way in ways) + " |")
    print("|---|" + "---|" * len(KINDS) * len(ways))
    for row in table:
        cells = (f"{row[way][kind]}" for kind in KINDS for way in ways)  # type: ignore[index]
        print(f"| {row['a minute']} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
