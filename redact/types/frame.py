"""One decoded picture with its time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame, upright (display rotation and flip already applied to its planes).

    Attributes:
        index: position in presentation order, from 0.
        pts: the source's own timestamp, in units of `time_base`.
        time_base: the source stream's time base, in seconds.
        picture: upright decoded picture in the source's pixel format (planar YUV or grey,
            8 or 10 bit); the renderer writes into its planes.
        damaged: the decoder reported an error or concealed part of the picture, so what it
            shows cannot be trusted to be what the camera saw.
        key: decoding can begin with it.
    """

    index: int
    pts: int
    time_base: Fraction
    picture: av.VideoFrame
    damaged: bool = False
    key: bool = False

    @property
    def time(self) -> Fraction:
        """Presentation time in seconds."""
        return self.pts * self.time_base

    @property
    def size(self) -> tuple[int, int]:
        """Upright width and height in pixels."""
        return self.picture.width, self.picture.height
