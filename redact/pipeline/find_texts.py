"""Finds the text in a video: every line, with its place in each frame.

The reader reads two pictures a second; in between, the tracker follows each line as it follows
plates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter

from ..media import Decode, SourceInfo
from ..plan import MOST_CHARACTERS, FoundText, Plan
from ..progress import Stages
from ..reading import LEGIBLE, MOST_LINES, NumberReader, Text, looks_burnt_in
from ..track import (
    AS_DETECTED,
    IncrementalScanner,
    Tracker,
    TrackSettings,
    shrink,
)
from ..types import (
    NEARBY_IOU,
    STANDS_STILL,
    Box,
    Detections,
    Frame,
    Keyframe,
    Rect,
    State,
    Target,
    Track,
    one_line,
)
from ..words import Message
from .journal import Journal

SECONDS_BETWEEN_READINGS: Final = 0.5
"""Seconds between two pictures that are read (a judgement): a camera that passes a sign shows it
for longer, and at this rate reading takes half as long as a search."""

MOST_TEXTS: Final = 2000
"""Most texts stored for one video, the longest visible first, to bound the file: a film of a
newspaper has more."""

READINGS: Final = 4
"""Most readings stored for one text, to bound the file."""

TEXT_SECONDS: Final = 2 * SECONDS_BETWEEN_READINGS
"""Seconds, two readings: a text that goes unread for less is still the same text, and a caption
stands for at least as long. What passes a fixed camera, such as the letters on a lorry, is gone
sooner or moves."""

STRAIGHT: Final = 1.0
"""Pixels by which a box may lie off the straight line between two stored places, to bound the
file."""

WHOLE_EVERY: Final = 5.0
"""Seconds after which the whole picture is read again even if only parts change: a judgement."""


@dataclass(frozen=True)
class ReadTexts:
    """The texts of a video.

    Attributes:
        texts: in order of appearance.
        pictures: number of pictures that were read or are equal to one that was.
        crowded: number of pictures with more lines than the reader reads
            (`redact.reading.MOST_LINES`).
        left_out: number of texts beyond `MOST_TEXTS`.
    """

    texts: tuple[FoundText, ...]
    pictures: int
    crowded: int = 0
    left_out: int = 0

    def remarks(self) -> list[Message]:
        """Warnings that there is more text than was read or stored."""
        said = []
        if self.crowded:
            said.append(Message("more_lines", count=self.crowded, most=MOST_LINES))
        if self.left_out:
            said.append(Message("more_texts", count=self.left_out, most=MOST_TEXTS))
        return said


@dataclass
class _Line:
    """One line that was followed through the video, and its readings by frame."""

    track: Track
    read: list[tuple[int, Text]] = field(default_factory=list)


def find_texts(
    info: SourceInfo,
    plan: Plan,
    progress: Stages,
    every: float = SECONDS_BETWEEN_READINGS,
    reader: NumberReader | None = None,
) -> ReadTexts:
    """Find all text in a video, within the scope of its search.

    Args:
        info, plan: of one file.
        progress: receives the stage "read".
        every: seconds between two pictures that are read.
        reader: None for a new one that uses all processors.

    Raises:
        InputError: the video cannot be read.
        UnsafeError: a picture could not be read.
        ModelError, DependencyError: see `redact.reading.Reader`.
    """
    lines = _LinesOfPictures(reader or NumberReader())
    scanner = IncrementalScanner(lines.scan, WHOLE_EVERY)
    settings = TrackSettings(scan_every=every, lost_time=2 * every, late=every, grace=every)
    tracker, scaler = Tracker(settings=settings, weights=AS_DETECTED), VideoReformatter()
    scope = plan.settings.scope
    cuts, last = frozenset(plan.cuts), -every
    with progress.stage("read", len(plan.source.timeline)) as stage:
        for frame in Decode(info, frozenset(plan.unchecked)):
            time = tracker.small_picture(frame).time
            due = frame.index in cuts or time - last >= every
            found = None
            if due:
                last = time
                found = scope.select(scanner.scan(frame, shrink(frame, scaler, time)))
            tracker.observe(frame, found)
            stage.advance()
    found_lines = [_Line(track) for track in tracker.finish().tracks]
    for index, texts in lines.read.items():
        _assign(found_lines, index, texts)
    found_lines = [line for line in found_lines if line.read]
    whole = _joined(found_lines, plan)
    longest = sorted(whole, key=lambda text: text.first - text.last)[:MOST_TEXTS]
    ordered = sorted(longest, key=lambda text: (text.first, text.places[0][1]))
    numbered = tuple(text.but(number=number) for number, text in enumerate(ordered, 1))
    pictures = scanner.whole + scanner.parts + scanner.kept
    return ReadTexts(numbered, pictures, lines.crowded, len(whole) - len(longest))


class _LinesOfPictures:
    """Reads pictures, or the parts of them that changed.

    Attributes:
        read: frame → texts newly read in it; unchanged parts of the picture are not read again.
        crowded: number of pictures with more lines than the reader reads.
    """

    def __init__(self, reader: NumberReader) -> None:
        self._reader = reader
        self.read: dict[int, list[Text]] = {}
        self.crowded = 0

    def scan(self, frame: Frame, areas: Sequence[Rect] | None) -> Detections:
        """A `ScanParts`. Raises as `NumberReader.lines` does."""
        lines = self._reader.lines(frame, areas)
        self.crowded += len(lines) > MOST_LINES
        legible = [line for line in lines if line.score >= LEGIBLE]
        self.read[frame.index] = legible
        return _detections(legible)


def with_texts(info: SourceInfo, plan: Plan, journal: Journal) -> Plan:
    """Add a track to a search's plan for each text of a kind that the settings hide; warn if some
    could not be read. Raises as `find_texts` does."""
    wanted = plan.settings.texts
    if not wanted:
        return plan
    found = find_texts(info, plan, journal)
    for warning in found.remarks():
        journal.warn(warning)
    looked = plan.frames_looked_at if plan.settings.targets else found.pictures
    plan = replace(plan, texts=found.texts, frames_looked_at=looked)
    for text in plan.texts or ():
        if text.target in wanted:
            keys = [Keyframe(frame, box, State.FOLLOWED) for frame, box in text.places]
            track = Track(plan.next_id(), text.target, keys, certainty=text.score)
            plan = plan.with_track(track)
    return plan


def _detections(lines: Sequence[Text]) -> Detections:
    """The lines as detections of plates, because the tracker follows them as it follows plates."""
    boxes = np.array([line.box for line in lines], np.float32).reshape(-1, 4)
    scores = np.array([line.score for line in lines], np.float32)
    return Detections(boxes, scores, np.full(len(lines), Target.PLATE, np.int8))


def _assign(lines: Sequence[_Line], index: int, texts: Sequence[Text]) -> None:
    """Assign each text read in a frame to the line that was followed to its place."""
    here = [(line, key.box) for line in lines if (key := line.track.at(index)) is not None]
    for text in texts:
        best = max(here, key=lambda there: there[1].iou(text.box), default=None)
        if best is not None and best[1].iou(text.box) >= NEARBY_IOU:
            best[0].read.append((index, text))


def _joined(lines: Sequence[_Line], plan: Plan) -> list[FoundText]:
    """The texts that the lines belong to. Lines in one place are one text, even across a cut or a
    moment in which it was not read. A text is a caption if most of its readings are, or if it
    stands across a cut."""
    out: list[tuple[FoundText, int]] = []
    for line in sorted(lines, key=lambda line: line.track.first):
        piece, readings = _found(line, plan), len(line.read)
        n = next((n for n, (text, _) in enumerate(out) if _goes_on(text, piece, plan)), None)
        if n is None:
            out.append((piece, readings))
        else:
            text, before = out[n]
            caption = text.caption if before >= readings else piece.caption
            caption |= _cut_between(text, piece, plan.cuts)
            out[n] = _longer(text, piece).but(caption=caption), before + readings
    return [text for text, _ in out]


def _goes_on(before: FoundText, after: FoundText, plan: Plan) -> bool:
    """Whether the later text stands where the earlier one stood, at the same time or shortly
    after."""
    gap = plan.seconds(after.first) - plan.seconds(before.last)
    at = min(before.last, after.first)
    return gap <= TEXT_SECONDS and _stays(before.at(at), after.places[0][1])


def _cut_between(before: FoundText, after: FoundText, cuts: Sequence[int]) -> bool:
    return any(before.last < cut <= after.first for cut in cuts)


def _longer(before: FoundText, after: FoundText) -> FoundText:
    """Join two texts."""
    readings = tuple(dict.fromkeys([*before.readings, *after.readings]))[:READINGS]
    places = before.places
    if after.last > before.last:
        places = (*(place for place in places if place[0] < after.first), *after.places)
    surest = max(before, after, key=lambda text: text.score)
    return surest.but(readings=readings, places=places)


def _found(line: _Line, plan: Plan) -> FoundText:
    counted = Counter(one_line(text.text)[:MOST_CHARACTERS] for _, text in line.read)
    readings = tuple(reading for reading, _ in counted.most_common(READINGS) if reading)
    keys = straightened([(k.frame, k.box) for k in line.track.keyframes])
    best, surest = max(line.read, key=lambda seen: seen[1].score)
    return FoundText(
        1, readings, _is_caption(line, plan), round(surest.score, 3), best, tuple(keys)
    )


def _is_caption(line: _Line, plan: Plan) -> bool:
    """Whether a line is a caption: it stays in place for a second, or for the whole of a shorter
    video, and most of its readings look like a caption."""
    lasts = plan.seconds(line.track.last) - plan.seconds(line.track.first)
    whole = plan.seconds(len(plan.source.timeline) - 1) - plan.seconds(0)
    boxes = [text.box for _, text in line.read]
    usual = max(boxes, key=lambda box: sum(_stays(box, other) for other in boxes))
    if lasts < min(TEXT_SECONDS, whole) or not _mostly([_stays(usual, b) for b in boxes]):
        return False
    return _mostly([looks_burnt_in(text, plan.source.height) for _, text in line.read])


def _stays(before: Box, after: Box) -> bool:
    """Whether two boxes are one place of a text. The reader may miss letters at either end, so of
    its left and right edges one must stay."""
    height = max(before.height, after.height)
    down = max(abs(before.y1 - after.y1), abs(before.y2 - after.y2))
    across = min(abs(before.x1 - after.x1), abs(before.x2 - after.x2))
    return max(down, across) <= STANDS_STILL * height


def _mostly(said: Sequence[bool]) -> bool:
    return 2 * sum(said) > len(said)


_ALL_SLOPES: Final = np.full(4, -np.inf), np.full(4, np.inf)


def straightened(places: Sequence[tuple[int, Box]]) -> list[tuple[int, Box]]:
    """Leave out (frame, box) places that interpolation restores to within `STRAIGHT` pixels."""
    kept = [places[0]]
    low, high = _ALL_SLOPES
    for (frame, box), (after, end) in pairwise(places[1:]):
        since, start = kept[-1]
        # Pixels a frame by which each side may move from `start` on and still pass this box.
        moved, frames = np.subtract(box, start), frame - since
        low = np.maximum(low, (moved - STRAIGHT) / frames)
        high = np.minimum(high, (moved + STRAIGHT) / frames)
        slope = np.subtract(end, start) / (after - since)
        if (slope < low).any() or (slope > high).any():
            kept.append((frame, box))
            low, high = _ALL_SLOPES
    if len(places) > 1:
        kept.append(places[-1])
    return kept
