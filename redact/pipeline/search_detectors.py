"""The detectors of a search: redact's own networks, or a detector of the calling program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..detection import (
    CENTERFACE,
    READER,
    SELFIE,
    CloseUp,
    Detector,
    Ensemble,
    Network,
    ensemble_name,
    in_every_way,
    in_use,
    load_body_close_up,
    load_close_up,
    load_detector,
    load_small_scan,
    with_turns,
)
from ..errors import DependencyError
from ..media import SourceInfo
from ..plan import is_box
from ..reading import NumberReader
from ..schedule import schedule_of
from ..settings import DetectSettings
from ..track import BodyScanners, ScanParts, SmallScans
from ..types import Detections, Frame, Presentation, Rect, Target, with_nested
from ..words import problem


@dataclass(frozen=True, slots=True)
class SearchDetectors:
    """The detectors that scan the frames of one search.

    Attributes:
        detector: scans whole pictures; its name and the hash of its weights go on record.
        scan: runs `detector` on a frame or on parts of it.
        all_but_plates: likewise, without a search for plates; None if `detector` cannot.
        foreign: `detector` is not one of redact's. It scans whole pictures only, and its scores
            are taken as probabilities, without calibration.
        close_up: scans single places.
        body_scanners: of bodies, heads on them, plates and their numbers on vehicles; None if
            pictures may not be upright.
        small_scans: scans for untracked faces between scans of the whole picture; None if not used.
        reader: reads number plates; None if they are not read.
    """

    detector: Detector
    scan: ScanParts
    all_but_plates: ScanParts | None
    foreign: bool
    close_up: CloseUp
    body_scanners: BodyScanners | None
    small_scans: SmallScans | None
    reader: NumberReader | None


def detectors_for(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None, turned: Sequence[int]
) -> SearchDetectors:
    """The detectors that search.

    Args:
        info, settings: of the search.
        detector: of the calling program; None for redact's own networks.
        turned: degrees clockwise by which pictures are also scanned turned.

    Raises:
        UsageError: no detector knows a target.
        DependencyError: `detector` cannot detect one.
    """
    if detector is not None and (missing := set(settings.targets) - set(detector.targets)):
        words = ", ".join(target.word for target in Target if target in missing)
        raise problem(DependencyError, "detector_cannot", name=detector.name, targets=words)
    other = None if detector is None else _in_every_way(info, detector, turned)
    used: Any = _own(info, settings, turned) if other is None else other
    reads = other is None and in_use([READER], settings.targets)
    reader = NumberReader() if reads else None
    # If all orientations are scanned, nobody knows which is right, and upright is the likeliest.
    upright = len(turned) in (0, 3)
    return SearchDetectors(
        used,
        used.detect_frame if other is None else _only_asked(other, settings),
        used.all_but_plates.detect_frame
        if isinstance(used, Ensemble) and used.all_but_plates
        else None,
        other is not None,
        load_close_up(used, settings.targets),
        _body_scanners(info, settings, used, reader) if upright else None,
        None if turned or other is not None else small_scans_for(info, settings, used),
        reader,
    )


def _own(info: SourceInfo, settings: DetectSettings, turned: Sequence[int]) -> Any:
    """Redact's own networks, which can scan parts of a picture."""

    sizes = schedule_of(settings.sensitivity).sizes

    def make(aspect: float) -> Detector:
        return load_detector(sizes, settings.targets, sample_aspect=aspect)

    return in_every_way(with_turns(info.video.presentations, turned), make)


def _body_scanners(
    info: SourceInfo, settings: DetectSettings, detector: Detector, reader: NumberReader | None
) -> BodyScanners | None:
    """Detectors of bodies, of heads on them, and of plates and their numbers on vehicles, within
    the scope of the search; None if pictures may not be upright, because bodies are detected
    upright only."""
    shown = info.video.presentations
    body_close_up = load_body_close_up(detector, settings.targets, sample_aspect=shown[0].aspect)
    if body_close_up is None or any(way.turns for way in shown):
        return None

    def heads(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
        return settings.scope.select(body_close_up.heads(frame, boxes))

    def plates(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
        return settings.scope.select(body_close_up.plates(frame, boxes))

    def numbers(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
        assert reader is not None
        return settings.scope.select(reader.numbers(frame, boxes))

    return BodyScanners(
        body_close_up.bodies,
        None if body_close_up.target is None else heads,
        plates if Target.PLATE in settings.targets else None,
        None if reader is None else numbers,
    )


def _only_asked(detector: Detector, settings: DetectSettings) -> ScanParts:
    """Wrap a foreign detector so that it raises DependencyError if it returns a target that was not
    asked for, a box that a plan could not hold (with its edges in the wrong order it would hide
    nothing), or a score that is no probability."""
    asked = with_nested(settings.targets)

    def scan(frame: Frame, _: Sequence[Rect] | None) -> Detections:
        found = detector.detect_frame(frame)
        if strange := set(found.target.tolist()) - set(asked):
            words = ", ".join(t.word for t in Target if t in strange) or f"{min(strange)}"
            name = detector.name
            raise problem(DependencyError, "detector_unasked", name=name, targets=words)
        rated = ((found.score >= 0) & (found.score <= 1)).all()
        if not (rated and all(map(is_box, found.xyxy.tolist()))):
            raise problem(DependencyError, "detector_invalid", name=detector.name)
        return found

    return scan


def small_scans_for(
    info: SourceInfo, settings: DetectSettings, detector: Detector
) -> SmallScans | None:
    """The small scans for faces; None if no faces are searched for."""
    if not in_use([CENTERFACE], settings.targets):
        return None
    scan = load_small_scan(detector, float(info.video.upright_sample_aspect))
    return None if scan is None else SmallScans(scan, schedule_of(settings.sensitivity).tracking)


def detectors_used(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None
) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 of the weights of each network that a search runs, including the reader and
    the network for silhouettes.

    Two results are comparable only if these are equal. Nothing is loaded to say it.
    """
    if not settings.targets:
        return _named(in_use([READER], settings.texts))
    if detector is None:
        found = [ensemble_name(schedule_of(settings.sensitivity).sizes, settings.targets)]
    else:
        found = [(detector.name, detector.weights_sha256)]
    used = in_use([SELFIE], settings.targets)
    read = settings.kinds if detector is None else settings.texts
    used += in_use([READER], read)
    return *found, *_named(used)


def _named(networks: Iterable[Network]) -> tuple[tuple[str, str], ...]:
    return tuple((network.name, network.weights_sha256) for network in networks)


def _in_every_way(info: SourceInfo, detector: Detector, turned: Sequence[int]) -> Detector:
    """The detector of the calling program, for pictures that are shown or scanned turned too."""
    presentations = with_turns(info.video.presentations, turned)
    if not any(p.turns for p in presentations):
        return detector
    turns = dict.fromkeys((0, *(p.turns for p in presentations)))
    ways = tuple(Presentation(turns=turn) for turn in turns)
    return in_every_way(ways, lambda _: detector)
