"""A file to which answers are appended, and from which they are read back in order, even after the
process was killed at any moment.

Each record is its length, a mark of this user over the record and all before it (`own_mark`), and
its content. The file ends at the first record that was cut off, damaged, or written by another
user.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from .leftovers import LockedFile, claim
from .own_mark import own_mark

MOST_ANSWER_BYTES: Final = 1 << 30
"""Largest size of a file; further answers are not stored. It is enough for days of a street, or
hours of a dense crowd."""

SYNC_EVERY: Final = 5.0
"""Seconds between two syncs to disk. A power cut loses at most these answers; a killed process
loses only the answer it was about to write."""

_CHECKSUM: Final = 8
_HEAD: Final = 4 + _CHECKSUM


class Answer(msgspec.Struct, array_like=True):
    """One answer: a digest of the question, and the parts of the answer."""

    question: bytes
    parts: list[bytes]


class AnswerFile:
    """Answers before the current position have been accepted. `peek` returns the next one; `put`
    writes an answer at the position, and drops all after it."""

    def __init__(self, held: LockedFile) -> None:
        self._held = held
        self._end = 0
        self._sum = b""
        self._next: tuple[int, bytes, Answer] | None = None
        self._replaced = False
        self._full = False
        self._synced = time.monotonic()

    @classmethod
    def opened(cls, path: Path) -> AnswerFile | None:
        """Open or create a file and lock it; None if it is in use or belongs to another user.

        Raises:
            OSError: it cannot be opened.
        """
        if path.is_symlink():
            return None
        held = claim(path, 0o600)
        if held is not None and not _ours(held.handle):
            held.release()
            return None
        return None if held is None else cls(held)

    def peek(self) -> Answer | None:
        """The next answer; None at the end."""
        if self._replaced:
            return None
        if self._next is None:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                self._next = _record(self._held.handle, self._end, self._sum)
        return None if self._next is None else self._next[2]

    def accept(self) -> None:
        """Move past the answer that `peek` returned."""
        assert self._next is not None
        self._end, self._sum, _ = self._next
        self._next = None

    def put(self, answer: Answer) -> None:
        """Write an answer in place of all that were not accepted.

        If the disk is full, later answers are not stored, but nothing is raised.
        """
        if self._full:
            return
        data = msgspec.msgpack.encode(answer)
        checksum = _checksum(self._sum, data)
        record = len(data).to_bytes(4, "big") + checksum + data
        handle = self._held.handle
        try:
            if not self._replaced:
                os.ftruncate(handle, self._end)
                self._replaced, self._next = True, None
            os.lseek(handle, self._end, os.SEEK_SET)
            self._full = self._end + len(record) > MOST_ANSWER_BYTES or (
                os.write(handle, record) != len(record)
            )
            if time.monotonic() - self._synced >= SYNC_EVERY:
                os.fsync(handle)
                self._synced = time.monotonic()
        except OSError:
            self._full = True
        if not self._full:
            self._end, self._sum = self._end + len(record), checksum

    def close(self) -> None:
        self._held.release()

    def remove(self) -> None:
        """Close the file and delete it."""
        self._held.remove()


def _record(handle: int, begin: int, before: bytes) -> tuple[int, bytes, Answer] | None:
    """The record at an offset: the offset of its end, its checksum, and its answer; None if there
    is no valid one.

    Args:
        handle: descriptor of the file.
        begin: offset of the record.
        before: checksum of the record before it.
    """
    os.lseek(handle, begin, os.SEEK_SET)
    head = os.read(handle, _HEAD)
    length = int.from_bytes(head[:4], "big")
    if len(head) != _HEAD or length > os.fstat(handle).st_size - begin:
        return None
    data = os.read(handle, length)
    checksum = _checksum(before, data)
    if len(data) != length or checksum != head[4:]:
        return None
    return begin + _HEAD + length, checksum, msgspec.msgpack.decode(data, type=Answer)


def _ours(handle: int) -> bool:
    """Whether a file belongs to this user and no other user can read or write it."""
    if sys.platform == "win32":
        return True
    said = os.fstat(handle)
    closed = not said.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return stat.S_ISREG(said.st_mode) and said.st_uid == os.geteuid() and closed


def _checksum(before: bytes, data: bytes) -> bytes:
    return bytes.fromhex(own_mark(b"answer\0" + before + data))[:_CHECKSUM]
