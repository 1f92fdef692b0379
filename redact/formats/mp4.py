"""MP4, MOV and 3GP: walking the boxes (ISO/IEC 14496-12, QuickTime File Format).

Files come from strangers. No size in a file is trusted: a box lies within its parent or is none,
and no more than `MAX_BOX` bytes are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MAX_BOX: Final = 64 << 20
"""Bytes of one box that are read into memory: only mdat is larger in real files."""

MAX_DEPTH: Final = 24
"""Boxes in boxes: real files have about ten; Python allows about a thousand calls."""

FIRST_KINDS: Final = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
"""Kinds of the first box by which a file is known for one of these."""


def kinds(words: str) -> frozenset[bytes]:
    """Four-character codes that stand in one text."""
    return frozenset(word.encode("latin-1").ljust(4) for word in words.split())


TOP: Final = kinds("ftyp styp moov mdat moof mfra sidx")
INSIDE: Final = {
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
"""Boxes that hold boxes, with those that FFmpeg's writer puts there and a player may need
(ISO/IEC 14496-12, QuickTime File Format). `udta` is redact's own, too, with an empty `ilst`."""

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
"""Sample entries that FFmpeg writes, and the boxes in them; `wave` is QuickTime's."""


PARENTS: Final = (INSIDE.keys() - {b"dref"}) | kinds("gmhd schi sinf tref wave")
"""Boxes that hold boxes and little else, whoever wrote them."""

PADDING: Final = frozenset((b"free", b"skip", b"wide"))
"""Allowed everywhere, and no player needs what is in them."""

_BEFORE: Final = {b"stsd": 8, b"dref": 8}
"""Bytes of version, flags and count before the boxes in these."""

VIDEO_ENTRY: Final = 78
"""Bytes of a video sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""


@dataclass(frozen=True, slots=True)
class Mp4Box:
    """One box.

    Attributes:
        kind: four-character code; b"" for a stretch that is no box.
        above: codes of the boxes around it, the outermost first.
        start: offset of the header in the file.
        body: offset of the content.
        end: offset behind the content.
    """

    kind: bytes
    above: tuple[bytes, ...]
    start: int
    body: int
    end: int

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return self.end - self.body

    @property
    def parent(self) -> bytes:
        """Code of the box around it; b"" for a box of the file itself."""
        return self.above[-1] if self.above else b""

    @property
    def path(self) -> str:
        """Codes from the top, joined with "/", in characters that can be printed."""
        return "/".join((*map(name_of, self.above), name_of(self.kind) or "?"))

    def content(self, file: BinaryIO) -> bytes:
        """The content, at most `MAX_BOX` bytes of it."""
        file.seek(self.body)
        return file.read(min(self.size, MAX_BOX))


def boxes(file: BinaryIO, start: int, end: int, above: tuple[bytes, ...] = ()) -> Iterator[Mp4Box]:
    """The boxes of one level, which lies between two offsets.

    Together they cover it to its last byte: what follows the last box and is none comes as a box
    of kind b"", as does a level that would begin behind its end. A size of 0 means "to the end of
    this level", a size of 1 that the true size follows in 64 bits.

    Args:
        file: to read from; may be shorter than it says.
        start, end: offsets of the level.
        above: codes of the boxes around it.
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
    """All boxes between two offsets, parents before children, no deeper than `MAX_DEPTH`.

    Args:
        enter: asked about each box after the box was yielded: where the boxes in it begin, None
            to pass over them.
    """
    for box in boxes(file, start, end, above):
        yield box
        inside = enter(box) if box.kind and len(above) < MAX_DEPTH else None
        if inside is not None:
            yield from walk(file, inside, box.end, enter, (*above, box.kind))


def first_child(file: BinaryIO, box: Mp4Box) -> int:
    """Where the boxes in a box begin; see `first_part` for those in a sample entry.

    ISO `meta` has four bytes of version and flags before its boxes, QuickTime's has none.
    """
    if box.kind != b"meta" or box.size < 8:
        return box.body + _BEFORE.get(box.kind, 0)
    file.seek(box.body)
    return box.body if file.read(8)[4:] == b"hdlr" else box.body + 4


def first_part(file: BinaryIO, entry: Mp4Box, video: bool) -> int:
    """Where the boxes in a sample entry of video or sound begin.

    QuickTime's versions 1 and 2 of sound entries have longer headers.
    """
    if video:
        return entry.body + VIDEO_ENTRY
    file.seek(entry.body + 8)
    version = int.from_bytes(file.read(2), "big") if entry.size >= 28 else 0
    return entry.body + 28 + {1: 16, 2: 36}.get(version, 0)


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
