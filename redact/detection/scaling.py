"""Makes the small RGB images that networks take from a decoded frame or an RGB array."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

import av
import av.filter
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..media import HDR_WHITE, filtered, graph_for, light_of_pq
from ..types import Rect
from ..words import problem

# FFmpeg's AVColorSpace → swscale's matrices (libavutil/pixfmt.h, libswscale/swscale.h).
_MATRIX: Final = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
_PQ: Final = 16
"""Transfer function of HDR10: AVCOL_TRC_SMPTE2084 in FFmpeg."""


def turned_boxes(boxes: NDArray[Any], size: tuple[int, int], turns: int) -> NDArray[Any]:
    """Boxes [N, 4] of a picture of a width and height, in that picture rotated clockwise by a
    number of quarters."""
    width, height = size
    for _ in range(turns % 4):
        x1, y1, x2, y2 = boxes.T
        boxes = np.stack([height - y2, x1, height - y1, x2], axis=1).astype(boxes.dtype)
        width, height = height, width
    return boxes


class Picture:
    """One upright picture from which small RGB images are made.

    Args:
        frame: any format that libswscale reads; not changed.
        scaler: keeps libswscale's tables from frame to frame.
        only: the parts that are to be scanned, None for all of it.
    """

    def __init__(
        self, frame: av.VideoFrame, scaler: Scaler, only: Sequence[Rect] | None = None
    ) -> None:
        self._frame = frame
        self._scaler = scaler
        self._made: dict[tuple[int, int], NDArray[np.uint8]] = {}
        self.only = only

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._frame.width, self._frame.height

    def view(self, area: Rect, size: tuple[int, int]) -> NDArray[np.uint8]:
        """`area` of the picture scaled to `size` (width, height): uint8 [H, W, 3] RGB, read-only:
        requests for the whole picture at the same size share one array.

        Raises:
            UnsafeError: if libswscale cannot convert the frame.
        """
        with self._scaler.one_at_a_time:
            if area != (0, 0, *self.size):
                return self._scaler.view(self._frame, area, size)
            if size not in self._made:
                self._made[size] = self._scaler.view(self._frame, area, size)
            return self._made[size]


class Scaler:
    """libswscale with its contexts kept between frames, one per area and size.

    Attributes:
        one_at_a_time: to be held while a view is made. Several threads may request views of one
            picture, and PyAV temporarily changes a frame while scaling it.
    """

    def __init__(self) -> None:
        self.one_at_a_time = Lock()
        self._reformatters: dict[tuple[int, int, int, int], VideoReformatter] = {}
        self._crops: dict[tuple[object, ...], av.filter.Graph] = {}

    def frame(self, frame: av.VideoFrame, only: Sequence[Rect] | None = None) -> Picture:
        """`only`: see `Picture`."""
        return Picture(frame, self, only)

    def array(self, rgb: NDArray[np.uint8], only: Sequence[Rect] | None = None) -> Picture:
        """Picture of an RGB array, uint8 [H, W, 3]; `only`: see `Picture`.

        Raises:
            ValueError: for an array of another shape or dtype.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise ValueError(f"expected uint8 [H, W, 3], got {rgb.dtype} {list(rgb.shape)}")
        return Picture(av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24"), self, only)

    def view(self, frame: av.VideoFrame, area: Rect, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Picture.view`."""
        try:
            part = frame
            if area != (0, 0, frame.width, frame.height):
                part = self._cropped(frame, area)
            reformatter = self._reformatters.setdefault(
                (part.width, part.height, *size), VideoReformatter()
            )
            small = reformatter.reformat(
                part,
                *size,
                "rgb24",
                src_colorspace=_matrix(frame),
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.JPEG,
                # Averages all pixels that fall into one: small faces do not alias away.
                interpolation=Interpolation.AREA,
                threads=1,
            )
        except (av.FFmpegError, ValueError) as error:
            raise problem(UnsafeError, "not_scaled", name=frame.format.name, error=error) from error
        rgb = small.to_ndarray().astype(np.uint8, copy=False)
        return _PQ_TO_SDR[rgb] if frame.color_trc == _PQ else rgb

    def _cropped(self, frame: av.VideoFrame, area: Rect) -> av.VideoFrame:
        """Part of a frame, without copying: FFmpeg's crop filter moves the plane pointers."""
        key = (frame.width, frame.height, frame.format.name, area)
        if key not in self._crops:
            crop = {"w": area.width, "h": area.height, "x": area.x1, "y": area.y1, "exact": 1}
            options = {name: str(value) for name, value in crop.items()}
            self._crops[key] = graph_for(frame, ("crop", options))
        return filtered(self._crops[key], frame)


def _matrix(frame: av.VideoFrame) -> Colorspace:
    """Colour matrix of a frame; if undeclared, the one that players assume for its size."""
    known = _MATRIX.get(int(frame.colorspace))
    if known is not None:
        return known
    return Colorspace.ITU709 if min(frame.width, frame.height) > 576 else Colorspace.ITU601


def _pq_to_sdr() -> NDArray[np.uint8]:
    """Table from the 8-bit PQ signal to pictures like those that the networks were trained on.

    White becomes 0.75 of SDR white, and brighter levels are rolled off, so that a face in the sun
    keeps its features.
    """
    light = light_of_pq(np.linspace(0, 1, 256)) / HDR_WHITE
    toned = light / (light + 1 / 3)
    return np.rint(255 * toned ** (1 / 2.2)).astype(np.uint8)


_PQ_TO_SDR: Final = _pq_to_sdr()
