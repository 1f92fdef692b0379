"""Converts decoded pictures into the one pixel format in which a video is processed.

The stored format may change midway, as in Motion JPEG and in files that were joined.
"""

from __future__ import annotations

import av

from .frame_planes import fitted, widen_chroma
from .pixel_formats import is_rgb, layout, working_format

_JPEG, _MPEG, _BT709 = 2, 1, 1


def fits(stored: str, first: str) -> bool:
    """Whether the working format of a video keeps everything that a picture's own would keep.

    Args:
        stored: pixel format of the picture.
        first: pixel format of the first picture, which determines the video's working format.
    """
    if is_rgb(stored) != is_rgb(first):
        return False  # the output can have only one colour description
    own, all_of_them = layout(working_format(stored)), layout(working_format(first))
    if own.bits > all_of_them.bits:
        return False
    if own.grey or all_of_them.grey:
        return own.grey
    return own.right >= all_of_them.right and own.down >= all_of_them.down


def join(picture: av.VideoFrame, first: str) -> av.VideoFrame:
    """The picture in the working format of a video. `fits` must be true."""
    stored = picture.format.name
    own = working_format(stored)
    if stored != own:
        picture = convert(picture, own)
    return fitted(picture, working_format(first))


def convert(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    """The picture in a working format. Luma stays exact if the picture is planar YUV or grey of the
    same depth."""
    if picture.format.name == "uyyvyy411":
        picture = picture.reformat(format="yuv411p")  # FFmpeg would smooth its chroma, too
    stored = picture.format.name
    was, now = layout(stored), layout(target)
    planar = stored.startswith(("yuv4", "yuvj4", "gray")) and stored.endswith(("p", "gray", "le"))
    if planar and was.bits == now.bits and was.grey == now.grey:
        return widen_chroma(picture, target)
    if is_rgb(stored):
        return picture.reformat(
            format=target, dst_colorspace=_BT709, src_color_range=_JPEG, dst_color_range=_JPEG
        )
    # Equal ranges on both sides keep libswscale from rescaling the samples.
    same = picture.color_range or _MPEG
    return picture.reformat(format=target, src_color_range=same, dst_color_range=same)
