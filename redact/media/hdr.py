"""The transfer functions of HDR between signal and light (ITU-R BT.2100-2, tables 4 and 5).

All take arrays or numbers, element by element. Signals are 0 to 1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HDR_WHITE: Final = 203.0
"""Luminance of reference white (graphics, diffuse reflector) in HDR, cd/m² (ITU-R BT.2408-7,
2.2)."""

PQ_PEAK: Final = 10000.0
"""Highest luminance that PQ can represent, cd/m²."""

_M1, _M2 = 2610 / 16384, 2523 / 32
_C1, _C2, _C3 = 3424 / 4096, 2413 / 128, 2392 / 128
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073


def light_of_pq(signal: ArrayLike) -> Floats:
    """Luminance, cd/m², of a PQ signal (SMPTE ST 2084)."""
    power = np.clip(signal, 0, 1) ** (1 / _M2)
    return np.asarray(PQ_PEAK * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1))


def pq_of_light(light: ArrayLike) -> Floats:
    """Inverse of `light_of_pq`."""
    power = (np.asarray(light) / PQ_PEAK) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def scene_of_hlg(signal: ArrayLike) -> Floats:
    """Scene light, 0 to 1, of an HLG signal."""
    value = np.asarray(signal)
    return np.asarray(np.where(value <= 0.5, value**2 / 3, (np.exp((value - _C) / _A) + _B) / 12))


def hlg_of_scene(light: ArrayLike) -> Floats:
    """Inverse of `scene_of_hlg`."""
    value = np.asarray(light)
    bright = _A * np.log(np.maximum(12 * value - _B, 1e-6)) + _C
    return np.asarray(np.where(value <= 1 / 12, np.sqrt(3 * value), bright))
