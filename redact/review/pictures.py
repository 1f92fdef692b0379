"""Pictures of a source for the page, drawn from the exact frame by the real renderer. The gallery
contains the best picture of every subject, and says who looks like whom."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from time import monotonic
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..follow_drawn import Frames
from ..media import copy_of
from ..plan import Plan, Subject, all_subjects
from ..render import Renderer
from ..risk import place_of
from ..settings import RenderSettings
from ..types import Box, Frame, Target, Track
from .track_summary import TrackSummaries

JPEG_QUALITY: Final = 88
"""JPEG quality at which a face of 20 pixels can still be judged as in the source."""

FACE_SIDE: Final = 112
"""Width and height of a picture in the gallery, pixels."""

SUBJECT_CONTEXT: Final = 0.35
"""Shown around a subject, share of its size: hair and shoulders help to recognise a person."""

SCENE_WIDTH: Final = 480
"""Width of the picture of a risky moment, pixels."""

SCENE_AROUND: Final = 3.0
WIDER: Final = 5.0
LEAST_SHOWN: Final = 0.25
"""What it shows across: so many times the width and the height of the place, at least that share of
the frame."""

FACE_ALONE: Final = 2.0, 2.6, 0.0
"""The same for a picture in which a face must be recognisable."""

MARK_COLOUR: Final = (69, 91, 255)
MARK_WIDTH: Final = 3
MARK_OFFSETS: Final = -3, -3, 3, 3
"""Of the line around a place: blue, green, red; pixels; how far its sides lie from the place."""

Rgb = NDArray[np.uint8]


def masked(frame: Frame, plan: Plan, settings: RenderSettings) -> Frame:
    """A copy of a frame as a run would write it, before encoding. Raises as `Renderer`."""
    return Renderer(settings).draw(copy_of(frame), plan.regions_at(frame.index, frame.damaged))


def size_for(frame: Frame, most: int) -> tuple[int, int]:
    """Width and height of a frame's picture that is at most `most` pixels wide."""
    width, height = frame.size
    if width <= most:
        return width, height
    return most, max(1, round(height * most / width))


def jpeg(frame: Frame, most: int) -> bytes:
    """A frame as JPEG, at most `most` pixels wide."""
    return encoded(bgr(frame, *size_for(frame, most)))


def bgr(frame: Frame, width: int, height: int) -> Rgb:
    """Blue, green, red: uint8 [height, width, 3].

    Frames are shared between threads, but a frame's own scaler must not be: two threads scaling
    the same frame at once crash the process.
    """
    small = VideoReformatter().reformat(frame.picture, width, height, "bgr24", interpolation="AREA")
    return np.ascontiguousarray(small.to_ndarray(), np.uint8)


def encoded(picture: Rgb, quality: int = JPEG_QUALITY) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", picture, options)
    assert done
    return bytes(data)


def face(frame: Frame, box: Box, aspect: float = 1.0) -> Rgb:
    """A square picture of a subject: uint8 [FACE_SIDE, FACE_SIDE, 3], moved inside at the frame's
    border, and with black beside it if it is larger than the frame.

    Args:
        frame: where it is seen.
        box: upright source pixels.
        aspect: width of a pixel over its height.
    """
    width, height = frame.size
    whole = bgr(frame, width, height)
    (cx, cy), grown = box.centre, 1 + 2 * SUBJECT_CONTEXT
    tall = max(box.height, box.width * aspect, 12.0) * grown
    wide = tall / aspect
    # Half a pixel more: closer to the border than a pixel's centre, it is blended with black.
    cx, cy = _inside(cx, wide + 1, width), _inside(cy, tall + 1, height)
    matrix = np.array(
        [[wide / FACE_SIDE, 0, cx - wide / 2], [0, tall / FACE_SIDE, cy - tall / 2]], np.float64
    )
    how: Any = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if tall > 2 * FACE_SIDE:  # or the picture would show aliasing
        scale = FACE_SIDE / tall
        whole = np.asarray(
            cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        matrix *= scale
    matrix[:, 2] += (matrix[:, :2].sum(axis=1) - 1) / 2  # centres of pixels, not their corners
    picture = cv2.warpAffine(whole, matrix, (FACE_SIDE, FACE_SIDE), flags=how)
    return np.asarray(picture, np.uint8)


def _inside(centre: float, length: float, of: int) -> float:
    """The centre of a stretch that lies inside `of` pixels, or in their middle if it is longer."""
    return max(length / 2, min(centre, of - length / 2)) if length < of else of / 2


def look_of(picture: Rgb) -> NDArray[np.float32]:
    """A vector that is similar for pictures that look similar; norm 1.

    It is a coarse histogram of colours and a small grey picture: it suggests who *might* be the
    same, and decides nothing.
    """
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    colours = cv2.calcHist([hsv], [0, 1], None, [12, 6], [0, 180, 0, 256]).ravel()
    grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (16, 16)).astype(np.float32)
    grey -= grey.mean()
    parts = [np.sqrt(colours), grey.ravel()]
    vector = np.concatenate([p / max(float(np.linalg.norm(p)), 1e-6) for p in parts])
    return np.asarray(vector / np.sqrt(2), np.float32)


MOST_PICTURES: Final = 4000
"""Pictures that are kept at most; a few kilobytes each."""

SUGGESTED_LIKENESS: Final = 0.62
"""Likeness from which a subject is suggested; a suggestion decides nothing."""

MOST_SUGGESTED: Final = 8


class _Made(NamedTuple):
    """A picture of a track, and the place that it shows: a person may move the track."""

    box: Box
    jpeg: bytes
    look: NDArray[np.float32]


class Gallery:
    """Pictures by track and frame, made in order of time.

    Args:
        frames: of the source.
        aspect: width of a pixel over its height.
        kept: summaries of the tracks, if they already exist.
    """

    def __init__(self, frames: Frames, aspect: float, kept: TrackSummaries | None = None) -> None:
        self._frames = frames
        self._aspect = aspect
        self._made: OrderedDict[tuple[int, int], _Made] = OrderedDict()
        self._kept = kept or TrackSummaries()
        self._lock = threading.Lock()

    def picture(self, plan: Plan, track: int, frame: int) -> bytes:
        """A track in one of its frames, as JPEG; b"" where it is not there.

        Raises UnsafeError and InputError as `Frames`.
        """
        made = self._make(plan, track, frame)
        return made.jpeg if made else b""

    def alike(
        self, plan: Plan, number: int, seconds: float = math.inf
    ) -> tuple[list[tuple[int, float]], bool]:
        """Subjects, by their first track, that look like one and were never seen beside it.

        Args:
            plan: of the clip.
            number: a track of that one.
            seconds: after which no further picture is made.

        Returns:
            Subjects of the same kind with their likeness, the most similar first, and whether all
            were compared; no subjects for a plate or a region.
        """
        end = monotonic() + seconds
        tracks = {t.id: t for t in plan.tracks}
        subjects = all_subjects(plan)
        mine = next((s for s in subjects if number in s.tracks), None)
        if mine is None:
            return [], True
        chosen = [tracks[n] for n in mine.tracks]
        if chosen[0].target in (Target.PLATE, Target.REGION):  # by looks, all of them are alike
            return [], True
        own = self._look(plan, chosen)
        found, every = [], True
        first, last = min(t.first for t in chosen), max(t.last for t in chosen)

        def away(other: Subject) -> int:
            theirs = [tracks[n] for n in other.tracks]
            return max(0, min(t.first for t in theirs) - last, first - max(t.last for t in theirs))

        # Subjects that were present shortly before or after get their pictures first.
        for other in sorted(subjects, key=away):
            theirs = [tracks[n] for n in other.tracks]
            if other is mine or theirs[0].target is not chosen[0].target:
                continue
            if own is None or self._met(chosen, theirs):
                continue
            if monotonic() > end and self._kept.best(theirs) not in self._made:
                every = False
                continue
            look = self._look(plan, theirs)
            likeness = 0.0 if look is None else float(own @ look)
            if likeness >= SUGGESTED_LIKENESS:
                found.append((other.tracks[0], round(likeness, 3)))
        return sorted(found, key=lambda pair: -pair[1])[:MOST_SUGGESTED], every

    def scene(
        self,
        plan: Plan,
        number: int,
        box: Box | None,
        settings: RenderSettings,
        closely: bool = False,
    ) -> bytes:
        """A frame of the future result, as JPEG: around a box, which is marked, or all of it if
        there is no box; `closely`: little more than the box, without a mark.

        Raises UnsafeError and InputError as `Frames`.
        """
        frame = masked(self._frames.get(number), plan, settings)
        width, height = frame.size
        if box is None:
            return jpeg(frame, SCENE_WIDTH)
        around, wider, least = FACE_ALONE if closely else (SCENE_AROUND, WIDER, LEAST_SHOWN)
        wide = min(width, max(around * box.width, wider * box.height, width * least))
        tall = min(height, wide * height / width)
        x = _inside(box.centre[0], wide, width) - wide / 2
        y = _inside(box.centre[1], tall, height) - tall / 2
        part = bgr(frame, width, height)[int(y) : round(y + tall), int(x) : round(x + wide)]
        scale = SCENE_WIDTH / wide
        size = SCENE_WIDTH, max(1, round(scale * tall))
        smaller = cv2.INTER_AREA if wide > SCENE_WIDTH else cv2.INTER_CUBIC
        picture = np.asarray(cv2.resize(part, size, interpolation=smaller), np.uint8)
        if not closely:
            x1, y1, x2, y2 = (
                round(scale * (v - zero)) + out
                for v, zero, out in zip(box, (x, y, x, y), MARK_OFFSETS, strict=True)
            )
            cv2.rectangle(picture, (x1, y1), (x2, y2), MARK_COLOUR, MARK_WIDTH)
        return encoded(picture)

    def _met(self, a: list[Track], b: list[Track]) -> bool:
        """Whether both were detected in the same frame: then they are different subjects."""
        ours, theirs = ([s for t in tracks if (s := self._kept.of(t).seen)] for tracks in (a, b))
        return any(x[0] <= y[1] and y[0] <= x[1] for x in ours for y in theirs)

    def _look(self, plan: Plan, tracks: list[Track]) -> NDArray[np.float32] | None:
        best = self._kept.best(tracks)
        made = self._made.get(best) or self._make(plan, *best)
        return made.look if made else None

    def _make(self, plan: Plan, track: int, frame: int) -> _Made | None:
        box = _face_place(plan, track, frame)
        if box is None:
            return None
        with self._lock:
            made = self._made.get((track, frame))
            if made is not None and made.box == box:
                self._made.move_to_end((track, frame))
                return made
        picture = face(self._frames.get(frame), box, self._aspect)
        made = _Made(box, encoded(picture), look_of(picture))
        with self._lock:
            self._made[track, frame] = made
            while len(self._made) > MOST_PICTURES:
                self._made.popitem(last=False)
        return made


def _place(plan: Plan, track: int, frame: int) -> Box | None:
    """Where a track is in a frame; for numbers below 0, see `place_of`."""
    if track < 0:
        return place_of(plan, track, frame)
    key = next((t.at(frame) for t in plan.tracks if t.id == track), None)
    return None if key is None else key.box


def _face_place(plan: Plan, track: int, frame: int) -> Box | None:
    """The same for whoever is to be recognised there: where a person moved the mask, that place and
    the one in which something was found."""
    box = _place(plan, track, frame)
    found = next((t.found_at(frame) for t in plan.tracks if t.id == track), None)
    return box if box is None or found is None else box.union(found.box)


def place_of_moment(plan: Plan, frame: int, track: int, shown: int) -> Box | None:
    """The place of a risky moment: where a track is in the frame in which it is `shown`, or a
    finding in `frame`; None for the whole picture."""
    box = _place(plan, track, shown) if track else None
    if box is not None or plan.review is None:
        return box
    found = [f for f in plan.review.findings if (f.first + f.last) // 2 == frame and f.places]
    if not found:
        return None
    return Box(*min(found[0].places, key=lambda place: abs(place[0] - frame))[1])
