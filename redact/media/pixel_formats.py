"""Working formats: the pixel formats in which frames are processed.

They are planar YUV 4:2:0, 4:2:2, 4:4:4 and grey, with 8 or 10 bits, because the renderer writes
into planes. Every other stored format is converted to the nearest of these.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from av import VideoFormat

from ..words import Message

WORKING = tuple(
    name + depth for depth in ("", "10le") for name in ("yuv420p", "yuv422p", "yuv444p", "gray")
)
"""FFmpeg's names of the working formats."""


class Layout(NamedTuple):
    """Depth and chroma resolution of a pixel format.

    Attributes:
        bits: per sample; 8 or 10 in a working format.
        right, down: log2 of the horizontal and vertical chroma subsampling; 0 for grey.
        grey: luma only.
    """

    bits: int
    right: int
    down: int
    grey: bool

    @property
    def sub_x(self) -> int:
        """Picture columns per chroma sample."""
        return 1 << self.right

    @property
    def sub_y(self) -> int:
        """Picture rows per chroma sample."""
        return 1 << self.down

    @property
    def channels(self) -> int:
        """Number of planes."""
        return 1 if self.grey else 3

    @property
    def top(self) -> int:
        """Largest sample value."""
        return (1 << self.bits) - 1

    def grid_size(self, width: int, height: int) -> tuple[int, int]:
        """Columns and rows of the chroma planes of a picture of `width` × `height` pixels; for
        grey, of the picture itself."""
        return -(-width // self.sub_x), -(-height // self.sub_y)


@cache
def layout(name: str) -> Layout:
    """Layout of any FFmpeg pixel format. Raises ValueError if the name is unknown."""
    fmt = VideoFormat(name, 64, 64)
    bits = max(c.bits for c in fmt.components)
    colours = sum(not c.is_alpha for c in fmt.components)
    if fmt.has_palette:
        return Layout(8, 0, 0, False)
    if colours < 3:
        return Layout(bits, 0, 0, True)
    right = (64 // fmt.chroma_width(64)).bit_length() - 1
    down = (64 // fmt.chroma_height(64)).bit_length() - 1
    return Layout(bits, right, down, False)


@cache
def working_format(stored: str) -> str:
    """Working format with the same or the next higher depth and chroma resolution.

    Depths over 10 bits become 10 bits, the most that common players take from any of our encoders.
    """
    plain = stored.replace("yuvj", "yuv")
    if plain in WORKING:
        return plain
    bits, right, down, grey = layout(stored)
    tail = "" if bits <= 8 else "10le"
    if grey:
        return "gray" + tail
    # 4:2:2 can represent 4:1:1, 4:2:0 can represent 4:1:0, and only 4:4:4 can represent 4:4:0.
    family = {(1, 1): "420", (2, 2): "420", (1, 0): "422", (2, 0): "422"}.get((right, down), "444")
    return f"yuv{family}p{tail}"


def chroma_blocks(stored: str, turns: int) -> tuple[int, int]:
    """`Frame.blocks` of a picture in any pixel format that was turned upright by quarter turns."""
    _, right, down, _ = layout(stored)
    across, high = max(2, 1 << right), max(2, 1 << down)
    return (high, across) if turns % 2 else (across, high)


def working_notes(stored: str) -> list[Message]:
    """Notes for the user on the conversion from a stored format to its working format."""
    work = working_format(stored)
    if stored in (work, work.replace("yuv", "yuvj")):
        return []
    was, now = layout(stored), layout(work)
    notes = []
    if any(c.is_alpha for c in VideoFormat(stored, 64, 64).components):
        notes.append(Message("transparency_dropped", format=stored))
    if was.bits > now.bits:
        notes.append(Message("bits_reduced", format=stored, was=was.bits, now=now.bits))
    if is_rgb(stored):
        notes.append(Message("rgb_converted", format=stored, work=work))
    if not notes:
        notes.append(Message("format_rearranged", format=stored, work=work))
    return notes


@cache
def is_rgb(name: str) -> bool:
    """Whether the samples of a pixel format are RGB, so that YUV needs a matrix."""
    fmt = VideoFormat(name, 64, 64)
    return fmt.is_rgb or fmt.has_palette or fmt.is_bayer


@cache
def upright_format(work: str, width: int, height: int, mirrored: bool, turns: int) -> str:
    """Working format of a picture made upright, such that every luma sample keeps its chroma.

    A quarter turn of 4:2:2 would be 4:4:0, which common codecs lack; and reversing an odd side
    shifts the pairs of pixels that share chroma by one. Both need full chroma resolution.

    Args:
        work: working format of the stored picture.
        width, height: of the stored picture, in pixels.
        mirrored, turns: see `Orientation`.
    """
    bits, right, down, grey = layout(work)
    if grey or not (right or down):
        return work
    # Which stored axes run backwards in the upright picture.
    across_reversed = mirrored != (turns in (2, 3))
    down_reversed = turns in (1, 2)
    shifted = (right and across_reversed and width % 2) or (down and down_reversed and height % 2)
    if shifted or (turns % 2 and right != down):
        return "yuv444p" if bits == 8 else "yuv444p10le"
    return work
