"""Looks of masks, one small module each; none uses a pixel that a mask hides."""

from __future__ import annotations

from ...errors import UsageError
from ...settings import RenderSettings, Style
from ...words import problem
from .base import Blur, Canvas, MaskStyle
from .cover import Cover
from .lettering import notice_box, writable, write_notice
from .mosaic import Mosaic
from .outline import Outline
from .solid import Solid

__all__ = [
    "Blur",
    "Canvas",
    "Cover",
    "MaskStyle",
    "Mosaic",
    "Outline",
    "Solid",
    "load_style",
    "notice_box",
    "writable",
    "write_notice",
]


def load_style(settings: RenderSettings, review: bool) -> MaskStyle:
    """The style that the settings name, or hold.

    Raises:
        UsageError: for `outline`, or another that hides nothing, unless `review` is true; for a
            label or a colour that cannot be drawn.
    """
    if not isinstance(settings.style, Style):
        if not (settings.style.hides or review):
            raise problem(UsageError, "style_hides_nothing", name=settings.style.name)
        return settings.style
    if settings.style is Style.COVER:
        return Cover(settings.label)
    if settings.style is Style.BLUR:
        return Blur()
    if settings.style is Style.MOSAIC:
        return Mosaic()
    if settings.style is Style.SOLID:
        return Solid(settings.colour, settings.label)
    if not review:
        raise problem(UsageError, "outline_released")
    return Outline()
