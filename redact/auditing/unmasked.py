"""The picture that the audit looks at: the output, with the source put back under the masks.

It is put together plane by plane, in the samples of the two files: networks are shown it as they
are shown any frame, and nothing is converted that nobody looks at.
"""

from __future__ import annotations

from dataclasses import replace

import av
import cv2
import numpy as np

from ..detection import Area, Scaler
from ..media import Orientation, copy_tags, plane_array, upright
from ..types import Frame
from .outside_masks import drawn_around
from .planes import coarser, step_of
from .what_is_hidden import Mask


def unmasked(source: Frame, output: Frame, mask: Mask, scaler: Scaler) -> Frame:
    """The output with the source's own samples wherever a mask was drawn.

    Args:
        source, output: of one size; neither is changed.
        mask: uint8 [H, W], not 0 where hidden.
        scaler: for files of different formats.

    Returns:
        A frame with the source's number and time, in the format of both files; where these differ,
        in full colour (8 bit 4:4:4, full range).
    """
    drawn = drawn_around(mask)
    if not drawn.any():
        picture = output.picture
    elif _meaning(source.picture) == _meaning(output.picture):
        picture = _put_back(source.picture, output.picture, drawn)
    else:
        a, b = (_full_colour(frame.picture, scaler) for frame in (source, output))
        picture = _put_back(a, b, drawn)
    return replace(source, picture=picture, damaged=source.damaged or output.damaged)


def mirrored(frame: Frame) -> Frame:
    """The same frame with left and right exchanged."""
    picture, how = frame.picture, Orientation(mirrored=True)
    # In its own format: chroma of an odd width may then lie a pixel beside its place.
    return replace(frame, picture=upright(picture, how, picture.format.name))


def _meaning(picture: av.VideoFrame) -> tuple[object, ...]:
    """What must be the same for samples of two pictures to mean the same."""
    colours = picture.colorspace, picture.color_range, picture.color_trc
    return (picture.format.name, *colours)


def _put_back(source: av.VideoFrame, output: av.VideoFrame, drawn: Mask) -> av.VideoFrame:
    """A copy of the output that shows the source where `drawn` is not 0."""
    outside = np.where(drawn, np.uint8(0), ~np.uint8(0))
    found = av.VideoFrame(output.width, output.height, output.format.name)
    for index in range(len(output.planes)):
        plane = plane_array(found, index)
        plane[...] = plane_array(output, index)
        here = outside
        if plane.shape != outside.shape:  # a sample of chroma is put back if one of its pixels is
            here = coarser(outside, *step_of(output))
        cv2.copyTo(plane_array(source, index), np.invert(here), plane)
    copy_tags(output, found)
    return found


def _full_colour(picture: av.VideoFrame, scaler: Scaler) -> av.VideoFrame:
    """In the colours in which detectors see it, one sample of each for every pixel."""
    size = picture.width, picture.height
    rgb = scaler.frame(picture).view(Area(0, 0, *size), size)
    return av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(
        format="yuv444p", dst_colorspace="ITU709", dst_color_range="JPEG"
    )
