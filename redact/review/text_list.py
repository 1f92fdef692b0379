"""*Texts* on the page: the texts in a video are read in the background, and a person chooses from
the list what to hide. Reading alone hides nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import cv2
import numpy as np

from ..follow_drawn import Frames
from ..media import SourceInfo
from ..pipeline import ReadTexts, find_texts
from ..plan import FoundText, Plan, reads, tracks_of_texts
from ..reading import NumberReader
from ..types import Action, Frame, Track, one_line
from ..words import LANGUAGES, words_of
from .jobs import Background, Job
from .open_plan import OpenPlan
from .pictures import bgr, encoded

SECONDS_BETWEEN_LISTED: Final = 1.0
"""Seconds between the pictures that are read."""

MOST_READINGS: Final = 3600
"""Pictures of one video that are read, at most; in a longer video they are further apart. It takes
one processor an hour if all of every picture changes, and a tenth of that for a fixed camera."""

MOST_LISTED_TEXTS: Final = 200
"""Texts that the page shows at once; a search finds the others."""

MOST_SHOWN_CHARACTERS: Final = 80
"""Characters of a reading that the page shows, at most."""

TEXT_PICTURE_HEIGHT: Final = 40
MOST_TEXT_PICTURE_WIDTH: Final = 240
"""Pixels of a text's picture: its height, and its maximum width."""

TEXT_CONTEXT: Final = 0.35
"""Surroundings shown on each side of a text, as a share of its height."""

MOST_TEXT_PICTURES: Final = 2000
"""Pictures that are kept, at most; a few kilobytes each."""


class Texts(Background):
    """The texts that can be read in an open video.

    Args:
        info, open_plan: of the video.
        frames: of the video, for pictures.
        busy: whether another job is running, for which reading pauses.
    """

    def __init__(
        self, info: SourceInfo, open_plan: OpenPlan, frames: Frames, busy: Callable[[], bool]
    ) -> None:
        super().__init__("read", busy)
        self._info, self._open, self._frames = info, open_plan, frames
        self._said: dict[str, list[str]] = {}
        self._pictures: OrderedDict[tuple[int, FoundText], bytes] = OrderedDict()

    def begin(self) -> None:
        """Start reading, unless it has begun."""
        self.start(self._read)

    def _read(self, job: Job) -> int:
        plan = self._open.plan
        seconds = plan.seconds(len(plan.source.timeline) - 1) - plan.seconds(0)
        every = max(SECONDS_BETWEEN_LISTED, seconds / MOST_READINGS)
        found = find_texts(self._info, plan, job, every, NumberReader(threads=1))
        self._take(found)
        return len(found.texts)

    def _take(self, found: ReadTexts) -> None:
        self._said = {
            language: [words_of(language).message(r.code, r.values) for r in found.remarks()]
            for language in LANGUAGES
        }
        self._open.take(lambda plan: replace(plan, texts=found.texts))

    def rows(self, wanted: str) -> dict[str, Any]:
        """The texts that contain some words ("" for all), as the page lists them."""
        plan = self._open.plan
        texts = plan.texts or ()
        found = [text for text in texts if not wanted or reads(text, wanted)]
        track_of = tracks_of_texts(plan)
        rows = [_row(plan, text, track_of(text)) for text in found[:MOST_LISTED_TEXTS]]
        return {
            "read": plan.texts is not None,
            "reading": self.state(),
            "said": self._said,
            "all": len(texts),
            "found": [text.number for text in found],
            "rows": rows,
        }

    def picture(self, number: int) -> bytes:
        """A text by its number, as JPEG; b"" if there is none. Raises as `Frames`."""
        text = next((t for t in self._open.plan.texts or () if t.number == number), None)
        if text is None:
            return b""
        key = text.number, text
        if key not in self._pictures:
            self._pictures[key] = _shown(self._frames.get(text.best), text)
            if len(self._pictures) > MOST_TEXT_PICTURES:
                self._pictures.popitem(last=False)
        return self._pictures[key]


def _row(plan: Plan, text: FoundText, track: Track | None) -> dict[str, Any]:
    own, *others = (one_line(line)[:MOST_SHOWN_CHARACTERS] for line in text.readings)
    return {
        "id": text.number,
        "text": own,
        "others": others,
        "kind": text.target.word,
        "from": plan.seconds(text.first),
        "to": plan.seconds(text.last),
        "best": text.best,
        "box": [round(v, 1) for v in text.at(text.best)],
        "hidden": track is not None and track.action is Action.REDACT,
    }


def _shown(frame: Frame, text: FoundText) -> bytes:
    """A text and a little around it, `TEXT_PICTURE_HEIGHT` pixels high, as JPEG."""
    width, height = frame.size
    box = text.at(text.best)
    more = TEXT_CONTEXT * box.height
    x1, y1 = max(0, int(box.x1 - more)), max(0, int(box.y1 - more))
    x2, y2 = min(width, int(box.x2 + more) + 1), min(height, int(box.y2 + more) + 1)
    if x1 >= x2 or y1 >= y2:
        return b""
    part = np.ascontiguousarray(bgr(frame, width, height)[y1:y2, x1:x2])
    zoom = min(TEXT_PICTURE_HEIGHT / (y2 - y1), MOST_TEXT_PICTURE_WIDTH / (x2 - x1))
    size = max(1, round((x2 - x1) * zoom)), max(1, round((y2 - y1) * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    return encoded(np.asarray(cv2.resize(part, size, interpolation=how), np.uint8))
