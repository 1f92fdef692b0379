"""Detects people and vehicles, and scans the places of their heads and plates closely.

A body is large even if its head is small. So if only a person's body is detected, the place of the
head is scanned again, enlarged, by the networks for faces and heads; and a vehicle without a known
plate by the network for plates. The plate of a two-wheeler is a narrow line above its lamp or on
its mudguard, which scans of the whole picture seldom detect.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, Rect, Target, widened
from .calibration import load_calibration
from .centerface import DUPLICATE_IOU
from .close_up import PLATE_SIDE, ScanImage, square_around
from .ensemble import (
    CENTERFACE_LARGE,
    EYE_FACES,
    EYE_LARGE,
    SAME_FACE,
    plates_on_vehicle,
    weighed,
)
from .nms import iou, suppress
from .people import Bodies, People
from .scaling import Scaler, turned_boxes
from .two_at_a_time import TwoAtATime
from .verifier import VERIFIER_SIDE
from .views import clipped

HEAD_SQUARE: Final = (1.15, 0.42)
"""Side of the square that is enlarged: the larger of these shares of the body's width and height.
A head is then a third of it, both of people who stand upright and of people seen from the chest
up."""

SHARE_ABOVE_BODY: Final = 0.12
"""Share of this square that lies above the body's box, which may begin below the hair."""

LYING: Final = 1.1
"""Width in heights from which a body lies, bends or is dragged: its head is then at either side,
and turned by about a quarter. Networks that learned from upright faces are sure of such a face only
once it is turned upright."""

MOST_LYING: Final = 2
"""Most such bodies whose ends are scanned turned in one frame, the first ones given: a dormitory
costs no more than two people. Each takes four further scans of an end."""

VEHICLE_SQUARE: Final = 1.1
"""Side of the square around a vehicle that is scanned, in the longer side of its box."""


class BodyCloseUp:
    """Detects bodies and vehicles, and scans their heads and plates closely.

    Args:
        people: detects bodies and vehicles.
        faces: CenterFace; an image to its faces.
        eye: an image to heads and faces.
        target: what is detected on bodies: faces, or heads; None if only plates are searched for.
        plates: our network; an image to plates, among other things.
        sample_aspect: width of a source pixel divided by its height.
    """

    def __init__(
        self,
        people: People,
        faces: ScanImage,
        eye: ScanImage,
        target: Target | None,
        plates: ScanImage,
        sample_aspect: float = 1.0,
    ) -> None:
        self._people, self._faces, self._eye = people, faces, eye
        self._plates = plates
        self.target, self._aspect = target, sample_aspect
        self._scaler, self._two_at_a_time = Scaler(), TwoAtATime()

    def bodies(self, frame: Frame) -> Bodies:
        """People and vehicles in a frame.

        Raises:
            UnsafeError: if the frame cannot be converted or the network fails.
        """
        return self._people.bodies(self._scaler.frame(frame.picture), self._aspect)

    def heads(self, frame: Frame, bodies: NDArray[np.float64]) -> Detections:
        """Faces, or heads, at the upper ends of bodies; scores are probabilities.

        Args:
            bodies: [N, 4], upright source pixels.

        Raises:
            UnsafeError: see `bodies`.
        """
        upright = self._each(frame, bodies, self._head)
        lying = bodies[lies(bodies)][:MOST_LYING]
        if not len(lying):
            return upright
        turned = self._each(frame, lying, self._turned_heads)
        return suppress(Detections.concat([upright, turned]), SAME_FACE)

    def plates(self, frame: Frame, vehicles: NDArray[np.float64]) -> Detections:
        """Plates of vehicles; scores are probabilities.

        Args:
            vehicles: [N, 4], upright source pixels.

        Raises:
            UnsafeError: see `bodies`.
        """
        return self._each(frame, vehicles, self._plate)

    def _each(
        self,
        frame: Frame,
        boxes: NDArray[np.float64],
        scan: Callable[[NDArray[np.uint8], NDArray[np.float64]], Detections],
    ) -> Detections:
        """The detections of `scan` at each box of a frame, without duplicates."""
        if not len(boxes):
            return Detections.empty()
        picture = self._scaler.frame(frame.picture)
        width, height = picture.size
        rgb = picture.view(Rect(0, 0, width, height), (width, height))
        found = Detections.concat(self._two_at_a_time(partial(scan, rgb, box) for box in boxes))
        return suppress(clipped(found, width, height), SAME_FACE)

    def _head(self, rgb: NDArray[np.uint8], body: NDArray[np.float64]) -> Detections:
        """Detections at the head of one body in a picture."""
        return self._at(rgb, upper_end(body), 0)

    def _turned_heads(self, rgb: NDArray[np.uint8], body: NDArray[np.float64]) -> Detections:
        """Detections at both sides of a body that lies, turned both ways."""
        ends = [(place, turns) for place in side_ends(body) for turns in (1, 3)]
        return Detections.concat([self._at(rgb, place, turns) for place, turns in ends])

    def _at(self, rgb: NDArray[np.uint8], place: NDArray[np.float64], turns: int) -> Detections:
        """Detections in a square of a picture that is turned clockwise by quarters."""
        assert self.target is not None
        window = square_around(rgb, place, 1.0)
        seen, seeds = self.witnesses(np.ascontiguousarray(np.rot90(window, -turns)))
        found = weighed(seen, f"{self.target.word} on body", load_calibration())
        # A head without a face does not count, however certain.
        found = found.select(iou(found.xyxy, seeds.xyxy).max(axis=1, initial=0) >= DUPLICATE_IOU)
        zoom = np.float32(VERIFIER_SIDE / (place[2] - place[0]))
        side = VERIFIER_SIDE, VERIFIER_SIDE
        upright = turned_boxes(found.xyxy.astype(np.float64), side, -turns % 4)
        xyxy = upright.astype(np.float32) / zoom + np.tile(place[:2], 2).astype(np.float32)
        return Detections(xyxy, found.score, found.target)

    def _plate(self, rgb: NDArray[np.uint8], vehicle: NDArray[np.float64]) -> Detections:
        """Plates of one vehicle in a picture; scores are probabilities."""
        return plates_on_vehicle(self.plates_seen(rgb, vehicle), load_calibration())

    def plates_seen(self, rgb: NDArray[np.uint8], vehicle: NDArray[np.float64]) -> Detections:
        """Plates of one vehicle, boxes in source pixels, scores as the network gives them."""
        seen = self._plates(square_around(rgb, vehicle, VEHICLE_SQUARE, PLATE_SIDE))
        seen = suppress(seen.only([Target.PLATE]), DUPLICATE_IOU)
        side = VEHICLE_SQUARE * (vehicle[2:] - vehicle[:2]).max()
        corner = np.tile((vehicle[:2] + vehicle[2:] - side) / 2, 2).astype(np.float32)
        xyxy = seen.xyxy * np.float32(side / PLATE_SIDE) + corner
        return Detections(xyxy, seen.score, seen.target)

    def witnesses(self, window: NDArray[np.uint8]) -> tuple[dict[str, Detections], Detections]:
        """Candidates of each witness of `calibration.json` in an image of the upper end of a body,
        as objects of the target's kind; and those of them that may become detections."""
        faces, eye = (suppress(scan(window), DUPLICATE_IOU) for scan in (self._faces, self._eye))
        heads = eye.only([Target.HEAD])
        if self.target is Target.HEAD:
            seen = {
                CENTERFACE_LARGE: _as(Target.HEAD, faces, widened(faces.xyxy, Target.FACE)),
                EYE_LARGE: heads,
            }
            return seen, Detections.concat([*seen.values()])
        seen = {
            CENTERFACE_LARGE: faces,
            EYE_FACES: eye.only([Target.FACE]),
            EYE_LARGE: _as(Target.FACE, heads, narrowed(heads.xyxy)),
        }
        return seen, Detections.concat([seen[CENTERFACE_LARGE], seen[EYE_FACES]])


def upper_end(body: NDArray[np.float64]) -> NDArray[np.float64]:
    """[4], the square at the upper end of a body [4] in which its head should be."""
    x1, y1, x2, y2 = body
    side = max(HEAD_SQUARE[0] * (x2 - x1), HEAD_SQUARE[1] * (y2 - y1), 12.0)
    left, top = (x1 + x2 - side) / 2, y1 - SHARE_ABOVE_BODY * side
    return np.array([left, top, left + side, top + side])


def lies(bodies: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[N] whether each of N bodies [N, 4] is so much wider than high that it lies or bends."""
    width, height = (bodies[:, 2:] - bodies[:, :2]).T
    return np.asarray(width >= LYING * height)


def side_ends(body: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The squares at the left and right of a body [4] in one of which its head should be, if it
    lies."""
    x1, y1, x2, y2 = body
    side = max(HEAD_SQUARE[0] * (y2 - y1), HEAD_SQUARE[1] * (x2 - x1), 12.0)
    top, beyond = (y1 + y2 - side) / 2, SHARE_ABOVE_BODY * side
    return [
        np.array([left, top, left + side, top + side]) for left in (x1 - beyond, x2 + beyond - side)
    ]


def narrowed(heads: NDArray[np.float32]) -> NDArray[np.float32]:
    """[N, 4], the faces of heads [N, 4]: the inverse of `widened`."""
    beside, above, below = Target.FACE.spec.reach
    w = (heads[:, 2] - heads[:, 0]) / (1 + 2 * beside)
    h = (heads[:, 3] - heads[:, 1]) / (1 + above + below)
    inward = np.stack([beside * w, above * h, -beside * w, -below * h], axis=1)
    return np.asarray(heads + inward, np.float32)


def _as(target: Target, found: Detections, xyxy: NDArray[np.float32]) -> Detections:
    """The same detections with other boxes and another target."""
    return Detections(xyxy, found.score, np.full(len(found), target, np.int8))
