"""What can be read in a video: every line of text, where it stands and when.

A picture is read twice a second, and in between a line is followed as plates are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter

from ..media import Decode, SourceInfo
from ..plan import MOST_CHARACTERS, FoundText, Plan
from ..progress import Stages
from ..reading import LEGIBLE, NumberReader, Text
from ..track import AS_DETECTED, SmallFrame, Tracker, TrackSettings, motion_between, shrink
from ..types import Box, Detections, Frame, Keyframe, State, Target, Track, one_line

SECONDS_BETWEEN_READINGS: Final = 0.5
"""Seconds from one picture that is read to the next (a judgement): who passes a sign sees it for
longer, and reading takes half of the time that a search takes."""

LEAST_TEXT_HEIGHT: Final = 8.0
"""Pixels of height from which a line counts: smaller ones are not read by anybody."""

READ_LINE_PROBABILITY: Final = 0.95
"""Probability that stands for a line that was read."""

MOST_TEXTS: Final = 2000
"""Texts of one video that are kept, those that stand longest: a film of a newspaper has more."""

READINGS: Final = 4
"""Readings of one text that are kept."""

SAME_LINE_IOU: Final = 0.3
"""IoU from which a line that was read is the one that was followed to there."""

STAYS: Final = 0.7
"""IoU from which a text stands where it stood before."""

MOVED: Final = 0.02
"""Share of the picture's width that the scene must move between two readings for it to tell what
is burnt in: a judgement."""

STRAIGHT: Final = 1.0
"""Pixels by which a box may lie off the straight line between two places that are kept."""


@dataclass
class _Line:
    """One text while its video passes: what was read, frame by frame."""

    track: Track
    read: list[tuple[int, Text]] = field(default_factory=list)


def find_texts(info: SourceInfo, plan: Plan, progress: Stages) -> tuple[FoundText, ...]:
    """All that can be read in a video, in order of appearance.

    Args:
        info, plan: of one file.
        progress: told about a stage "read".

    Raises:
        InputError: the video cannot be read.
        UnsafeError: a picture could not be read.
        ModelError, DependencyError: see `redact.reading.Reader`.
    """
    reader = NumberReader()
    settings = TrackSettings(
        look_every=SECONDS_BETWEEN_READINGS,
        lost_time=2 * SECONDS_BETWEEN_READINGS,
        grace=SECONDS_BETWEEN_READINGS,
    )
    tracker, scaler = Tracker(settings=settings, weights=AS_DETECTED), VideoReformatter()
    read: dict[int, list[Text]] = {}
    moved: list[tuple[int, int]] = []
    before: SmallFrame | None = None
    cuts, last = frozenset(plan.cuts), -SECONDS_BETWEEN_READINGS
    with progress.stage("read", len(plan.source.timeline)) as stage:
        for frame in Decode(info, frozenset(plan.unchecked)):
            time = tracker.small_picture(frame).time
            found = None
            if frame.index in cuts or time - last >= SECONDS_BETWEEN_READINGS:
                last = time
                read[frame.index] = [
                    text
                    for text in reader.lines(frame)
                    if text.score >= LEGIBLE and text.height >= LEAST_TEXT_HEIGHT
                ]
                found = _detections(read[frame.index])
                here = shrink(frame, scaler, time)
                if before is not None and _scene_moved(before, here, frame):
                    moved.append((before.index, here.index))
                before = here
            tracker.observe(frame, found)
            stage.advance()
    lines = [_Line(track) for track in tracker.finish().tracks]
    for index, texts in read.items():
        _assign(lines, index, texts)
    lines = [line for line in lines if line.read]
    whole = _joined(lines, moved, plan.cuts)
    longest = sorted(whole, key=lambda text: text.first - text.last)[:MOST_TEXTS]
    ordered = sorted(longest, key=lambda text: (text.first, text.places[0][1]))
    return tuple(text.but(number=number) for number, text in enumerate(ordered, 1))


def with_texts(info: SourceInfo, plan: Plan, progress: Stages) -> Plan:
    """The plan of a search with the kinds of text hidden that were asked for; raises as
    `find_texts` does."""
    wanted = plan.settings.texts
    if not wanted:
        return plan
    plan = replace(plan, texts=find_texts(info, plan, progress))
    for text in plan.texts or ():
        if text.target in wanted:
            keys = [Keyframe(frame, box, State.FOLLOWED) for frame, box in text.places]
            track = Track(plan.next_id(), text.target, keys, certainty=text.score)
            plan = plan.with_track(track)
    return plan


def _detections(lines: Sequence[Text]) -> Detections:
    """Lines as the tracker takes them: they are followed as plates are."""
    boxes = np.array([line.box for line in lines], np.float32).reshape(-1, 4)
    count = len(lines)
    return Detections(
        boxes,
        np.full(count, READ_LINE_PROBABILITY, np.float32),
        np.full(count, Target.PLATE, np.int8),
    )


def _scene_moved(before: SmallFrame, here: SmallFrame, frame: Frame) -> bool:
    """Whether the camera moved, or came nearer, between two pictures that were read."""
    motion = motion_between(before, here)
    width, height = frame.size
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
    there = corners @ motion.matrix.T
    return bool(np.hypot(*(there - corners[:, :2]).T).max() >= MOVED * width)


def _assign(lines: Sequence[_Line], index: int, texts: Sequence[Text]) -> None:
    """Give each text that was read in a frame to the line that was followed to there."""
    here = [(line, key.box) for line in lines if (key := line.track.at(index)) is not None]
    for text in texts:
        best = max(here, key=lambda there: there[1].iou(text.box), default=None)
        if best is not None and best[1].iou(text.box) >= SAME_LINE_IOU:
            best[0].read.append((index, text))


def _joined(
    lines: Sequence[_Line], moved: Sequence[tuple[int, int]], cuts: Sequence[int]
) -> list[FoundText]:
    """Texts: a caption is in several pieces, one in each scene, all of them in one place."""
    pieces = [_found(line, moved) for line in sorted(lines, key=lambda line: line.track.first)]
    out: list[FoundText] = []
    for piece in pieces:
        n = next((n for n, text in enumerate(out) if _goes_on(text, piece, cuts)), None)
        if n is None:
            out.append(piece)
        else:
            readings = tuple(dict.fromkeys([*out[n].readings, *piece.readings]))[:READINGS]
            places = (*out[n].places, *piece.places)
            score = max(out[n].score, piece.score)
            out[n] = out[n].but(readings=readings, caption=True, places=places, score=score)
    return out


def _goes_on(before: FoundText, after: FoundText, cuts: Sequence[int]) -> bool:
    """Whether one text stands where another one stood, with nothing but a cut between."""
    gap = after.first - before.last
    over_cut = any(before.last < cut <= after.first for cut in cuts)
    return 0 < gap <= 2 and over_cut and before.places[-1][1].iou(after.places[0][1]) >= STAYS


def _found(line: _Line, moved: Sequence[tuple[int, int]]) -> FoundText:
    counted = Counter(one_line(text.text)[:MOST_CHARACTERS] for _, text in line.read)
    readings = tuple(reading for reading, _ in counted.most_common(READINGS) if reading)
    boxes = {frame: text.box for frame, text in line.read}
    stayed = [boxes[a].iou(boxes[b]) >= STAYS for a, b in moved if a in boxes and b in boxes]
    keys = straightened([(k.frame, k.box) for k in line.track.keyframes])
    score = max(text.score for _, text in line.read)
    return FoundText(1, readings, bool(stayed) and all(stayed), round(score, 3), tuple(keys))


def straightened(places: Sequence[tuple[int, Box]]) -> list[tuple[int, Box]]:
    """As few of some places as tell all of them to within `STRAIGHT` pixels."""
    kept = [places[0]]
    for n in range(1, len(places) - 1):
        (a, start), (b, end) = kept[-1], places[n + 1]
        between = places[places.index(kept[-1]) + 1 : n + 1]
        if any(_off(start.lerp(end, (f - a) / (b - a)), box) > STRAIGHT for f, box in between):
            kept.append(places[n])
    if len(places) > 1:
        kept.append(places[-1])
    return kept


def _off(a: Box, b: Box) -> float:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))
