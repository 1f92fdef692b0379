"""Looks of masks, one small module each; none uses a pixel that a mask hides."""

from __future__ import annotations

from ...errors import UsageError
from ...settings import RenderSettings
from ...settings import Style as StyleName
from .base import Canvas, Style
from .blur import Blur
from .mosaic import Mosaic
from .outline import Outline
from .outline_words import notice_box, write_notice
from .solid import Solid

__all__ = [
    "Blur",
    "Canvas",
    "Mosaic",
    "Outline",
    "Solid",
    "Style",
    "load_style",
    "notice_box",
    "write_notice",
]


def load_style(settings: RenderSettings, review: bool) -> Style:
    """The style that the settings name.

    Raises:
        UsageError: for `outline`, which hides nothing, unless `review` is true; for a label or
            a colour that cannot be drawn.
    """
    if settings.style is StyleName.BLUR:
        return Blur()
    if settings.style is StyleName.MOSAIC:
        return Mosaic()
    if settings.style is StyleName.SOLID:
        return Solid(settings.colour, settings.label)
    if not review:
        raise UsageError(
            "style outline hides nothing and is refused for anything that is released",
            "choose blur, mosaic or solid, or make a review copy with 'redact outline'",
        )
    return Outline()
