"""Replaces the boxes of people by their silhouettes, once the search has found the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Scaler, Selfie
from ..errors import DependencyError
from ..media import SourceInfo, read_ahead
from ..plan import Plan
from ..schedule import schedule_of
from ..track import ShapeScan, shapes_between, without_empty_ends, worth_its_box
from ..types import Box, Frame, Origin, Rect, State, Target, Track
from ..words import Message
from .journal import Journal
from .planned_frames import CheckedFrames

SILHOUETTE_LONG_SIDE: Final = 1920
"""Pixels along the longer side of a picture that is scanned for silhouettes."""


def with_silhouettes(info: SourceInfo, plan: Plan, journal: Journal) -> Plan:
    """The plan with silhouettes for its people, where the network sees them. Uncertain people
    without any silhouette are dropped, and so are ends of tracks at which it sees no person.

    Args:
        info: of the source.
        plan: of a search. Tracks that a person drew or decided about stay as they are.
        journal: gets a warning if boxes stay, because MediaPipe cannot be loaded or the pictures
            are turned.

    Raises:
        InputError, UnsafeError: see `CheckedFrames`; and if the network fails.
        ModelError: the weights are missing or are not the pinned ones.
    """
    people = {t.id: t for t in plan.tracks if t.target is Target.PERSON and t.origin is Origin.AUTO}
    if not people:
        return plan
    if plan.turned:  # the network may miss the head of a person who lies on their side
        journal.warn(Message("turned_as_boxes"))
        return plan
    try:
        network = Selfie()
    except DependencyError as error:
        journal.warn(Message("people_as_boxes", error=error.message))
        return plan
    settings = schedule_of(plan.settings.sensitivity).tracking
    scans: dict[int, list[ShapeScan]] = defaultdict(list)
    scanned_at: dict[int, float] = {}
    taken = told = 0
    with (
        journal.step("silhouettes", len(plan.source.timeline)) as step,
        read_ahead(iter(CheckedFrames(info, plan))) as frames,
    ):
        pictures = _Pictures(info)
        for frame, regions in frames:
            for region in regions:
                track = people.get(region.track)
                if track is None or region.state is State.HELD:
                    continue
                last = scanned_at.get(track.id, -settings.scan_every)
                due = frame.seconds - last >= settings.scan_every - 1e-3
                if not due and frame.index != track.last:
                    continue
                scanned_at[track.id] = frame.seconds
                shape = network.silhouette(*pictures.of(frame, region.box))
                scans[track.id].append((frame.index, shape))
                taken, told = taken + 1, told + (shape is not None)
            step.advance()
        shaped = [
            replace(track, shapes=shapes_between(scans[track.id], track.last))
            if track.id in scans
            else track
            for track in plan.tracks
        ]
        area, cost = float(plan.source.width * plan.source.height), settings.leak_cost
        stays = [
            without_empty_ends(track, scans[track.id]) if track.id in people else track
            for track in shaped
            if track.id not in people or worth_its_box(track, scans[track.id], cost, area)
        ]
        shapeless = len(shaped) - len(stays)
        count = len(people) - shapeless
        step.say(Message("silhouettes", count=count, scans=taken, told=told, shapeless=shapeless))
    return _numbered(plan, stays)


def _numbered(plan: Plan, stays: Sequence[Track]) -> Plan:
    """The plan with only these of its tracks, renumbered, and its subjects renumbered likewise."""
    number_of = {track.id: n for n, track in enumerate(stays, start=1)}
    known = (tuple(number_of[n] for n in s.tracks if n in number_of) for s in plan.subjects)
    subjects = (
        s.but(tracks=numbers) for s, numbers in zip(plan.subjects, known, strict=True) if numbers
    )
    tracks = (replace(track, id=number_of[track.id]) for track in stays)
    return replace(plan, tracks=tuple(tracks), subjects=tuple(subjects))


class _Pictures:
    """Pictures of a source as the network needs them: with square pixels, and scaled down."""

    def __init__(self, info: SourceInfo) -> None:
        width, height = info.video.upright_size
        aspect = info.video.presentations[0].aspect
        zoom = min(1.0, SILHOUETTE_LONG_SIDE / max(width * aspect, height))
        self._size = max(1, round(width * aspect * zoom)), max(1, round(height * zoom))
        self._scaler = Scaler()
        self._made: tuple[int, NDArray[np.uint8]] | None = None

    def of(self, frame: Frame, box: Box) -> tuple[NDArray[np.uint8], Box]:
        """The picture of a frame, uint8 RGB [H, W, 3], and the frame's box in its coordinates."""
        (width, height), (wide, high) = frame.size, self._size
        if self._made is None or self._made[0] != frame.index:
            whole = Rect(0, 0, width, height)
            self._made = frame.index, self._scaler.frame(frame.picture).view(whole, self._size)
        x, y = wide / width, high / height
        return self._made[1], Box(box.x1 * x, box.y1 * y, box.x2 * x, box.y2 * y)
