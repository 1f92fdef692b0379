"""A plate that can be read is hidden, whatever other evidence says; and few places are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import Bodies, load_calibration
from redact.reading import NumberReader
from redact.track import BodyScanners, Tracker, TrackSettings
from redact.track.belief import MOST_COSTED_SHARE, ORDINARY_SHARE, Clues, worth_hiding
from redact.track.tracker import Ask
from redact.types import Box, Detections, Frame, Target, Track

from .scenes import covered, rendered, seen, texture, track_clip, tracker_of

COUNT = 24
FAINT = 0.1


def place(frame: int, start: float = 20.0, growth: float = 3.0) -> Box:
    """A plate that comes nearer, 20 to 89 pixels wide."""
    width = start + growth * frame
    return Box(60, 60, 60 + width, 60 + width / 4)


class Legible:
    """A reader that can read plates from this width on, and records what it was asked about."""

    def __init__(self, least: float) -> None:
        self.least, self.widths = least, list[float]()

    def read(self, frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        widths = boxes[:, 2] - boxes[:, 0]
        self.widths += widths.tolist()
        return np.asarray(widths >= self.least)


def doubted(
    frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
) -> NDArray[np.float32]:
    """A close scan that takes it for no plate."""
    return np.full(len(boxes), -2.0, np.float32)


def tracked(reader: Legible, found: list[Detections], ask: Ask = doubted) -> tuple[Track, ...]:
    tracker = tracker_of(ask=ask, read=reader.read, weights=load_calibration().tracks)
    return track_clip(rendered([], len(found)), found, tracker).tracks


def nearer(target: Target = Target.PLATE) -> list[Detections]:
    return [seen([place(n)], FAINT, target) for n in range(COUNT)]


def test_a_plate_read_once_nearby_is_hidden_from_its_first_detection() -> None:
    assert not tracked(Legible(1000), nearer())
    tracks = tracked(Legible(80), nearer())
    assert all(covered(tracks, n, place(n)) for n in range(COUNT))


def test_a_plate_that_glares_at_first_is_read_again() -> None:
    """It was read once, and then never again unless it came nearer."""

    class Glaring(Legible):
        def read(self, frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
            return super().read(frame, boxes) & (frame.index >= 6)

    still = [seen([place(12)], FAINT, Target.PLATE) for _ in range(COUNT)]
    reader = Glaring(0)
    tracks = tracked(reader, still)
    assert all(covered(tracks, n, place(12)) for n in range(COUNT))
    assert len(reader.widths) <= 5, "the oftener it was seen, the less often it is read"


def test_only_plates_are_read() -> None:
    reader = Legible(0)
    tracked(reader, nearer(Target.FACE))
    tracked(reader, [seen([place(n)], 0.98) for n in range(COUNT)])
    assert reader.widths == []


@pytest.mark.parametrize("share", [ORDINARY_SHARE[Target.PLATE], 0.02, MOST_COSTED_SHARE, 1.0])
def test_a_plate_that_was_read_is_hidden_however_large(share: float) -> None:
    box = np.array([[0.0, 0, 100, 100]])
    plate = np.array([Target.PLATE], np.int8)
    clues = Clues.of_new(plate, np.array([-1.0], np.float32), box, 1e4 / share)
    clues.scanned_closely(np.array([0]), np.array([-2.0], np.float32))
    weights, cost = load_calibration().tracks, TrackSettings().leak_cost
    assert not worth_hiding(clues, weights, cost)[0]
    clues.read[:] = 1
    assert worth_hiding(clues, weights, cost)[0]


@dataclass
class Ridden:
    """A motorcycle that comes up from the left, with its number below the lamp, in letters of 14
    pixels. Networks see the vehicle, or, if it is not `known`, its rider alone; no plate."""

    known: bool
    text: str = "KX72 BRT"
    start: int = 40
    read: list[int] = field(default_factory=list)
    reader: NumberReader = field(default_factory=lambda: NumberReader(2))

    def vehicle(self, index: int) -> list[float]:
        left = self.start + 6.0 * index
        return [left, 60, left + 150, 300]

    def plate(self, index: int) -> Box:
        left = self.vehicle(index)[0]
        return Box(left + 20, 180, left + 122, 206)

    def frames(self, count: int) -> Iterator[Frame]:
        ground = np.dstack([texture(3, 360, 640, 40) // 3] * 3)
        for index in range(count):
            shown, (x1, y1, x2, y2) = ground.copy(), map(round, self.plate(index))
            cv2.rectangle(shown, (x1, y1), (x2, y2), (225,) * 3, -1)
            at, font = (x1 + 6, y2 - 6), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(shown, self.text, at, font, 14 / 22, (15,) * 3, 2, cv2.LINE_AA)
            picture = av.VideoFrame.from_ndarray(shown, format="rgb24")
            yield Frame(index, index, Fraction(1, 10), picture)

    def bodies(self, at: Frame) -> Bodies:
        x1, y1, x2, y2 = self.vehicle(at.index)
        box = [x1, y1, x2, y2] if self.known else [x1 - 20, y1 - 60, x2 + 20, y2 - 40]
        return Bodies(np.array([box], np.float32), np.ones(1, np.float32), np.array([self.known]))

    def nothing(self, at: Frame, boxes: NDArray[np.float64]) -> Detections:
        return Detections.empty()

    def numbers(self, at: Frame, boxes: NDArray[np.float64]) -> Detections:
        self.read += [at.index] * len(boxes)
        return self.reader.numbers(at, boxes)

    def tracks(self, count: int) -> tuple[Track, ...]:
        scanners = BodyScanners(self.bodies, self.nothing, self.nothing, self.numbers)
        tracker = Tracker(ask=doubted, read=self.reader.legible, body_scanners=scanners)
        return track_clip(self.frames(count), [Detections.empty()] * count, tracker).tracks


@pytest.mark.parametrize("known", [True, False])
def test_a_plate_that_no_network_sees_is_found_by_its_number(known: bool) -> None:
    """And it is hidden while it moves, also between and before the pictures that are read."""
    ridden = Ridden(known)
    tracks = ridden.tracks(24)
    assert {track.target for track in tracks} == {Target.PLATE}
    assert all(covered(tracks, n, ridden.plate(n), 0.95) for n in range(24))
