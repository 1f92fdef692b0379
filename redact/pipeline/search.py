"""The first pass over a video: networks scan it, detections become tracks, and tracks a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..detection import (
    CENTERFACE,
    READER,
    SELFIE,
    Detector,
    Network,
    device_now,
    ensemble_name,
    in_every_way,
    in_use,
    load_close_up,
    load_detector,
    load_plugin,
    load_small_scan,
    load_somebody,
    with_turns,
)
from ..errors import DependencyError, InputError, UsageError
from ..media import Decode, SourceInfo, read_ahead, sha256_of
from ..plan import Plan, SourceRef, build_plan, uncovered
from ..reading import NumberReader
from ..settings import DetectSettings, Sensitivity
from ..track import (
    AS_DETECTED,
    Bell,
    Eyes,
    IncrementalScanner,
    ScanParts,
    Tracker,
    Tracks,
    scanned,
    settings_of,
)
from ..types import (
    Box,
    Detections,
    Frame,
    Presentation,
    Rect,
    Scope,
    Target,
    Timeline,
    area_in_words,
    clock,
    readable,
    with_nested,
)
from ..words import Message, problem
from .find_texts import with_texts
from .journal import Journal
from .kept_scans import scans_kept
from .remarks import remark_on_damage
from .silhouettes import with_silhouettes
from .which_way_up import turned_by


def detect(
    info: SourceInfo,
    settings: DetectSettings,
    journal: Journal,
    detector: Detector | None = None,
    plan_file: Path | None = None,
) -> Plan:
    """Find what to hide in a whole video.

    Args:
        info, settings, journal: of the run.
        detector: detects; None for redact's own networks.
        plan_file: where the plan will be kept: until then, what the detectors answered is kept
            beside it (`kept_scans`), and the answers of a run that was stopped are used. None keeps
            nothing.

    Raises:
        UsageError: no detector knows what is wanted, or there is nothing in the limits of the
            search.
        InputError: the video cannot be read.
        UnsafeError: a frame could not be checked.
    """
    settings = settings_for(info, settings)
    require_scope(info, settings.scope)
    if not settings.targets:
        return _texts_alone(info, settings, journal)
    turned = turned_by(info, settings, journal)
    detector, scan, whole_only = _detector_for(info, settings, detector, turned)
    close_up = load_close_up(detector, settings.targets)
    numbers = settings_of(settings.sensitivity, settings.caution)
    digest = sha256_of(info.path, journal)
    passed = _Passed(Decode(info))
    with (
        scans_kept(plan_file, digest, settings, detector) as kept,
        journal.step("detect", info.expected_frames) as step,
    ):
        ask = kept.asking(close_up.ask)
        eyes = None if turned else _eyes(info, settings, detector)
        # Another detector's scores are probabilities, which our networks do not weigh again.
        weights = AS_DETECTED if whole_only else None
        reads = not whole_only and in_use([READER], settings.targets, settings.without)
        read = kept.reading(NumberReader().legible) if reads else None
        tracker = Tracker(
            settings=numbers,
            ask=ask,
            find=close_up.find,
            eyes=None if eyes is None else kept.eyes(eyes),
            read=read,
            weights=weights,
        )
        told = False
        bell = None if whole_only or turned else bell_for(info, settings, detector)
        every = 0.0 if whole_only else numbers.whole_every
        scanner = IncrementalScanner(kept.scanning(scan), every)
        with read_ahead(_prepared(passed.frames, tracker)) as decoded:
            for frame in decoded:
                since_first = passed.note(frame)
                found, areas = None, None
                if settings.scope.at(since_first):
                    found, areas = scanned(frame, tracker, scanner, bell)
                if found is not None:
                    found = settings.scope.select(found)
                tracker.observe(frame, found, areas)
                step.advance()
                if kept.taken_up and kept.caught_up and not told:
                    told = True
                    journal.note(Message("search_goes_on", at=clock(since_first)))
                    step.begin_again()
        looked = scanner.whole + scanner.parts
        device = device_now()
        step.say(
            Message(
                "detected",
                count=len(passed.pts),
                detector=detector.name,
                looked=looked,
                parts=scanner.parts,
                device=device,
            ),
            *([Message("scans_taken_up", count=kept.taken_up)] if kept.taken_up else []),
        )
    passed.require_some(info)
    if not looked:
        raise _no_picture_in(info, settings.scope)
    remark_on_damage(passed.frames, passed.unchecked, journal)
    with journal.step("track", None, "tracks") as step:
        whole = tracker.finish()
        step.say(Message("tracked", count=len(whole.tracks), cuts=len(whole.cuts)))
    who = detectors_used(info, settings, detector if whole_only else None)
    plan = passed.plan(info, digest, settings, whole, who, looked)
    plan = with_silhouettes(info, replace(plan, turned=turned), journal)
    plan = with_texts(info, plan, journal)
    # A silhouette leaves open what its box would have covered.
    return replace(plan, doubts=uncovered(plan, whole.doubts))


def _texts_alone(info: SourceInfo, settings: DetectSettings, journal: Journal) -> Plan:
    """The plan of a video in which only text is hidden: cuts are found and pictures are read, but
    no detector runs."""
    digest, passed, tracker = sha256_of(info.path, journal), _Passed(Decode(info)), Tracker()
    with (
        journal.step("detect", info.expected_frames) as step,
        read_ahead(_prepared(passed.frames, tracker)) as decoded,
    ):
        for frame in decoded:
            passed.note(frame)
            tracker.observe(frame, None)
            step.advance()
    passed.require_some(info)
    remark_on_damage(passed.frames, passed.unchecked, journal)
    who = detectors_used(info, settings, None)
    plan = passed.plan(info, digest, settings, tracker.finish(), who, 0)
    plan = with_texts(info, plan, journal)
    if not plan.frames_looked_at:
        raise _no_picture_in(info, settings.scope)
    return plan


@dataclass
class _Passed:
    """What is noted of the frames of a video as they pass.

    Attributes:
        frames: that are decoded.
        pts: of each.
        unchecked, broken: damaged ones, and those of them that show nothing of their own.
    """

    frames: Decode
    pts: list[int] = field(default_factory=list)
    unchecked: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    def note(self, frame: Frame) -> float:
        """Take the next one; gives its seconds after the first."""
        self.pts.append(frame.pts)
        if frame.damaged:
            self.unchecked.append(frame.index)
        if frame.broken:
            self.broken.append(frame.index)
        return float((frame.pts - self.pts[0]) * frame.time_base)

    def require_some(self, info: SourceInfo) -> None:
        """Raises InputError where there was no frame."""
        if not self.pts:
            raise problem(InputError, "no_frame_decoded", path=info.path)

    def plan(
        self,
        info: SourceInfo,
        digest: str,
        settings: DetectSettings,
        found: Tracks,
        who: tuple[tuple[str, str], ...],
        looked: int,
    ) -> Plan:
        """See `build_plan`."""
        timeline = Timeline(info.video.time_base, tuple(self.pts))
        size = info.video.upright_size
        return build_plan(
            SourceRef(readable(info.path.name), digest, info.size, *size, timeline),
            settings,
            found.tracks,
            found.cuts,
            self.unchecked,
            who,
            looked,
            self.broken,
            bodies=found.bodies,
            owned=found.owned,
        )


def bell_for(info: SourceInfo, settings: DetectSettings, detector: Detector) -> Bell | None:
    """Rings for faces; `fast` has none."""
    faces = in_use([CENTERFACE], settings.targets, settings.without)
    if settings.sensitivity is Sensitivity.FAST or not faces:
        return None
    scan = load_small_scan(detector, float(info.video.upright_sample_aspect))
    return None if scan is None else Bell(scan, settings_of(settings.sensitivity))


def settings_for(info: SourceInfo, settings: DetectSettings) -> DetectSettings:
    """The settings of a source's search: a photograph is searched as thoroughly as possible,
    because no other frame shows what it does not."""
    if not info.photograph:
        return settings
    return replace(settings, sensitivity=Sensitivity.THOROUGH)


def _prepared(frames: Iterable[Frame], tracker: Tracker) -> Iterator[Frame]:
    """Frames, prepared for the tracker in the thread that decodes them."""
    for frame in frames:
        tracker.prepare(frame)
        yield frame


def _detector_for(
    info: SourceInfo,
    settings: DetectSettings,
    detector: Detector | None,
    turned: Sequence[int],
) -> tuple[Detector, ScanParts, bool]:
    """The detector that the settings name, the function that runs it, and whether it scans whole
    pictures only.

    Raises:
        UsageError: no detector knows what is wanted.
    """
    detector = _of_others(info, settings, detector, turned)
    if detector is not None:  # of others, which cannot scan parts of a picture
        return detector, _only_asked(detector, settings), True

    def make(aspect: float) -> Detector:
        return load_detector(
            settings.sensitivity,
            settings.targets,
            sample_aspect=aspect,
            without=settings.without,
        )

    ours: Any = in_every_way(with_turns(info.video.presentations, turned), make)
    return ours, ours.detect_frame, False


def _eyes(info: SourceInfo, settings: DetectSettings, detector: Detector) -> Eyes | None:
    """Detectors of bodies, of heads on them and of plates on vehicles, within the scope of the
    search; None if pictures may not be upright, because bodies are detected only upright."""
    shown = info.video.presentations
    somebody = load_somebody(detector, settings.targets, sample_aspect=shown[0].aspect)
    if somebody is None or any(way.turns for way in shown):
        return None

    def heads(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
        return settings.scope.select(somebody.heads(frame, boxes))

    def plates(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
        return settings.scope.select(somebody.plates(frame, boxes))

    sought = Target.PLATE in with_nested(settings.targets)
    return Eyes(somebody.bodies, heads, somebody.target, plates if sought else None)


def _only_asked(detector: Detector, settings: DetectSettings) -> ScanParts:
    """Runs another detector, and stops the run where it answers with a target that was not asked
    for."""
    asked = with_nested(settings.targets)

    def scan(frame: Frame, _: Sequence[Rect] | None) -> Detections:
        found = detector.detect_frame(frame)
        if strange := set(found.target.tolist()) - set(asked):
            words = ", ".join(t.word for t in Target if t in strange) or f"{min(strange)}"
            name = detector.name
            raise problem(DependencyError, "detector_unasked", name=name, targets=words)
        return found

    return scan


def detectors_used(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None
) -> tuple[tuple[str, str], ...]:
    """Name of each detector that a search runs, with the SHA-256 of its weights; so of the reader
    and of the network for silhouettes.

    Two results were made in the same way only if they had the same detectors. Of redact's own
    networks this is known without loading them; what a package brings must say it itself.

    Raises:
        UsageError, DependencyError: see `redact.detection.load_plugin`.
    """
    if not settings.targets:
        return _named(in_use([READER], settings.texts, settings.without))
    detector = _of_others(info, settings, detector)
    if detector is None:
        found = [ensemble_name(settings.sensitivity, settings.targets, settings.without)]
    else:
        found = [(detector.name, detector.weights_sha256)]
    used = in_use([SELFIE], settings.targets, settings.without)
    read = settings.kinds if detector is None else settings.texts
    used += in_use([READER], read, settings.without)
    return *found, *_named(used)


def _named(networks: Iterable[Network]) -> tuple[tuple[str, str], ...]:
    return tuple((network.name, network.weights_sha256) for network in networks)


def _of_others(
    info: SourceInfo,
    settings: DetectSettings,
    detector: Detector | None,
    turned: Sequence[int] = (),
) -> Detector | None:
    """The detector that was passed in or, without one, is named; None for redact's own."""
    presentations = with_turns(info.video.presentations, turned)
    if detector is not None and any(p.turns for p in presentations):
        given = detector
        turns = dict.fromkeys((0, *(p.turns for p in presentations)))
        ways = tuple(Presentation(turns=turn) for turn in turns)
        return in_every_way(ways, lambda _: given)
    if detector is not None or not settings.detector:
        return detector

    def make(aspect: float) -> Detector:
        return load_plugin(settings.detector, settings.sensitivity, settings.targets, aspect)

    return in_every_way(presentations, make)


def require_scope(info: SourceInfo, scope: Scope, timeline: Timeline | None = None) -> None:
    """Raise UsageError if an area is not within the picture, or the scope leaves nothing to search.

    Args:
        info: of the source.
        scope: of the search.
        timeline: of its plan, where there is one: a plan may come from elsewhere, and one that was
            never searched would pass for one in which nothing was found.

    An area outside the picture would mean nothing, or all. One that reaches over its border was
    probably typed as two corners, and people in it would stay visible who were meant to be hidden.
    """
    width, height = info.video.upright_size
    picture = Box(0, 0, width, height)
    if any(area.contains(picture) for area in scope.ignored):
        raise problem(UsageError, "looks_at_nothing", path=info.path)
    if timeline is not None and scope.between:
        first = timeline.time(0)
        if not any(scope.at(float(timeline.time(n) - first)) for n in range(len(timeline))):
            raise _no_picture_in(info, scope)
    name, size = info.path.name, f"{width}×{height}"
    for option, areas in (("--ignore-area", scope.ignored), ("--only-area", scope.only)):
        for area in areas:
            if not area.common(picture):
                raise problem(
                    UsageError,
                    "area_outside",
                    option=option,
                    area=area_in_words(area),
                    name=name,
                    size=size,
                )
            if area.common(picture) < area.area:
                inside = area_in_words(
                    Box(max(0, area.x1), max(0, area.y1), min(width, area.x2), min(height, area.y2))
                )
                raise problem(
                    UsageError,
                    "area_over_border",
                    option=option,
                    area=area_in_words(area),
                    name=name,
                    size=size,
                    inside=inside,
                )


def _no_picture_in(info: SourceInfo, scope: Scope) -> UsageError:
    """The error where a whole clip has no picture in the spans that are searched."""
    spans = tuple(
        Message("span_between", start=clock(a, 1), end=clock(b, 1)) for a, b in scope.between
    )
    return problem(UsageError, "nothing_between", name=info.path.name, spans=spans)
