"""The planes of a decoded picture as arrays, and where their samples lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

UNPLAIN_NAMES = ("msb", "f16", "f32", "xyz", "bayer")
"""Parts of FFmpeg format names whose samples are not plain little-endian integers."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the samples of a planar YUV, RGB or grey picture are arranged.

    The *grid* is the sampling grid of the chroma planes; for grey, RGB and 4:4:4 it is that
    of the picture itself.

    Attributes:
        sub_x, sub_y: picture columns and rows per grid sample.
        depth: bits of a sample.
        channels: planes that carry a picture: 3, or 1 for grey.
        alpha: one more plane, of picture size, follows.
        rgb: the planes are green, blue, red.
    """

    sub_x: int
    sub_y: int
    depth: int
    channels: int
    alpha: bool
    rgb: bool

    @property
    def top(self) -> int:
        """Largest sample value."""
        return (1 << self.depth) - 1

    def grid_size(self, width: int, height: int) -> tuple[int, int]:
        """Columns and rows of the grid of a picture of `width` by `height` pixels."""
        return -(-width // self.sub_x), -(-height // self.sub_y)


def layout_of(picture: av.VideoFrame) -> Layout:
    """Layout of a picture.

    Raises:
        UnsafeError: for a format whose samples cannot be replaced one by one (packed,
            semi-planar, palette, floating point, big-endian).
    """
    form = picture.format
    parts = form.components
    alpha = bool(parts[-1].is_alpha)
    channels = len(parts) - alpha
    depth = parts[0].bits
    plain = (
        not (form.has_palette or form.is_bit_stream or (form.is_big_endian and depth > 8))
        and not any(word in form.name for word in UNPLAIN_NAMES)
        and channels in (1, 3)
        # One plane per component; RGB is stored green, blue, red.
        and sorted(part.plane for part in parts) == list(range(len(parts)))
        and all(part.bits == depth for part in parts)
        and 8 <= depth <= 16
    )
    if not plain:
        raise UnsafeError(
            f"pictures of pixel format {form.name} cannot be redacted plane by plane",
            "convert the video to planar YUV first, for example yuv420p",
        )
    # Measured on a large picture: component sizes of a small one are rounded up.
    large = 1024
    sub_x, sub_y = large // form.chroma_width(large), large // form.chroma_height(large)
    return Layout(sub_x, sub_y, depth, channels, alpha, bool(form.is_rgb))


def planes_of(picture: av.VideoFrame, layout: Layout) -> list[Samples]:
    """Arrays [rows, columns] that share memory with the planes of a picture, in plane order.

    uint8 where samples have 8 bits, else uint16. The picture must stay alive while they are
    used, and must be writable (`VideoFrame.make_writable`) before anything is stored.
    """
    kind = np.dtype(np.uint8) if layout.depth == 8 else np.dtype("<u2")
    views: list[Samples] = []
    for plane in picture.planes:
        step = abs(plane.line_size) // kind.itemsize
        memory = np.frombuffer(memoryview(plane), kind)
        rows = np.lib.stride_tricks.as_strided(
            memory, (plane.height, plane.width), (step * kind.itemsize, kind.itemsize)
        )
        # A negative line size means that the rows are stored bottom up.
        views.append(rows[::-1] if plane.line_size < 0 else rows)
    return views
