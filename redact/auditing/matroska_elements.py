"""Strict check of the elements of a Matroska or WebM file, at every level.

Each element must be one that its parent may hold, and those with room for words must hold the
words that FFmpeg writes there. What FFmpeg does not write is found here, whoever made the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from ..formats import matroska, tags
from ..formats.matroska import Element
from ..messages import Message

_LAVF: Final = tags.LAVF.encode()
_CONTENT: Final = {
    "number": rb".{0,8}",
    "float": rb"(?:.{4}|.{8})?",
    "id": rb".{4}",
    "doctype": rb"matroska|webm",
    "writer": _LAVF,
    "uid": rb"(?![ -~]{16}).{16}",  # sixteen random bytes, not sixteen letters
    "picture-or-sound": rb"[\1\2]",
    "codec": rb"[AV]_[A-Z0-9/_.]{1,32}",
    "language": tags.LANGUAGE.encode(),
    "tag": rb"DURATION|ENCODER|HANDLER_NAME|VENDOR_ID",
    "value": _LAVF
    + rb"(?: [\w.-]{1,32})?|\d\d:\d\d:\d\d\.\d{9}\0{0,2}|"
    + "|".join((*tags.HANDLERS, tags.VENDORS)).encode(),
}
"""What an element holds, whole: word in the table below → pattern. Besides, "any" is settings of
a decoder, "block" a picture or a piece of sound, and "parts" other elements."""

_TABLE: Final = """
File EBML parts, Segment parts
EBML EBMLVersion number, EBMLReadVersion number, EBMLMaxIDLength number
EBML EBMLMaxSizeLength number, DocType doctype, DocTypeVersion number, DocTypeReadVersion number
Segment SeekHead parts, Info parts, Tracks parts, Cluster parts, Cues parts, Tags parts
SeekHead Seek parts
Seek SeekID id, SeekPosition number
Info TimestampScale number, Duration float, MuxingApp writer, WritingApp writer, SegmentUUID uid
Tracks TrackEntry parts
TrackEntry TrackNumber number, TrackUID number, TrackType picture-or-sound, FlagEnabled number
TrackEntry FlagDefault number, FlagForced number, FlagHearingImpaired number
TrackEntry FlagVisualImpaired number, FlagTextDescriptions number, FlagOriginal number
TrackEntry FlagCommentary number, FlagLacing number, DefaultDuration number
TrackEntry MaxBlockAdditionID number, Language language, LanguageBCP47 language, CodecID codec
TrackEntry CodecPrivate any, CodecDelay number, SeekPreRoll number, Video parts, Audio parts
Video FlagInterlaced number, FieldOrder number, PixelWidth number, PixelHeight number
Video DisplayWidth number, DisplayHeight number, DisplayUnit number, UncompressedFourCC id
Video Colour parts
Colour MatrixCoefficients number, BitsPerChannel number, ChromaSubsamplingHorz number
Colour ChromaSubsamplingVert number, ChromaSitingHorz number, ChromaSitingVert number
Colour Range number, TransferCharacteristics number, Primaries number, MaxCLL number
Colour MaxFALL number, MasteringMetadata parts
MasteringMetadata PrimaryRX float, PrimaryRY float, PrimaryGX float, PrimaryGY float
MasteringMetadata PrimaryBX float, PrimaryBY float, WhiteX float, WhiteY float
MasteringMetadata LuminanceMax float, LuminanceMin float
Audio SamplingFrequency float, OutputSamplingFrequency float, Channels number, BitDepth number
Cluster Timestamp number, Position number, PrevSize number, SimpleBlock block, BlockGroup parts
BlockGroup Block block, BlockDuration number, ReferenceBlock number, DiscardPadding number
Cues CuePoint parts
CuePoint CueTime number, CueTrackPositions parts
CueTrackPositions CueTrack number, CueClusterPosition number, CueDuration number
CueTrackPositions CueRelativePosition number, CueBlockNumber number
Tags Tag parts
Tag Targets parts, SimpleTag parts
Targets TargetTypeValue number, TagTrackUID number
SimpleTag TagName tag, TagLanguage language, TagDefault number, TagString value
"""
"""Parent, then name and content of elements that FFmpeg's writer puts into it and a player
may need (RFC 9559). No cropping, turning, compression, encryption or side data of blocks, though
the format has them: what they would hide is in the file all the same."""

_Parts = dict[str, str]


def _read(table: str) -> dict[str, _Parts]:
    """Parent → name → content."""
    inside: dict[str, _Parts] = {}
    for line in table.strip().splitlines():
        parent, rest = line.split(" ", 1)
        for part in rest.split(","):
            name, content = part.split()
            inside.setdefault(parent, {})[name] = content
    return inside


_INSIDE: Final = _read(_TABLE)

_ONCE: Final = frozenset(("EBML", "Segment", "Info", "Tracks"))
"""Players read the first of several, or the last, or each; a second segment is another film."""

_KEY_OR_DISCARDABLE: Final = 0x81
"""The flags of a block that FFmpeg writes. The others hide it, or pack several frames into it."""


def wrong_elements(path: Path, streams: int) -> list[Message]:
    """Everything in a Matroska or WebM file that is not in the table, one phrase each.

    Pictures, sound and decoder settings are not looked into. Raises OSError.

    Args:
        path: the file.
        streams: how many FFmpeg sees in it; a track of a kind that it does not know would be
            passed over.
    """
    with path.open("rb") as file:
        check = _Check(file)
        for element in matroska.walk(file, 0, path.stat().st_size, check.holds_parts):
            check.add(element)
    if len(check.tracks) != streams:
        found = len(check.tracks)
        check.wrong.append(Message("tracks_unreadable", tracks=found, streams=streams))
    return check.wrong


class _Check:
    """What one way through a file finds.

    Attributes:
        tracks: numbers of those declared so far.
        wrong: what was found.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._seen: set[str] = set()
        self.tracks: list[int] = []
        self.wrong: list[Message] = []

    def holds_parts(self, element: Element) -> bool:
        """Whether an element may be there and holds others."""
        return _content(element) == "parts" and not _lost(element)

    def add(self, element: Element) -> None:
        """Check one element by itself."""
        if not element.id:
            inside = "/".join(element.above) or "/"
            found = Message("no_element", length=element.size, inside=inside, at=element.start)
            self.wrong.append(found)
            return
        codes = [self._wrong(element)]
        if element.name in _ONCE and _content(element) and not _lost(element):
            codes.insert(0, "element_twice" if element.name in self._seen else "")
            self._seen.add(element.name)
        if _content(element) == "block" and not codes[-1]:
            codes = self._wrong_block(element)
        told = [Message(code, element=element.path, at=element.start) for code in codes if code]
        self.wrong += told

    def _wrong(self, element: Element) -> str:
        """Code of what is wrong with an element; "" for nothing."""
        content = _content(element)
        if _lost(element):
            return "element_endless"
        if element.name in ("Void", "CRC-32") and element.above:
            return self._wrong_padding(element)
        if not content:
            return "element_not_allowed"
        if content in ("parts", "block", "any"):
            return ""
        data = element.content(self._file)
        if element.size > len(data) or not re.fullmatch(_CONTENT[content], data, re.DOTALL):
            return "element_other_content"
        if element.name == "TrackNumber":
            self.tracks.append(int.from_bytes(data, "big"))
        return ""

    def _wrong_padding(self, element: Element) -> str:
        """Of a checksum, which has four bytes, or padding, which is zero to its last byte."""
        if element.name == "CRC-32":
            return "" if element.size == 4 else "element_no_checksum"
        self._file.seek(element.body)
        most = matroska.MAX_ELEMENT
        sizes = (min(most, element.end - at) for at in range(element.body, element.end, most))
        filled = any(self._file.read(size).strip(b"\0") for size in sizes)
        return "element_not_empty" if filled else ""

    def _wrong_block(self, element: Element) -> list[str]:
        """A block must be a frame of a track that there is: players pass over any other."""
        self._file.seek(element.body)
        data = self._file.read(min(12, element.size))
        length = matroska.number_length(data[:1], 8)
        if length is None or len(data) < length + 3:
            return ["element_no_block"]
        track = int.from_bytes(data[:length], "big") & ((1 << 7 * length) - 1)
        hidden = data[length + 2] & ~_KEY_OR_DISCARDABLE
        return [
            "" if track in self.tracks else "block_of_no_track",
            "block_hidden" if hidden else "",
        ]


def _content(element: Element) -> str:
    """What an element may hold where it lies; "" where it may not lie."""
    return _INSIDE[element.parent or "File"].get(element.name, "")


def _lost(element: Element) -> bool:
    """Whether nobody can tell where an element ends; in live recordings two kinds may not say."""
    return element.endless and element.name not in ("Segment", "Cluster")
