"""Scans a place closely where a detector has detected something: is it really a face, or a plate?

In scans of the whole picture, small objects are small for the network. Here the place is cut out
and enlarged. Faces are shown to CenterFace again, and heads to the eye, at a size that they know
well: a wheel or a bag that narrowly passed for a face at one size seldom does so at another. Plates
are shown to the verifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, PerKind, Presentation, Rect, Target, widened
from .calibration import NOT_DETECTED, load_calibration, score_odds
from .centerface import DUPLICATE_IOU
from .face_plate import PAD
from .nms import iou
from .scaling import Picture, Scaler, turned_boxes
from .two_at_a_time import TwoAtATime
from .verifier import VERIFIER_CHANNELS, VERIFIER_SIDE, Verifier

CLOSE_SCANNED: Final = PerKind(
    "detection/close_up: CLOSE_SCANNED",
    {Target.FACE: True, Target.PLATE: True, Target.HEAD: True, Target.PERSON: False},
)
"""Kinds that are scanned closely: a body is large and needs no close scan. Callers leave out the
others, and `load_close_up` has a network for each of these."""

ScanImage = Callable[[NDArray[np.uint8]], Detections]
"""A network: uint8 [H, W, 3], RGB, to its detections, in its pixels; two threads may call it."""

FACE_WINDOW: Final = 5.0
"""Side of the square around a face or head, in its longer side: the object is then 32 pixels tall
to its network, with head and shoulders around it. Chosen in `lab/training/README.md`, "Close
looks": of eight squares, the most telling for its cost."""

PLATE_WINDOWS: Final = (1.8, 4.8)
"""The same for the verifier: a plate is recognised by its letters and, as burnt-in text has letters
too, by the car around it. Chosen in `lab/training/README.md`, "The verifier"."""

PLATE_SIDE: Final = 256
"""Longer side, in pixels, of an image in which a network detects one plate: on a vehicle, or one
that fills the picture. For the latter, the eye's answers at 160, 192 and 320 are much the same
(`lab.training.calibrate_filling`). Of 75 labelled plates of 8 pixels and more on 351 vehicles of
dev and street footage, our network detects 71, and the eye 72, with three times as many false ones
at the same recall; both together detect 73 and are no better."""

STRETCH: Final = 1.5
"""Factor by which a narrow plate is widened in a second image for the verifier: seen from the side,
plates are foreshortened, and those of motorcycles are nearly square. For 24 plates of dev stills,
foreshortened to their height, the mean log odds rise from 1.2 to 3.9; foreshortened to three
quarters, from -.1 to 1.7. With 2 they rise more for these, fall for real ones on street footage,
and rise much for rear lights."""

TILT: Final = 30.0
"""Degrees by which a large plate is also rotated, either way, for the verifier: the box around a
tilted plate is nearly square. For six plates of dev stills rotated by 40 degrees, the median log
odds rise from -2.2 to 2.4. Small ones are not rotated: that hid machines at a toll gate and the
back of a cart, and gained nothing."""

LARGE: Final = 0.015
"""Share of the picture from which a box is large: three times the ordinary size
(`track/belief.py`), so that hiding it needs a higher probability."""

WIDEST_NARROW: Final = 1.4
"""Greatest width, in heights, of a narrow box: that of a plate four times as wide as high, rotated
by 30 degrees."""

LEAST_WINDOW: Final = 12.0
"""Least side of such a square in source pixels: twice that of the smallest objects, as in
training."""


class CloseUp:
    """Scans single places of decoded frames, enlarged.

    Args:
        verifier: verifies plates.
        networks: the network for each kind: CenterFace for faces, or our network if that is left
            out; for heads, those of faces too, and for plates that fill the picture, the eye; if
            that is left out, the verifier judges such plates.
        presentations: every place is scanned in each of these, and the best answer counts.
    """

    def __init__(
        self,
        verifier: Verifier,
        networks: Mapping[Target, ScanImage],
        presentations: Sequence[Presentation] = (Presentation(),),
    ) -> None:
        self._verifier, self._networks = verifier, dict(networks)
        self._presentations = tuple(dict.fromkeys(presentations))
        self._scaler = Scaler()
        self._two_at_a_time = TwoAtATime()

    def ask(
        self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """Log odds that each box contains an object of its target.

        Args:
            frame: upright.
            boxes: [N, 4], upright source pixels.
            target: [N], values of `Target`.

        Raises:
            LookupError: no network here knows one of the targets.
            UnsafeError: if the frame cannot be converted or a network fails.
        """
        if not len(boxes):
            return np.zeros(0, np.float32)
        picture = self._scaler.frame(frame.picture)
        ways = [self._shown(picture, boxes, target, way) for way in self._presentations]
        return np.asarray(np.max(ways, axis=0), np.float32)

    def _shown(
        self,
        picture: Picture,
        boxes: NDArray[np.float64],
        target: NDArray[np.int8],
        way: Presentation,
    ) -> NDArray[np.float32]:
        """Log odds of places in a picture in one presentation."""
        odds = np.zeros(len(boxes), np.float32)
        width, height = picture.size
        shown = _square_pixels(width, height, way.aspect)
        rgb = picture.view(Rect(0, 0, width, height), shown)
        boxes = boxes * np.tile(np.array(shown) / (width, height), 2)
        rgb, boxes = _turned(rgb, boxes, way.turns)
        plates = np.flatnonzero(target == Target.PLATE)
        if len(plates):
            odds[plates] = self._plates(rgb, boxes[plates])
        others = np.flatnonzero(target != Target.PLATE)
        odds[others] = self._two_at_a_time(
            partial(self._round, rgb, boxes[row], Target(int(target[row]))) for row in others
        )
        return odds

    def _seen(self, window: NDArray[np.uint8], target: Target) -> Detections:
        """Detections of one kind in an image, by the best network for the kind."""
        if target not in self._networks:
            raise LookupError(f"no network closely scans {target.word}")
        return self._networks[target](window).only([target])

    def _round(
        self, rgb: NDArray[np.uint8], box: NDArray[np.float64], target: Target
    ) -> np.float32:
        """Log odds of the surest face or head at the box; for a face, the mean with those of the
        head that it should be on."""
        window = square_around(rgb, box, FACE_WINDOW)
        half = (box[2:] - box[:2]) / _window(box, FACE_WINDOW) * VERIFIER_SIDE / 2
        shown = np.concatenate([VERIFIER_SIDE / 2 - half, VERIFIER_SIDE / 2 + half])[None]

        def surest(target: Target, at: NDArray[np.floating]) -> np.float32:
            seen = self._seen(window, target)
            there = iou(at, seen.xyxy)[0] >= DUPLICATE_IOU
            return np.float32(
                score_odds(seen.score[there].max(initial=NOT_DETECTED, keepdims=True))[0]
            )

        odds = [surest(target, shown)]
        if target is Target.FACE and Target.HEAD in self._networks:
            odds.append(surest(Target.HEAD, widened(shown, Target.FACE)))
        return np.float32(np.mean(odds))

    def _plates(self, rgb: NDArray[np.uint8], boxes: NDArray[np.float64]) -> NDArray[np.float32]:
        """[N] the verifier's log odds, averaged over the windows; for narrow plates the best of the
        plain, the stretched and, if large, the rotated images; for plates that fill the picture,
        the eye's."""
        odds = self._verified(rgb, boxes)
        narrow = np.flatnonzero(narrow_plates(boxes))
        if len(narrow):
            stretched = self._verified(rgb, boxes[narrow], stretch=STRETCH)
            odds[narrow] = np.maximum(odds[narrow], stretched)
        size = (boxes[narrow, 2:] - boxes[narrow, :2]).prod(axis=1)
        large = narrow[size >= LARGE * rgb.shape[0] * rgb.shape[1]]
        for tilt in (-TILT, TILT) if len(large) else ():
            turned = self._verified(rgb, boxes[large], tilt=tilt)
            odds[large] = np.maximum(odds[large], turned)
        if Target.PLATE in self._networks and (filling := fills(boxes, rgb.shape)).any():
            odds[filling] = self._filling(rgb, boxes[filling])
        return np.asarray(odds, np.float32)

    def _verified(
        self,
        rgb: NDArray[np.uint8],
        boxes: NDArray[np.float64],
        stretch: float = 1.0,
        tilt: float = 0.0,
    ) -> NDArray[np.float32]:
        """[N] log odds of the verifier, mean over the windows; see `square_around`."""
        windows = [
            square_around(rgb, box, times, stretch=stretch, tilt=tilt)
            for box in boxes
            for times in PLATE_WINDOWS
        ]
        scores = self._verifier.scores(np.stack(windows))
        odds = score_odds(scores[:, VERIFIER_CHANNELS.index(Target.PLATE)])
        return np.asarray(odds.reshape(len(boxes), -1).mean(axis=1), np.float32)

    def _filling(self, rgb: NDArray[np.uint8], boxes: NDArray[np.float64]) -> NDArray[np.float32]:
        """[N] the eye's log odds, from the whole picture, shrunk."""
        best = filling_scores(rgb, boxes, self._networks[Target.PLATE])
        tall = np.asarray(boxes[:, 3] - boxes[:, 1], np.float32)
        return load_calibration().odds("plate filling", {"eye": best}, tall)


def filling_scores(
    rgb: NDArray[np.uint8], boxes: NDArray[np.float64], scan: ScanImage, side: int = PLATE_SIDE
) -> NDArray[np.float32]:
    """[N] score of the surest plate at each box, from a scan of the whole picture with its longer
    side scaled to `side` pixels."""
    height, width = rgb.shape[:2]
    zoom = side / max(height, width)
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    seen = scan(np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8))
    there = iou(boxes * zoom, seen.xyxy) >= DUPLICATE_IOU
    return np.asarray(np.where(there, seen.score, 0.0).max(axis=1, initial=0.0), np.float32)


def _turned(
    rgb: NDArray[np.uint8], boxes: NDArray[np.float64], turns: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """An image [H, W, 3] and boxes [N, 4] in it, rotated clockwise by a number of quarters."""
    if not turns:
        return rgb, boxes
    size = rgb.shape[1], rgb.shape[0]
    return np.ascontiguousarray(np.rot90(rgb, -turns)), turned_boxes(boxes, size, turns)


MOST_SQUARING_ZOOM: Final = 4.0
"""Greatest factor by which a picture is enlarged along one side to have square pixels; beyond it
the other side is shrunk, so that no picture takes more than four times its memory."""


def _square_pixels(width: int, height: int, aspect: float) -> tuple[int, int]:
    """Width and height of a picture with square pixels."""
    wider, taller = (
        min(max(aspect, 1.0), MOST_SQUARING_ZOOM),
        min(max(1 / aspect, 1.0), MOST_SQUARING_ZOOM),
    )
    if aspect >= 1:
        taller = wider / aspect
    else:
        wider = taller * aspect
    return max(1, round(width * wider)), max(1, round(height * taller))


def fills(boxes: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """[N] whether a box is so large that even the verifier's narrow window is larger than the
    picture. The verifier would then see mostly grey, and a whole scene framed in grey resembles a
    plate.

    Args:
        boxes: [N, 4].
        shape: of the picture, height and width first.
    """
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    return np.asarray(longer * PLATE_WINDOWS[0] > max(shape[:2]))


def narrow_plates(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[N] whether a plate's box is so narrow that it is shown stretched and rotated, too."""
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    return np.asarray(width <= WIDEST_NARROW * height)


def _window(box: NDArray[np.float64], times: float) -> float:
    """Side in source pixels of the square around a box [4]."""
    return max(LEAST_WINDOW, times * float((box[2:] - box[:2]).max()))


def square_around(
    rgb: NDArray[np.uint8],
    box: NDArray[np.float64],
    times: float,
    pixels: int = VERIFIER_SIDE,
    stretch: float = 1.0,
    tilt: float = 0.0,
) -> NDArray[np.uint8]:
    """A square around a box, enlarged or shrunk: uint8 [pixels, pixels, 3].

    Args:
        rgb: the whole picture, uint8 [H, W, 3]; grey is shown where the square leaves it.
        box: [4], left, top, right, bottom in its pixels.
        times: side of the square in the box's longer side.
        pixels: side of the returned image.
        stretch: factor by which everything is widened before the square is cut out.
        tilt: degrees by which everything is rotated around the box, anticlockwise.
    """
    if tilt:
        larger = round(1.5 * pixels)
        around = square_around(rgb, box, times * larger / pixels, larger, stretch)
        turn = cv2.getRotationMatrix2D((larger / 2, larger / 2), tilt, 1.0)
        turned = cv2.warpAffine(around, turn, (larger, larger))
        edge = (larger - pixels) // 2
        return np.asarray(turned[edge : edge + pixels, edge : edge + pixels], np.uint8)
    side = _window(box * [stretch, 1, stretch, 1], times)
    size = np.array([side / stretch, side])
    zoom = pixels / size
    corner = (box[:2] + box[2:] - size) / 2
    if zoom.min() >= 1:
        move = np.column_stack([np.diag(zoom), -corner * zoom])
        return np.asarray(
            cv2.warpAffine(
                rgb, move, (pixels, pixels), flags=cv2.INTER_LINEAR, borderValue=(PAD,) * 3
            ),
            np.uint8,
        )
    # Shrinking by interpolation would alias: average the square first, then place it.
    height, width = rgb.shape[:2]
    a, b = np.maximum(0, corner.astype(np.intp))
    c, d = np.minimum((width, height), (corner + size).astype(np.intp) + 1)
    out = np.full((pixels, pixels, 3), PAD, np.uint8)
    if c <= a or d <= b:
        return out
    x, y = np.maximum(0, np.round(((a, b) - corner) * zoom).astype(np.intp))
    w, h = np.minimum(pixels - np.array([x, y]), np.round((c - a, d - b) * zoom).astype(np.intp))
    if w > 0 and h > 0:
        part = rgb[b:d, a:c]
        out[y : y + h, x : x + w] = cv2.resize(part, (int(w), int(h)), interpolation=cv2.INTER_AREA)
    return out
