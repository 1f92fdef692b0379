"""Who is in the picture, by their bodies: where a head should be that nothing has shown yet, and
whose head nothing hides in the end.

Bodies are looked for in frames that are looked at anyway, a few times a second. They are what is
known, and are not hidden.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Bodies, iou
from ..types import Body, Box, Boxes, Detections, Doubt, Frame, Target, Track
from .geometry import SAME_BOX_IOU
from .sensitivities import JITTER
from .track_starts import FAINT

SECONDS_BETWEEN_BODY_SCANS: Final = 0.32
"""Seconds between two looks for bodies: about three a second, and none where nothing is looked at.
People stay in view for longer."""

MOST_BODIES_A_FRAME: Final = 6
"""Bodies without a known head that are looked at closely in one frame, the surest first: so a crowd
costs no more than one look at the whole picture."""

AGAIN: Final = 1.0
"""Seconds after which a body on which a closer look saw no head is looked at closely again, if it
has stayed where it was."""

SAME_BODY_IOU: Final = 0.5
"""IoU from which a body is where it was."""

HEADLESS_SHARE: Final = 0.5
"""Share of the looks at a body without a hidden head from which it is told of."""

LEAST_HEAD: Final = 12.0
"""Pixels of height from which somebody may be known by a head: the audit's least."""

BARE: Final = {Target.FACE: 0.03, Target.HEAD: 0.4}
"""Probability that a face, or a head, is open where a body of this kind has none hidden. Counted in
labelled frames of dev: of 75 such bodies 32 showed a head, and none a face."""

SURE_BODY_SCORE: Final = 0.5
"""Score from which a body is somebody whose head must be accounted for."""

KNOWN_HEAD_PROBABILITY: Final = 0.5
"""Probability of a face or head that was seen in this very look, from which a body needs no closer
look."""

HEAD_SHARE: Final = 0.45
"""Share of a body's height in which its head lies: also of one who bends."""

ASIDE: Final = 0.1
"""Share of its width by which the middle of a head may lie beside a body's box."""

LookForBodies = Callable[[Frame], Bodies]
"""All people and vehicles of a frame."""

LookForHeads = Callable[[Frame, Boxes], Detections]
"""A frame and the boxes of bodies [N, 4] in it; to what is seen of heads, or of faces, at their
upper ends."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Those who look for bodies, and for the heads of bodies.

    Attributes:
        bodies, heads: look.
        target: what `heads` looks for: faces, or heads.
    """

    bodies: LookForBodies
    heads: LookForHeads
    target: Target = Target.FACE


def bearers(bodies: Boxes, heads: Boxes) -> NDArray[np.bool_]:
    """[N, M] whether each of N bodies has each of M faces or heads at its upper end.

    Args:
        bodies: [N, 4].
        heads: [M, 4], of the same picture.
    """
    x, y = ((heads[:, i] + heads[:, i + 2])[None] / 2 for i in (0, 1))
    left, top, right, bottom = (bodies[:, i][:, None] for i in range(4))
    aside, tall = ASIDE * (right - left), (heads[:, 3] - heads[:, 1])[None]
    low = np.maximum(top + HEAD_SHARE * (bottom - top), top + tall)
    across = (x >= left - aside) & (x <= right + aside)
    return np.asarray(across & (y >= top - tall) & (y <= low))


def head_places(bodies: Boxes) -> Boxes:
    """[N, 4], where the heads of bodies [N, 4] should be: a seventh of who stands upright, a third
    of the width of who is seen from the chest up; in the middle of the upper end."""
    width, height = bodies[:, 2] - bodies[:, 0], bodies[:, 3] - bodies[:, 1]
    tall = np.maximum(height / 7, np.minimum(width / 2.5, height / 2.5))
    x, top = (bodies[:, 0] + bodies[:, 2]) / 2, bodies[:, 1]
    return np.stack([x - 0.4 * tall, top, x + 0.4 * tall, top + tall], axis=1)


OF_BODY: Final = {Target.FACE: (0.06, 0.6, 0.7), Target.HEAD: (0.06, 1.0, 0.9)}
"""Least and greatest width of a face or head in widths of the body that bears it, and greatest
height in its heights: less is a button, more is a torso or a chair. Of 233 faces on bodies in
labelled frames of dev the widest takes .57 of the width and the tallest .68 of the height; of 222
heads without a face 98 in 100 take at most .68 and .73, and who crouches is little else: with .8
and .85 four heads of 59 more stayed open on seven clips of dev."""


def standing(heads: Boxes, targets: NDArray[np.int8], bodies: Bodies) -> NDArray[np.float64]:
    """[N] how surely each face or head of a picture is that of one of its bodies: the score of the
    surest body that can bear it, 0 where there is none.

    Args:
        heads: [N, 4].
        targets: [N], `Target.FACE` or `Target.HEAD`; whatever else, nobody bears.
        bodies: of the same picture.
    """
    if not len(bodies):
        return np.zeros(len(heads))
    fits = fitting(heads, targets, bodies)
    return np.asarray((fits * bodies.score[:, None]).max(axis=0), np.float64)


def fitting(heads: Boxes, targets: NDArray[np.int8], bodies: Bodies) -> NDArray[np.bool_]:
    """[M, N] whether each of M people of a picture can bear each of N faces or heads, by place and
    size; a vehicle can not.

    Args:
        heads, targets, bodies: see `standing`.
    """
    boxes = bodies.xyxy.astype(np.float64)
    size, whole = (np.maximum(x[:, 2:] - x[:, :2], 1e-6) for x in (heads, boxes))
    share = size[None] / whole[:, None]
    fits = bearers(boxes, heads) & ~bodies.vehicle[:, None]
    for target, (least, widest, tallest) in OF_BODY.items():
        wide, tall = share[..., 0], share[..., 1]
        fits_well = (wide >= least) & (wide <= widest) & (tall <= tallest)
        fits &= fits_well | (targets != target)[None]
    return np.asarray(fits & np.isin(targets, [*OF_BODY])[None])


@dataclass(frozen=True, slots=True)
class LookForAll:
    """What one look for bodies saw: in which frame, at a time in seconds."""

    frame: int
    time: float
    bodies: Bodies


class Everybody:
    """The bodies of a clip, as they are seen while it passes.

    Args:
        eyes: look for them.

    Attributes:
        looks: for bodies, so far.
    """

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._last = -np.inf
        self._looked = np.zeros((0, 5))
        self.looks: list[LookForAll] = []

    def due(self, time: float) -> bool:
        """Whether bodies are to be looked for in a frame at this time (s) that is looked at."""
        return time - self._last >= SECONDS_BETWEEN_BODY_SCANS - JITTER

    def look(
        self, frame: Frame, time: float, found: Detections, known: Boxes
    ) -> tuple[Bodies, Detections]:
        """Bodies of a frame, and everything that was found in it with what a closer look at those
        without a head has shown besides.

        Args:
            time: of the frame, seconds.
            found: by the look at the picture.
            known: [N, 4], where faces and heads should be that are believed.
        """
        self._last = time
        bodies = self._eyes.bodies(frame)
        self.looks.append(LookForAll(frame.index, time, bodies))
        seen = found.select(
            (found.target != Target.PLATE) & (found.score >= KNOWN_HEAD_PROBABILITY)
        )
        heads = np.concatenate([known, seen.xyxy.astype(np.float64)])
        people = np.flatnonzero(~bodies.vehicle)
        people = people[np.argsort(-bodies.score[people], kind="stable")]
        boxes = bodies.xyxy[people].astype(np.float64)
        self._looked = self._looked[time - self._looked[:, 4] < AGAIN - JITTER]
        waits = (iou(boxes, self._looked[:, :4]) >= SAME_BODY_IOU).any(axis=1)
        bare = boxes[~bearers(boxes, heads).any(axis=1) & ~waits][:MOST_BODIES_A_FRAME]
        closer = self._eyes.heads(frame, bare)
        seen = closer.select(closer.score >= FAINT.of(closer.target))
        vain = bare[~bearers(bare, seen.xyxy.astype(np.float64)).any(axis=1)]
        self._looked = np.concatenate(
            [self._looked, np.column_stack([vain, np.full(len(vain), time)])]
        )
        return bodies, with_closer_looks(found, closer)

    def bare(self, tracks: Sequence[Track], bodies: Sequence[Body]) -> Iterator[Doubt]:
        """One doubt for everybody of whom neither face nor head is hidden in most looks: at his
        head, in the look in which it is nearest.

        Args:
            tracks: what is hidden.
            bodies: of the clip.
        """
        hidden = _places(tracks, [look.frame for look in self.looks])
        for one in bodies:
            seen = [key for key in one.looks if (key.score or 0) >= SURE_BODY_SCORE]
            without = [
                (key.frame, body)
                for key in seen
                if not bearers(body := np.array([key.box]), hidden[key.frame]).any()
            ]
            if one.vehicle or len(without) < max(2, HEADLESS_SHARE * len(seen)):
                continue
            frame, body = max(without, key=lambda at: (at[1][0, 3] - at[1][0, 1], -at[0]))
            place = head_places(body)[0]
            if place[3] - place[1] >= LEAST_HEAD:
                box = Box(*place.tolist())
                yield Doubt(frame, self._eyes.target, box, BARE[self._eyes.target])


def _places(tracks: Sequence[Track], frames: Sequence[int]) -> dict[int, Boxes]:
    """Where tracks are in each of some rising frames, [N, 4]."""
    boxes: dict[int, list[Box]] = {frame: [] for frame in frames}
    for track in tracks:
        first, last = bisect_left(frames, track.first), bisect_right(frames, track.last)
        for frame in frames[first:last]:
            if (key := track.at(frame)) is not None:
                boxes[frame].append(key.box)
    return {f: np.array(found, np.float64).reshape(-1, 4) for f, found in boxes.items()}


def with_closer_looks(found: Detections, closer: Detections) -> Detections:
    """What was found, as surely as a closer look says where that is surer, and what only it saw."""
    if not len(closer):
        return found
    same = iou(closer.xyxy, found.xyxy) * (closer.target[:, None] == found.target[None])
    fresh = same.max(axis=1, initial=0) < SAME_BOX_IOU
    score = found.score.copy()
    for row in np.flatnonzero(~fresh):
        at = int(same[row].argmax())
        score[at] = max(score[at], closer.score[row])
    return Detections.concat([replace(found, score=score), closer.select(fresh)])
