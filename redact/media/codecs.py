"""The video codecs that an output can be written in, and what each of them can hold."""

from __future__ import annotations

from dataclasses import dataclass

X26X_PRESETS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
)
_YUV = {
    8: frozenset(("yuv420p", "yuv422p", "yuv444p")),
    10: frozenset(("yuv420p10le", "yuv422p10le", "yuv444p10le")),
}
THREADS = 4
"""Fixed, because the number of threads changes what x264 and x265 decide: a run must give the
same bytes on every machine."""

LOOKAHEAD, LOOKAHEAD_LARGE = 16, 6
"""Frames that x264 and x265 look ahead with slow presets, in pictures of up to `LARGE` pixels and
in larger ones: their own 40 and more hold several hundred MB of full HD, for a little less size."""

LARGE = 2560 * 1440
"""Meaning: between full HD and 4K."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One way of coding pictures.

    Attributes:
        name: as users write it.
        encoder: FFmpeg's name.
        containers: muxers that take it.
        formats: pixel formats that it writes.
        crf: default quality, None where the codec is lossless; lower is better.
        worst: highest crf.
        preset, presets: default and allowed speeds, slowest last or highest last.
        odd: it can code odd sides of subsampled pictures.
        lossless: what goes in comes out.
    """

    name: str
    encoder: str
    containers: frozenset[str]
    formats: frozenset[str]
    crf: int | None
    worst: int
    preset: str
    presets: tuple[str, ...]
    odd: bool = False
    lossless: bool = False


KNOWN = {
    codec.name: codec
    for codec in (
        Codec(
            "h264",
            "libx264",
            frozenset(("mp4", "mov", "matroska")),
            _YUV[8] | _YUV[10],
            18,
            51,
            "medium",
            X26X_PRESETS,
        ),
        Codec(
            "hevc",
            "libx265",
            frozenset(("mp4", "mov", "matroska")),
            _YUV[8] | _YUV[10],
            20,
            51,
            "medium",
            X26X_PRESETS,
        ),
        Codec(
            "vp9",
            "libvpx-vp9",
            frozenset(("mp4", "matroska", "webm")),
            _YUV[8],
            24,
            63,
            "4",
            tuple(map(str, range(9))),
            odd=True,
        ),
        Codec(
            "av1",
            "libsvtav1",
            frozenset(("mp4", "matroska", "webm")),
            frozenset(("yuv420p", "yuv420p10le")),
            24,
            63,
            "8",
            tuple(map(str, range(11))),
            odd=True,
        ),
        Codec(
            "ffv1",
            "ffv1",
            frozenset(("matroska",)),
            _YUV[8] | _YUV[10] | {"gray", "gray10le"},
            None,
            0,
            "",
            (),
            odd=True,
            lossless=True,
        ),
    )
}
CODECS = ("auto", *KNOWN)
"""Values of `EncodeSettings.codec`."""


def presets_of(codec: str) -> tuple[str, ...]:
    """Speeds that go with a value of `EncodeSettings.codec`; of "auto", those of any codec."""
    codecs = KNOWN.values() if codec == "auto" else (KNOWN[codec],)
    return tuple(dict.fromkeys(preset for c in codecs for preset in c.presets))
