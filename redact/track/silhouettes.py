"""The shape of a person over time, from looks at single frames."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ..types import Shaped, Silhouette

Look = tuple[int, Silhouette | None]
"""A frame, and what of the box a person took up in it; None where the box must do."""

LOOSER: Final = 1.15
"""Times that a shape may be larger than it need be and stay as it is: one that changes at every
look draws every eye, and what is hidden too much is a rim."""


def shapes_between(looks: Sequence[Look], last: int) -> tuple[Shaped, ...]:
    """Shapes of a track from looks at it.

    Between two looks it is hidden where it was in either, relative to its box, which moves with it.
    Wherever one of the two could not tell, and after the last look, the box is.

    Args:
        looks: in rising order of frame.
        last: the last frame of the track.
    """
    shapes: list[Shaped] = []
    before: Silhouette | None = None
    end = (last, looks[-1][1] if looks and looks[-1][0] == last else None)
    for (frame, here), (_, there) in pairwise([*looks, end]):
        both = None if here is None or there is None else here.union(there)
        if both is not None and before is not None and _still_fits(before, both):
            both = before
        if not shapes or both != before:
            shapes.append(Shaped.at(frame, both))
        before = both
    return tuple(shapes) if any(shaped.cells for shaped in shapes) else ()


def _still_fits(shape: Silhouette, needed: Silhouette) -> bool:
    """Whether a shape holds all of another one, and little more."""
    return shape.union(needed) == shape and shape.share <= LOOSER * needed.share
