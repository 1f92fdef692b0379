"""Files that the page shows in a frame or a player, each under a path that cannot be guessed,
because a frame cannot send the token."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..formats.containers import WRITABLE
from ..media import PHOTOGRAPH_ENDINGS
from .guard import SAFE_HEADERS

SHOWN_PATH: Final = "/shown/"
"""Prefix of such a path."""

_CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    **{ending: f"image/{kind}" for ending, kind in PHOTOGRAPH_ENDINGS.items()},
    **{ending: row.mime for row in WRITABLE.values() for ending in row.endings},
}


def content_type(file: Path) -> str:
    """The media type of a file, by the end of its name."""
    return _CONTENT_TYPES.get(file.suffix.lower(), "application/octet-stream")


PIECE_BYTES: Final = 1 << 18
"""Bytes that are read at once."""

_SHOWN: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers: a report contains its style and runs nothing; only this server's pages may frame it."""

HEADERS: Final = tuple((name, _SHOWN.get(name, value)) for name, value in SAFE_HEADERS)


class Shelf:
    """Files that were put there, until the server ends."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    def put(self, file: Path) -> str:
        """The path under which the page gets a file from now on."""
        path = f"{SHOWN_PATH}{secrets.token_urlsafe(32)}{file.suffix}"
        self._files[path] = file
        return path

    def get(self, path: str) -> Path | None:
        return self._files.get(path)


def part_of(size: int, wanted: str) -> tuple[int, int] | None:
    """First and last byte that a `Range` header asks for; None for the whole file, also if the
    header is not understood."""
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted.strip())
    if asked is None:
        return None
    start = int(asked[1])
    end = min(int(asked[2] or size), size - 1)
    return (start, end) if start <= end else None


def pieces(file: Path, first: int, last: int) -> Iterator[bytes]:
    """The bytes of a file from the first to the last, both included."""
    with file.open("rb") as opened:
        opened.seek(first)
        left = last + 1 - first
        while left and (data := opened.read(min(left, PIECE_BYTES))):
            left -= len(data)
            yield data
