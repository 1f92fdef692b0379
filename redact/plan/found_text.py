"""A text that was read in a video, as a plan stores it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from ..types import Box, Natural, Positive, Probability, Target, Value, box_on_the_way

MOST_CHARACTERS: Final = 200
"""Most characters of a reading; longer ones are cut."""

_Reading = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class FoundText(Value, frozen=True):
    """One line of text over time.

    Attributes:
        number: from 1, in order of appearance.
        readings: the most frequent first; a clock has a different one every second.
        caption: whether it is burnt into the picture; it then stays in place when the scene moves
            or cuts.
        score: mean probability of the characters, in the surest reading.
        best: frame of that reading.
        places: (frame, box in upright source pixels) in ascending order, with linear interpolation
            in between.
    """

    number: Positive
    readings: Annotated[tuple[_Reading, ...], Meta(min_length=1)]
    caption: bool
    score: Probability
    best: Natural
    places: Annotated[tuple[tuple[Natural, Box], ...], Meta(min_length=1)]

    @property
    def text(self) -> str:
        return self.readings[0]

    @property
    def target(self) -> Target:
        return Target.CAPTION if self.caption else Target.TEXT

    def at(self, frame: int) -> Box:
        """Box in a frame from `first` to `last`, in upright source pixels."""
        return box_on_the_way(self.places, frame)

    @property
    def first(self) -> int:
        return self.places[0][0]

    @property
    def last(self) -> int:
        return self.places[-1][0]


def check_texts(texts: Sequence[FoundText], frames: int) -> None:
    """Raise ValueError if a text lies outside the clip of `frames` frames, or a box is invalid."""
    for i, text in enumerate(texts):
        numbers = [frame for frame, _ in text.places]
        if numbers != sorted(set(numbers)) or numbers[-1] >= frames:
            raise ValueError(f"$.texts[{i}].places: frames do not rise within the clip")
        if not text.first <= text.best <= text.last:
            raise ValueError(f"$.texts[{i}].best: it is not there in frame {text.best}")
        if not all(box.x1 < box.x2 and box.y1 < box.y2 for _, box in text.places):
            raise ValueError(f"$.texts[{i}].places: a box is none")
