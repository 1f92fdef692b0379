"""Disclosures in the elements of Matroska and WebM (RFC 8794, RFC 9559)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

from ..formats import matroska, sound_headers
from ..formats.matroska import Element
from ..types import date_and_time
from ..words import Message
from .disclosures import Disclosures, Kind, QuotedOrOurs
from .tag_kinds import add_comments, kind_of_tag

_PARENTS: Final = frozenset(
    (
        *("EBML", "Segment", "Info", "Tracks", "TrackEntry", "Attachments", "AttachedFile"),
        *("Chapters", "EditionEntry", "ChapterAtom", "ChapterDisplay", "Tags", "Tag", "SimpleTag"),
    )
)
_WITH_TEXT: Final = {
    "MuxingApp": Kind.ENCODER,
    "WritingApp": Kind.ENCODER,
    "Title": Kind.NAME,
    "SegmentUUID": Kind.IDENTIFIER,
    "SegmentFilename": Kind.NAME,
    "PrevUUID": Kind.IDENTIFIER,
    "NextUUID": Kind.IDENTIFIER,
    "SegmentFamily": Kind.IDENTIFIER,
    "Name": Kind.NAME,
    "CodecName": Kind.ENCODER,
    "CodecSettings": Kind.ENCODER,
    "FileName": Kind.ATTACHMENT,
    "FileDescription": Kind.ATTACHMENT,
    "FileMimeType": Kind.ATTACHMENT,
    "ChapString": Kind.NAME,
}
_NEUTRAL_APPS: Final = frozenset((b"Lavf", b""))
"""What the muxer writes into two mandatory elements when told to name no version."""
_LENGTH: Final = re.compile(rb"\d+:\d\d:\d\d\.\d+")
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
_DATE_SIZE: Final = 8
_COUNTS: Final = 255
"""Largest TrackUID that reveals nothing: small numbers count tracks, large ones are random and
identify this file."""


def walk(file: BinaryIO, size: int) -> Iterator[Element]:
    """All elements outside clusters, parents before children."""
    return matroska.walk(file, 0, size, lambda element: element.name in _PARENTS)


def inspect_matroska(file: BinaryIO, size: int, found: Disclosures) -> None:
    """Add everything that the elements outside clusters say."""
    tag_name = ""
    for element in walk(file, size):
        if element.name == "TagName":
            tag_name = element.content(file).decode("utf-8", "replace")
        elif element.name in ("TagString", "TagBinary"):
            _tag(tag_name, element, element.content(file), found)
        else:
            _element(file, element, found)


def _tag(name: str, element: Element, value: bytes, found: Disclosures) -> None:
    where = f"{'/'.join(element.above)} {name}"
    # The only Matroska tag that repeats the structure instead of something that somebody wrote.
    if name == "DURATION" and _LENGTH.fullmatch(value.rstrip(b"\0")):
        found.add_generic(where, value)
    else:
        found.add(kind_of_tag(name), where, value)


def _element(file: BinaryIO, element: Element, found: Disclosures) -> None:
    if element.name in _WITH_TEXT:
        kind, data = _WITH_TEXT[element.name], element.content(file)
        if kind is Kind.ENCODER and data in _NEUTRAL_APPS:
            found.add_generic(element.path, data)
        else:
            found.add(kind, element.path, data)
    elif element.name == "CodecPrivate":
        add_comments(sound_headers.comments(element.content(file)), element.path, found)
    elif element.name == "FileData":
        found.add(Kind.ATTACHMENT, element.path, Message("bytes", count=element.size))
    elif element.name == "DateUTC":
        found.add(Kind.DATE, element.path, _date(element.content(file)))
    elif element.name in ("Language", "LanguageBCP47"):
        if element.content(file) not in (b"und", b""):
            found.add(Kind.LANGUAGE, element.path, element.content(file))
    elif element.name == "TrackUID":
        uid = int.from_bytes(element.content(file), "big")
        if uid > _COUNTS:
            found.add(Kind.IDENTIFIER, element.path, f"{uid:x}")
    elif element.name == "Void" and element.content(file).strip(b"\0"):
        found.add(Kind.UNUSUAL, Message("in_padding", where=element.path), element.content(file))
    elif element.id == 0:
        found.add(Kind.UNUSUAL, element.path, Message("bytes_no_element", count=element.size))
    elif element.id not in matroska.NAMES:
        found.add(Kind.UNUSUAL, element.path, element.content(file))


def _date(data: bytes) -> QuotedOrOurs:
    if len(data) != _DATE_SIZE:
        return Message("bytes_no_date", count=len(data))
    nanoseconds = int.from_bytes(data, "big", signed=True)
    try:
        moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return Message("time_after", number=nanoseconds, unit="ns", year=2001)
    return date_and_time(moment)
