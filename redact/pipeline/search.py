"""The first pass over a video: networks scan it, detections become tracks, and tracks a plan."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..detection import (
    Detector,
    device_now,
)
from ..errors import InputError, UsageError
from ..media import Decode, SourceInfo, read_ahead, sha256_of, with_lead
from ..plan import Plan, SourceRef, build_plan, excerpt_of, uncovered
from ..schedule import schedule_of
from ..settings import DetectSettings, Sensitivity
from ..track import (
    AS_DETECTED,
    IncrementalScanner,
    Tracker,
    Tracks,
    plates_where_expected,
    scanned,
)
from ..types import (
    Doubt,
    Frame,
    Timeline,
    clock,
    readable,
)
from ..words import Message, problem
from .check_scope import require_scope
from .find_texts import with_texts
from .journal import Journal
from .remarks import remark_on_damage
from .search_detectors import detectors_for, detectors_used
from .silhouettes import with_silhouettes
from .stored_scans import open_scans
from .which_way_up import turned_by


def detect(
    info: SourceInfo,
    settings: DetectSettings,
    journal: Journal,
    detector: Detector | None = None,
    plan_file: Path | None = None,
) -> Plan:
    """Find everything to hide in a video.

    Args:
        info, settings, journal: of the run.
        detector: finds the targets; None for redact's own networks.
        plan_file: where the caller will save the plan. Until then the detectors' answers are
            stored beside it (`stored_scans`), and those of a stopped run are reused. None stores
            nothing.

    Raises:
        UsageError: no detector knows a target, or the scope of the search holds no picture.
        InputError: the video cannot be read.
        UnsafeError: a frame could not be checked.
    """
    settings = settings_for(info, settings)
    require_scope(info, settings.scope)
    if not settings.targets:
        return _texts_alone(info, settings, journal)
    turned = turned_by(info, settings, journal)
    detectors = detectors_for(info, settings, detector, turned)
    close_up, small_scans = detectors.close_up, detectors.small_scans
    numbers = schedule_of(settings.sensitivity).tracking
    digest = sha256_of(info.path, journal)
    # Whoever is in the picture at the start or end of an excerpt was seen before, or is after.
    searched = with_lead(info)
    record = FrameRecord(Decode(searched))
    with (
        open_scans(plan_file, digest, settings, detectors.detector) as kept,
        journal.step("detect", searched.expected_frames) as step,
    ):
        tracker = Tracker(
            settings=numbers,
            ask=kept.asking(close_up.ask),
            body_scanners=None
            if detectors.body_scanners is None
            else kept.body_scanners(detectors.body_scanners),
            read=kept.reading(detectors.reader.legible) if detectors.reader else None,
            weights=AS_DETECTED if detectors.foreign else None,
        )
        every = 0.0 if detectors.foreign else numbers.whole_every
        fewer = detectors.all_but_plates and kept.scanning(detectors.all_but_plates)
        scan = plates_where_expected(kept.scanning(detectors.scan), fewer, tracker)
        scanner = IncrementalScanner(scan, every)
        announced, looked = False, 0
        with read_ahead(_prepared(record.frames, tracker)) as decoded:
            for frame in decoded:
                since_first = record.note(frame)
                before = scanner.whole + scanner.parts
                found, areas = scanned(frame, tracker, scanner, small_scans)
                if holds(info, frame):
                    looked += scanner.whole + scanner.parts - before
                if found is not None:
                    found = settings.scope.select(found)
                tracker.observe(frame, found, areas)
                step.advance()
                if kept.reused and kept.caught_up and not announced:
                    announced = True
                    journal.note(Message("search_goes_on", at=clock(since_first)))
                    step.begin_again()
        scans = scanner.whole + scanner.parts
        device = device_now()
        step.say(
            Message(
                "detected",
                count=len(record.pts),
                detector=detectors.detector.name,
                looked=scans,
                parts=scanner.parts,
                device=device,
            ),
            *([Message("scans_taken_up", count=kept.reused)] if kept.reused else []),
        )
    record.require_some(info)
    if not scans:
        raise problem(UsageError, "looks_at_nothing", path=info.path)
    with journal.step("track", None, "tracks") as step:
        whole = tracker.finish()
        step.say(Message("tracked", count=len(whole.tracks), cuts=len(whole.cuts)))
    used = detectors_used(info, settings, detectors.detector if detectors.foreign else None)
    plan = record.plan(info, digest, settings, whole, used, scans)
    doubts: Sequence[Doubt] = whole.doubts
    if info.part is not None:
        first, last = excerpt_in(info, plan.source.timeline)
        plan = replace(excerpt_of(plan, first, last), frames_looked_at=looked)
        doubts = [replace(d, frame=d.frame - first) for d in doubts if first <= d.frame <= last]
    remark_on_damage(record.frames, plan.unchecked, journal)
    plan = with_silhouettes(info, replace(plan, turned=turned), journal)
    plan = with_texts(info, plan, journal)
    # Only now: a silhouette leaves visible some of what its box would have covered.
    return replace(plan, doubts=uncovered(plan, doubts))


def _texts_alone(info: SourceInfo, settings: DetectSettings, journal: Journal) -> Plan:
    """The plan of a video in which only text is hidden. No detector runs: the tracker finds the
    cuts and the reader finds the texts."""
    digest, record, tracker = sha256_of(info.path, journal), FrameRecord(Decode(info)), Tracker()
    with (
        journal.step("detect", info.expected_frames) as step,
        read_ahead(_prepared(record.frames, tracker)) as decoded,
    ):
        for frame in decoded:
            record.note(frame)
            tracker.observe(frame, None)
            step.advance()
    record.require_some(info)
    remark_on_damage(record.frames, record.unchecked, journal)
    used = detectors_used(info, settings, None)
    plan = record.plan(info, digest, settings, tracker.finish(), used, 0)
    plan = with_texts(info, plan, journal)
    if not plan.frames_looked_at:
        raise problem(UsageError, "looks_at_nothing", path=info.path)
    return plan


@dataclass
class FrameRecord:
    """A record of a video's frames, made while they are decoded.

    Attributes:
        frames: the decoder.
        pts: timestamp of each frame, in the time base of the source.
        unchecked: indices of damaged frames.
        broken: indices of those damaged frames that contain no picture content of their own.
    """

    frames: Decode
    pts: list[int] = field(default_factory=list)
    unchecked: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    def note(self, frame: Frame) -> float:
        """Record the next frame; returns its time in seconds after the first."""
        self.pts.append(frame.pts)
        if frame.damaged:
            self.unchecked.append(frame.index)
        if frame.broken:
            self.broken.append(frame.index)
        return float((frame.pts - self.pts[0]) * frame.time_base)

    def require_some(self, info: SourceInfo) -> None:
        """Raise InputError if there was no frame."""
        if not self.pts:
            raise problem(InputError, "no_frame_decoded", path=info.path)

    def plan(
        self,
        info: SourceInfo,
        digest: str,
        settings: DetectSettings,
        found: Tracks,
        used: tuple[tuple[str, str], ...],
        scans: int,
    ) -> Plan:
        """See `build_plan`."""
        timeline = Timeline(info.video.time_base, tuple(self.pts))
        size = info.video.upright_size
        begin = None if info.part is None else info.part.begin
        return build_plan(
            SourceRef(readable(info.path.name), digest, info.size, *size, timeline, begin),
            settings,
            found.tracks,
            found.cuts,
            self.unchecked,
            used,
            scans,
            self.broken,
            bodies=found.bodies,
            owned=found.owned,
        )


def holds(info: SourceInfo, frame: Frame) -> bool:
    """Whether a frame belongs to the source: not if it comes before or after an excerpt."""
    part = info.part
    if part is None:
        return True
    return frame.pts >= 0 and (part.end is None or frame.pts < part.end - part.begin)


def excerpt_in(info: SourceInfo, timeline: Timeline) -> tuple[int, int]:
    """First and last frame of an excerpt in a timeline that begins before it."""
    assert info.part is not None
    end = None if info.part.end is None else info.part.end - info.part.begin
    after = len(timeline) if end is None else bisect_left(timeline.pts, end)
    return bisect_left(timeline.pts, 0), after - 1


def settings_for(info: SourceInfo, settings: DetectSettings) -> DetectSettings:
    """The settings with which a source is searched. A photograph is always searched at the highest
    sensitivity, because no other frame can make up for what one scan misses."""
    if not info.photograph:
        return settings
    return replace(settings, sensitivity=Sensitivity.THOROUGH)


def _prepared(frames: Iterable[Frame], tracker: Tracker) -> Iterator[Frame]:
    """The frames. The tracker prepares each in the thread that decodes it."""
    for frame in frames:
        tracker.prepare(frame)
        yield frame
