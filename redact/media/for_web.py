"""Converts pictures to what every browser can show: 8 bits, 4:2:0, no HDR, even width and height.

HDR is tone-mapped by a colour lookup table, computed here and applied by FFmpeg (`lut3d`), because
this build of FFmpeg has no filter for HDR.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import av
import numpy as np

from .frame_planes import copy_tags, plane_array
from .hdr import HDR_WHITE, Floats, light_of_pq, pq_of_light, scene_of_hlg
from .info import Colour, SourceInfo, VideoInfo
from .pixel_formats import is_rgb
from .pyav import filtered, graph_for

WEB_FORMAT: Final = "yuv420p"
_SDR: Final = Colour("bt709", "bt709", "bt709", "tv")

_PEAK: Final = 1000.0
"""Peak luminance of HLG on its nominal display, and of most HDR10; cd/m²."""

_STEPS: Final = 33
"""Entries of the table along each axis, a usual number; FFmpeg interpolates between them."""

_TO_BT709: Final = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349],
     [-0.018151, -0.100579, 1.118730]]
)  # fmt: skip
"""Linear BT.2020 to linear BT.709 (ITU-R BT.2087-0)."""


def for_web(info: SourceInfo) -> SourceInfo:
    """The source, set up so that `Decode` yields pictures that every browser can show.

    Search, drawing and audit then all use these pictures. An odd width or height grows by one
    column or row, which repeats the last.
    """
    video = info.video
    if video.stored is not None:
        return info
    seen = replace(
        video,
        stored=video.colour,
        colour=_SDR if video.colour.hdr else video.colour,
    )
    return replace(info, video=seen)


def web_pictures(video: VideoInfo) -> Callable[[av.VideoFrame], av.VideoFrame]:
    """A function that converts upright pictures in a working format to those of `for_web`."""
    stored = video.stored
    assert stored is not None
    graph: av.filter.Graph | None = None

    def shown(picture: av.VideoFrame) -> av.VideoFrame:
        nonlocal graph
        if stored.hdr or picture.format.name != WEB_FORMAT:
            if graph is None:
                full = stored.range == "pc" or is_rgb(video.pixel_format)
                graph = _graph(picture, stored, full)
            made = filtered(graph, picture)
            copy_tags(picture, made)
            picture = made
        return _even(picture)

    return shown


def _graph(picture: av.VideoFrame, stored: Colour, full: bool) -> av.filter.Graph:
    """The filters for pictures with the format and size of this one."""
    range_, exact = "pc" if full else "tv", "accurate_rnd+full_chroma_int+bitexact"
    web = "format", {"pix_fmts": WEB_FORMAT}
    if not stored.hdr:
        same = {"in_range": range_, "out_range": range_, "flags": exact}
        return graph_for(picture, ("scale", same), web)
    matrix = "bt709" if stored.matrix == "bt709" else "bt2020"
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "colours.cube"
        _write_table(table, sdr_of(stored.transfer))
        return graph_for(
            picture,
            ("scale", {"in_color_matrix": matrix, "in_range": range_, "flags": exact}),
            ("format", {"pix_fmts": "gbrp10le"}),
            ("lut3d", {"file": str(table)}),
            ("scale", {"out_color_matrix": "bt709", "out_range": "tv", "flags": exact}),
            web,
        )


def _even(picture: av.VideoFrame) -> av.VideoFrame:
    """The 4:2:0 picture with even sides: an odd one repeats its last row or column."""
    width, height = picture.width, picture.height
    if not (width % 2 or height % 2):
        return picture
    even = av.VideoFrame(width + width % 2, height + height % 2, WEB_FORMAT)
    plane_array(even, 0)[...] = np.pad(
        plane_array(picture, 0), ((0, height % 2), (0, width % 2)), "edge"
    )
    for index in (1, 2):  # chroma of odd sides is rounded up already
        plane_array(even, index)[...] = plane_array(picture, index)
    copy_tags(picture, even)
    return even


def sdr_of(transfer: str) -> Callable[[Floats], Floats]:
    """A function that maps R'G'B' of HDR (BT.2020) to that of ordinary screens (BT.709).

    It takes and returns float64 [..., 3], 0 to 1.

    Args:
        transfer: "smpte2084" (PQ) or "arib-std-b67" (HLG).
    """
    light_of = light_of_pq if transfer == "smpte2084" else _light_of_hlg

    def sdr(colours: Floats) -> Floats:
        light = light_of(colours)
        # Scale all three by the brightest, which keeps the hue.
        most = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
        light = light / most * _mapped(most)
        shown = np.clip(light @ _TO_BT709.T / HDR_WHITE, 0, 1)
        return np.asarray(shown ** (1 / 2.4))  # ITU-R BT.1886

    return sdr


def _light_of_hlg(signal: Floats) -> Floats:
    """cd/m² of HLG on its nominal display (ITU-R BT.2100-2, table 5)."""
    scene = scene_of_hlg(signal)
    luma = scene @ np.array([0.2627, 0.6780, 0.0593])
    return np.asarray(_PEAK * np.maximum(luma, 1e-9)[..., None] ** 0.2 * scene)


def _mapped(light: Floats) -> Floats:
    """Map cd/m² from 0 … `_PEAK` to 0 … `HDR_WHITE`: unchanged in the dark, compressed above a knee
    (ITU-R BT.2390-11, 5.4.1)."""
    top = float(pq_of_light(_PEAK))
    most = float(pq_of_light(HDR_WHITE)) / top
    knee = 1.5 * most - 0.5
    value = np.clip(pq_of_light(light) / top, 0, 1)
    t = (value - knee) / (1 - knee)
    bent = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (3 * t**2 - 2 * t**3) * most
    )
    return light_of_pq(np.where(value < knee, value, bent) * top)


def _write_table(path: Path, colour: Callable[[Floats], Floats]) -> None:
    """Write a table for `lut3d`, red varying fastest (Adobe, Cube LUT Specification 1.0)."""
    steps = np.linspace(0, 1, _STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    values = colour(np.stack([red, green, blue], axis=-1)).reshape(-1, 3)
    with path.open("w", encoding="ascii") as file:
        file.write(f"LUT_3D_SIZE {_STEPS}\n")
        np.savetxt(file, values, "%.6f")
