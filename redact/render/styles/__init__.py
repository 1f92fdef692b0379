"""The styles of masks, one small module each. None uses a pixel that a mask hides."""

from __future__ import annotations

from typing import cast

from ...settings import RenderSettings, Style
from .base import Blur, Canvas, MaskStyle
from .cover import Cover
from .lettering import writable
from .mosaic import Mosaic
from .solid import Solid

__all__ = [
    "Blur",
    "Canvas",
    "Cover",
    "MaskStyle",
    "Mosaic",
    "Solid",
    "load_style",
    "writable",
]


def load_style(settings: RenderSettings) -> MaskStyle:
    """The style that the settings name, or the caller's own style in them.

    Raises:
        UsageError: the label or the colour cannot be drawn.
    """
    if not isinstance(settings.style, Style):
        return cast("MaskStyle", settings.style)
    if settings.style is Style.COVER:
        return Cover(settings.label, codes=settings.codes)
    if settings.style is Style.BLUR:
        return Blur()
    if settings.style is Style.MOSAIC:
        return Mosaic()
    return Solid(settings.colour, settings.label, settings.codes)
