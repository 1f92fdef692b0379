"""The limits that a user sets: an excerpt, and areas that are not searched."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from msgspec import Meta

from .boxes import Box, Detections
from .fields import Value

_Number = Annotated[float, Meta(ge=-1e30, le=1e30)]
_Span = tuple[_Number, _Number]


class Scope(Value, frozen=True):
    """A user's limits. What lies outside the excerpt is not in the result at all; what lies in an
    ignored area is not searched, and stays visible.

    Attributes:
        ignored: areas, in upright source pixels: what lies wholly inside one is not searched for.
        cut: the excerpt that is made, in seconds after the first picture; null: all.
    """

    ignored: tuple[Box, ...] = ()
    cut: _Span | None = None

    @property
    def everything(self) -> bool:
        return self.cut is None and not self.ignored

    def holds(self, box: Box) -> bool:
        """Whether a place (upright source pixels) is searched."""
        return not any(area.contains(box) for area in self.ignored)

    def select(self, found: Detections) -> Detections:
        """Detections within the scope."""
        if not self.ignored:
            return found
        wanted = [self.holds(found.box(i)) for i in range(len(found))]
        return found.select(np.array(wanted, np.bool_))

    @property
    def areas_in_words(self) -> str:
        """The ignored areas as a user types them; "" for none."""
        return " + ".join(map(area_in_words, self.ignored))


EVERYWHERE: Final = Scope()


def area_in_words(area: Box) -> str:
    """Left, top, width and height as a user types them: 10,20,100,50."""
    return f"{area.x1:g},{area.y1:g},{area.width:g},{area.height:g}"
