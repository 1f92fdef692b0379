"""How much of what is really unmasked lies in the first risky moments of the review page.

Labelled frames and tracks of real clips are judged by the masks that a plan would draw, as
`lab.real --boxes` does: what they leave open is looked for among the first five and ten moments of
each clip, and among as many seconds by chance.

    python -m lab.moments --half dev --plans FOLDER [--labels FILE... --clips FOLDER...]

Plans are read from the folder (CLIP.plan.json); missing ones are made and stored there.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab.real.__main__ import chosen_labels
from lab.real.judge import Scores, judge_clip
from lab.real.labels import HALVES, Labels
from lab.real.labels import Box as Corners
from lab.real.measure import MaskView
from redact import api
from redact.plan import Plan, read_plan, write_plan
from redact.render import mask_of
from redact.risk import Weights, moments_worth_a_look
from redact.settings import RenderSettings
from redact.types import Box

FIRST = (5, 10)
"""Moments of a clip that are looked at."""

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


def looks_of(plan: Plan, name: str, weights: Weights | None = None) -> list[Look]:
    """The ranking of a plan: what a person sees, the most probable first."""
    return [Look(name, plan.seconds(m.frame), m.box) for m in moments_worth_a_look(plan, weights)]


def count(gaps: Iterable[Open], looks: Iterable[Look]) -> Counter[str]:
    """How many of each kind are at hand for whoever takes these looks; all of one clip."""
    taken = list(looks)
    return Counter(gap.kind for gap in gaps if any(map(gap.at_hand, taken)))


def judged(
    plans: Mapping[str, Plan],
    labels: Labels,
    weights_for: Callable[[str], Weights | None] = lambda _: None,
) -> Iterator[str]:
    """Rows of a table: of each kind how many things are open, and how many of them the first
    moments of a clip find, beside as many seconds by chance; then how many moments there are.

    Args:
        weights_for: of the ranking of a clip; those of the installed models for None.
    """
    hits, totals = Counter[tuple[str, str, int]](), Counter[str]()
    draw, listed, length = random.Random(0), Counter[bool](), Counter[bool]()
    for clip, plan in plans.items():
        gaps, looks = left_open(plan, clip, labels), looks_of(plan, clip, weights_for(clip))
        duration = plan.seconds(len(plan.source.timeline) - 1)
        listed[bool(gaps)] += len(looks)
        length[bool(gaps)] += duration
        totals.update(gap.kind for gap in gaps)
        seconds = [Look(clip, n + 0.5) for n in range(math.ceil(duration))]
        for first in FIRST:
            some = looks[:first]
            for kind, n in count(gaps, some).items():
                hits["ranked", kind, first] += n
            for _ in range(DRAWS):
                chance = draw.sample(seconds, min(len(some), len(seconds)))
                for kind, n in count(gaps, chance).items():
                    hits["by chance", kind, first] += n / DRAWS
    yield "| open | " + " | ".join(f"in the first {n} of a clip" for n in FIRST) + " |"
    yield "|---|" + "---|" * len(FIRST)
    for kind in KINDS:
        found = (
            f"{hits['ranked', kind, n]} (by chance {hits['by chance', kind, n]:.1f})" for n in FIRST
        )
        yield f"| {totals[kind]} {kind} | {' | '.join(found)} |"
    minutes = sum(length.values()) / 60
    yield (
        f"{len(plans)} clips of {minutes:.1f} minutes: {sum(listed.values()) / minutes:.1f} moments"
        f" a minute; where nothing is open {listed[False]} in {length[False] / 60:.1f} minutes"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=HALVES, default="dev")
    parser.add_argument("--plans", type=Path, required=True, help="folder of CLIP.plan.json")
    parser.add_argument("--labels", type=Path, nargs="+", help="instead of lab/real/labels_*")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further folders")
    parser.add_argument("--only", help="only clips whose name contains one of these (commas)")
    options = parser.parse_args()
    options.plans.mkdir(parents=True, exist_ok=True)
    labels, clips = chosen_labels(options)
    plans = {name: plan_for(path, options.plans) for name, path in clips.items()}
    print("\n".join(judged(plans, labels)))


if __name__ == "__main__":
    main()
