"""The detections of every network in labelled pictures, computed once and stored."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab.real.labels import find_clips
from lab.training.films import trained_on
from lab.training.labelled import Labelled, dev_labels, dev_stills, of_frame
from redact.detection import OurNetwork
from redact.detection.centerface import TILTS, CenterFace
from redact.detection.ensemble import (
    CENTERFACE_LARGE as LARGE,
)
from redact.detection.ensemble import (
    CENTERFACE_SMALL as SMALL,
)
from redact.detection.ensemble import (
    CENTERFACE_TILTED as TILTED,
)
from redact.detection.ensemble import (
    EYE_LARGE,
    EYE_SMALL,
    OURS,
    PEOPLE,
    Scan,
)
from redact.detection.eye import Eye
from redact.detection.networks import CENTERFACE, EYE, FACE_PLATE, NANODET
from redact.detection.people import People
from redact.detection.scaling import Picture, Scaler
from redact.detection.weights import SHA256
from redact.media import Decode, probe
from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.types import Detections, Target

OURS_FEWER = f"{OURS} without plates"
"""Our network where no plate is expected: its small scans alone."""


@dataclass(frozen=True)
class LookedAt:
    """A labelled picture and each network's detections, by the network's name in the
    calibration."""

    label: Labelled
    seen: dict[str, Detections]


class Networks:
    """All networks as `redact.detection` uses them at one sensitivity, with uncalibrated scores.

    Args:
        sensitivity: `thorough` adds CenterFace's tilted scans.
        threads: processors.
        people: whether to run the eye and the person detector as well.
    """

    def __init__(self, sensitivity: Sensitivity, threads: int, people: bool = False) -> None:
        self.weights = [
            FACE_PLATE.file,
            CENTERFACE.file,
            *((EYE.file, NANODET.file) if people else ()),
        ]
        self.people = people
        self._people = (Eye(threads), People(threads)) if people else None
        self._sizes = schedule_of(sensitivity).sizes
        self._ours = OurNetwork((Target.FACE, Target.PLATE), threads)
        self._centerface = CenterFace(threads)
        self._thorough = sensitivity is Sensitivity.THOROUGH
        self._looks: dict[float, dict[str, Scan]] = {}

    def of(self, aspect: float) -> dict[str, Scan]:
        """The scans for pictures with a pixel aspect ratio (width / height) of `aspect`."""
        if aspect in self._looks:
            return self._looks[aspect]
        large, small = self._sizes.faces
        scales = self._sizes.ours
        looks: dict[str, Scan] = {
            OURS: self._ours.detector(*scales, sample_aspect=aspect).scan,
            LARGE: lambda picture: self._centerface.scan(picture, large, aspect),
            SMALL: lambda picture: self._centerface.scan(picture, small, aspect),
        }
        if fewer := self._sizes.without_plates:
            looks[OURS_FEWER] = self._ours.detector(*fewer, sample_aspect=aspect).scan
        if (tilted := self._sizes.tilted) is not None:
            looks[TILTED] = lambda picture: self._centerface.scan(picture, tilted, aspect, TILTS)
        if self._people is not None:
            eye, bodies = self._people
            looks |= {
                EYE_LARGE: lambda picture: eye.scan(picture, large, aspect),
                EYE_SMALL: lambda picture: eye.scan(picture, small, aspect),
                PEOPLE: lambda picture: bodies.scan(picture, self._sizes.people, aspect),
            }
        self._looks[aspect] = looks
        return looks


class Kept:
    """Stored detections, so that a stopped run can be resumed.

    Args:
        path: the file; None stores nothing.
        networks: identify weights and sensitivity; detections of others are not used.
    """

    def __init__(self, path: Path | None, networks: Sequence[str]) -> None:
        self._path = path
        self._made_by = [SHA256[name] for name in networks]
        self._looks: dict[tuple[str, int], dict[str, Any]] = {}
        if path is not None and path.exists():
            made_by, looks = pickle.loads(path.read_bytes())
            self._looks = looks if made_by == self._made_by else {}

    def get(self, label: Labelled) -> dict[str, Detections] | None:
        found = self._looks.get((label.name, label.frame))
        return None if found is None else {n: Detections(*d) for n, d in found.items()}

    def add(self, label: Labelled, seen: dict[str, Detections]) -> None:
        parts = {n: (d.xyxy, d.score, d.target) for n, d in seen.items()}
        self._looks[(label.name, label.frame)] = parts

    def save(self) -> None:
        if self._path is not None:
            self._path.write_bytes(pickle.dumps((self._made_by, self._looks)))


def look_at_footage(
    files: Sequence[Path],
    folders: Sequence[Path],
    networks: Networks,
    kept: Kept,
    every: int = 1,
) -> Iterator[LookedAt]:
    """Labelled frames of the dev half whose clips are in `folders`, every `every`-th one.

    For the eye, clips that it was trained on are left out, because it is surer on them.
    """
    labels = dev_labels(files)
    if networks.people:
        labels.frames = [f for f in labels.frames if not trained_on(f.clip)]
    labels.frames = labels.frames[::every]
    for clip, path in find_clips(labels.clips(), folders).items():
        mine = {f.frame: of_frame(f) for f in labels.of(clip).frames}
        missing = {n for n, label in mine.items() if kept.get(label) is None}
        if missing:
            for frame, seen in _looks_of_clip(path, missing, networks):
                kept.add(mine[frame], seen)
            kept.save()
        for label in mine.values():
            seen_before = kept.get(label)
            if seen_before is not None:
                yield LookedAt(label, seen_before)


def _looks_of_clip(
    path: Path, wanted: set[int], networks: Networks
) -> Iterator[tuple[int, dict[str, Detections]]]:
    info, scaler = probe(path), Scaler()
    looks = networks.of(float(info.video.upright_sample_aspect))
    for frame in Decode(info):
        if frame.index in wanted:
            yield frame.index, _all(looks, scaler.frame(frame.picture))
        if frame.index >= max(wanted):
            return


def look_at_stills(folder: Path, networks: Networks, kept: Kept) -> Iterator[LookedAt]:
    """All annotated stills of the dev half."""
    scaler, looks = Scaler(), networks.of(1.0)
    for number, label in enumerate(dev_stills(folder)):
        seen = kept.get(label)
        if seen is None:
            bgr = cv2.imread(str(folder / "images" / label.name), cv2.IMREAD_COLOR)
            if bgr is None:
                raise FileNotFoundError(f"{label.name}: the still cannot be read")
            rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            seen = _all(looks, scaler.array(rgb))
            kept.add(label, seen)
            if number % 20 == 0:
                kept.save()
        yield LookedAt(label, seen)
    kept.save()


def _all(looks: dict[str, Scan], picture: Picture) -> dict[str, Detections]:
    return {name: look(picture) for name, look in looks.items()}
