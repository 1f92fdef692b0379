"""Strict check of the elements of a Matroska or WebM file, at every level.

Each element must be one that its parent may contain, and elements that could contain text must have
the text that FFmpeg writes. So anything that FFmpeg does not write is found, whoever made the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from ..formats import matroska, mp4, tags
from ..formats.matroska import Element
from ..words import Message, Value

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
"""Kind of content (`matroska.content_of`) → pattern of the whole content."""

_Place = dict[str, Value]
"""Path and first byte of an element, as its messages give them."""


_ONCE: Final = frozenset(("EBML", "Segment", "Info", "Tracks"))
"""Elements that may occur once: of several, players read the first, the last, or all; a second
segment is another film."""

_KEY_OR_DISCARDABLE: Final = 0x81
"""The flags of a block that FFmpeg sets. Others hide a block, or put several frames into it."""


def wrong_elements(path: Path, streams: int) -> list[Message]:
    """Everything in a Matroska or WebM file that `matroska.content_of` and the patterns above do
    not allow, one message each.

    The content of pictures, sound and decoder settings is not checked. Raises OSError.

    Args:
        path: of the file.
        streams: number of streams that FFmpeg finds; it skips tracks of unknown types.
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
    """Checks a file, element by element.

    Attributes:
        tracks: numbers of the tracks declared so far.
        wrong: faults found so far.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._seen: set[str] = set()
        self.tracks: list[int] = []
        self.wrong: list[Message] = []

    def holds_parts(self, element: Element) -> bool:
        """Whether an element is allowed and contains others."""
        return matroska.content_of(element) == "parts" and not _lost(element)

    def add(self, element: Element) -> None:
        """Check one element."""
        content = matroska.content_of(element)
        place: _Place = {"element": element.path, "at": element.start}
        if not element.id:
            inside = "/".join(element.above) or "/"
            found = Message("no_element", length=element.size, inside=inside, at=element.start)
            self.wrong.append(found)
            return
        if _lost(element):
            self.wrong.append(Message("element_endless", **place))
            return
        if content and element.name in _ONCE:
            if element.name in self._seen:
                self.wrong.append(Message("element_twice", **place))
            self._seen.add(element.name)
        if element.name in ("Void", "CRC-32") and element.above:
            self._padding(element, place)
        elif not content:
            self.wrong.append(Message("element_not_allowed", **place))
        elif content == "block":
            self._block(element, place)
        elif content not in ("parts", "any"):
            self._words(element, content, place)

    def _padding(self, element: Element, place: _Place) -> None:
        """Check that an element is a checksum of four bytes, or padding of zeros."""
        if element.name == "CRC-32":
            if element.size != 4:
                self.wrong.append(Message("element_no_checksum", **place))
            return
        if not mp4.is_zero(self._file, element.body, element.end):
            self.wrong.append(Message("element_not_empty", **place))

    def _words(self, element: Element, content: str, place: _Place) -> None:
        data = element.content(self._file)
        if element.size > len(data) or not re.fullmatch(_CONTENT[content], data, re.DOTALL):
            self.wrong.append(Message("element_other_content", **place))
        elif element.name == "TrackNumber":
            self.tracks.append(int.from_bytes(data, "big"))

    def _block(self, element: Element, place: _Place) -> None:
        """Check that a block is a frame of a declared track; players skip any other."""
        self._file.seek(element.body)
        data = self._file.read(min(12, element.size))
        length = matroska.number_length(data[:1], 8)
        if length is None or len(data) < length + 3:
            self.wrong.append(Message("element_no_block", **place))
            return
        track = int.from_bytes(data[:length], "big") & ((1 << 7 * length) - 1)
        if track not in self.tracks:
            self.wrong.append(Message("block_of_no_track", **place))
        if data[length + 2] & ~_KEY_OR_DISCARDABLE:
            self.wrong.append(Message("block_hidden", **place))


def _lost(element: Element) -> bool:
    """Whether an element's size is unknown, except for the two kinds that may leave it open in live
    recordings."""
    return element.endless and element.name not in ("Segment", "Cluster")
