"""Key pictures: how a person wants a mask in one picture, and from one such picture to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from .boxes import Box
from .fields import Natural, UtcOrNone, Value
from .target import Outline

FARTHEST_SIDE: Final = 1000.0
"""How far a side may be moved, in widths or heights of the box: across any picture; more is
refused."""

LARGEST_MARGIN: Final = 2.0
"""Shares of its size by which a mask may reach beyond its box; more is refused."""

_Side = Annotated[float, Meta(ge=-FARTHEST_SIDE, le=FARTHEST_SIDE)]
Sides: TypeAlias = tuple[_Side, _Side, _Side, _Side]
SIDES_AS_FOUND: Final = (0.0, 0.0, 0.0, 0.0)


class KeyPicture(Value, frozen=True):
    """How a person wants the mask of a track in one picture.

    Sides are told by how far they lie from those of the box that was found: between two key
    pictures the mask goes on with what was found, and is changed evenly more or less.

    Attributes:
        frame: of the track.
        sides: how far left, top, right and bottom are moved outward, shares of the width or height
            of the box that was found; below 0 is inward.
        outline: of the mask; None: that of its kind.
        margin: beyond the box, share of its size; None: that of all masks.
        evenly: from the key picture before it to this one, the mask changes evenly. Otherwise
            nothing is changed between the two.
        reason, by, at: why, by whom and when (UTC) it was set; "" where nobody says.
    """

    frame: Natural
    sides: Sides = SIDES_AS_FOUND
    outline: Outline | None = None
    margin: Annotated[float, Meta(ge=0, le=LARGEST_MARGIN)] | None = None
    evenly: bool = False
    reason: str = ""
    by: str = ""
    at: UtcOrNone = ""

    def __post_init__(self) -> None:
        left, top, right, bottom = self.sides
        # Written so that NaN fails too.
        if not (left + right > -1 and top + bottom > -1):
            raise ValueError(f"key picture {self.frame}: its sides leave nothing of the box")

    @property
    def neutral(self) -> bool:
        """Whether it leaves the mask as it was found."""
        return self.sides == SIDES_AS_FOUND and self.outline is None and self.margin is None

    @property
    def whole_box(self) -> bool:
        """Whether it says where the mask ends, so that no silhouette in the box counts."""
        return self.sides != SIDES_AS_FOUND or self.outline is not None

    def box(self, found: Box) -> Box:
        """The box of the mask, without margin, for one that was found."""
        (left, top, right, bottom), width, height = self.sides, found.width, found.height
        return Box(
            found.x1 - left * width,
            found.y1 - top * height,
            found.x2 + right * width,
            found.y2 + bottom * height,
        )


def sides_between(found: Box, wanted: Box) -> Sides:
    """The sides of a key picture in which `wanted` is the box of the mask."""
    width, height = found.width, found.height
    return (
        (found.x1 - wanted.x1) / width,
        (found.y1 - wanted.y1) / height,
        (wanted.x2 - found.x2) / width,
        (wanted.y2 - found.y2) / height,
    )


def key_picture_at(pictures: Sequence[KeyPicture], frame: int) -> KeyPicture | None:
    """How the mask is changed in a frame: as its key picture says or, in between, evenly; None
    where it is not. The outline, and a margin of which only one of the two says something, are
    those of the key picture before.

    Args:
        pictures: of a track, in rising order of frame.
    """
    i = bisect_right(pictures, frame, key=lambda key: key.frame) - 1
    if i >= 0 and pictures[i].frame == frame:
        return pictures[i]
    if not 0 <= i < len(pictures) - 1 or not pictures[i + 1].evenly:
        return None
    before, after = pictures[i], pictures[i + 1]
    t = (frame - before.frame) / (after.frame - before.frame)
    margin = before.margin
    if margin is not None and after.margin is not None:
        margin += t * (after.margin - margin)
    sides = [a + t * (b - a) for a, b in zip(before.sides, after.sides, strict=True)]
    return before.but(frame=frame, sides=tuple(sides), margin=margin, evenly=True)


def stands_alone(pictures: Sequence[KeyPicture], key: KeyPicture) -> bool:
    """Whether a key picture is one of `pictures`, and changes nothing but its own frame."""
    i = bisect_right(pictures, key.frame, key=lambda other: other.frame)
    after = pictures[i] if i < len(pictures) else None
    mine = i > 0 and pictures[i - 1] is key
    return mine and not key.evenly and not (after and after.evenly)
