"""Changes the planes of a frame without loss: turns and mirrors them sample by sample, and converts
them to the encoder's pixel format.
"""

from __future__ import annotations

from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from .info import Orientation
from .pixel_formats import layout, upright_format
from .pyav import filtered, graph_for

Plane = NDArray[np.uint8] | NDArray[np.uint16]


def plane_array(picture: av.VideoFrame, index: int) -> NDArray[Any]:
    """Writable view of one plane, uint8 or uint16 [H, W], of a picture in a planar working format.

    H and W are those of the plane: subsampled chroma is smaller, rounded up.
    """
    plane = picture.planes[index]
    dtype = np.dtype(np.uint8) if layout(picture.format.name).bits <= 8 else np.dtype("<u2")
    stride = plane.line_size
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, abs(stride))
    if stride < 0:  # stored bottom-up, as in some AVI files
        rows = rows[::-1]
    view: NDArray[Any] = rows[:, : plane.width * dtype.itemsize].view(dtype)
    return view


def _repeat(plane: NDArray[Any], right: int, down: int, width: int, height: int) -> NDArray[Any]:
    """Enlarge chroma by repeating samples (`right`, `down`: log2 of the factors), then cut it to
    `width` × `height`."""
    if right:
        plane = np.repeat(plane, 1 << right, axis=1)
    if down:
        plane = np.repeat(plane, 1 << down, axis=0)
    return plane[:height, :width]


def _turned(plane: NDArray[Any], how: Orientation) -> NDArray[Any]:
    if how.mirrored:
        plane = np.asarray(cv2.flip(plane, 1))  # ten times faster than a reversed view
    return np.rot90(plane, -how.turns)


def widen_chroma(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    """The picture with chroma samples repeated up to the resolution of `target`, which must have
    the same depth and not be grey."""
    return upright(picture, Orientation(), target)


def upright(picture: av.VideoFrame, how: Orientation, target: str = "") -> av.VideoFrame:
    """A new frame with mirrored and turned planes, and the same time and colour tags.

    Args:
        picture: planar YUV or grey, 8 to 16 bit, any subsampling.
        how: orientation of the stored picture.
        target: pixel format of the result, with the same depth and at least the same chroma
            resolution (after turning). "" chooses one that keeps every sample, see
            `redact.media.pixel_formats.upright_format`.

    Raises:
        ValueError: `target` has another depth, or less chroma resolution than the turned picture.
    """
    source = picture.format.name
    width, height = picture.width, picture.height
    target = target or upright_format(source, width, height, how.mirrored, how.turns)
    was, now = layout(source), layout(target)
    if was.bits != now.bits or was.grey != now.grey:
        raise ValueError(f"cannot turn {source} into {target}")
    result = av.VideoFrame(*how.upright_size(width, height), target)
    for index in range(len(result.planes)):
        plane = plane_array(picture, index)
        if index:
            # Subsampling of the target along the axes of the stored picture.
            right, down = (now.down, now.right) if how.turns % 2 else (now.right, now.down)
            if right > was.right or down > was.down:
                raise ValueError(f"{target} has less chroma than {source}")
            wide, high = -(-width >> right), -(-height >> down)
            plane = _repeat(plane, was.right - right, was.down - down, wide, high)
        plane_array(result, index)[...] = _turned(plane, how)
    copy_tags(picture, result)
    return result


def copy_tags(source: av.VideoFrame, target: av.VideoFrame) -> None:
    """Copy time and colour tags, and nothing else, from one frame to another."""
    target.pts = source.pts
    target.duration = source.duration
    if source.time_base:
        target.time_base = source.time_base
    target.color_range = source.color_range
    target.color_primaries = source.color_primaries
    target.color_trc = source.color_trc
    target.colorspace = source.colorspace


def orientation_of(matrix: tuple[int, ...]) -> tuple[Orientation, bool]:
    """Orientation nearest to a display matrix, and whether the matrix is exactly that orientation.

    Args:
        matrix: nine integers, rows (a b u)(c d v)(x y w); a to d in 16.16 fixed point. It shows a
            stored point (p, q) at (a p + c q + x, b p + d q + y) (ISO/IEC 14496-12, 8.3.2.3).
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if a * d - b * c == 0:
        return Orientation(), a == b == c == d == 0
    mirrored = a * d - b * c < 0
    # Where the stored picture's downward axis points on the screen.
    turns = (0 if d > 0 else 2) if abs(d) >= abs(c) else 1 if c < 0 else 3
    straight = {v for v in (a, b, c, d) if v}
    return Orientation(mirrored, turns), straight <= {65536, -65536} and (a == 0) == (d == 0)


def fitted(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    """Convert a picture to a pixel format of at least its depth and chroma resolution.

    No sample is lost: chroma is repeated if `target` has more of it, grey gets neutral chroma, and
    8-bit samples are shifted to 10 bits.

    Raises:
        ValueError: `target` has less depth or less chroma resolution than the picture.
    """
    source = picture.format.name
    if source == target:
        return picture
    was, now = layout(source), layout(target)
    if was.bits > now.bits:
        raise ValueError(f"{target} holds fewer bits than {source}")
    if was.grey and not now.grey:
        tail = "" if was.bits == 8 else "10le"
        picture = _coloured(picture, target.removesuffix("10le") + tail)
        source, was = picture.format.name, layout(picture.format.name)
    if was.bits < now.bits:
        picture = _deepened(picture, f"{source}10le")
    return widen_chroma(picture, target)


class Fields:
    """Marks frames as interlaced, because x264 takes the field order from each frame.

    Args:
        order: "tt", "bb", "tb" or "bt"; the second letter names the field shown first.
    """

    def __init__(self, order: str) -> None:
        self._mode = "tff" if order[1] == "t" else "bff"
        self._graph: av.filter.Graph | None = None

    def mark(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture, marked as interlaced; new frames never are."""
        if picture.interlaced_frame:
            return picture
        if self._graph is None:
            self._graph = graph_for(picture, ("setfield", {"mode": self._mode}))
        marked = filtered(self._graph, picture)
        copy_tags(picture, marked)
        return marked


def _coloured(grey: av.VideoFrame, target: str) -> av.VideoFrame:
    result = av.VideoFrame(grey.width, grey.height, target)
    plane_array(result, 0)[...] = plane_array(grey, 0)
    for index in (1, 2):
        plane_array(result, index)[...] = 1 << (layout(target).bits - 1)
    copy_tags(grey, result)
    return result


def _deepened(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    result = av.VideoFrame(picture.width, picture.height, target)
    for index in range(len(result.planes)):
        shift = layout(target).bits - layout(picture.format.name).bits
        plane_array(result, index)[...] = plane_array(picture, index)
        plane_array(result, index)[...] <<= shift
    copy_tags(picture, result)
    return result
