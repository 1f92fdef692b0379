"""Hides regions so that nothing of what they covered remains.

Start with `Renderer(settings).draw(frame, regions)`, which returns the frame to write.
"""

from .renderer import Renderer
from .samples import samples_of as samples_of
from .shapes import (
    ROUNDING,
    drawn_area_of,
    mask_of,
    rim_of,
    visible_share,
)
from .shapes import (
    Shape as Shape,
)
from .stamp import require_room, stamp_box
from .styles import Canvas as Canvas
from .styles import MaskStyle as MaskStyle
from .styles import writable
from .surroundings import Field
