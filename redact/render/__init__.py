"""Hides regions so that nothing of what they covered remains.

Start with `Renderer(settings).draw(frame, regions)`, which returns the frame to write.
"""

from .fill import Field
from .renderer import Renderer
from .samples import samples_of
from .shapes import (
    ROUNDING,
    Shape,
    drawn_area_of,
    mask_frame,
    mask_info,
    mask_of,
    rim_of,
    visible_share,
)
from .stamp import require_room, stamp_box
from .styles import Canvas, MaskStyle, notice_box, writable, write_notice
