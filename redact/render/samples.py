"""The colour coding of a decoded picture, and the conversion of a user's colour to its sample
values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..media import HDR_WHITE, WORKING, Layout, hlg_of_scene, layout, pq_of_light
from ..words import problem

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]


def layout_of(picture: av.VideoFrame) -> Layout:
    """Layout of a picture.

    Raises:
        UnsafeError: its pixel format is not a working format (`redact.media.WORKING`).
    """
    if picture.format.name not in WORKING:
        raise problem(UnsafeError, "pixel_format_refused", name=picture.format.name)
    return layout(picture.format.name)


# Code points of ITU-T H.273, which FFmpeg uses unchanged.
MATRIX_709, MATRIX_FCC, MATRIX_240M = 1, 4, 7
MATRICES_601, MATRICES_2020 = (5, 6), (9, 10)
TRANSFER_PQ, TRANSFER_HLG = 16, 18
PRIMARIES_2020, PRIMARIES_UNSAID = 9, (0, 2)
RANGE_FULL = 2

LUMA_OF_RED_AND_BLUE = {
    "601": (0.299, 0.114),
    "709": (0.2126, 0.0722),
    "2020": (0.2627, 0.0593),
    "fcc": (0.30, 0.11),
    "240m": (0.212, 0.087),
}
"""Kr and Kb of H.273, table 4."""

WIDE_FROM_709 = (
    (0.6274, 0.3293, 0.0433),
    (0.0691, 0.9195, 0.0114),
    (0.0164, 0.0880, 0.8956),
)
"""Matrix from linear BT.709 to linear BT.2020 (ITU-R BT.2087)."""

HD_HEIGHT = 720
"""Pixels: players take untagged pictures of at least this height for BT.709, others for BT.601."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture codes colour.

    Attributes:
        matrix: key of `LUMA_OF_RED_AND_BLUE`.
        full: full range; else video levels.
        transfer: H.273 code point of the transfer function.
        wide: the primaries are those of BT.2020; else about those of an ordinary screen.
    """

    matrix: str
    full: bool
    transfer: int
    wide: bool = False


def coding_of(picture: av.VideoFrame) -> Coding:
    """Colour coding of a picture; missing tags are guessed as players do."""
    number = int(picture.colorspace)
    named = {MATRIX_709: "709", MATRIX_FCC: "fcc", MATRIX_240M: "240m"}
    named |= dict.fromkeys(MATRICES_601, "601") | dict.fromkeys(MATRICES_2020, "2020")
    guess = "709" if picture.height >= HD_HEIGHT else "601"
    full = int(picture.color_range) == RANGE_FULL
    matrix, transfer = named.get(number, guess), int(picture.color_trc)
    primaries = int(picture.color_primaries)
    wide = primaries == PRIMARIES_2020
    if primaries in PRIMARIES_UNSAID:
        wide = matrix == "2020" or transfer in (TRANSFER_PQ, TRANSFER_HLG)
    return Coding(matrix, full, transfer, wide)


def samples_of(rgb: tuple[int, int, int], coding: Coding, layout: Layout) -> NDArray[np.float32]:
    """Sample values of a colour, float32, one for each plane of the layout.

    Args:
        rgb: sRGB red, green, blue, 0 to 255. In HDR pictures, white has the luminance of graphics;
            with BT.2020 primaries, the colour is converted so that it looks the same.
        coding: colour coding of the picture.
        layout: of the picture.
    """
    mixed = _mixed(rgb) if coding.wide else [value / 255 for value in rgb]
    red, green, blue = (_transferred(value, coding.transfer) for value in mixed)
    k_red, k_blue = LUMA_OF_RED_AND_BLUE[coding.matrix]
    luma = k_red * red + (1 - k_red - k_blue) * green + k_blue * blue
    chroma = (blue - luma) / (2 - 2 * k_blue), (red - luma) / (2 - 2 * k_red)
    unit = 1 << (layout.bits - 8)
    if coding.full:
        low, high, swing = 0.0, float(layout.top), float(layout.top)
    else:
        low, high, swing = 16.0 * unit, 235.0 * unit, 224.0 * unit
    samples = [low + luma * (high - low)]
    if layout.channels == 3:
        samples += [128.0 * unit + swing * part for part in chroma]
    return np.clip(np.array(samples, np.float32), 0, layout.top)


def _mixed(rgb: tuple[int, int, int]) -> list[float]:
    """Convert sRGB, 0 to 255, to BT.2020 primaries, 0 to 1, with the transfer function of sRGB."""
    light = [_linear(value / 255) for value in rgb]
    return [_srgb(sum(k * v for k, v in zip(row, light, strict=True))) for row in WIDE_FROM_709]


def _linear(value: float) -> float:
    """Linear light, 0 to 1, of an sRGB value, 0 to 1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _srgb(light: float) -> float:
    """Inverse of `_linear`."""
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _transferred(value: float, transfer: int) -> float:
    """Convert an sRGB value, 0 to 1, to PQ or HLG; for other transfer functions it stays."""
    if transfer not in (TRANSFER_PQ, TRANSFER_HLG):
        return value
    if transfer == TRANSFER_PQ:
        return float(pq_of_light(_linear(value) * HDR_WHITE))
    return float(hlg_of_scene(_linear(value) * _GRAPHIC_WHITE_OF_HLG))


_GRAPHIC_WHITE_OF_HLG = 0.2650
"""Scene light at which HLG has 75 % of its signal, the white of graphics (ITU-R BT.2408)."""
