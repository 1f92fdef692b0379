"""redact's stages as a tool of the benchmark.

`redact-*` run detection, tracking, plan and drawing exactly as `redact run` does, in this
process, to spare the start of a program for every clip. They leave out the audit, which looks at
the finished file and changes no pixel of it.

Detections are stored per clip and weights, so a change of the tracker needs no new ones.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

import redact
from redact.errors import RedactError
from redact.media import Decode, SourceInfo, probe, sha256_of
from redact.pipeline import Delivery, Journal, order_to_apply
from redact.pipeline.draw import draw
from redact.pipeline.search import FrameRecord
from redact.pipeline.search_detectors import detectors_for
from redact.plan import Plan
from redact.progress import Silent
from redact.record import EvidenceChoice
from redact.schedule import schedule_of
from redact.settings import DetectSettings, Sensitivity, Settings
from redact.track import (
    IncrementalScanner,
    ScanParts,
    Tracker,
    plates_where_expected,
    scanned,
)
from redact.types import DEFAULT_TARGETS, Detections, Frame, Rect, Target

from .errors import ToolError

ROOMS = ("types", "media", "detection", "reading", "track", "plan", "render", "models")
DETECTION = ("detection", "models", "types")
MODULES = ("settings.py", "pipeline/draw.py")
OF_PLANS = ("mask_size.py", "pipeline/search.py", "pipeline/search_detectors.py")
"""Parts of redact that determine the output's pictures: all, and those for detections; single
modules for both, and for plans and outputs alone."""


def fingerprint(parts: tuple[str, ...] = (*ROOMS, *MODULES, *OF_PLANS)) -> str:
    """Hash of the code and weights that outputs depend on, without comments and docstrings.

    Raises:
        FileNotFoundError: a part was renamed; without it old results would be taken for new ones.
    """
    digest = hashlib.sha256()
    home = Path(redact.__file__).parent
    for part in parts:
        if not (home / part).exists():
            raise FileNotFoundError(f"{home / part}: no such part; correct the list of parts")
    files = [sorted((home / p).rglob("*")) if (home / p).is_dir() else [home / p] for p in parts]
    for path in chain.from_iterable(files):
        if path.suffix == ".py":
            digest.update(_code_of(path))
        elif path.suffix in (".onnx", ".tflite", ".json"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_of(path: Path) -> bytes:
    """A module's code."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body[:] = [part for part in node.body if not _is_text(part)]
    return ast.dump(tree).encode()


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


class Sightings:
    """Detections of one clip, from the detector or from an earlier run."""

    def __init__(self, detector: Any, clip: str, folder: Path) -> None:
        self._detector = detector
        code = fingerprint((*DETECTION, *MODULES))
        key = hashlib.sha256(f"{clip} {detector.name} {detector.weights_sha256} {code}".encode())
        self._path = folder / f"{key.hexdigest()[:24]}.npz"
        self._known: dict[str, Any] = {}
        if self._path.exists():
            with np.load(self._path) as stored:
                self._known = {name: stored[name] for name in stored.files}
        self._fresh = False

    def at(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """See `redact.detection.Detector.detect_frame`; scans of parts are stored by part."""
        return self._stored(self._detector, frame, only)

    def searching(self, tracker: Tracker) -> ScanParts:
        """`at`, but for plates only where the tracker expects them."""
        fewer = getattr(self._detector, "all_but_plates", None)
        without = fewer and partial(self._stored, fewer, how=" without plates")
        return plates_where_expected(self.at, without, tracker)

    def _stored(
        self, detector: Any, frame: Frame, only: Sequence[Rect] | None, how: str = ""
    ) -> Detections:
        key = f"{frame.index}" if only is None else f"{frame.index} {[tuple(a) for a in only]}"
        key += how
        if key not in self._known:
            found = detector.detect_frame(frame, only)
            self._known[key] = np.c_[found.xyxy, found.score, found.target].astype(np.float32)
            self._fresh = True
        rows = self._known[key].reshape(-1, 6)
        xyxy, score, target = np.split(rows, [4, 5], axis=1)
        return Detections(xyxy.copy(), score[:, 0].copy(), target[:, 0].astype(np.int8))

    def keep(self) -> None:
        if self._fresh:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(".part.npz")
            np.savez_compressed(temporary, **self._known)
            temporary.replace(self._path)


@dataclass(frozen=True)
class Planned:
    """What the first pass over a clip tells.

    Attributes:
        info: the source.
        plan: its masks.
    """

    info: SourceInfo
    plan: Plan


class RedactTool:
    """redact.

    Args:
        sensitivity: as of the command line.
        folder: where detections are kept.
        hides: --targets of the command line.
    """

    def __init__(
        self,
        name: str,
        sensitivity: str,
        folder: Path,
        hides: tuple[Target, ...] = DEFAULT_TARGETS,
    ) -> None:
        self.name = name
        self.targets = tuple(t.word for t in hides)
        self._hides = hides
        self._sensitivity = Sensitivity(sensitivity)
        self._folder = folder
        self.version = fingerprint()

    def run(self, source: Path, output: Path) -> None:
        """Write the redacted clip.

        Raises:
            ToolError: redact refused or could not do it.
        """
        try:
            planned = self.planned(source)
            delivery = Delivery(output, keep_plan=False, evidence=EvidenceChoice(manifest=False))
            order = order_to_apply(planned.info, self.settings.draw, delivery)
            draw(order, planned.plan, output, Journal(Silent()))
        except RedactError as error:
            raise ToolError(error.message) from error

    @property
    def settings(self) -> Settings:
        """Those of `redact run` at this sensitivity."""
        settings = Settings()
        return replace(settings, detect=replace(settings.detect, sensitivity=self._sensitivity))

    def planned(self, source: Path) -> Planned:
        """The first pass: decode, detect, track, plan. Raises RedactError as they do."""
        info = probe(source)
        settings = DetectSettings(self._hides, self._sensitivity)
        detectors = detectors_for(info, settings, None, ())
        digest = sha256_of(source, Journal(Silent()))
        shape = f"{digest} {float(info.video.upright_sample_aspect)} {self.targets}"
        sightings = Sightings(detectors.detector, shape, self._folder)
        record = FrameRecord(Decode(info))
        tracker = Tracker(
            settings=schedule_of(self._sensitivity).tracking,
            ask=detectors.close_up.ask,
            read=detectors.reader and detectors.reader.legible,
            body_scanners=detectors.body_scanners,
        )
        scanner = IncrementalScanner(sightings.searching(tracker), tracker.settings.whole_every)
        for frame in record.frames:
            record.note(frame)
            tracker.observe(frame, *scanned(frame, tracker, scanner, detectors.small_scans))
        sightings.keep()
        looked = scanner.whole + scanner.parts
        return Planned(info, record.plan(info, digest, settings, tracker.finish(), (), looked))
