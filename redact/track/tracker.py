"""The tracker: what it does with every frame, and at the end.

frame -> small picture -> camera motion, cuts -> association (sure, then weak) -> sightings
all sightings -> pieces cut at scene cuts -> stitched -> smoothed -> keyframes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..detection import load_calibration
from ..types import Body, Boxes, Detections, Doubt, Frame, Rect, Target, Track
from .active_tracklets import ActiveTracklets
from .assemble import assemble, seen_best
from .associate import observations_of
from .belief import TargetWeights
from .bodies import BodyScanners, BodySearch
from .body_tracks import followed, owned
from .camera_motion import CameraMotion, motion_between
from .cuts import CutFinder
from .frame_clock import FrameClock
from .geometry import IDENTITY, Affine, warped
from .recording_jumps import RecordingJumps
from .sightings import ClipRecord, SightingLog
from .small_pictures import SmallFrame, shrink
from .track_settings import JITTER, TrackSettings

Ask = Callable[[Frame, Boxes, NDArray[np.int8]], NDArray[np.float32]]
"""Frame, boxes [N, 4] and targets [N] to log odds [N]."""

Read = Callable[[Frame, Boxes], NDArray[np.bool_]]
"""Frame and boxes [N, 4] to whether a plate's number can be read at each, [N]."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """Attributes:
    tracks: every object over the whole clip, ids from 1, in order of appearance.
    cuts: frame indices at which a new scene starts, rising.
    doubts: the best sighting of each tracklet, whether or not it became a track; and the heads of
        people of whom nothing is hidden.
    bodies: people and vehicles, in order of appearance.
    owned: for each body, the ids of the tracks that are certainly its own.
    """

    tracks: tuple[Track, ...]
    cuts: tuple[int, ...]
    doubts: tuple[Doubt, ...] = ()
    bodies: tuple[Body, ...] = ()
    owned: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _View:
    """What a frame's small picture shows.

    Attributes:
        small: the picture.
        camera: motion since the (undamaged) frame before.
        suspect: a new scene may begin here.
    """

    small: SmallFrame
    camera: Affine
    suspect: bool


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What can be computed about a frame before its turn.

    Attributes:
        small: its small picture.
        camera: motion since the undamaged frame before; None if there is none, or if this one is
            damaged.
    """

    small: SmallFrame
    camera: CameraMotion | None


class Tracker:
    """Turns detections of single frames into tracks over the whole clip.

    Frames are observed in order, once each; memory does not grow with the clip except for one
    compact row per sighting, some kilobytes per tracklet, and the bodies of each body scan.

    Args:
        settings: how tracks are made; None: as usual.
        weights: of the belief in tracks; None: those of the installed models.
        ask: scans each object's best pictures closely (`redact.detection.CloseUp.ask`).
        read: reads possible plates (`redact.reading.NumberReader.legible`).
        body_scanners: of bodies and of their heads; None: bodies are not detected.
    """

    def __init__(
        self,
        *,
        settings: TrackSettings | None = None,
        weights: Mapping[str, TargetWeights] | None = None,
        ask: Ask | None = None,
        read: Read | None = None,
        body_scanners: BodyScanners | None = None,
    ) -> None:
        self.settings = settings or TrackSettings()
        self._scaler, self._clock = VideoReformatter(), FrameClock()
        self._cuts, self._jumps = CutFinder(), RecordingJumps()
        self._clip = ClipRecord()
        self._log = SightingLog()
        self._ask, self._read = ask, read
        self._weights = load_calibration().tracks if weights is None else weights
        self._active = ActiveTracklets(self.settings, self._log, self._weights)
        self._body_search = None if body_scanners is None else BodySearch(body_scanners)
        self._view: _View | None = None
        self._ahead: dict[int, _Prepared] = {}
        self._ahead_of: SmallFrame | None = None
        self._scanned_at: float | None = None
        self._scene_from = 0

    def prepare(self, frame: Frame) -> None:
        """Compute what depends only on the pictures, before the frame is observed.

        Optional. Another thread may call it, for all frames in order: for a frame that is not
        scanned, it takes as long as everything else together.
        """
        small = shrink(frame, self._scaler, self._clock.at(frame.seconds))
        camera = None
        if not small.damaged:
            before, self._ahead_of = self._ahead_of, small
            camera = None if before is None else motion_between(before, small)
        self._ahead[frame.index] = _Prepared(small, camera)

    def places_to_scan(self, frame: Frame) -> Boxes | None:
        """The places to scan in the next observed frame: float64 [N, 4], upright source pixels;
        None for the whole frame.

        The whole frame is scanned if it is the first one or damaged, if a new scene may begin, and
        `scan_every` seconds after the last whole frame; in between, only places where something
        moves fast or has just been lost.
        """
        if frame.damaged or self._scanned_at is None:
            return None
        view = self._view_of(frame)
        if view.suspect or view.small.time - self._scanned_at >= self.settings.scan_every - JITTER:
            return None
        return self._active.too_fast_to_skip(view.camera, view.small)

    def expects_plates(self, frame: Frame) -> bool:
        """Whether plates may be in the next observed frame: if a plate is tracked, if there was a
        vehicle in the last scan for bodies, or if none has been made of this scene."""
        view = self._view_of(frame)
        scans = [] if self._body_search is None else self._body_search.scans
        if view.small.damaged or not scans or scans[-1].frame < self._scene_from:
            return True
        tracked = self._active.rows.target == Target.PLATE
        return bool(tracked.any() or scans[-1].bodies.vehicle.any())

    def expected_at(self, frame: Frame) -> Boxes:
        """Where all tracklets are expected in the next observed frame: float64 [N, 4]. Tracklets
        count from their first detection on, believed or not."""
        view = self._view_of(frame)
        return warped(self._active.rows.motion.boxes, view.camera)

    def small_picture(self, frame: Frame) -> SmallFrame:
        """The small picture of the next observed frame."""
        return self._view_of(frame).small

    def observe(
        self,
        frame: Frame,
        detections: Detections | None,
        areas: Sequence[Rect] | None = None,
    ) -> None:
        """Take the next frame and its detections.

        Args:
            frame: the next one.
            detections: None if it was not scanned.
            areas: that were scanned; None: all of the frame.

        Raises:
            ValueError: frames do not come in order.
        """
        if frame.index != len(self._clip):
            raise ValueError(f"frame {frame.index} came where {len(self._clip)} was expected")
        view = self._view_of(frame)
        self._view = None
        small = view.small
        self._clip.add(small.time, view.camera, frame.size)
        self._active.predict(small.time, view.camera)
        if detections is not None:
            bodies = None
            if areas is None:
                self._scanned_at = small.time
                if self._body_search is not None and self._body_search.due(small.time):
                    known = self._active.known_places()
                    seen = self._body_search.scan(frame, small, detections, *known)
                    bodies, detections = seen
            self._active.match(small, observations_of(detections), areas)
            if self._ask is not None:
                rows = self._active.to_scan_closely(small.time)
                r = self._active.rows
                self._active.note_close_scans(rows, self._ask(frame, r.box[rows], r.target[rows]))
            if self._read is not None:
                rows = self._active.to_read(small.time)
                self._active.note_readings(rows, self._read(frame, self._active.rows.box[rows]))
            if bodies is not None and self._body_search is not None:
                self._active.note_numbers(self._body_search.numbers, small.time)
                self._active.note_bodies(bodies, small)
            self._active.update_belief()
        if not small.damaged:
            self._active.follow(small)
        self._active.retire(small.time)

    def finish(self) -> Tracks:
        """All tracks of the clip, after its last frame."""
        self._cuts.finish()
        self._active.finish()
        cuts, retired = tuple(self._cuts.cuts), self._active.retired
        tracks = assemble(self._log, retired, self._clip, cuts, self.settings, self._weights)
        doubts = seen_best(self._log.by_tracklet(), retired, self._weights)
        bodies, owners = list[Body](), list[tuple[int, ...]]()
        if self._body_search is not None:
            scans = self._body_search.scans
            people = followed(scans, cuts, self._clip)
            if not self._body_search.seeks_heads:
                people = [one for one in people if one.vehicle]
            bodies = [one.body for one in people]
            owners = owned(scans, people, tracks)
        return Tracks(tracks, cuts, tuple(doubts), tuple(bodies), tuple(owners))

    def _view_of(self, frame: Frame) -> _View:
        """What the next frame's small picture shows, computed once."""
        if self._view is None or self._view.small.index != frame.index:
            if frame.index not in self._ahead:
                self.prepare(frame)
            self._view = self._view_of_small(self._ahead.pop(frame.index))
        return self._view

    def _view_of_small(self, prepared: _Prepared) -> _View:
        small, camera = prepared.small, prepared.camera
        if small.damaged:
            return _View(small, IDENTITY, False)
        if camera is None:
            return _View(small, IDENTITY, True)
        suspect = self._cuts.push(small, camera.agreed)
        if self._jumps.push(small, camera.agreed):
            self._active.note_recording_jump(small.time)
        if suspect:
            self._scene_from = small.index
        return _View(small, IDENTITY if suspect else camera.matrix, suspect)
