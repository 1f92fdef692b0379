"""Source and output compared sample by sample: drawn under the masks, the same elsewhere.

Everything here works on 8-bit luma: detail that identifies a person is in the luma, and chroma
follows the same masks (`redact.render` tests its siting).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detect import Area, Scaler
from ..media import plane_array
from ..types import Box, Frame
from .limits import UNDRAWN_GAIN, UNDRAWN_MATCH, UNDRAWN_TEXTURE

GRID: Final = 4
"""A mask is judged in GRID × GRID cells: half a face left visible is a leak too."""

_CELL: Final = 12
_FEWEST: Final = 4  # pixels along a cell below which a plane explains nearly everything
_BLOCK: Final = 16


def luma(frame: Frame) -> NDArray[np.uint8]:
    """First plane as uint8 [H, W]; deeper samples lose their lowest bits."""
    plane = plane_array(frame.picture, 0)
    if plane.dtype == np.uint8:
        return np.ascontiguousarray(plane)
    spare = frame.picture.format.components[0].bits - 8
    return (plane >> spare).astype(np.uint8)


class Painter:
    """Makes RGB pictures of frames, in the colours in which the detectors see them."""

    def __init__(self) -> None:
        self._scaler = Scaler()

    def rgb(self, frame: Frame) -> NDArray[np.uint8]:
        """The whole picture, uint8 [H, W, 3]; HDR is brought down to what screens show."""
        width, height = frame.size
        whole = Area(0, 0, width, height)
        return self._scaler.frame(frame.picture).view(whole, (width, height))


def shows_source(source: NDArray[np.uint8], output: NDArray[np.uint8], box: Box) -> tuple[int, int]:
    """Cells of a box in which the output shows the source's own detail.

    Each cell is fitted with a plane, which takes off what any smooth fill gives as well; what
    is left of the output is correlated with what is left of the source. This asks whether the
    *detail* is there, so a fill that happens to have the right colour passes, and so does a
    leak of which the codec has eaten the finest texture.

    Args:
        source, output: luma of one frame, uint8 [H, W].
        box: what was to be hidden, without margin.

    Returns:
        (cells that show the source, cells that can tell): flat ones cannot.
    """
    height, width = source.shape
    x1, y1 = max(0, int(box.x1)), max(0, int(box.y1))
    x2, y2 = min(width, int(np.ceil(box.x2))), min(height, int(np.ceil(box.y2)))
    if x2 - x1 < 2 * _FEWEST or y2 - y1 < 2 * _FEWEST:
        return 0, 0
    columns = min(GRID, (x2 - x1) // _FEWEST)
    rows = min(GRID, (y2 - y1) // _FEWEST)
    size = (
        min((x2 - x1) // columns, _CELL) * columns,
        min((y2 - y1) // rows, _CELL) * rows,
    )
    # Area scaling also averages codec noise away.
    a, b = (_detail(p[y1:y2, x1:x2], size, rows, columns) for p in (source, output))
    aa, bb, ab = (a * a).mean(axis=1), (b * b).mean(axis=1), (a * b).mean(axis=1)
    telling = aa >= UNDRAWN_TEXTURE**2
    match = ab / np.sqrt(np.maximum(aa * bb, 1e-6))
    gain = ab / np.maximum(aa, 1e-6)
    low, high = UNDRAWN_GAIN
    same = telling & (match >= UNDRAWN_MATCH) & (gain >= low) & (gain <= high)
    return int(same.sum()), int(telling.sum())


def _detail(
    patch: NDArray[np.uint8], size: tuple[int, int], rows: int, columns: int
) -> NDArray[np.float32]:
    small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
    return _without_plane(np.asarray(small, np.uint8), rows, columns)


def _without_plane(patch: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.float32]:
    """Cells as rows, float32 [rows·columns, pixels of a cell], each less its best plane."""
    h, w = patch.shape[0] // rows, patch.shape[1] // columns
    cells = patch.reshape(rows, h, columns, w).transpose(0, 2, 1, 3).reshape(rows * columns, h * w)
    values = cells.astype(np.float32)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    plane = np.stack([np.ones(h * w), x.ravel() - x.mean(), y.ravel() - y.mean()])
    # The three are orthogonal on a full grid, so each is projected out on its own.
    plane /= np.maximum(np.linalg.norm(plane, axis=1, keepdims=True), 1e-6)
    plane = plane.astype(np.float32)
    return np.asarray(values - (values @ plane.T) @ plane, np.float32)


def psnr_outside(
    source: NDArray[np.uint8], output: NDArray[np.uint8], outside: NDArray[np.uint8]
) -> float:
    """PSNR in dB over the pixels at which `outside` (uint8 [H, W]) is not 0; inf if equal."""
    count = int(cv2.countNonZero(outside))
    if count == 0:
        return float("inf")
    error = float(cv2.norm(source, output, cv2.NORM_L2SQR, outside)) / count
    return float("inf") if error == 0 else float(10 * np.log10(255.0**2 / error))


def block_difference(source: NDArray[np.uint8], output: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean absolute difference in 16×16 blocks, float32 [ceil(H/16), ceil(W/16)]."""
    difference = cv2.absdiff(source, output)
    h, w = difference.shape
    padded = cv2.copyMakeBorder(difference, 0, -h % _BLOCK, 0, -w % _BLOCK, cv2.BORDER_REPLICATE)
    small = (padded.shape[1] // _BLOCK, padded.shape[0] // _BLOCK)
    # Via float: INTER_AREA rounds uint8 results, which would hide differences below 1.
    return np.asarray(cv2.resize(padded.astype(np.float32), small, interpolation=cv2.INTER_AREA))
