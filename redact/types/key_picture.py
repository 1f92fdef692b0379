"""Key pictures: a person's changes to the mask of a track, in one picture or evenly over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from .boxes import Box
from .fields import Natural, UtcOrNone, Value
from .target import Outline

FARTHEST_SIDE: Final = 1000.0
"""Farthest that a side may be moved, in widths or heights of the box: far enough to cross any
picture."""

LARGEST_MARGIN: Final = 2.0
"""Largest margin of a mask, as a share of its box's size."""

_Side = Annotated[float, Meta(ge=-FARTHEST_SIDE, le=FARTHEST_SIDE)]
Sides: TypeAlias = tuple[_Side, _Side, _Side, _Side]
SIDES_AS_FOUND: Final = (0.0, 0.0, 0.0, 0.0)


class KeyPicture(Value, frozen=True):
    """A person's change to the mask of a track in one picture.

    The sides are stored relative to the box that was found, so between two key pictures the mask
    still moves with the object.

    Attributes:
        frame: of the track.
        sides: how far the left, top, right and bottom side are moved outward, as shares of the
            width or height of the found box; negative is inward.
        outline: of the mask; None: the usual one for its target.
        margin: beyond the box, as a share of its size; None: the margin of all masks.
        evenly: whether the mask changes evenly from the previous key picture to this one. If not,
            the mask between the two is as found.
        reason, by, at: why, by whom and when (UTC) it was set; "" if unknown.
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
        # This form also rejects NaN.
        if not (left + right > -1 and top + bottom > -1):
            raise ValueError(f"key picture {self.frame}: its sides leave nothing of the box")

    @property
    def neutral(self) -> bool:
        """Whether it changes nothing about the mask."""
        return self.sides == SIDES_AS_FOUND and self.outline is None and self.margin is None

    @property
    def whole_box(self) -> bool:
        """Whether it sets the edge of the mask, so that a silhouette in the box is ignored."""
        return self.sides != SIDES_AS_FOUND or self.outline is not None

    def box(self, found: Box) -> Box:
        """The box of the mask, without margin, from the box that was found."""
        (left, top, right, bottom), width, height = self.sides, found.width, found.height
        return Box(
            found.x1 - left * width,
            found.y1 - top * height,
            found.x2 + right * width,
            found.y2 + bottom * height,
        )


def sides_between(found: Box, wanted: Box) -> Sides:
    """`KeyPicture.sides` that turn the box `found` into `wanted`."""
    width, height = found.width, found.height
    return (
        (found.x1 - wanted.x1) / width,
        (found.y1 - wanted.y1) / height,
        (wanted.x2 - found.x2) / width,
        (wanted.y2 - found.y2) / height,
    )


def key_picture_at(pictures: Sequence[KeyPicture], frame: int) -> KeyPicture | None:
    """The change to a mask in a frame, interpolated between two key pictures if the second one
    changes it evenly; None if the mask is as found. In between, the outline is that of the first
    key picture; so is the margin, unless both set one.

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
    """Whether a key picture is one of `pictures`, and changes no frame but its own."""
    i = bisect_right(pictures, key.frame, key=lambda other: other.frame)
    after = pictures[i] if i < len(pictures) else None
    mine = i > 0 and pictures[i - 1] is key
    return mine and not key.evenly and not (after and after.evenly)
