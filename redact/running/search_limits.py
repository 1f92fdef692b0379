"""Whether the limits that a user set to the search make sense for a video."""

from __future__ import annotations

from ..errors import UsageError
from ..media import SourceInfo
from ..types import Box, Scope, area_in_words, clock


def require_scope(info: SourceInfo, scope: Scope) -> None:
    """Raise UsageError where an area lies outside the picture: it would mean nothing, or all."""
    width, height = info.video.upright_size
    for option, areas in (("--ignore-area", scope.ignored), ("--only-area", scope.only)):
        for area in areas:
            if not area.common(Box(0, 0, width, height)):
                raise UsageError(
                    f"{option} {area_in_words(area)}: lies outside the picture of "
                    f"{info.path.name}, which is {width}×{height} pixels",
                    "It is X,Y,WIDTH,HEIGHT; 'redact still' makes a picture with a grid.",
                )


def no_picture_in(info: SourceInfo, scope: Scope) -> UsageError:
    """The error where a whole clip has no picture in the spans in which it is looked."""
    spans = " and ".join(f"{clock(a, 1)} to {clock(b, 1)}" for a, b in scope.between)
    return UsageError(
        f"--only-between: {info.path.name} has no picture from {spans}",
        "Times count from the first picture.",
    )
