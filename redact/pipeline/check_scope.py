"""Checks that the scope of a search leaves something of the video to search."""

from __future__ import annotations

from ..errors import UsageError
from ..media import SourceInfo
from ..types import Box, Scope, area_in_words
from ..words import problem


def require_scope(info: SourceInfo, scope: Scope) -> None:
    """Raise UsageError if an area is not within the picture, or the scope leaves nothing to search.

    An area outside the picture would exclude nothing, or everything. One that crosses the border
    was probably typed as two corners, so people in it would stay visible by mistake.

    Args:
        info: of the source.
        scope: of the search.
    """
    width, height = info.video.upright_size
    picture = Box(0, 0, width, height)
    if any(area.contains(picture) for area in scope.ignored):
        raise problem(UsageError, "looks_at_nothing", path=info.path)
    for area in scope.ignored:
        said = {
            "area": area_in_words(area),
            "name": info.path.name,
            "size": f"{width}×{height}",
        }
        shared = area.common(picture)
        if not shared:
            raise problem(UsageError, "area_outside", **said)
        if shared < area.area:
            inside = Box(
                max(0, area.x1), max(0, area.y1), min(width, area.x2), min(height, area.y2)
            )
            raise problem(UsageError, "area_over_border", **said, inside=area_in_words(inside))
