"""The masks themselves as pictures, for other editors and for anyone who checks redact."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np

from ..media import Colour, SourceInfo
from ..types import Frame, Region
from .shapes import mask_of


def mask_info(info: SourceInfo) -> SourceInfo:
    """The source as a `VideoWriter` must know it that writes its masks: 8-bit grey, full range.

    Size, times and pixel shape stay. The source's depth, colours and HDR metadata say nothing
    about masks: with them white would be 1020 of 1023, or grey in a player that maps PQ.
    """
    video = replace(
        info.video,
        pixel_format="gray",
        bit_depth=8,
        colour=Colour(range="pc"),
        mastering=None,
        content_light=None,
    )
    return replace(info, video=video)


def mask_frame(frame: Frame, regions: list[Region], margin: float) -> Frame:
    """A grey frame of the same size and time: 255 in the masks (`mask_of`), 0 elsewhere.

    Holds nothing of the frame's picture. Raises UnsafeError for a box that is not finite.
    """
    width, height = frame.size
    mask = mask_of(regions, width, height, margin)
    picture = av.VideoFrame.from_ndarray(mask.astype(np.uint8) * np.uint8(255), format="gray")
    picture.color_range = 2
    picture.pts, picture.time_base = frame.picture.pts, frame.picture.time_base
    return replace(frame, picture=picture)
