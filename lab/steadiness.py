"""How steadily masks are drawn: `python -m lab.steadiness VIDEO... [--targets heads,plates]`.

Searches each video as `redact run` does. Masks that touch are one *patch*, as in the picture. From
each picture to the next, except over a cut, three shares are measured in a patch:

* `area`: by how much of it its area changes;
* `moved`: how far the detected boxes in it move, in their own sizes, averaged over five pictures,
  since detections jitter;
* `boxes`: by how much the areas of the detected boxes change. Without the steps of
  `redact.mask_size`, masks would change by as much.

The median and the 95th percentile are printed for patches of one mask and of several, *calm* if
their boxes move by less than a twentieth of their size, and for those of several masks of which one
begins or ends.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from redact.mask_size import MARGIN, Sighted
from redact.plan import Plan
from redact.render import mask_of
from redact.settings import DetectSettings
from redact.types import Target

from .mask_size import recorded

CALM = 0.05
"""Movement from picture to picture, in a thing's own sizes, below which it is calm."""

AROUND = 2
"""Pictures before and after two neighbouring ones over which their movement is averaged."""


@dataclass(frozen=True, slots=True)
class Change:
    """A patch from one picture to the next.

    Attributes:
        shares: by how much its area changes, how far its things move, and by how much the areas of
            their boxes change; the means of all that are in both pictures.
        things: how many are in it, in either picture.
        lasting: whether all of them are in both.
    """

    shares: tuple[float, float, float]
    things: int
    lasting: bool

    @property
    def kind(self) -> str:
        """Its line of the table."""
        if not self.lasting:
            return "one begins or ends"
        what = "one mask" if self.things == 1 else "several"
        return f"{what}, {'calm' if self.shares[1] < CALM else 'moving'}"


def changes(plan: Plan, things: Sequence[Sighted]) -> Iterator[Change]:
    """Every patch that is in two neighbouring pictures: patches of both are one if they overlap, so
    one that moves farther than it is wide is left out.

    Args:
        plan: of a video.
        things: what the search kept, as it was before the steps of `redact.mask_size`.
    """
    width, height = plan.source.width, plan.source.height
    timeline = plan.source.timeline
    first = [timeline.frame_at(float(thing.times[0])) for thing in things]
    moves = [movements(thing) for thing in things]
    before = np.zeros((height, width), np.bool_)
    for frame in range(len(timeline)):
        here = mask_of(plan.regions_at(frame), width, height, MARGIN)
        count, labels = cv2.connectedComponents((before | here).astype(np.uint8))
        was, now = (np.bincount(labels[mask], minlength=count) for mask in (before, here))
        before = here
        members: dict[int, list[Sequence[float] | None]] = {}
        for start, thing, moved in zip(first, things, moves, strict=True):
            row = frame - start
            if 0 <= row <= len(thing.boxes):  # in this picture or the one before
                box = thing.boxes[min(row, len(thing.boxes) - 1)]
                x, y = np.clip((box[:2] + box[2:]) / 2, 0, [width - 1, height - 1]).astype(int)
                both = 0 < row < len(thing.boxes)
                members.setdefault(labels[y, x], []).append(moved[row - 1] if both else None)
        for label, theirs in members.items() if frame and frame not in plan.cuts else ():
            lasting = [shares for shares in theirs if shares is not None]
            if label and was[label] and now[label] and lasting:
                area = abs(int(now[label]) - int(was[label])) / int(was[label])
                moved, boxes = np.mean(lasting, axis=0).tolist()
                yield Change((area, moved, boxes), len(theirs), len(lasting) == len(theirs))


def movements(thing: Sighted) -> NDArray[np.float64]:
    """From each box of a thing to the next, how far it moved, in its own sizes, and by how much of
    it its area changed: [N - 1, 2]."""
    centre, side = (thing.boxes[:, :2] + thing.boxes[:, 2:]) / 2, thing.mean_side[:, 0]
    last = len(side) - 1
    a, b = np.maximum(np.arange(last) - AROUND, 0), np.minimum(np.arange(last) + 1 + AROUND, last)
    moved = np.hypot(*(centre[b] - centre[a]).T) / (b - a)
    return np.stack([moved / side[:-1], np.abs(np.diff(side**2)) / side[:-1] ** 2], axis=1)


def table(found: Sequence[Change]) -> Iterator[str]:
    """The lines for one video."""
    yield f"  {'':20}{'patches':>7} {'area':>14} {'moved':>14} {'boxes':>14}"
    for kind in sorted({change.kind for change in found}):
        shares = [change.shares for change in found if change.kind == kind]
        cells = np.quantile(shares, [0.5, 0.95], axis=0).T
        yield f"  {kind:20}{len(shares):7}" + "".join(f" {m:7.1%}{most:7.1%}" for m, most in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("videos", type=Path, nargs="+", metavar="VIDEO")
    parser.add_argument("--targets", default="faces,plates", help="default: faces,plates")
    options = parser.parse_args()
    wanted = options.targets.split(",")
    targets = tuple(target for target in Target if target.spec.option in wanted)
    for video in options.videos:
        plan, found = recorded(video, DetectSettings(targets=targets))
        print(video.name)
        print(*table([*changes(plan, [seen for seen, _ in found])]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
