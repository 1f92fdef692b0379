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

_NAMES: Final = """
1A45DFA3 EBML, 4286 EBMLVersion, 42F7 EBMLReadVersion, 42F2 EBMLMaxIDLength
42F3 EBMLMaxSizeLength, 4282 DocType, 4287 DocTypeVersion, 4285 DocTypeReadVersion
EC Void, BF CRC-32, 18538067 Segment, 114D9B74 SeekHead, 4DBB Seek, 53AB SeekID
53AC SeekPosition, 1549A966 Info, 73A4 SegmentUUID, 7384 SegmentFilename, 3CB923 PrevUUID
3EB923 NextUUID, 4444 SegmentFamily, 2AD7B1 TimestampScale, 4489 Duration, 4461 DateUTC
7BA9 Title, 4D80 MuxingApp, 5741 WritingApp, 1F43B675 Cluster, E7 Timestamp, A7 Position
AB PrevSize, A3 SimpleBlock, A0 BlockGroup, A1 Block, 75A1 BlockAdditions, 9B BlockDuration
FB ReferenceBlock, 75A2 DiscardPadding, 1654AE6B Tracks, AE TrackEntry, D7 TrackNumber
73C5 TrackUID, 83 TrackType, B9 FlagEnabled, 88 FlagDefault, 55AA FlagForced
55AB FlagHearingImpaired, 55AC FlagVisualImpaired, 55AD FlagTextDescriptions, 55AE FlagOriginal
55AF FlagCommentary, 9C FlagLacing, 23E383 DefaultDuration, 55EE MaxBlockAdditionID
41E4 BlockAdditionMapping, 536E Name, 22B59C Language, 22B59D LanguageBCP47, 86 CodecID
63A2 CodecPrivate, 258688 CodecName, 3A9697 CodecSettings, 56AA CodecDelay, 56BB SeekPreRoll
6D80 ContentEncodings, E0 Video, 9A FlagInterlaced, 9D FieldOrder, B0 PixelWidth
BA PixelHeight, 54B0 DisplayWidth, 54BA DisplayHeight, 54B2 DisplayUnit, 2EB524 UncompressedFourCC
7670 Projection, 55B0 Colour, 55B1 MatrixCoefficients, 55B2 BitsPerChannel
55B3 ChromaSubsamplingHorz, 55B4 ChromaSubsamplingVert, 55B7 ChromaSitingHorz
55B8 ChromaSitingVert, 55B9 Range, 55BA TransferCharacteristics, 55BB Primaries, 55BC MaxCLL
55BD MaxFALL, 55D0 MasteringMetadata, 55D1 PrimaryRX, 55D2 PrimaryRY, 55D3 PrimaryGX
55D4 PrimaryGY, 55D5 PrimaryBX, 55D6 PrimaryBY, 55D7 WhiteX, 55D8 WhiteY, 55D9 LuminanceMax
55DA LuminanceMin, E1 Audio, B5 SamplingFrequency, 78B5 OutputSamplingFrequency, 9F Channels
6264 BitDepth, 1C53BB6B Cues, BB CuePoint, B3 CueTime, B7 CueTrackPositions, F7 CueTrack
F1 CueClusterPosition, F0 CueRelativePosition, B2 CueDuration, 5378 CueBlockNumber
1941A469 Attachments, 61A7 AttachedFile, 467E FileDescription, 466E FileName, 4660 FileMimeType
1043A770 Chapters, 45B9 EditionEntry, B6 ChapterAtom, 80 ChapterDisplay, 85 ChapString
1254C367 Tags, 7373 Tag, 63C0 Targets, 68CA TargetTypeValue, 63C5 TagTrackUID, 67C8 SimpleTag
45A3 TagName, 447A TagLanguage, 4484 TagDefault, 4487 TagString, 4485 TagBinary
465C FileData, 6DE7 MinCache, 6DF8 MaxCache, 234E7A DefaultDecodedFieldDuration
23314F TrackTimestampScale, 537F TrackOffset, AA CodecDecodeAll, 73C4 ChapterUID
91 ChapterTimeStart, 92 ChapterTimeEnd, 98 ChapterFlagHidden, 4598 ChapterFlagEnabled
45BC EditionUID, 45BD EditionFlagHidden, 45DB EditionFlagDefault, 45DD EditionFlagOrdered
437C ChapLanguage
"""
"""Id (with its length marker, as in the specification) and name of each known element."""

NAMES: Final = {
    int(number, 16): name
    for number, name in (entry.split() for entry in _NAMES.replace("\n", ",").split(",") if entry)
}
IDS: Final = {name: number for number, name in NAMES.items()}

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
