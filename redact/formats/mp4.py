"""Walks through the boxes of MP4, MOV and 3GP (ISO/IEC 14496-12, QuickTime File Format).

Files come from strangers, so no size in them is trusted: a box must lie within its parent, and at
most `MAX_BOX` bytes are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MAX_BOX: Final = 64 << 20
"""Most bytes of a box that are read into memory; in real files only mdat is larger."""

MAX_DEPTH: Final = 24
"""Most levels to walk down: real files have about ten; Python allows about a thousand calls."""

FIRST_KINDS: Final = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
"""Kinds of the first box that identify such a file."""


def kinds(words: str) -> frozenset[bytes]:
    """The set of four-character codes in a text, separated by spaces."""
    return frozenset(word.encode("latin-1").ljust(4) for word in words.split())


TOP_LEVEL: Final = kinds("ftyp styp moov mdat moof mfra sidx")
CHILD_KINDS: Final = {
    b"moov": kinds("mvhd trak mvex udta"),
    b"trak": kinds("tkhd edts tapt mdia"),
    b"edts": kinds("elst"),
    b"tapt": kinds("clef prof enof"),
    b"mdia": kinds("mdhd hdlr minf"),
    b"minf": kinds("vmhd smhd hdlr dinf stbl"),
    b"dinf": kinds("dref"),
    b"dref": kinds("url"),
    b"stbl": kinds("stsd stts stss stps ctts cslg sdtp stsc stsz stz2 stco co64 sgpd sbgp"),
    b"mvex": kinds("mehd trex"),
    b"moof": kinds("mfhd traf"),
    b"traf": kinds("tfhd tfdt trun sdtp sgpd sbgp"),
    b"mfra": kinds("tfra mfro"),
    b"udta": kinds("meta ©swr"),
    b"meta": kinds("hdlr ilst"),
    b"ilst": kinds("©too"),
}
"""Box → boxes in it that FFmpeg's muxer writes and a player may need (ISO/IEC 14496-12, QuickTime
File Format). redact itself also writes `udta`, with an empty `ilst`."""

VIDEO: Final = kinds("avc1 avc3 hvc1 hev1 av01 vp08 vp09 mp4v")
SOUND: Final = kinds(
    "mp4a .mp3 ac-3 ec-3 alac Opus fLaC dtsc dtsh dtsl dtse lpcm sowt twos in24 in32 fl32 fl64 "
    "raw ulaw alaw ipcm fpcm"
)
VIDEO_PARTS: Final = kinds(
    "avcC hvcC av1C vpcC esds colr pasp fiel clap btrt mdcv clli SmDm CoLL gama glbl"
)
SOUND_PARTS: Final = kinds("esds chan chnl wave btrt srat dac3 dec3 dOps dfLa alac pcmC frma enda")
WAVE_PARTS: Final = kinds("frma enda esds mp4a alac dac3 dec3 chan") | {bytes(4)}
"""Sample entries that FFmpeg writes, and the boxes in them; `wave` is from QuickTime."""

_IN_ENTRIES: Final = (
    {(b"stsd", kind): VIDEO_PARTS for kind in VIDEO}
    | {(b"stsd", kind): SOUND_PARTS for kind in SOUND}
    | {(kind, b"wave"): WAVE_PARTS for kind in SOUND}
)
"""(parent, kind) → boxes, in sample entries and in what QuickTime puts inside. The parent matters
because the same codes name other boxes elsewhere (`mp4a` in `wave`)."""

_PARENTS: Final = CHILD_KINDS.keys() | kinds("stsd gmhd schi sinf tref wave")
"""Boxes that contain boxes and little else, in files of any program."""

PADDING: Final = frozenset((b"free", b"skip", b"wide"))
"""Boxes that may stand anywhere; no player needs their content."""

_ALSO_ON_TOP: Final = kinds("emsg meta pdin prft pnot ssix udta uuid")

_BEFORE: Final = {b"stsd": 8, b"dref": 8}
"""Box → bytes (version, flags, count) before the boxes in it."""

VIDEO_ENTRY: Final = 78
"""Bytes in a video sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""


@dataclass(frozen=True, slots=True)
class Mp4Box:
    """One box. Offsets count bytes from the start of the file.

    Attributes:
        kind: four-character code; b"" for bytes that are not a box.
        above: codes of the enclosing boxes, the outermost first.
        start: offset of the header.
        body: offset of the content.
        end: offset after the content.
    """

    kind: bytes
    above: tuple[bytes, ...]
    start: int
    body: int
    end: int

    @property
    def size(self) -> int:
        """Size of the content, in bytes."""
        return self.end - self.body

    @property
    def parent(self) -> bytes:
        """Code of the enclosing box; b"" at the top level."""
        return self.above[-1] if self.above else b""

    @property
    def path(self) -> str:
        """Codes from the top, joined with "/", in printable characters."""
        return "/".join((*map(name_of, self.above), name_of(self.kind) or "?"))

    def content(self, file: BinaryIO) -> bytes:
        """Read the content, at most `MAX_BOX` bytes of it."""
        file.seek(self.body)
        return file.read(min(self.size, MAX_BOX))


def boxes(file: BinaryIO, start: int, end: int, above: tuple[bytes, ...] = ()) -> Iterator[Mp4Box]:
    """Yield the boxes of one level.

    They cover the level to its last byte: bytes after the last valid box are yielded as a box of
    kind b"", and so is a level that would begin after its end. A size of 0 means "to the end of
    this level", a size of 1 that the true size follows in 64 bits.

    Args:
        file: may be shorter than it states.
        start, end: offsets of the level.
        above: codes of the enclosing boxes.
    """
    if start > end:
        yield Mp4Box(b"", above, end, end, end)
    at = start
    while at < end:
        box = _box_at(file, at, end, above) or Mp4Box(b"", above, at, at, end)
        yield box
        at = box.end


def walk(
    file: BinaryIO,
    start: int,
    end: int,
    enter: Callable[[Mp4Box], int | None],
    above: tuple[bytes, ...] = (),
) -> Iterator[Mp4Box]:
    """Yield all boxes between two offsets, parents before children, down to `MAX_DEPTH` levels.

    Args:
        file, start, end, above: see `boxes`.
        enter: called with each box after it was yielded; offset of the first box in it, or None to
            skip its content.
    """
    for box in boxes(file, start, end, above):
        yield box
        inside = enter(box) if box.kind and len(above) < MAX_DEPTH else None
        if inside is not None:
            yield from walk(file, inside, box.end, enter, (*above, box.kind))


def is_allowed(box: Mp4Box) -> bool:
    """Whether FFmpeg's muxer may write a box of this kind in this place."""
    if not box.above:
        return box.kind in TOP_LEVEL
    if box.parent == b"stsd":
        return box.kind in VIDEO | SOUND
    grandparent = box.above[-2] if len(box.above) > 1 else b""
    inside = _IN_ENTRIES.get((grandparent, box.parent)) or CHILD_KINDS.get(box.parent)
    return inside is not None and box.kind in inside


def first_inside(file: BinaryIO, box: Mp4Box, video: bool) -> int | None:
    """Offset of the first box in a box, in files of any program; None if it contains no boxes.

    Args:
        file, box: the box.
        video: whether it is a sample entry of video, if it is one.
    """
    if box.parent == b"stsd":
        return _first_part(file, box, video)
    return _first_child(file, box) if box.kind in _PARENTS else None


def _first_child(file: BinaryIO, box: Mp4Box) -> int:
    """Offset of the first box in any but a sample entry.

    ISO's `meta` has four bytes of version and flags before its boxes, QuickTime's has none.
    """
    if box.kind != b"meta" or box.size < 8:
        return box.body + _BEFORE.get(box.kind, 0)
    file.seek(box.body)
    return box.body if file.read(8)[4:] == b"hdlr" else box.body + 4


def _first_part(file: BinaryIO, entry: Mp4Box, video: bool) -> int:
    """Offset of the first box in a sample entry of video or sound.

    QuickTime's versions 1 and 2 of sound entries have longer headers.
    """
    if video:
        return entry.body + VIDEO_ENTRY
    file.seek(entry.body + 8)
    version = int.from_bytes(file.read(2), "big") if entry.size >= 28 else 0
    return entry.body + 28 + {1: 16, 2: 36}.get(version, 0)


def claimed_end(file: BinaryIO, rest: Mp4Box) -> int | None:
    """Where the box that begins the last bytes of a level claims to end, if they are the beginning
    of a box of the top level; None if they are anything else."""
    file.seek(rest.start)
    head = file.read(16)
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1 and len(head) == 16:
        size = int.from_bytes(head[8:], "big")
    known = kind in TOP_LEVEL | PADDING | _ALSO_ON_TOP
    return rest.start + size if known and size > rest.size else None


def is_zero(file: BinaryIO, start: int, end: int) -> bool:
    """Whether a stretch of a file holds nothing but zeros, to its last byte."""
    file.seek(start)
    sizes = (min(1 << 20, end - at) for at in range(start, end, 1 << 20))
    return not any(file.read(size).strip(b"\0") for size in sizes)


def name_of(kind: bytes) -> str:
    """A code as text; what cannot be printed is a "?"."""
    return "".join(c if c.isprintable() else "?" for c in kind.decode("mac_roman"))


def _box_at(file: BinaryIO, at: int, end: int, above: tuple[bytes, ...]) -> Mp4Box | None:
    """The box at a byte; None where there is none that ends by `end`."""
    file.seek(at)
    header = file.read(min(16, end - at))
    if len(header) < 8:
        return None
    size, kind, body = int.from_bytes(header[:4], "big"), header[4:8], at + 8
    if size == 1:
        size, body = int.from_bytes(header[8:16], "big"), at + 16
    elif size == 0:
        size = end - at
    if not body <= at + size <= end:
        return None
    return Mp4Box(kind, above, at, body, at + size)
