"""Checks that the scope of a search leaves something of the video to search."""

from __future__ import annotations

from ..errors import UsageError
from ..media import SourceInfo
from ..types import Box, Scope, Timeline, area_in_words, clock
from ..words import Message, problem


def require_scope(info: SourceInfo, scope: Scope, timeline: Timeline | None = None) -> None:
    """Raise UsageError if an area is not within the picture, or the scope leaves nothing to search.

    An area outside the picture would exclude nothing, or everything. One that crosses the border
    was probably typed as two corners, so people in it would stay visible by mistake.

    Args:
        info: of the source.
        scope: of the search.
        timeline: of the plan, if there is one. A plan may come from another program; one whose
            scope holds no picture would look like one in which nothing was found.
    """
    width, height = info.video.upright_size
    picture = Box(0, 0, width, height)
    if any(area.contains(picture) for area in scope.ignored):
        raise problem(UsageError, "looks_at_nothing", path=info.path)
    if timeline is not None and scope.between:
        first = timeline.time(0)
        if not any(scope.at(float(timeline.time(n) - first)) for n in range(len(timeline))):
            raise no_picture_in(info, scope)
    name, size = info.path.name, f"{width}×{height}"
    for option, areas in (("--ignore-area", scope.ignored), ("--only-area", scope.only)):
        for area in areas:
            if not area.common(picture):
                raise problem(
                    UsageError,
                    "area_outside",
                    option=option,
                    area=area_in_words(area),
                    name=name,
                    size=size,
                )
            if area.common(picture) < area.area:
                inside = area_in_words(
                    Box(max(0, area.x1), max(0, area.y1), min(width, area.x2), min(height, area.y2))
                )
                raise problem(
                    UsageError,
                    "area_over_border",
                    option=option,
                    area=area_in_words(area),
                    name=name,
                    size=size,
                    inside=inside,
                )


def no_picture_in(info: SourceInfo, scope: Scope) -> UsageError:
    """The error for a clip that has no picture in the spans to search."""
    spans = tuple(
        Message("span_between", start=clock(a, 1), end=clock(b, 1)) for a, b in scope.between
    )
    return problem(UsageError, "nothing_between", name=info.path.name, spans=spans)
