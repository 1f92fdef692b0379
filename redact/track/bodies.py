"""Bodies of people, which show where undetected heads should be; and vehicles, which bear plates.

Frames that are scanned anyway are also scanned for bodies, a few times a second. Bodies are not
hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import HEAD_SHARE, Bodies, iou, lies
from ..mask_size import AT_BORDER
from ..types import DOUBTFUL, SAME_PLACE_IOU, Boxes, Detections, Frame, Target
from .changes import Remembered
from .geometry import areas
from .incremental_scan import MOST_PATIENCE
from .small_pictures import SmallFrame
from .starting_score import STARTING_PROBABILITY
from .track_settings import JITTER

SECONDS_BETWEEN_BODY_SCANS: Final = 0.32
"""Seconds between two body scans: about three a second, and none while nothing is scanned. People
stay in view for longer."""

STILL_SECONDS: Final = MOST_PATIENCE / 2
"""Seconds for which bodies count as unchanged while nothing in the picture changes: half of the
longest time between scans of the whole picture."""

LEAST_VEHICLE: Final = 48.0
"""Least shorter side of a vehicle, in pixels, whose plate is searched for: a plate takes an eighth
of its vehicle's height, and nobody reads one of less than six."""

MOST_VEHICLES_A_FRAME: Final = 4
"""Most vehicles without a known plate that are scanned closely in one frame, the largest first,
whose plates are the plainest to read."""

MOST_BODIES_A_FRAME: Final = 6
"""Most bodies without a known head that are scanned closely in one frame, the surest first: so a
crowd costs no more than one scan of the whole picture."""

RESCAN_SECONDS: Final = 1.0
"""Seconds after which a body on which a close scan found no head is scanned closely again, if it
has not moved."""

REREAD_SECONDS: Final = 0.5
"""The same for a vehicle on which no number was read: the plate of a rider who comes up to the
camera is legible for less than a second."""

SECONDS_OF_TRAFFIC: Final = 10.0
"""Seconds after the last vehicle for which letters on a person's lower half may be a part of the
number of a two-wheeler that the network does not know. Later they are on clothes or a badge."""

LEAST_READ: Final = 64.0
"""Least width, in pixels, of a vehicle or rider on which a number is searched for: the narrowest
plate that can be read takes 32, half of a two-wheeler."""

HEAD_ASIDE: Final = 0.1
"""Farthest that the middle of a head may lie beside a body's box, as a share of its width."""

LEAST_BODY_SCANS: Final = 2
"""Body scans that together prove something, such as that nobody is there: a single one may be
wrong."""

ScanForBodies = Callable[[Frame], Bodies]
"""All people and vehicles of a frame."""

ScanForHeads = Callable[[Frame, Boxes], Detections]
"""From a frame and the boxes of bodies [N, 4] in it to detections of heads, or of faces, at their
upper ends; or from those of vehicles to detections of plates on them."""


@dataclass(frozen=True, slots=True)
class BodyScanners:
    """The detectors of bodies, of their heads, and of the plates of vehicles.

    Attributes:
        bodies: detects people and vehicles.
        heads: detects the faces, or heads, of people; None if only plates are searched for.
        plates: detects the plates of vehicles; None if they are not searched for.
        numbers: reads the numbers of plates on vehicles and riders; None if nothing is read.
    """

    bodies: ScanForBodies
    heads: ScanForHeads | None = None
    plates: ScanForHeads | None = None
    numbers: ScanForHeads | None = None


def heads_on_bodies(bodies: Boxes, heads: Boxes) -> NDArray[np.bool_]:
    """[N, M] whether each of N bodies has each of M faces or heads at its upper end; of one that
    lies, at any height.

    Args:
        bodies: [N, 4].
        heads: [M, 4], of the same picture.
    """
    x, y = ((heads[:, i] + heads[:, i + 2])[None] / 2 for i in (0, 1))
    left, top, right, bottom = (bodies[:, i][:, None] for i in range(4))
    aside, tall = HEAD_ASIDE * (right - left), (heads[:, 3] - heads[:, 1])[None]
    low = np.maximum(top + HEAD_SHARE * (bottom - top), top + tall)
    low = np.where(lies(bodies)[:, None], bottom, low)
    across = (x >= left - aside) & (x <= right + aside)
    return np.asarray(across & (y >= top - tall) & (y <= low))


PLATE_ASIDE: Final = 0.05
"""Farthest that the middle of a plate may lie beside a vehicle's box, as a share of its size."""

ON_VEHICLE: Final = (0.5, 0.4)
"""Greatest width and height of a plate in those of the vehicle that bears it. On a two-wheeler it
may be as wide as the vehicle: its plate takes half, and is often detected together with the
shield."""


UPPER_PART: Final = 0.35
"""Share of a vehicle's height in which there is no plate: text there is the destination of a bus.
Of 114 plates on vehicles in labelled frames of dev the highest is at .42. If the upper border cuts
the vehicle, as close to a low camera, its upper part is unknown."""

TWO_WHEELER: Final = 0.8
"""Width in heights below which a vehicle may be a two-wheeler with its rider, whose plate is above
the lamp: a fifth of the way down in labelled frames of dev."""


def plates_on_vehicles(vehicles: Boxes, plates: Boxes) -> NDArray[np.bool_]:
    """[N, M] whether each of N vehicles bears each of M plates, by place and size.

    Args:
        vehicles: [N, 4].
        plates: [M, 4], of the same picture.
    """
    middle = (plates[:, :2] + plates[:, 2:])[None] / 2
    size = np.maximum(vehicles[:, 2:] - vehicles[:, :2], 1e-6)[:, None]
    beyond = PLATE_ASIDE * size
    inside = (middle >= vehicles[:, None, :2] - beyond) & (middle <= vehicles[:, None, 2:] + beyond)
    share = (plates[:, 2:] - plates[:, :2])[None] / size
    wide, tall = share[..., 0], share[..., 1]
    width, height = size[..., 0], size[..., 1]
    narrow = width < TWO_WHEELER * height
    small = (wide <= np.where(narrow, 1.0, ON_VEHICLE[0])) & (tall <= ON_VEHICLE[1])
    low = middle[..., 1] >= vehicles[:, None, 1] + UPPER_PART * height
    low |= narrow | (vehicles[:, None, 1] <= AT_BORDER * height)
    return np.asarray(inside.all(axis=2) & small & low)


BELOW_RIDER: Final = 0.2
"""Farthest that the plate of a ridden vehicle may lie below its rider's box, as a share of their
height."""


def ridden(bodies: Bodies, plates: Boxes) -> NDArray[np.bool_]:
    """[N] whether each of N plates [N, 4] may be on a two-wheeler whose rider hides it from the
    network for vehicles: it lies on a person's lower half, or close below."""
    lower = lower_halves(bodies)
    narrow = (plates[:, 2] - plates[:, 0])[None] <= ON_VEHICLE[0] * (lower[:, 2:3] - lower[:, :1])
    return np.asarray((hold_middles(lower, plates) & narrow).any(axis=0))


def lower_halves(bodies: Bodies) -> Boxes:
    """[N, 4], the places at which the plates of people's two-wheelers may be."""
    lower = bodies.xyxy[~bodies.vehicle].astype(np.float64)
    tall = lower[:, 3] - lower[:, 1]
    lower[:, 1] += tall / 2
    lower[:, 3] += BELOW_RIDER * tall
    return lower


def on_bodywork(bodies: Bodies, faces: Boxes) -> NDArray[np.bool_]:
    """[N] whether the middle of each of N faces [N, 4] lies on the lower half of a vehicle, below
    its panes."""
    lower = bodies.xyxy[bodies.vehicle].astype(np.float64)
    lower[:, 1] = (lower[:, 1] + lower[:, 3]) / 2
    return np.asarray(hold_middles(lower, faces).any(axis=0))


def head_places(bodies: Boxes) -> Boxes:
    """[N, 4], expected places of the heads of bodies [N, 4]: in the middle of the upper end, a
    seventh of the height of a person who stands upright, a third of the width of one seen from the
    chest up."""
    width, height = bodies[:, 2] - bodies[:, 0], bodies[:, 3] - bodies[:, 1]
    tall = np.maximum(height / 7, np.minimum(width / 2.5, height / 2.5))
    x, top = (bodies[:, 0] + bodies[:, 2]) / 2, bodies[:, 1]
    return np.stack([x - 0.4 * tall, top, x + 0.4 * tall, top + tall], axis=1)


def hold_middles(places: Boxes, faces: Boxes) -> NDArray[np.bool_]:
    """[N, M] whether the middle of each of M faces [M, 4] lies in each of N places [N, 4]."""
    middle = (faces[:, :2] + faces[:, 2:])[None] / 2
    inside = (middle >= places[:, None, :2]) & (middle <= places[:, None, 2:])
    return np.asarray(inside.all(axis=2))


HEAD_SIZES: Final = {Target.FACE: (0.06, 0.6, 0.7), Target.HEAD: (0.06, 1.0, 0.9)}
"""Least and greatest width of a face or head in widths of the body that bears it, and greatest
height in its heights: less is a button, more is a torso or a chair. Of 233 faces on bodies in
labelled frames of dev the widest takes .57 of the width and the tallest .68 of the height; of 222
heads without a face 98 in 100 take at most .68 and .73, but a crouching person is little else: with
.8 and .85 four heads of 59 more stayed open on seven clips of dev."""

LEAST_HEAD_SIZE: Final = 0.5
"""Least size of a head relative to the expected place on its body: less is a hand or a collar. Of
the tracks hidden as heads in 20 clips of dev and of footage used as dev, one of 160 real heads is
smaller, and 32 of 220 false ones."""


EXCLUDING_HEAD: Final = 0.8
"""Probability from which a head excludes others on the body that bears it."""


def on_bodies(
    bodies: Bodies,
    things: Boxes,
    targets: NDArray[np.int8],
    height: float = np.inf,
    chances: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """[N] whether a body can bear each face or head of a picture, or a vehicle each plate.

    Args:
        bodies: of the picture.
        things: [N, 4].
        targets: [N], `Target.FACE`, `Target.HEAD` or `Target.PLATE`; nothing bears others.
        height: of the picture, if known.
        chances: [N] probability that each is real: a person with a sure head bears no other below
            it, which is a hand or a knee. None: unknown.
    """
    boxes = bodies.xyxy.astype(np.float64)
    on_vehicle = plates_on_vehicles(boxes[bodies.vehicle], things) & (targets == Target.PLATE)
    fits = fitting(things, targets, bodies, height)
    if chances is not None and len(things):
        fits &= ~_below_own_head(fits, boxes, things, chances) | (targets != Target.HEAD)[None]
    return np.asarray(fits.any(axis=0) | on_vehicle.any(axis=0))


def head_area_ratio(
    bodies: Bodies, heads: Boxes, targets: NDArray[np.int8], height: float
) -> NDArray[np.float64]:
    """[N] how many times as large, in area, each face or head is as the head of the body that can
    bear it should be (of several bodies, the best fit); at least 1. It is 1 for bodies that the
    lower border cuts, whose size is unknown, and if no body can bear it.

    Args:
        bodies, heads, targets, height: see `on_bodies`.
    """
    boxes = bodies.xyxy.astype(np.float64)
    fits = fitting(heads, targets, bodies, height)
    times = areas(heads)[None] / np.maximum(areas(head_places(boxes)), 1e-6)[:, None]
    times[_cut_below(boxes, height)] = 1.0
    nearest = np.where(fits, times, np.inf).min(axis=0, initial=np.inf)
    return np.asarray(np.where(np.isfinite(nearest), np.maximum(nearest, 1.0), 1.0))


def _cut_below(boxes: Boxes, height: float) -> NDArray[np.bool_]:
    """[N] whether the lower border of a picture of this height cuts each of N boxes [N, 4]."""
    return np.asarray(boxes[:, 3] + AT_BORDER * (boxes[:, 3] - boxes[:, 1]) >= height)


def body_below_picture(heads: Boxes, targets: NDArray[np.int8], height: float) -> NDArray[np.bool_]:
    """[N] whether each object is a head at the lower border, whose body is outside the picture."""
    return np.asarray(_cut_below(heads, height) & (targets == Target.HEAD))


def _below_own_head(
    fits: NDArray[np.bool_], bodies: Boxes, heads: Boxes, chances: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """[M, N] whether the middle of each of N heads lies below a surer one that each of M bodies has
    in its own box; a head above the box belongs to somebody behind.

    Args:
        fits: see `fitting`.
        bodies: [M, 4].
        heads, chances: see `on_bodies`.
    """
    middle = (heads[:, 1] + heads[:, 3]) / 2
    own = fits & (middle >= bodies[:, 1:2]) & (chances >= EXCLUDING_HEAD)
    sure = np.where(own, chances, 0.0)
    lower = middle > heads[sure.argmax(axis=1), 3][:, None]
    return np.asarray(lower & (sure.max(axis=1)[:, None] > chances))


def fitting(
    heads: Boxes, targets: NDArray[np.int8], bodies: Bodies, height: float = np.inf
) -> NDArray[np.bool_]:
    """[M, N] whether each of M people of a picture can bear each of N faces or heads, by place and
    size; vehicles cannot. If the lower border cuts a body, it may show only the head: a face that
    filled a moved still of dev stayed open, as too large for its body.

    Args:
        heads, targets, bodies, height: see `on_bodies`.
    """
    boxes = bodies.xyxy.astype(np.float64)
    size, whole, place = (
        np.maximum(x[:, 2:] - x[:, :2], 1e-6) for x in (heads, boxes, head_places(boxes))
    )
    # Of somebody who lies, a head may be as high as the body is thick.
    along = np.where(lies(boxes)[:, None], whole[:, ::-1], whole)
    share = size[None] / along[:, None]
    small = (
        np.sqrt(size.prod(axis=1))[None] < LEAST_HEAD_SIZE * np.sqrt(place.prod(axis=1))[:, None]
    )
    fits = heads_on_bodies(boxes, heads) & ~bodies.vehicle[:, None]
    cut = _cut_below(boxes, height)[:, None]
    for target, (least, widest, tallest) in HEAD_SIZES.items():
        wide, tall = share[..., 0], share[..., 1]
        fits_well = (wide >= least) & (cut | ((wide <= widest) & (tall <= tallest)))
        fits &= fits_well | (targets != target)[None]
    fits &= ~small | (targets != Target.HEAD)[None]
    return np.asarray(fits & np.isin(targets, [*HEAD_SIZES])[None])


@dataclass(frozen=True, slots=True)
class BodyScan:
    """The result of one body scan: its frame, its time in seconds, and the bodies."""

    frame: int
    time: float
    bodies: Bodies


class BodySearch:
    """Scans a clip for bodies as it passes.

    Args:
        body_scanners: the detectors.

    Attributes:
        scans: body scans so far.
        numbers: plates whose numbers the last of them read, at least in part.
    """

    def __init__(self, body_scanners: BodyScanners) -> None:
        self._scanners = body_scanners
        self._last = -np.inf
        self._people = _ScannedInVain()
        self._vehicles = _ScannedInVain()
        self._unread = _ScannedInVain(REREAD_SECONDS)
        self._read_rider = -np.inf
        self._last_vehicle = -np.inf
        self.numbers = Detections.empty()
        self._bodies = Remembered[Bodies](lambda bodies: bodies.xyxy, STILL_SECONDS)
        self.scans: list[BodyScan] = []

    @property
    def seeks_heads(self) -> bool:
        """Whether faces, or heads, are searched for on people."""
        return self._scanners.heads is not None

    def due(self, time: float) -> bool:
        """Whether a scanned frame at this time (s) should be scanned for bodies."""
        return time - self._last >= SECONDS_BETWEEN_BODY_SCANS - JITTER

    def scan(
        self,
        frame: Frame,
        small: SmallFrame,
        found: Detections,
        known: Boxes,
        doubtful: Boxes,
        plates: Boxes,
    ) -> tuple[Bodies, Detections]:
        """Bodies of a frame, and all its detections, including those of close scans of bodies
        without a head and of vehicles without a plate.

        Args:
            small: its small picture.
            found: detections of the scan of the picture.
            known: [N, 4], expected places of likely faces and heads.
            doubtful: [N, 4], expected places of faces that are believed, but not likely: one on a
                person's chest does not show where their face is.
            plates: [N, 4], expected places of believed plates.
        """
        time = self._last = small.time
        everywhere = np.concatenate([known, doubtful, plates])
        bodies = self._bodies.of(small, lambda: self._scanners.bodies(frame), everywhere)
        self.scans.append(BodyScan(frame.index, time, bodies))
        on_people = self._heads(frame, time, bodies, found, known, doubtful)
        on_vehicles = self._plates(frame, time, bodies, found, plates)
        found = with_close_scans(found, Detections.concat([on_people, on_vehicles]))
        seen = found.select(found.score >= STARTING_PROBABILITY.of(found.target)).only(
            [Target.PLATE]
        )
        detected = hold_middles(plates, seen.xyxy.astype(np.float64)).any(axis=1)
        self.numbers = self._numbers(frame, time, bodies, plates[detected], plates[~detected])
        return bodies, with_close_scans(found, self.numbers)

    def _heads(
        self,
        frame: Frame,
        time: float,
        bodies: Bodies,
        found: Detections,
        known: Boxes,
        doubtful: Boxes,
    ) -> Detections:
        """What a close scan of people without a known face, or head, finds."""
        if self._scanners.heads is None:
            return Detections.empty()
        seen = found.select((found.target != Target.PLATE) & (found.score >= DOUBTFUL))
        heads = np.concatenate([known, seen.xyxy.astype(np.float64)])
        people = np.flatnonzero(~bodies.vehicle)
        people = people[np.argsort(-bodies.score[people], kind="stable")]
        boxes = bodies.xyxy[people].astype(np.float64)
        has_head = heads_on_bodies(boxes, heads).any(axis=1)
        has_head |= hold_middles(head_places(boxes), doubtful).any(axis=1)
        bare = self._people.waiting(boxes[~has_head], time)
        bare = bare[:MOST_BODIES_A_FRAME]
        closer = self._scanners.heads(frame, bare)
        self._people.note(bare, heads_on_bodies, closer, time)
        return closer

    def _plates(
        self, frame: Frame, time: float, bodies: Bodies, found: Detections, known: Boxes
    ) -> Detections:
        """Detections of close scans of vehicles without a known plate."""
        if self._scanners.plates is None:
            return Detections.empty()
        seen = found.select((found.target == Target.PLATE) & (found.score >= DOUBTFUL))
        plates = np.concatenate([known, seen.xyxy.astype(np.float64)])
        boxes = bodies.xyxy[bodies.vehicle].astype(np.float64)
        sides = boxes[:, 2:] - boxes[:, :2]
        boxes = boxes[np.argsort(-sides.prod(axis=1), kind="stable")]
        large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= LEAST_VEHICLE
        boxes = boxes[large & ~plates_on_vehicles(boxes, plates).any(axis=1)]
        bare = self._vehicles.waiting(boxes, time)[:MOST_VEHICLES_A_FRAME]
        closer = self._scanners.plates(frame, bare)
        self._vehicles.note(bare, plates_on_vehicles, closer, time)
        return closer

    def _numbers(
        self, frame: Frame, time: float, bodies: Bodies, known: Boxes, missed: Boxes
    ) -> Detections:
        """Plates found by their numbers: on the largest vehicle without one that is believed and
        was detected now, or else, once a second, on the largest person, who may ride what the
        network does not know. A number also confirms a plate that close scans contradict.

        Args:
            known, missed: [N, 4] each, expected places of believed plates that were detected now,
                and that were not; a person with such a plate is read more often.
        """
        if self._scanners.numbers is None:
            return Detections.empty()
        vehicles = bodies.xyxy[bodies.vehicle].astype(np.float64)
        places = vehicles[~plates_on_vehicles(vehicles, known).any(axis=1)]
        place = self._to_read(places, time)
        if not len(place):
            lower, due = lower_halves(bodies), time - self._read_rider >= RESCAN_SECONDS - JITTER
            bare = ~hold_middles(lower, known).any(axis=1)
            place = self._to_read(
                lower[bare & (due | hold_middles(lower, missed).any(axis=1))], time
            )
            self._read_rider = time if due else self._read_rider
        read = self._scanners.numbers(frame, place)
        boxes = read.xyxy.astype(np.float64)
        on_body, below = plates_on_vehicles(vehicles, boxes), ridden(bodies, boxes)
        # Whatever is written on a two-wheeler is probably its number; a lorry has more to say.
        narrow = vehicles[:, 2] - vehicles[:, 0] < TWO_WHEELER * (vehicles[:, 3] - vehicles[:, 1])
        whole = read.score > DOUBTFUL
        self._last_vehicle = time if len(vehicles) else self._last_vehicle
        if time - self._last_vehicle > SECONDS_OF_TRAFFIC:
            below &= whole
        read = read.select((on_body.any(axis=0) & whole) | on_body[narrow].any(axis=0) | below)
        self._unread.note(place, hold_middles, read, time)
        return read

    def _to_read(self, places: Boxes, time: float) -> Boxes:
        """The largest of some places that is worth reading, [1, 4], or none."""
        size = places[:, 2:] - places[:, :2]
        places = places[np.argsort(-size.prod(axis=1), kind="stable")]
        wide = places[:, 2] - places[:, 0] >= LEAST_READ
        return self._unread.waiting(places[wide], time)[:1]


class _ScannedInVain:
    """Bodies, or vehicles, on which a close scan detected nothing.

    Args:
        again: seconds after which they are due again.
    """

    def __init__(self, again: float = RESCAN_SECONDS) -> None:
        self._again = again
        self._vain = np.zeros((0, 5))

    def waiting(self, boxes: Boxes, time: float) -> Boxes:
        """Those boxes that are due for a close scan."""
        self._vain = self._vain[time - self._vain[:, 4] < self._again - JITTER]
        return boxes[~(iou(boxes, self._vain[:, :4]) >= SAME_PLACE_IOU).any(axis=1)]

    def note(
        self,
        boxes: Boxes,
        bear: Callable[[Boxes, Boxes], NDArray[np.bool_]],
        seen: Detections,
        time: float,
    ) -> None:
        """Note the detections at some boxes.

        Args:
            bear: which boxes bear which detections; see `heads_on_bodies`.
        """
        seen = seen.select(seen.score >= STARTING_PROBABILITY.of(seen.target))
        vain = boxes[~bear(boxes, seen.xyxy.astype(np.float64)).any(axis=1)]
        now = np.full(len(vain), time)
        self._vain = np.concatenate([self._vain, np.column_stack([vain, now])])


def with_close_scans(found: Detections, closer: Detections) -> Detections:
    """The detections `found`, with the higher score of a close scan where it has one, and those
    that only a close scan made."""
    if not len(closer):
        return found
    same = iou(closer.xyxy, found.xyxy) * (closer.target[:, None] == found.target[None])
    fresh = same.max(axis=1, initial=0) < SAME_PLACE_IOU
    score = found.score.copy()
    for row in np.flatnonzero(~fresh):
        at = int(same[row].argmax())
        score[at] = max(score[at], closer.score[row])
    return Detections.concat([replace(found, score=score), closer.select(fresh)])
