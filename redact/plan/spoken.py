"""What is said in a video, as a plan stores it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from ..types import Milliseconds, Value
from .found_text import MOST_CHARACTERS

_Word = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class SpokenLine(Value, frozen=True):
    """About one sentence.

    Attributes:
        words: start and end in milliseconds after the first picture, and the word, in the order in
            which they are said.
    """

    words: Annotated[tuple[tuple[Milliseconds, Milliseconds, _Word], ...], Meta(min_length=1)]

    @property
    def start(self) -> int:
        """In milliseconds after the first picture, as `end`."""
        return min(start for start, _, _ in self.words)

    @property
    def end(self) -> int:
        return max(end for _, end, _ in self.words)


def check_spoken(lines: Sequence[SpokenLine]) -> None:
    """Raise ValueError if a word ends before it begins."""
    for i, line in enumerate(lines):
        if any(end < start for start, end, _ in line.words):
            raise ValueError(f"$.spoken[{i}].words: a word ends before it begins")
