"""The search of a labelled clip from what is on file: the plan of this version of the core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redact.detection import CloseUp
from redact.media import SourceInfo, probe, sha256_of
from redact.pipeline import Journal
from redact.pipeline.search import FrameRecord
from redact.pipeline.search_detectors import detectors_for
from redact.pipeline.which_way_up import turned_by
from redact.plan import Plan
from redact.progress import Silent
from redact.schedule import schedule_of
from redact.settings import DetectSettings
from redact.track import (
    BodyScanners,
    IncrementalScanner,
    SmallScans,
    Tracker,
    plates_where_expected,
    scanned,
)
from redact.track.tracker import _Prepared
from redact.types import Detections, Rect

from .answers import Answers, Pictures

Scan = tuple[Detections | None, Sequence[Rect] | None]
"""Detections in one frame, and the areas that were scanned for them; see `Tracker.observe`."""


class Stored:
    """One labelled clip on file."""

    def __init__(self, path: Path, cache: Path, settings: DetectSettings) -> None:
        self.path, self.settings = path, settings
        self.info: SourceInfo = probe(path)
        self.digest = sha256_of(path, Journal(Silent()))
        folder = cache / self.digest[:16]
        self.pictures = Pictures(self.info, folder)
        kinds = "".join(f"-{t.word}" for t in settings.targets)
        self.answers = Answers(folder / f"answers{kinds}.pkl")

    def searched(self, given: Sequence[Scan] | None = None) -> tuple[Plan, Tracker]:
        """The plan, before silhouettes and texts.

        Args:
            given: what was scanned in each frame, and found there, instead of what this version
                would scan.
        """
        keep, settings = self.answers.about, self.settings
        turned = keep("turned", lambda _: turned_by(self.info, settings, Journal(Silent())))(None)
        detectors = detectors_for(self.info, settings, None, turned)
        numbers = schedule_of(settings.sensitivity).tracking
        close: CloseUp = detectors.close_up
        body: Any = detectors.body_scanners
        if body is not None:
            body = BodyScanners(
                keep("bodies", body.bodies),
                None if body.heads is None else keep("heads", body.heads),
                None if body.plates is None else keep("plates", body.plates),
                None if body.numbers is None else keep("numbers", body.numbers),
            )
        small_scans = detectors.small_scans
        if small_scans is not None:
            small_scans = SmallScans(keep("small_scans", small_scans._scan_small), numbers)
        tracker = Tracker(
            settings=numbers,
            ask=keep("ask", close.ask),
            read=keep("read", detectors.reader.legible) if detectors.reader else None,
            body_scanners=body,
        )
        fewer = detectors.all_but_plates and keep("scan fewer", detectors.all_but_plates)
        scan = plates_where_expected(keep("scan", detectors.scan), fewer, tracker)
        scanner = IncrementalScanner(scan, numbers.whole_every)
        record = FrameRecord(iter(self.pictures))
        self.scans: list[Scan] = []
        for frame in record.frames:
            record.note(frame)
            tracker._ahead[frame.index] = _Prepared(frame.small, frame.camera)
            seen = (
                scanned(frame, tracker, scanner, small_scans)
                if given is None
                else given[frame.index]
            )
            self.scans.append(seen)
            tracker.observe(frame, *seen)
        looked = scanner.whole + scanner.parts
        self.scanner = scanner
        plan = record.plan(self.info, self.digest, settings, tracker.finish(), (), looked)
        return plan, tracker
