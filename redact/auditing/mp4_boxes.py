"""Strict check of the boxes of an MP4 or MOV file, at every level.

Each box must be one that its parent may contain, and boxes that could contain text must have the
text that FFmpeg writes. So anything that FFmpeg does not write is found, whoever made the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from ..formats import mp4, tags
from ..formats.mp4 import Mp4Box
from ..words import Message

_MOST_READ_BYTES: Final = 1 << 20
"""Most bytes to read at once: no box with text is that large."""


_LAVF: Final = tags.LAVF.encode()
_CONTENT: Final = {
    # The check of tags sees only what FFmpeg reads: text up to the first zero, and the last of two
    # boxes of a kind. So whole boxes are compared here.
    (b"ilst", b"\xa9too"): rb"\0{3}.data\0{3}\x01\0{4}" + _LAVF,
    (b"udta", b"\xa9swr"): rb"\0.\x55\xc4" + _LAVF,
    (b"meta", b"hdlr"): rb"\0{8}mdirappl\0{9}",
    (b"mdia", b"hdlr"): rb"\0{4}(?:\0{4}|mhlr)(?:vide|soun)\0{12}(?:\x0c?(?:"
    + "|".join(tags.HANDLERS).encode()
    + rb"))?\0?",
    (b"minf", b"hdlr"): rb"\0{4}dhlrurl \0{12}(?:\x0b?DataHandler)?\0?",
    (b"dref", b"url "): rb"\0{3}\x01",  # the file itself, not another one by its name
    (b"wave", bytes(4)): rb"",
}
"""(parent, kind) of boxes that could contain text → pattern of the whole content."""


def wrong_boxes(path: Path) -> list[Message]:
    """Everything in an MP4 or MOV file that `mp4.is_allowed` and the patterns above do not allow,
    one message each.

    The content of `mdat`, the samples, is not checked. Raises OSError.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        wrong: list[Message] = []

        def enter(box: Mp4Box) -> int | None:
            video = box.kind in mp4.VIDEO
            return mp4.first_inside(file, box, video) if mp4.is_allowed(box) else None

        for box in mp4.walk(file, 0, size, enter):
            wrong += _wrong(file, box) if box.kind else _no_box(file, box)
    return wrong


def _wrong(file: BinaryIO, box: Mp4Box) -> list[Message]:
    """Faults of a box itself, not of those in it."""
    if box.kind in mp4.PADDING:
        empty = mp4.is_zero(file, box.body, box.end)
        return [] if empty else [Message("box_not_empty", box=box.path, at=box.start)]
    if not mp4.is_allowed(box):
        return [Message("box_not_allowed", box=box.path, at=box.start)]
    pattern = _CONTENT.get((box.parent, box.kind))
    if pattern is None:
        return []
    fits = box.size <= _MOST_READ_BYTES and re.fullmatch(pattern, box.content(file), re.DOTALL)
    return [] if fits else [Message("box_other_content", box=box.path, at=box.start)]


def _no_box(file: BinaryIO, rest: Mp4Box) -> list[Message]:
    """Faults of the bytes after the last box of a level."""
    inside = "/".join(map(mp4.name_of, rest.above)) or "/"
    if rest.size >= 8:
        return [Message("box_malformed", inside=inside, at=rest.start)]
    if rest.above and rest.content(file) == bytes(4):
        return []  # QuickTime ends lists of boxes with a zero
    return [Message("bytes_after_boxes", length=rest.size, inside=inside)]
