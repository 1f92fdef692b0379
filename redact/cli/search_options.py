"""Options that limit the search to times and places, and the preview of a part."""

from __future__ import annotations

import math
from typing import Any, Final

import click

from ..errors import UsageError
from ..plan import user_input
from ..types import Box, Scope, clock
from ..words import problem, say
from .app import together


class TimeType(click.ParamType[float]):
    """A time after the first picture, as `read_clock` reads it; seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        return value if isinstance(value, float) else float(user_input.parse_clock(str(value)))


class AreaType(click.ParamType[Box]):
    """An area from left, top, width and height in upright source pixels."""

    name = "left,top,width,height"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Box:
        if isinstance(value, Box):
            return value
        try:
            x, y, width, height = (float(part) for part in str(value).split(","))
        except ValueError:
            x = y = width = height = math.nan
        # Written so that NaN fails too: it compares false with everything.
        if not (width > 0 and height > 0 and max(abs(x), abs(y), width, height) < 1e6):
            self.fail(say("no_area", value=value), param, ctx)
        return Box(x, y, x + width, y + height)


AREA: Final = "LEFT,TOP,WIDTH,HEIGHT"
scope_options = together(
    click.option("--only-between", type=TimeType(), nargs=2, multiple=True, metavar="FROM TO"),
    click.option("--only-area", type=AreaType(), multiple=True, metavar=AREA),
    click.option("--ignore-area", type=AreaType(), multiple=True, metavar=AREA),
)


def scope_of(params: dict[str, Any]) -> Scope:
    """The limits that were given. Raises UsageError for a span that ends before it begins."""
    for start, end in params["only_between"]:
        if not start < end:
            raise problem(UsageError, "between_backwards", start=clock(start), end=clock(end))
    return Scope(params["only_between"], params["ignore_area"], params["only_area"])


preview_options = together(
    click.option("--preview", type=TimeType(), metavar="LENGTH"),
    click.option("--from", "part_from", type=TimeType(), metavar="TIME"),
    click.option("--to", "part_to", type=TimeType(), metavar="TIME"),
)


def part_wanted(params: dict[str, Any]) -> tuple[float, float | None] | None:
    """First and last second of a preview, None for the last where it goes to the end of the video;
    None if no preview is wanted.

    Raises:
        UsageError: the options contradict each other, or the command cannot make a preview.
    """
    length, start, end = params["preview"], params["part_from"], params["part_to"]
    if length is None and start is None and end is None:
        return None
    if length is not None and end is not None:
        raise problem(UsageError, "two_ends")
    begin = start or 0.0
    if length is not None:
        end = begin + length
    if end is not None and not begin < end:
        raise problem(UsageError, "preview_backwards")
    _refuse_with_preview(params)
    return begin, end


def _refuse_with_preview(params: dict[str, Any]) -> None:
    for name, option in (
        ("release", "--release"),
        ("plan_out", "--plan"),
        ("accept_findings", "--accept-findings"),
        ("review_dir", "--review-dir"),
    ):
        if params[name]:
            raise problem(UsageError, "not_for_preview", option=option)
    params["evidence"].refuse_with("--preview")
