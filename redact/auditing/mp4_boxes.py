"""Strict check of the boxes of an MP4 or MOV file, at every level.

Each box must be one that its parent may hold, and those with room for words must hold the words
that FFmpeg writes there. What FFmpeg does not write is found here, whoever made the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final

from ..messages import Message

_CHUNK: Final = 1 << 20

_PADDING: Final = {b"free", b"skip", b"wide"}
"""Allowed everywhere, and empty everywhere: no player needs what is in them."""


def _kinds(words: str) -> frozenset[bytes]:
    return frozenset(word.encode("latin-1").ljust(4) for word in words.split())


_TOP: Final = _kinds("ftyp styp moov mdat moof mfra sidx")
_INSIDE: Final = {
    b"moov": _kinds("mvhd trak mvex udta"),
    b"trak": _kinds("tkhd edts tapt mdia"),
    b"edts": _kinds("elst"),
    b"tapt": _kinds("clef prof enof"),
    b"mdia": _kinds("mdhd hdlr minf"),
    b"minf": _kinds("vmhd smhd hdlr dinf stbl"),
    b"dinf": _kinds("dref"),
    b"dref": _kinds("url"),
    b"stbl": _kinds("stsd stts stss stps ctts cslg sdtp stsc stsz stz2 stco co64 sgpd sbgp"),
    b"mvex": _kinds("mehd trex"),
    b"moof": _kinds("mfhd traf"),
    b"traf": _kinds("tfhd tfdt trun sdtp sgpd sbgp"),
    b"mfra": _kinds("tfra mfro"),
    b"udta": _kinds("meta ©swr"),
    b"meta": _kinds("hdlr ilst"),
    b"ilst": _kinds("©too"),
}
"""Boxes that hold boxes, with those that FFmpeg's writer puts there and a player may need
(ISO/IEC 14496-12, QuickTime File Format). `udta` is redact's own, too, with an empty `ilst`."""

_BEFORE: Final = {b"dref": 8, b"meta": 4, b"stsd": 8}
"""Bytes of version, flags and count before the children."""

_VIDEO: Final = _kinds("avc1 avc3 hvc1 hev1 av01 vp08 vp09 mp4v")
_SOUND: Final = _kinds(
    "mp4a .mp3 ac-3 ec-3 alac Opus fLaC dtsc dtsh dtsl dtse lpcm sowt twos in24 in32 fl32 fl64 "
    "raw ulaw alaw ipcm fpcm"
)
_VIDEO_PARTS: Final = _kinds(
    "avcC hvcC av1C vpcC esds colr pasp fiel clap btrt mdcv clli SmDm CoLL gama glbl"
)
_SOUND_PARTS: Final = _kinds(
    "esds chan chnl wave btrt srat dac3 dec3 dOps dfLa alac pcmC frma enda"
)
_WAVE_PARTS: Final = _kinds("frma enda esds mp4a alac dac3 dec3 chan") | {bytes(4)}
_INSIDE_ENTRY: Final = (
    {(b"stsd", kind): _VIDEO_PARTS for kind in _VIDEO}
    | {(b"stsd", kind): _SOUND_PARTS for kind in _SOUND}
    | {(kind, b"wave"): _WAVE_PARTS for kind in _SOUND}
)
"""(parent, kind) of sample entries and what QuickTime puts inside: the same codes name other
boxes elsewhere (`mp4a` in `wave`)."""

_LAVF: Final = rb"(?:Lavf|Lavc)[\d.]{0,20}"
_CONTENT: Final = {
    # The check of tags would see what FFmpeg reads: words up to the first zero, and of two boxes
    # of a kind the last. So whole boxes are compared here.
    (b"ilst", b"\xa9too"): rb"\0{3}.data\0{3}\x01\0{4}" + _LAVF,
    (b"udta", b"\xa9swr"): rb"\0.\x55\xc4" + _LAVF,
    (b"meta", b"hdlr"): rb"\0{8}mdirappl\0{9}",
    (b"mdia", b"hdlr"): rb"\0{4}(?:\0{4}|mhlr)(?:vide|soun)\0{12}"
    rb"(?:\x0c?(?:Video|Sound)Handler)?\0?",
    (b"minf", b"hdlr"): rb"\0{4}dhlrurl \0{12}(?:\x0b?DataHandler)?\0?",
    (b"dref", b"url "): rb"\0{3}\x01",  # the file itself, not another one by its name
    (b"wave", bytes(4)): rb"",
}
"""What boxes with room for words must hold, whole: (parent, kind) → pattern."""


def wrong_boxes(path: Path, credentials: bool = False) -> list[Message]:
    """Everything in an MP4 or MOV file that is not on the list above, one phrase each.

    What `mdat` holds, the samples, is no box and is not looked at. Raises OSError.

    Args:
        path: the file.
        credentials: it must hold content credentials, in one box of their own; without, it may not.
    """
    wrong: list[Message] = []
    with path.open("rb") as file:
        if credentials:
            wrong += _wrong_credentials(file)
        _walk(file, 0, path.stat().st_size, (), _TOP | {_UUID} if credentials else _TOP, wrong)
    return wrong


_UUID: Final = b"uuid"
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + bytes(4) + b"manifest\0"
"""How the box of content credentials begins (C2PA 2.x, embedding in BMFF): its type, version and
flags, and what it is for."""

_NO_PICTURE: Final = re.compile(rb"thumbnail|\xff\xd8\xff|\x89PNG|WEBP|ftypavif|ftyphei", re.DOTALL)
"""In credentials, what would be a picture: nobody looks at it, so it may not be there."""


def _wrong_credentials(file: BinaryIO) -> list[Message]:
    """What is wrong with the one box of content credentials."""
    end, at, found = file.seek(0, 2), 0, []
    while at + 8 <= end:
        kind, body, after = _header(file, at, end)
        if not at < body <= after <= end:
            break
        if kind == _UUID:
            found.append((at, body, after))
        at = after
    if len(found) != 1:
        return [Message("credentials_boxes", found=len(found))]
    at, body, after = found[0]
    file.seek(body)
    content = file.read(min(after - body, _CHUNK))
    # One statement, ours: a second would be that of the original.
    ours = content.startswith(_C2PA) and content.count(b"jumdc2ma") == 1
    if after - body > _CHUNK or not ours or _NO_PICTURE.search(content):
        return [Message("credentials_other_content", at=at)]
    return []


def _walk(
    file: BinaryIO,
    start: int,
    end: int,
    parents: tuple[bytes, ...],
    allowed: Collection[bytes],
    wrong: list[Message],
) -> None:
    """Go through the boxes of one level (ISO/IEC 14496-12, 4.2) and into those on the list."""
    at = start
    while at + 8 <= end:
        kind, body, after = _header(file, at, end)
        if not at < body <= after <= end:
            wrong.append(Message("box_malformed", inside=_named(parents), at=at))
            return
        box = _named((*parents, kind))
        if kind in _PADDING:
            if _not_empty(file, body, after):
                wrong.append(Message("box_not_empty", box=box, at=at))
        elif kind not in allowed:
            wrong.append(Message("box_not_allowed", box=box, at=at))
        elif not _look_into(file, body, after, (*parents, kind), wrong):
            wrong.append(Message("box_other_content", box=box, at=at))
        at = after
    if at != end and not (parents and _ends_list(file, at, end)):
        wrong.append(Message("bytes_after_boxes", length=end - at, inside=_named(parents)))


def _look_into(
    file: BinaryIO, body: int, end: int, path: tuple[bytes, ...], wrong: list[Message]
) -> bool:
    """Check the boxes in an allowed box; returns whether the words in it are FFmpeg's own."""
    inside, pattern = _children(path), _CONTENT.get(_pair(path))
    if inside is not None:
        _walk(file, _first_child(file, body, path), end, path, inside, wrong)
    elif pattern is not None:
        file.seek(body)
        content = file.read(min(end - body, _CHUNK))
        return end - body <= _CHUNK and re.fullmatch(pattern, content, re.DOTALL) is not None
    return True


def _children(path: tuple[bytes, ...]) -> frozenset[bytes] | None:
    """Kinds that a box may hold; None where it holds no boxes."""
    if path[-1] == b"stsd":
        return _VIDEO | _SOUND
    return _INSIDE_ENTRY.get(_pair(path)) or _INSIDE.get(path[-1])


def _pair(path: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """Parent and kind; the parent of the file's own boxes is b""."""
    return (path[-2] if len(path) > 1 else b""), path[-1]


def _first_child(file: BinaryIO, body: int, path: tuple[bytes, ...]) -> int:
    if path[-2:-1] != (b"stsd",):
        return body + _BEFORE.get(path[-1], 0)
    if path[-1] in _VIDEO:
        return body + 78
    file.seek(body + 8)
    version = int.from_bytes(file.read(2), "big")
    return body + 28 + {1: 16, 2: 36}.get(version, 0)  # QuickTime's longer headers


def _header(file: BinaryIO, at: int, end: int) -> tuple[bytes, int, int]:
    """Kind, start of the content, and end of the box at a byte."""
    file.seek(at)
    head = file.read(16)
    size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        size = end - at
    return kind, at + header, at + size


def _ends_list(file: BinaryIO, at: int, end: int) -> bool:
    """Whether this is the zero with which QuickTime ends a list of boxes."""
    file.seek(at)
    return file.read(end - at) == bytes(4)


def _not_empty(file: BinaryIO, start: int, end: int) -> bool:
    """Whether padding holds anything but zeros, to its last byte."""
    file.seek(start)
    sizes = (min(_CHUNK, end - at) for at in range(start, end, _CHUNK))
    return any(file.read(size).strip(b"\0") for size in sizes)


def _named(path: tuple[bytes, ...]) -> str:
    """Codes joined with "/", which alone is the file itself; a code may be anything, so what
    cannot be printed is a "?"."""
    texts = [kind.decode("latin-1") for kind in path]
    return "/".join("".join(c if c.isprintable() else "?" for c in t) for t in texts) or "/"
