"""Output that nobody reads any more, as after `| head -1`."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Unread(io.FileIO):
    """A pipe whose reader may leave: what comes after is thrown away."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def outlive_readers() -> None:
    """Let a command go on, and end with its own exit code, when its reader has left.

    Else a long run would be lost, or one that needs review would end like a defect, because
    somebody wanted to see one line of what it says. Terminals are left as they are.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            number = stream.fileno()
        except (AttributeError, OSError, ValueError):  # closed, or none at all
            continue
        if stream.isatty():
            continue
        stream.flush()
        buffer = io.BufferedWriter(_Unread(number, "wb", closefd=False))
        text = io.TextIOWrapper(
            buffer, stream.encoding, stream.errors, line_buffering=name == "stderr"
        )
        setattr(sys, name, text)
