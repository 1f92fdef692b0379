"""Colour tags: their names and numbers; and the side data of frames."""

from __future__ import annotations

from typing import Any

import av

from .info import Colour


def _numbered(table: str) -> dict[int, str]:
    return {int(n): name for n, name in (entry.split() for entry in table.split(", "))}


# Code points of ITU-T H.273, names of FFmpeg's libavutil/pixdesc.c. Value 2 is "unspecified".
PRIMARIES = _numbered(
    "1 bt709, 4 bt470m, 5 bt470bg, 6 smpte170m, 7 smpte240m, 8 film, 9 bt2020, 10 smpte428, "
    "11 smpte431, 12 smpte432, 22 ebu3213"
)
TRANSFERS = _numbered(
    "1 bt709, 4 bt470m, 5 bt470bg, 6 smpte170m, 7 smpte240m, 8 linear, 9 log100, 10 log316, "
    "11 iec61966-2-4, 12 bt1361e, 13 iec61966-2-1, 14 bt2020-10, 15 bt2020-12, 16 smpte2084, "
    "17 smpte428, 18 arib-std-b67"
)
MATRICES = _numbered(
    "0 gbr, 1 bt709, 4 fcc, 5 bt470bg, 6 smpte170m, 7 smpte240m, 8 ycgco, 9 bt2020nc, 10 bt2020c, "
    "11 smpte2085, 12 chroma-derived-nc, 13 chroma-derived-c, 14 ictcp, 15 ipt-c2, 16 ycgco-re, "
    "17 ycgco-ro"
)
RANGES = {1: "tv", 2: "pc"}
UNSPECIFIED = 2


def colour_of(frame: av.VideoFrame, context: av.VideoCodecContext) -> Colour:
    """Colour tags of a decoded frame; for tags it lacks, those of its stream."""

    def name(table: dict[int, str], of_frame: int, of_stream: int) -> str:
        return table.get(of_frame, "") or table.get(of_stream, "")

    return Colour(
        name(PRIMARIES, frame.color_primaries, context.color_primaries),
        name(TRANSFERS, frame.color_trc, context.color_trc),
        name(MATRICES, frame.colorspace, context.colorspace),
        name(RANGES, frame.color_range, context.color_range),
    )


def numbers(colour: Colour) -> tuple[int, int, int, int]:
    """Primaries, transfer, matrix and range as FFmpeg's numbers; "unspecified" if unset."""

    def find(table: dict[int, str], name: str, unset: int) -> int:
        return next((number for number, known in table.items() if known == name), unset)

    return (
        find(PRIMARIES, colour.primaries, UNSPECIFIED),
        find(TRANSFERS, colour.transfer, UNSPECIFIED),
        find(MATRICES, colour.matrix, UNSPECIFIED),
        find(RANGES, colour.range, 0),
    )


def side_data(frame: av.VideoFrame) -> dict[str, bytes]:
    """Side data of a frame: name of the type → bytes."""
    try:
        # PyAV's stub calls this a dict; it is a sequence as well, of all items.
        items: Any = frame.side_data
        return {items[i].type.name: bytes(items[i]) for i in range(len(items))}
    except ValueError:
        # PyAV raises for all items if one has a type that it does not know.
        return {}
