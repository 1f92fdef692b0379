"""Whether the limits that a user set to the search make sense for a video."""

from __future__ import annotations

from ..errors import UsageError
from ..media import SourceInfo
from ..types import Box, Scope, area_in_words, clock

_ORDER = "It is LEFT,TOP,WIDTH,HEIGHT, not two corners as in --box of 'redact plan add'."
_GRID = "'redact still' makes a picture with a grid."


def require_scope(info: SourceInfo, scope: Scope) -> None:
    """Raise UsageError where an area is not within the picture.

    One outside of it would mean nothing, or all. One that reaches over its border was probably
    typed as two corners, and people in it would stay visible who were meant to be hidden.
    """
    width, height = info.video.upright_size
    picture = Box(0, 0, width, height)
    size = f"the picture of {info.path.name}, which is {width}×{height} pixels"
    for option, areas in (("--ignore-area", scope.ignored), ("--only-area", scope.only)):
        for area in areas:
            if not area.common(picture):
                raise UsageError(
                    f"{option} {area_in_words(area)}: lies outside {size}", f"{_ORDER} {_GRID}"
                )
            if area.common(picture) < area.area:
                inside = area_in_words(_in(picture, area))
                raise UsageError(
                    f"{option} {area_in_words(area)}: reaches over the border of {size}",
                    f"{_ORDER} What of it lies in the picture is {option} {inside}.",
                )


def _in(picture: Box, area: Box) -> Box:
    return Box(
        max(picture.x1, area.x1),
        max(picture.y1, area.y1),
        min(picture.x2, area.x2),
        min(picture.y2, area.y2),
    )


def no_picture_in(info: SourceInfo, scope: Scope) -> UsageError:
    """The error where a whole clip has no picture in the spans in which it is looked."""
    spans = " and ".join(f"{clock(a, 1)} to {clock(b, 1)}" for a, b in scope.between)
    return UsageError(
        f"--only-between: {info.path.name} has no picture from {spans}",
        "Times count from the first picture.",
    )
