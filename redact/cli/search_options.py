"""Options that limit the search to times and places, and the preview of a part."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import click

from ..errors import UsageError
from ..types import Box, Scope, clock, read_clock

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class TimeType(click.ParamType[float]):
    """A time after the first picture, as `read_clock` reads it; seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        return value if isinstance(value, float) else float(read_clock(str(value)))


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
            self.fail(
                f"{value!r} is no area; write LEFT,TOP,WIDTH,HEIGHT in pixels, for example "
                "100,50,320,240",
                param,
                ctx,
            )
        return Box(x, y, x + width, y + height)


AREA: Final = "LEFT,TOP,WIDTH,HEIGHT"
_NOT_LOOKED: Final = "What lies elsewhere stays visible, and the audit does not look there either; "

scope_options: tuple[Decorator, ...] = (
    click.option(
        "--only-between",
        type=TimeType(),
        nargs=2,
        multiple=True,
        metavar="FROM TO",
        help="Look for faces and plates between these times only (12.5, 0:12), and a second before "
        f"and after. {_NOT_LOOKED}the record says so. May be given more than once.",
    ),
    click.option(
        "--only-area",
        type=AreaType(),
        multiple=True,
        metavar=AREA,
        help="Look only for what touches this area. Left and top count in pixels from the upper "
        f"left corner of the picture; 'redact still' shows them. {_NOT_LOOKED}the record "
        "says so. May be given more than once.",
    ),
    click.option(
        "--ignore-area",
        type=AreaType(),
        multiple=True,
        metavar=AREA,
        help="Do not look for what lies wholly inside this area, a poster for example. Left and "
        "top count as in --only-area. What lies there stays visible, and the audit "
        "does not look there either; the record says so. May be given more than once.",
    ),
)


def scope_of(params: dict[str, Any]) -> Scope:
    """The limits that were given. Raises UsageError for a span that ends before it begins."""
    for start, end in params["only_between"]:
        if not start < end:
            raise UsageError(
                f"--only-between {clock(start)} {clock(end)}: ends before it begins", "Swap them."
            )
    return Scope(params["only_between"], params["ignore_area"], params["only_area"])


preview_flags: tuple[Decorator, ...] = (
    click.option(
        "--preview",
        type=TimeType(),
        metavar="LENGTH",
        help="Do only the first seconds (10s, 1:00), or LENGTH from --from on, to look at before "
        "the whole is done. Every picture says PREVIEW; it is written into a folder "
        "NOT-FOR-RELEASE, without sound, plan or record.",
    ),
    click.option(
        "--from", "part_from", type=TimeType(), metavar="TIME", help="As --preview, from here on."
    ),
    click.option(
        "--to", "part_to", type=TimeType(), metavar="TIME", help="As --preview, up to here."
    ),
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
        raise UsageError("--preview and --to both say where it ends", "Leave one of them out.")
    begin = start or 0.0
    if length is not None:
        end = begin + length
    if end is not None and not begin < end:
        raise UsageError("the preview ends before it begins", "Give a longer --preview or --to.")
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
            raise UsageError(
                f"{option} is about a result, and a preview is none",
                f"Leave {option} out, or leave out --preview, --from and --to.",
            )
    params["evidence"].refuse_with("--preview")
