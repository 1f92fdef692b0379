"""A text that was read in a video, as a plan keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from ..types import Box, Natural, Positive, Probability, Target, Value, box_on_the_way

MOST_CHARACTERS: Final = 200
"""Characters of a reading that a plan keeps: what is longer is cut."""

_Reading = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class FoundText(Value, frozen=True):
    """One line of text over time.

    Attributes:
        number: from 1, in order of appearance.
        readings: what was read, the most frequent first; a clock reads otherwise every second.
        caption: it is burnt into the picture: it stays where it is while the scene moves or cuts.
        score: mean probability of its characters, of the surest reading.
        best: frame of that reading, in which it is shown.
        places: (frame, box in upright source pixels), rising, on straight lines in between.
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
        """Where it is in a frame from `first` to `last`."""
        return box_on_the_way(self.places, frame)

    @property
    def first(self) -> int:
        return self.places[0][0]

    @property
    def last(self) -> int:
        return self.places[-1][0]


def check_texts(texts: Sequence[FoundText], frames: int) -> None:
    """Raises ValueError where a text lies outside the clip of `frames` frames."""
    for i, text in enumerate(texts):
        numbers = [frame for frame, _ in text.places]
        if numbers != sorted(set(numbers)) or numbers[-1] >= frames:
            raise ValueError(f"$.texts[{i}].places: frames do not rise within the clip")
        if not text.first <= text.best <= text.last:
            raise ValueError(f"$.texts[{i}].best: it is not there in frame {text.best}")
        if not all(box.x1 < box.x2 and box.y1 < box.y2 for _, box in text.places):
            raise ValueError(f"$.texts[{i}].places: a box is none")
