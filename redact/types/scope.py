"""Limits of a search in space and time."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from msgspec import Meta

from .boxes import Box, Detections
from .fields import Value
from .text import clock

SPAN_SLACK_SECONDS: Final = 1.0
"""Seconds before and after a span that are searched too: most players show whole seconds, so a
time that a user reads there may be a second off."""


_Number = Annotated[float, Meta(ge=-1e30, le=1e30)]
_Span = tuple[_Number, _Number]


class Scope(Value, frozen=True):
    """A user's limits in space and time. What lies outside the excerpt is not in the result at all;
    what lies outside the others is not searched, and stays visible.

    Spans are (first, last) seconds after the first picture; areas are in upright source pixels.

    Attributes:
        between: none: all the time.
        ignored: what lies wholly inside one is not searched for.
        only: what touches none is not searched for; none: all is.
        cut: the excerpt that is made; null: all.
    """

    between: tuple[_Span, ...] = ()
    ignored: tuple[Box, ...] = ()
    only: tuple[Box, ...] = ()
    cut: _Span | None = None

    @property
    def everything(self) -> bool:
        return self.cut is None and not (self.between or self.ignored or self.only)

    def at(self, seconds: float) -> bool:
        """Whether a time (seconds after the first picture) is searched."""
        spans = self.between
        return not spans or any(
            a - SPAN_SLACK_SECONDS <= seconds <= b + SPAN_SLACK_SECONDS for a, b in spans
        )

    def holds(self, box: Box) -> bool:
        """Whether a place (upright source pixels) is searched."""
        inside = not self.only or any(area.common(box) > 0 for area in self.only)
        return inside and not any(area.contains(box) for area in self.ignored)

    def select(self, found: Detections) -> Detections:
        """Detections within the scope."""
        if not (self.ignored or self.only):
            return found
        wanted = [self.holds(found.box(i)) for i in range(len(found))]
        return found.select(np.array(wanted, np.bool_))

    def limits(self) -> tuple[tuple[str, str], ...]:
        """(code, value) of each limit, with spans or areas as a user types them."""
        spans = " + ".join(f"{clock(a, 1)}–{clock(b, 1)}" for a, b in self.between)
        only, ignored = (
            " + ".join(map(area_in_words, areas)) for areas in (self.only, self.ignored)
        )
        given = (
            ("searched_between", spans),
            ("searched_area", only),
            ("ignored_area", ignored),
        )
        return tuple((code, detail) for code, detail in given if detail)


EVERYWHERE: Final = Scope()


def area_in_words(area: Box) -> str:
    """Left, top, width and height as a user types them: 10,20,100,50."""
    return f"{area.x1:g},{area.y1:g},{area.width:g},{area.height:g}"
