"""Strict check of the elements of a Matroska or WebM file, at every level.

Each element must be one that its parent may hold, and those with room for words must hold the
words that FFmpeg writes there. What FFmpeg does not write is found here, whoever made the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from .. import ebml
from ..messages import Message, Value

_CHUNK: Final = 1 << 20

_LAVF: Final = rb"(?:Lavf|Lavc)[\d.]{0,20}"
_CONTENT: Final = {
    "number": rb".{0,8}",
    "float": rb"(?:.{4}|.{8})?",
    "id": rb".{4}",
    "doctype": rb"matroska|webm",
    "writer": _LAVF,
    "uid": rb"(?![ -~]{16}).{16}",  # sixteen random bytes, not sixteen letters
    "picture-or-sound": rb"[\1\2]",
    "codec": rb"[AV]_[A-Z0-9/_.]{1,32}",
    "language": rb"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}",
    "tag": rb"DURATION|ENCODER|HANDLER_NAME|VENDOR_ID",
    "value": _LAVF + rb"(?: [\w.-]{1,32})?|\d\d:\d\d:\d\d\.\d{9}\0{0,2}|(?:Video|Sound)Handler|"
    rb"\[0\]\[0\]\[0\]\[0\]|FFMP",
}
"""What an element holds, whole: word in the table below → pattern. Besides, "any" is settings of
a decoder, "block" a picture or a piece of sound, and "parts" other elements."""

_TABLE: Final = """
File 1A45DFA3 EBML parts, 18538067 Segment parts
EBML 4286 EBMLVersion number, 42F7 EBMLReadVersion number, 42F2 EBMLMaxIDLength number
EBML 42F3 EBMLMaxSizeLength number, 4282 DocType doctype, 4287 DocTypeVersion number
EBML 4285 DocTypeReadVersion number
Segment 114D9B74 SeekHead parts, 1549A966 Info parts, 1654AE6B Tracks parts
Segment 1F43B675 Cluster parts, 1C53BB6B Cues parts, 1254C367 Tags parts
SeekHead 4DBB Seek parts
Seek 53AB SeekID id, 53AC SeekPosition number
Info 2AD7B1 TimestampScale number, 4489 Duration float, 4D80 MuxingApp writer
Info 5741 WritingApp writer, 73A4 SegmentUUID uid
Tracks AE TrackEntry parts
TrackEntry D7 TrackNumber number, 73C5 TrackUID number, 83 TrackType picture-or-sound
TrackEntry B9 FlagEnabled number, 88 FlagDefault number, 55AA FlagForced number
TrackEntry 55AB FlagHearingImpaired number, 55AC FlagVisualImpaired number
TrackEntry 55AD FlagTextDescriptions number, 55AE FlagOriginal number, 55AF FlagCommentary number
TrackEntry 9C FlagLacing number, 23E383 DefaultDuration number, 55EE MaxBlockAdditionID number
TrackEntry 22B59C Language language, 22B59D LanguageBCP47 language, 86 CodecID codec
TrackEntry 63A2 CodecPrivate any, 56AA CodecDelay number, 56BB SeekPreRoll number
TrackEntry E0 Video parts, E1 Audio parts
Video 9A FlagInterlaced number, 9D FieldOrder number, B0 PixelWidth number, BA PixelHeight number
Video 54B0 DisplayWidth number, 54BA DisplayHeight number, 54B2 DisplayUnit number
Video 2EB524 UncompressedFourCC id, 55B0 Colour parts
Colour 55B1 MatrixCoefficients number, 55B2 BitsPerChannel number
Colour 55B3 ChromaSubsamplingHorz number, 55B4 ChromaSubsamplingVert number
Colour 55B7 ChromaSitingHorz number, 55B8 ChromaSitingVert number, 55B9 Range number
Colour 55BA TransferCharacteristics number, 55BB Primaries number, 55BC MaxCLL number
Colour 55BD MaxFALL number, 55D0 MasteringMetadata parts
MasteringMetadata 55D1 PrimaryRX float, 55D2 PrimaryRY float, 55D3 PrimaryGX float
MasteringMetadata 55D4 PrimaryGY float, 55D5 PrimaryBX float, 55D6 PrimaryBY float
MasteringMetadata 55D7 WhiteX float, 55D8 WhiteY float, 55D9 LuminanceMax float
MasteringMetadata 55DA LuminanceMin float
Audio B5 SamplingFrequency float, 78B5 OutputSamplingFrequency float, 9F Channels number
Audio 6264 BitDepth number
Cluster E7 Timestamp number, A7 Position number, AB PrevSize number, A3 SimpleBlock block
Cluster A0 BlockGroup parts
BlockGroup A1 Block block, 9B BlockDuration number, FB ReferenceBlock number
BlockGroup 75A2 DiscardPadding number
Cues BB CuePoint parts
CuePoint B3 CueTime number, B7 CueTrackPositions parts
CueTrackPositions F7 CueTrack number, F1 CueClusterPosition number, B2 CueDuration number
CueTrackPositions F0 CueRelativePosition number, 5378 CueBlockNumber number
Tags 7373 Tag parts
Tag 63C0 Targets parts, 67C8 SimpleTag parts
Targets 68CA TargetTypeValue number, 63C5 TagTrackUID number
SimpleTag 45A3 TagName tag, 447A TagLanguage language, 4484 TagDefault number
SimpleTag 4487 TagString value
"""
"""Parent, then id, name and content of elements that FFmpeg's writer puts into it and a player
may need (RFC 9559). No cropping, turning, compression, encryption or side data of blocks, though
the format has them: what they would hide is in the file all the same."""

_OTHERS: Final = {
    0x1941A469: "Attachments",
    0x1043A770: "Chapters",
    0x7BA9: "Title",
    0x4461: "DateUTC",
    0x7384: "SegmentFilename",
    0x536E: "Name",
    0x258688: "CodecName",
    0x41E4: "BlockAdditionMapping",
    0x6D80: "ContentEncodings",
    0x7670: "Projection",
    0x75A1: "BlockAdditions",
    0xEC: "Void",
    0xBF: "CRC-32",
}
"""Names, for messages, of elements that are not in the table."""

_Parts = dict[int, tuple[str, str]]
_Place = dict[str, Value]
"""Path of names and first byte of an element, as its messages give them."""


def _read(table: str) -> dict[str, _Parts]:
    """Parent → id → name and content."""
    inside: dict[str, _Parts] = {}
    for line in table.strip().splitlines():
        parent, rest = line.split(" ", 1)
        for part in rest.split(","):
            number, name, content = part.split()
            inside.setdefault(parent, {})[int(number, 16)] = name, content
    return inside


_INSIDE: Final = _read(_TABLE)
_VOID: Final = 0xEC
_CRC: Final = 0xBF

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
        walk = _Walk(file)
        walk.level(0, path.stat().st_size, ("File",))
    if len(walk.tracks) != streams:
        found = len(walk.tracks)
        walk.wrong.append(Message("tracks_unreadable", tracks=found, streams=streams))
    return walk.wrong


class _Walk:
    """One way through a file, from its first byte to its last.

    Attributes:
        tracks: numbers of those declared so far.
        wrong: what was found.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._seen: set[str] = set()
        self.tracks: list[int] = []
        self.wrong: list[Message] = []

    def level(self, start: int, end: int, path: tuple[str, ...], endless: bool = False) -> int:
        """Go through the elements of one parent and into those in the table.

        Args:
            start, end: where they may lie.
            path: names from the top to the parent.
            endless: the parent's length is unknown: it ends before the first element that its
                own parent may hold and it may not (RFC 8794, 6.2).

        Returns:
            The byte behind the last one.
        """
        inside, outside = _INSIDE[path[-1]], _INSIDE[path[-2]] if endless else {}
        at = start
        while at < end:
            header = ebml.header(self._file, at, end)
            if header is None:
                parent = "/".join(path[1:]) or "/"
                told = Message("no_element", length=end - at, inside=parent, at=at)
                self.wrong.append(told)
                return end
            if header.id in outside and header.id not in inside:
                return at
            at = self._element(header, at, end, path)
        return at

    def _element(self, header: ebml.Header, at: int, end: int, path: tuple[str, ...]) -> int:
        """Check one element; returns the byte behind it."""
        parent = path[-1]
        name, content = _INSIDE[parent].get(header.id, ("", ""))
        here = (*path, name or _OTHERS.get(header.id, f"{header.id:X}"))
        place: _Place = {"element": "/".join(here[1:]), "at": at}
        if header.end is None and name == "Cluster":
            return self.level(header.body, end, here, endless=True)
        if header.end is None and name != "Segment":
            self.wrong.append(Message("element_endless", **place))
            return end
        stop = end if header.end is None else header.end
        if name in _ONCE and name in self._seen:
            self.wrong.append(Message("element_twice", **place))
        self._seen.add(name)
        if header.id in (_VOID, _CRC) and parent != "File":
            self._padding(header.id, header.body, stop, place)
        elif not name:
            self.wrong.append(Message("element_not_allowed", **place))
        elif content == "parts":
            self.level(header.body, stop, here)
        elif content == "block":
            self._block(header.body, stop, place)
        elif content != "any":
            self._words(name, content, header.body, stop, place)
        return stop

    def _padding(self, number: int, start: int, end: int, place: _Place) -> None:
        """A checksum of four bytes, or padding that is zero to its last byte."""
        if number == _CRC:
            if end - start != 4:
                self.wrong.append(Message("element_no_checksum", **place))
            return
        self._file.seek(start)
        sizes = (min(_CHUNK, end - at) for at in range(start, end, _CHUNK))
        if any(self._file.read(size).strip(b"\0") for size in sizes):
            self.wrong.append(Message("element_not_empty", **place))

    def _words(self, name: str, content: str, start: int, end: int, place: _Place) -> None:
        self._file.seek(start)
        data = self._file.read(min(end - start, _CHUNK))
        if end - start > _CHUNK or not re.fullmatch(_CONTENT[content], data, re.DOTALL):
            self.wrong.append(Message("element_other_content", **place))
        elif name == "TrackNumber":
            self.tracks.append(int.from_bytes(data, "big"))

    def _block(self, start: int, end: int, place: _Place) -> None:
        """A block must be a frame of a track that there is: players pass over any other."""
        self._file.seek(start)
        data = self._file.read(min(12, end - start))
        length = ebml.number_length(data[:1], 8)
        if length is None or len(data) < length + 3:
            self.wrong.append(Message("element_no_block", **place))
            return
        track = int.from_bytes(data[:length], "big") & ((1 << 7 * length) - 1)
        if track not in self.tracks:
            self.wrong.append(Message("block_of_no_track", **place))
        if data[length + 2] & ~_KEY_OR_DISCARDABLE:
            self.wrong.append(Message("block_hidden", **place))
