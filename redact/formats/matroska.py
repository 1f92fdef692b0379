"""Walks through the elements of Matroska and WebM (EBML, RFC 8794; Matroska's ids, RFC 9559).

Files come from strangers, so no length in them is trusted: an element must lie within its parent,
and at most `MAX_ELEMENT` bytes are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MAGIC: Final = b"\x1a\x45\xdf\xa3"
"""First bytes of a file: the id of its first element."""

MAX_ELEMENT: Final = 1 << 20
"""Most bytes of an element that are read into memory: more than any text in a real file."""

MAX_DEPTH: Final = 24
"""Most levels to walk down: the format has eight; Python allows about a thousand calls."""

ANYWHERE: Final = 1 << 62
"""An `end` for `element_at` beyond the end of any file, to see where an element claims to end."""

_TABLE: Final = """
File: 1A45DFA3 EBML parts, 18538067 Segment parts
EBML: 4286 EBMLVersion number, 42F7 EBMLReadVersion number, 42F2 EBMLMaxIDLength number
EBML: 42F3 EBMLMaxSizeLength number, 4282 DocType doctype, 4287 DocTypeVersion number
EBML: 4285 DocTypeReadVersion number
Segment: 114D9B74 SeekHead parts, 1549A966 Info parts, 1654AE6B Tracks parts
Segment: 1F43B675 Cluster parts, 1C53BB6B Cues parts, 1254C367 Tags parts
SeekHead: 4DBB Seek parts
Seek: 53AB SeekID id, 53AC SeekPosition number
Info: 2AD7B1 TimestampScale number, 4489 Duration float, 4D80 MuxingApp writer
Info: 5741 WritingApp writer, 73A4 SegmentUUID uid
Tracks: AE TrackEntry parts
TrackEntry: D7 TrackNumber number, 73C5 TrackUID number, 83 TrackType picture-or-sound
TrackEntry: B9 FlagEnabled number, 88 FlagDefault number, 55AA FlagForced number
TrackEntry: 55AB FlagHearingImpaired number, 55AC FlagVisualImpaired number
TrackEntry: 55AD FlagTextDescriptions number, 55AE FlagOriginal number, 55AF FlagCommentary number
TrackEntry: 9C FlagLacing number, 23E383 DefaultDuration number, 55EE MaxBlockAdditionID number
TrackEntry: 22B59C Language language, 22B59D LanguageBCP47 language, 86 CodecID codec
TrackEntry: 63A2 CodecPrivate any, 56AA CodecDelay number, 56BB SeekPreRoll number, E0 Video parts
TrackEntry: E1 Audio parts
Video: 9A FlagInterlaced number, 9D FieldOrder number, B0 PixelWidth number, BA PixelHeight number
Video: 54B0 DisplayWidth number, 54BA DisplayHeight number, 54B2 DisplayUnit number
Video: 2EB524 UncompressedFourCC id, 55B0 Colour parts
Colour: 55B1 MatrixCoefficients number, 55B2 BitsPerChannel number
Colour: 55B3 ChromaSubsamplingHorz number, 55B4 ChromaSubsamplingVert number
Colour: 55B7 ChromaSitingHorz number, 55B8 ChromaSitingVert number, 55B9 Range number
Colour: 55BA TransferCharacteristics number, 55BB Primaries number, 55BC MaxCLL number
Colour: 55BD MaxFALL number, 55D0 MasteringMetadata parts
MasteringMetadata: 55D1 PrimaryRX float, 55D2 PrimaryRY float, 55D3 PrimaryGX float
MasteringMetadata: 55D4 PrimaryGY float, 55D5 PrimaryBX float, 55D6 PrimaryBY float
MasteringMetadata: 55D7 WhiteX float, 55D8 WhiteY float, 55D9 LuminanceMax float
MasteringMetadata: 55DA LuminanceMin float
Audio: B5 SamplingFrequency float, 78B5 OutputSamplingFrequency float, 9F Channels number
Audio: 6264 BitDepth number
Cluster: E7 Timestamp number, A7 Position number, AB PrevSize number, A3 SimpleBlock block
Cluster: A0 BlockGroup parts
BlockGroup: A1 Block block, 9B BlockDuration number, FB ReferenceBlock number
BlockGroup: 75A2 DiscardPadding number
Cues: BB CuePoint parts
CuePoint: B3 CueTime number, B7 CueTrackPositions parts
CueTrackPositions: F7 CueTrack number, F1 CueClusterPosition number, B2 CueDuration number
CueTrackPositions: F0 CueRelativePosition number, 5378 CueBlockNumber number
Tags: 7373 Tag parts
Tag: 63C0 Targets parts, 67C8 SimpleTag parts
Targets: 68CA TargetTypeValue number, 63C5 TagTrackUID number
SimpleTag: 45A3 TagName tag, 447A TagLanguage language, 4484 TagDefault number
SimpleTag: 4487 TagString value
Elsewhere: EC Void, BF CRC-32, 7384 SegmentFilename, 3CB923 PrevUUID, 3EB923 NextUUID
Elsewhere: 4444 SegmentFamily, 4461 DateUTC, 7BA9 Title, 75A1 BlockAdditions
Elsewhere: 41E4 BlockAdditionMapping, 536E Name, 258688 CodecName, 3A9697 CodecSettings
Elsewhere: 6D80 ContentEncodings, 7670 Projection, 1941A469 Attachments, 61A7 AttachedFile
Elsewhere: 467E FileDescription, 466E FileName, 4660 FileMimeType, 1043A770 Chapters
Elsewhere: 45B9 EditionEntry, B6 ChapterAtom, 80 ChapterDisplay, 85 ChapString, 4485 TagBinary
Elsewhere: 465C FileData, 6DE7 MinCache, 6DF8 MaxCache, 234E7A DefaultDecodedFieldDuration
Elsewhere: 23314F TrackTimestampScale, 537F TrackOffset, AA CodecDecodeAll, 73C4 ChapterUID
Elsewhere: 91 ChapterTimeStart, 92 ChapterTimeEnd, 98 ChapterFlagHidden, 4598 ChapterFlagEnabled
Elsewhere: 45BC EditionUID, 45BD EditionFlagHidden, 45DB EditionFlagDefault
Elsewhere: 45DD EditionFlagOrdered, 437C ChapLanguage
"""
"""Parent, then id (with its length marker, as in the specification), name, and kind of content, of
the elements that FFmpeg's muxer writes into it and a player may need (RFC 9559); last those that
only other programs write. Cropping, rotation, compression, encryption and side data of blocks are
among the last, because what they hide would still be in the file."""


def _read(table: str) -> tuple[dict[int, str], dict[str, dict[str, str]]]:
    """Id → name, and parent → name → kind of content."""
    names: dict[int, str] = {}
    children: dict[str, dict[str, str]] = {}
    for line in table.strip().splitlines():
        parent, rest = line.split(": ")
        for entry in rest.split(", "):
            number, name, *content = entry.split()
            names[int(number, 16)] = name
            if content:
                children.setdefault(parent, {})[name] = content[0]
    return names, children


NAMES, _CHILDREN = _read(_TABLE)
IDS: Final = {name: number for number, name in NAMES.items()}


def content_of(element: Element) -> str:
    """Kind of content of an element in its place; "" if FFmpeg's muxer writes none there.

    "parts" stands for other elements, "block" for a picture or a piece of sound, "any" for decoder
    settings.
    """
    return _CHILDREN[element.parent or "File"].get(element.name, "")


_ENDS_CLUSTER: Final = frozenset(
    IDS[name]
    for name in (
        *("EBML", "Segment", "SeekHead", "Info", "Tracks"),
        *("Cluster", "Cues", "Attachments", "Chapters", "Tags"),
    )
)
"""Elements that cannot lie in a cluster, so each ends a cluster of unknown size (RFC 8794, 6.2)."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Offsets count bytes from the start of the file.

    Attributes:
        id: with its length marker, as in the specification; 0 for bytes that are not an element.
        above: names of the enclosing elements, the outermost first.
        start: offset of its id.
        body: offset of its content.
        end: offset after it; if its size is unknown, after all that may lie in it.
        endless: whether its size is unknown, as in live recordings.
    """

    id: int
    above: tuple[str, ...]
    start: int
    body: int
    end: int
    endless: bool = False

    @property
    def size(self) -> int:
        """Size of the content, in bytes."""
        return self.end - self.body

    @property
    def parent(self) -> str:
        """Name of the enclosing element; "" at the top level."""
        return self.above[-1] if self.above else ""

    @property
    def name(self) -> str:
        """Its name, or its id in hex if the name is unknown."""
        return NAMES.get(self.id, f"{self.id:X}") if self.id else "?"

    @property
    def path(self) -> str:
        """Names from the top, joined with "/"."""
        return "/".join((*self.above, self.name))

    def content(self, file: BinaryIO) -> bytes:
        """Read the content, at most `MAX_ELEMENT` bytes of it."""
        file.seek(self.body)
        return file.read(min(self.size, MAX_ELEMENT))


def walk(
    file: BinaryIO,
    start: int,
    end: int,
    enter: Callable[[Element], bool],
    above: tuple[str, ...] = (),
) -> Iterator[Element]:
    """Yield all elements between two offsets, parents before children, down to `MAX_DEPTH` levels.

    The elements of a level cover it to its last byte: bytes after the last valid one are yielded as
    an element with id 0. A cluster of unknown size is always entered, because only its content
    shows where it ends; every other element of unknown size ends with its parent.

    Args:
        file: may be shorter than it states.
        start, end: offsets of the level.
        enter: called with each element after it was yielded; whether to walk through its content.
        above: names of the enclosing elements.
    """
    yield from _level(file, start, end, enter, above, frozenset())


def _level(
    file: BinaryIO,
    start: int,
    end: int,
    enter: Callable[[Element], bool],
    above: tuple[str, ...],
    until: frozenset[int],
) -> Generator[Element, None, int]:
    """`walk` through one level up to the first id in `until`; returns the offset of its end."""
    at = start
    while at < end:
        element = element_at(file, at, end, above)
        if element is None:
            yield Element(0, above, at, at, end)
            return end
        if element.id in until:
            return at
        yield element
        at = element.end
        open_cluster = element.endless and element.id == IDS["Cluster"]
        if len(above) < MAX_DEPTH and (open_cluster or enter(element)):
            inside = (*above, element.name)
            ends = _ENDS_CLUSTER if open_cluster else frozenset()
            at = yield from _level(file, element.body, element.end, enter, inside, ends)
    return at


def element_at(file: BinaryIO, at: int, end: int, above: tuple[str, ...] = ()) -> Element | None:
    """The element at an offset; None if there is none that ends by `end`."""
    file.seek(at)
    data = file.read(min(12, end - at))
    id_length = number_length(data[:1], 4)
    if id_length is None or len(data) <= id_length:
        return None
    size_length = number_length(data[id_length : id_length + 1], 8)
    if size_length is None or len(data) < id_length + size_length:
        return None
    body = at + id_length + size_length
    unknown = (1 << 7 * size_length) - 1
    size = int.from_bytes(data[id_length : id_length + size_length], "big") & unknown
    endless = size == unknown
    stop = end if endless else body + size
    if stop > end:
        return None
    return Element(int.from_bytes(data[:id_length], "big"), above, at, body, stop, endless)


def number_length(first: bytes, longest: int) -> int | None:
    """Number of bytes of a variable-length number, by its first byte; None if it is invalid or more
    than `longest`."""
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    return length if length <= longest else None
