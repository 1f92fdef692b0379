"""Matroska and WebM: what the elements say (RFC 8794, RFC 9559)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from ... import ebml
from .findings import Findings, Kind
from .mp4 import kind_of_tag

PARENTS = {
    0x1A45DFA3: "EBML",
    0x18538067: "Segment",
    0x1549A966: "Info",
    0x1654AE6B: "Tracks",
    0xAE: "TrackEntry",
    0x1941A469: "Attachments",
    0x61A7: "AttachedFile",
    0x1043A770: "Chapters",
    0x45B9: "EditionEntry",
    0xB6: "ChapterAtom",
    0x80: "ChapterDisplay",
    0x1254C367: "Tags",
    0x7373: "Tag",
    0x67C8: "SimpleTag",
}
SEGMENT, CLUSTER, VOID, TAG_NAME, TAG_STRING = 0x18538067, 0x1F43B675, 0xEC, 0x45A3, 0x4487
SPEAKING = {
    0x4D80: (Kind.ENCODER, "MuxingApp"),
    0x5741: (Kind.ENCODER, "WritingApp"),
    0x7BA9: (Kind.NAME, "Title"),
    0x73A4: (Kind.IDENTIFIER, "SegmentUID"),
    0x7384: (Kind.NAME, "SegmentFilename"),
    0x3CB923: (Kind.IDENTIFIER, "PrevUUID"),
    0x3EB923: (Kind.IDENTIFIER, "NextUUID"),
    0x4444: (Kind.IDENTIFIER, "SegmentFamily"),
    0x536E: (Kind.NAME, "Name"),
    0x258688: (Kind.ENCODER, "CodecName"),
    0x3A9697: (Kind.ENCODER, "CodecSettings"),
    0x466E: (Kind.ATTACHMENT, "FileName"),
    0x467E: (Kind.ATTACHMENT, "FileDescription"),
    0x4660: (Kind.ATTACHMENT, "FileMimeType"),
    0x85: (Kind.NAME, "ChapString"),
}
NEUTRAL_APPS = frozenset((b"Lavf", b""))
"""What the muxer writes into two mandatory elements when told to name no version."""
PLAIN_TAGS = frozenset(("DURATION",))
DATE, LANGUAGE, LANGUAGE_BCP47, TRACK_UID = 0x4461, 0x22B59C, 0x22B59D, 0x73C5
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
MAX_ELEMENT = 1 << 20


@dataclass(frozen=True, slots=True)
class Element:
    """One element: id, path of parents, offset of its content and behind it."""

    id: int
    path: str
    body: int
    end: int

    def content(self, file: BinaryIO) -> bytes:
        file.seek(self.body)
        return file.read(min(self.end - self.body, MAX_ELEMENT))


def walk(file: BinaryIO, start: int, end: int, path: str = "") -> Iterator[Element]:
    """All elements outside clusters between two offsets, parents before children."""
    at = start
    while at < end:
        header = ebml.header(file, at, end)
        if header is None:
            yield Element(0, f"{path}/(no element)".lstrip("/"), at, end)
            return
        number, body, stop = header.id, header.body, end if header.end is None else header.end
        name = PARENTS.get(number, f"{number:X}")
        element = Element(number, f"{path}/{name}".lstrip("/"), body, stop)
        yield element
        if number in PARENTS or (number == CLUSTER and stop == end):
            # A cluster of unknown length is told apart from what follows by looking inside.
            yield from walk(file, body, stop, element.path)
        at = stop


def inspect_ebml(file: BinaryIO, size: int, found: Findings) -> None:
    """Add everything that the elements outside clusters say."""
    tag_name = ""
    for element in walk(file, 0, size):
        if element.id == TAG_NAME:
            tag_name = element.content(file).decode("utf-8", "replace")
        elif element.id == TAG_STRING:
            _tag(tag_name, element.content(file), element.path, found)
        else:
            _element(file, element, found)


def _tag(name: str, value: bytes, path: str, found: Findings) -> None:
    where = f"{path.rsplit('/', 1)[0]} {name}"
    if name in PLAIN_TAGS:
        found.add_generic(where, value)
    else:
        found.add(kind_of_tag(name), where, value)


def _element(file: BinaryIO, element: Element, found: Findings) -> None:
    parent = element.path.rsplit("/", 1)[0]
    number = element.id
    if number in SPEAKING:
        kind, name = SPEAKING[number]
        data = element.content(file)
        if kind is Kind.ENCODER and data in NEUTRAL_APPS:
            found.add_generic(f"{parent}/{name}", data)
        else:
            found.add(kind, f"{parent}/{name}", data)
    elif number == DATE:
        found.add(Kind.DATE, f"{parent}/DateUTC", _date(element.content(file)))
    elif number in (LANGUAGE, LANGUAGE_BCP47):
        if element.content(file) not in (b"und", b""):
            found.add(Kind.LANGUAGE, f"{parent}/Language", element.content(file))
    elif number == TRACK_UID:
        uid = int.from_bytes(element.content(file), "big")
        # Small numbers count tracks; large ones are random and mark this very file.
        if uid > 255:
            found.add(Kind.IDENTIFIER, f"{parent}/TrackUID", f"{uid:x}")
    elif number == VOID and element.content(file).strip(b"\0"):
        found.add(Kind.UNUSUAL, f"{element.path} (padding that is not empty)", "not zero")
    elif number == 0:
        length = element.end - element.body
        found.add(Kind.UNUSUAL, element.path, f"{length} bytes that are not an element")


def _date(data: bytes) -> str:
    nanoseconds = int.from_bytes(data, "big", signed=True)
    try:
        moment = EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return f"{nanoseconds} ns after 2001"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
