"""How steadily masks are drawn: `python -m lab.steadiness VIDEO... [--plans FOLDER]`.

Masks that touch form a group, as they do in the picture. From one frame to the next, except over a
cut, a group's drawn area changes by some share, and the objects in it move by some share of their
size. Printed for each video: median, 95th percentile and maximum of the change of area, and median
and 95th percentile of the movement, for all groups, for groups of several masks, and for groups in
which no mask begins or ends. The appearance or disappearance of a whole group does not count.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from redact.mask_size import MARGIN
from redact.media import probe
from redact.pipeline import detect
from redact.pipeline.journal import Journal
from redact.plan import Plan, read_plan, write_plan
from redact.progress import Silent
from redact.render import mask_of
from redact.settings import DetectSettings
from redact.types import Box, Region


@dataclass(frozen=True, slots=True)
class Change:
    """A group of masks from one frame to the next.

    Attributes:
        tracks: whose masks are in it.
        area: change of its area, relative to the mean of both frames.
        moved: mean movement of its objects, relative to their size.
        lasting: whether all of its masks are in both frames.
    """

    tracks: frozenset[int]
    area: float
    moved: float
    lasting: bool


def groups(regions: Sequence[Region], width: int, height: int) -> dict[frozenset[int], int]:
    """Tracks whose masks touch, with the pixels that they cover together."""
    mask = mask_of(regions, width, height, MARGIN)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    of: dict[int, set[int]] = {number: set() for number in range(1, count)}
    for region in regions:
        own = mask_of([region], width, height, MARGIN)
        for label in np.unique(labels[own]):
            of[int(label)].add(region.track)
    found: dict[frozenset[int], int] = {}
    for label, tracks in of.items():  # a mask divided by another is still one object
        key = frozenset(tracks)
        found[key] = found.get(key, 0) + int(stats[label, cv2.CC_STAT_AREA])
    return found


def changes(plan: Plan) -> Iterator[Change]:
    """The change of every group from each frame to the next."""
    width, height = plan.source.width, plan.source.height
    before: list[Region] = []
    old: dict[frozenset[int], int] = {}
    for frame in range(len(plan.source.timeline)):
        here = plan.regions_at(frame)
        new = groups(here, width, height)
        if frame and frame not in plan.cuts:
            was, now = {r.track: r.box for r in before}, {r.track: r.box for r in here}
            for tracks in _joined([*old, *new]):
                a = sum(area for key, area in old.items() if key <= tracks)
                b = sum(area for key, area in new.items() if key <= tracks)
                both = [(was[n], now[n]) for n in tracks if n in was and n in now]
                if a and b and both:
                    moved = float(np.mean([_moved(x, y) for x, y in both]))
                    area, lasting = 2 * abs(b - a) / (a + b), len(both) == len(tracks)
                    yield Change(tracks, area, moved, lasting)
        before, old = here, new


def _joined(keys: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Groups of two frames, merged if they share a track."""
    found: list[frozenset[int]] = []
    for key in keys:
        touching = [other for other in found if other & key]
        found = [other for other in found if not other & key]
        found.append(key.union(*touching))
    return found


def _moved(a: Box, b: Box) -> float:
    (ax, ay), (bx, by) = a.centre, b.centre
    return float(np.hypot(bx - ax, by - ay)) / max(1.0, float(np.sqrt(a.area)))


def described(found: Sequence[Change]) -> str:
    """Median, 95th percentile and maximum of the change of area; the first two of the movement."""
    if not found:
        return "none"
    area = np.array([c.area for c in found])
    moved = np.array([c.moved for c in found])
    middle, most = (np.quantile(values, [0.5, 0.95]) for values in (area, moved))
    return (
        f"{len(found):6} area {middle[0]:6.2%} {middle[1]:6.2%} (most {area.max():6.1%}); "
        f"moved {most[0]:6.2%} {most[1]:6.2%}"
    )


def plan_of(video: Path, folder: Path | None) -> Plan:
    """The plan from the folder; if it is missing, the search makes it, and it is stored there."""
    path = None if folder is None else folder / f"{video.name}.plan.json"
    if path is not None and path.exists():
        return read_plan(path)
    plan = detect(probe(video), DetectSettings(), Journal(Silent()))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plan(plan, path)
    return plan


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("videos", type=Path, nargs="+", metavar="VIDEO")
    parser.add_argument("--plans", type=Path, help="folder of plans, which are kept there")
    options = parser.parse_args()
    for video in options.videos:
        plan = plan_of(video, options.plans)
        found = list(changes(plan))
        several = [change for change in found if len(change.tracks) > 1]
        print(video.name)
        print("  all groups     ", described(found))
        print("  several masks  ", described(several))
        print("  the same masks ", described([c for c in several if c.lasting]))


if __name__ == "__main__":
    main()
