"""Two tables of containers: those that redact reads, and those that it writes.

Whatever differs from container to container belongs here, except which codecs each takes: those
are listed with the codecs (`redact/media/codecs.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import BinaryIO, Final

from . import ends, matroska, mp4
from .ends import End


class Structure(Enum):
    """The structure of a container that redact can walk through."""

    BOXES = "boxes"
    """MP4, MOV and 3GP (`redact.formats.mp4`)."""
    ELEMENTS = "elements"
    """Matroska and WebM (`redact.formats.matroska`)."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A container that redact reads.

    Attributes:
        name: one of FFmpeg's names of its demuxer.
        usual_name: the name that people know it by, if that is not the same in capitals.
        structure: None if redact does not walk through it.
        end_of: function of a file and its size in bytes that finds out where the file should end.
        cut_by_ffmpeg: it does not store where pictures begin; FFmpeg splits them by content.
        unordered: it stores decoding times only, no presentation times.
        states_length: its header states its duration, which FFmpeg returns as `duration`.
        counts_pieces: it states the number of pictures or pieces, and the duration, of each stream.
    """

    name: str
    structure: Structure | None = None
    end_of: Callable[[BinaryIO, int], End] = lambda file, size: ends.NO_STATED_END
    cut_by_ffmpeg: bool = False
    unordered: bool = False
    states_length: bool = False
    counts_pieces: bool = False
    usual_name: str = ""

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return self.usual_name or self.name.upper()


_READABLE: Final = {
    row.name: row
    for row in (
        Readable(
            *("mp4", Structure.BOXES, ends.mp4_end),
            counts_pieces=True,
            usual_name="MP4/MOV",
        ),
        Readable(
            *("matroska", Structure.ELEMENTS, ends.matroska_end),
            states_length=True,
            usual_name="Matroska/WebM",
        ),
        Readable(
            "mpegts",
            None,
            ends.transport_end,
            cut_by_ffmpeg=True,
            usual_name="MPEG-TS",
        ),
        Readable("mpeg", cut_by_ffmpeg=True, usual_name="MPEG-PS"),
        Readable("avi", None, ends.avi_end, unordered=True, counts_pieces=True),
        Readable("flv", None, ends.flv_end, states_length=True),
        Readable("asf", states_length=True, usual_name="WMV/ASF"),
        Readable("mxf", None, ends.mxf_end, states_length=True),
        Readable("yuv4mpegpipe", usual_name="Y4M"),
    )
}


def read_as(demuxer: str) -> Readable:
    """The row for FFmpeg's name of a demuxer, which may list several names; if none is in the
    table, a row about which nothing is known."""
    known = (name for name in demuxer.split(",") if name in _READABLE)
    name = next(known, None)
    return Readable(demuxer) if name is None else _READABLE[name]


def structure_of(head: bytes) -> Structure | None:
    """The structure of a file, by its first twelve or more bytes; None if it is neither."""
    if head[4:8] in mp4.FIRST_KINDS:
        return Structure.BOXES
    return Structure.ELEMENTS if head.startswith(matroska.MAGIC) else None


@dataclass(frozen=True, slots=True)
class Writable:
    """A container that redact writes.

    Attributes:
        muxer: FFmpeg's name of its muxer.
        label: its usual name.
        endings: file name extensions, the usual one first.
        mime: media type.
        structure: see `Structure`.
        sound: sound codecs that are copied, because players of this container take them; None for
            all.
        sound_encoder: FFmpeg's name of the encoder for all other sound.
    """

    muxer: str
    label: str
    endings: tuple[str, ...]
    mime: str
    structure: Structure
    sound: frozenset[str] | None
    sound_encoder: str = "aac"

    def takes(self, sound: str) -> bool:
        """Whether sound of this codec can be copied."""
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
        ),
        Writable(
            "mov",
            "MOV",
            (".mov",),
            "video/quicktime",
            Structure.BOXES,
            frozenset((*_BOTH, "amr_nb", "amr_wb", *_PCM)),
        ),
        Writable("matroska", "MKV", (".mkv",), "video/x-matroska", Structure.ELEMENTS, None),
        Writable(
            "webm",
            "WebM",
            (".webm",),
            "video/webm",
            Structure.ELEMENTS,
            frozenset(("opus",)),
            "libopus",
        ),
    )
}
"""FFmpeg's name of the muxer → container."""

FOR_BROWSERS: Final = replace(WRITABLE["mp4"], sound=frozenset(("aac", "mp3")))
"""MP4 with only the sound that every browser plays."""

MUXERS: Final = {ending: row.muxer for row in WRITABLE.values() for ending in row.endings}
"""File name extension → FFmpeg's name of the muxer."""
