"""Rendering: hides regions so that nothing of what they covered is left.

Way in: `Renderer(settings).draw(frame, regions)`, which returns the frame to write.
"""

from .mask import mask_frame, mask_info
from .renderer import Renderer
from .shapes import RIM, drawn_area_of, mask_of
from .styles import notice_box, write_notice

__all__ = [
    "RIM",
    "Renderer",
    "drawn_area_of",
    "mask_frame",
    "mask_info",
    "mask_of",
    "notice_box",
    "write_notice",
]
