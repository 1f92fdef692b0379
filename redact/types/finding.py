"""Findings of an audit: places, each over a span of time, that a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from .boxes import Box
from .target import Target
from .text import one_line


class FindingKind(StrEnum):
    """What is wrong in a span."""

    UNCOVERED = "possible_leak"
    """A detector sees a face or plate outside every mask of the finished file."""
    MISFIT = "mask_does_not_fit"
    """A mask covers only part of the subject that a detector sees in the source there."""
    UNDRAWN = "mask_not_drawn"
    """The plan hides something here, and the output shows the source's own pixels."""
    REPEATED = "number_repeated"
    """A text outside the masks, such as a caption, repeats the number of a hidden plate."""


MOST_TEXT: Final = 40
"""Most characters of a text that are shown: no plate's number is longer."""

_PLAIN: Final = 0.75
"""Probability from which a finding is not called doubtful: three of four are real."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place, over one span of time, that a person must look at.

    Attributes:
        number: from 1, in order of time, doubtful findings last.
        kind: what is wrong.
        target: what is visible.
        first, last: frame indices of the source, both included.
        start, end: presentation times of these frames in seconds.
        path: (frame, box) of each detection, rising frames, upright source pixels.
        scores: "probability" that a `target` is there, by all detectors and the verifier.
        rule: why the audit believes it: a key in the table `rule` of `redact.words`.
        track: id of the track that it belongs to or lies beside; None if there is none.
        text: what can be read there. It is shown, and never stored.
    """

    number: int
    kind: FindingKind
    target: Target
    first: int
    last: int
    start: float
    end: float
    path: tuple[tuple[int, Box], ...]
    scores: tuple[tuple[str, float], ...]
    rule: str
    track: int | None = None
    text: str = ""

    @property
    def box(self) -> Box:
        """Smallest box that contains the subject over the whole span."""
        box = self.path[0][1]
        for _, other in self.path[1:]:
            box = box.union(other)
        return box

    @property
    def frames(self) -> int:
        return self.last - self.first + 1

    @property
    def doubtful(self) -> bool:
        """Whether it may well be a false positive of the detectors. A finding measured on pixels
        is never doubtful."""
        return dict(self.scores).get("probability", 1.0) < _PLAIN

    @property
    def shown_text(self) -> str:
        """`text`, shortened and safe to print."""
        return one_line(self.text[:MOST_TEXT])

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind.value,
            "doubtful": self.doubtful,
            "target": self.target.word,
            "frames": [self.first, self.last],
            "seconds": [round(self.start, 6), round(self.end, 6)],
            "box": [round(v, 1) for v in self.box],
            "path": [[frame, *(round(v, 1) for v in box)] for frame, box in self.path],
            "scores": {name: round(score, 3) for name, score in self.scores},
            "rule": self.rule,
            "track": self.track,
        }
