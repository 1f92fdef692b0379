"""The containers: a row for each that is read, and one for each that is written.

What differs from container to container stands here; which codec may be written into which is
told with the codecs (`redact/media/codecs.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import BinaryIO, Final

from . import ends, matroska, mp4
from .ends import End


class Structure(Enum):
    """What a container is made of, where redact walks through it."""

    BOXES = "boxes"
    """Of MP4, MOV and 3GP (`redact.formats.mp4`)."""
    ELEMENTS = "elements"
    """Of Matroska and WebM (`redact.formats.matroska`)."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A container that is read.

    Attributes:
        name: one of FFmpeg's names of its demuxer.
        structure: what it is made of; None where redact does not walk through it.
        end_of: what a file of so many bytes says about its end.
        cut_by_ffmpeg: it holds no packets of pictures: FFmpeg finds by the content where each
            begins.
        unordered: it has no times of presentation, only an order of decoding.
        states_length: its head says how long it is, and FFmpeg's `duration` is that.
    """

    name: str
    structure: Structure | None = None
    end_of: Callable[[BinaryIO, int], End] = lambda file, size: ends.UNTOLD
    cut_by_ffmpeg: bool = False
    unordered: bool = False
    states_length: bool = False


_READABLE: Final = {
    row.name: row
    for row in (
        Readable("mp4", Structure.BOXES, ends.mp4_end),
        Readable("matroska", Structure.ELEMENTS, ends.matroska_end, states_length=True),
        Readable("mpegts", None, ends.transport_end, cut_by_ffmpeg=True),
        Readable("mpeg", None, ends.program_end, cut_by_ffmpeg=True),
        Readable("avi", None, ends.avi_end, unordered=True),
        Readable("flv", None, ends.flv_end, states_length=True),
        Readable("asf", None, ends.asf_end, states_length=True),
        Readable("mxf", None, ends.mxf_end, states_length=True),
        Readable("gif", None, ends.gif_end),
        Readable("ogg", None, ends.ogg_end),
        Readable("nut", None, ends.nut_end),
        Readable("yuv4mpegpipe", None, ends.yuv4mpeg_end),
        Readable("ivf", None, ends.ivf_end),
    )
}


def read_as(demuxer: str) -> Readable:
    """The row of a container by FFmpeg's name of its demuxer, which may list several; of one that
    is not in the table, nothing is known."""
    known = (name for name in demuxer.split(",") if name in _READABLE)
    name = next(known, None)
    return Readable(demuxer) if name is None else _READABLE[name]


def structure_of(head: bytes) -> Structure | None:
    """What a file is made of that begins with these bytes, a dozen at least."""
    if head[4:8] in mp4.FIRST_KINDS:
        return Structure.BOXES
    return Structure.ELEMENTS if head.startswith(matroska.MAGIC) else None


@dataclass(frozen=True, slots=True)
class Writable:
    """A container that is written.

    Attributes:
        muxer: FFmpeg's name.
        label: as people call it.
        endings: of file names, the usual one first.
        structure: what it is made of.
        sound: codecs that its players take and that are copied; None: all that FFmpeg can name.
        sound_encoder: FFmpeg's encoder for all others.
        mime: its media type.
        holds_credentials: content credentials can be put into it.
    """

    muxer: str
    label: str
    endings: tuple[str, ...]
    mime: str
    structure: Structure
    sound: frozenset[str] | None
    sound_encoder: str = "aac"
    holds_credentials: bool = False

    def takes(self, sound: str) -> bool:
        """Whether sound of this codec is copied into it."""
        return self.sound is None or sound in self.sound


_PCM: Final = (
    *("pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw"),
    *(f"pcm_{form}{end}" for form in ("s16", "s24", "s32", "f32") for end in ("le", "be")),
)
_BOTH: Final = ("aac", "mp3", "ac3", "eac3", "alac")

WRITABLE: Final = {
    row.muxer: row
    for row in (
        Writable(
            "mp4",
            "MP4",
            (".mp4", ".m4v"),
            "video/mp4",
            Structure.BOXES,
            frozenset((*_BOTH, "opus", "flac", "dts")),
            holds_credentials=True,
        ),
        Writable(
            "mov",
            "MOV",
            (".mov",),
            "video/quicktime",
            Structure.BOXES,
            frozenset((*_BOTH, "amr_nb", "amr_wb", *_PCM)),
            holds_credentials=True,
        ),
        Writable("matroska", "MKV", (".mkv",), "video/x-matroska", Structure.ELEMENTS, None),
        Writable(
            "webm",
            "WebM",
            (".webm",),
            "video/webm",
            Structure.ELEMENTS,
            frozenset(("opus", "vorbis")),
            "libopus",
        ),
    )
}
"""By muxer."""

FOR_BROWSERS: Final = replace(WRITABLE["mp4"], sound=frozenset(("aac", "mp3")))
"""What every browser plays."""

MUXERS: Final = {ending: row.muxer for row in WRITABLE.values() for ending in row.endings}
"""FFmpeg's muxer for each ending of a file name."""
