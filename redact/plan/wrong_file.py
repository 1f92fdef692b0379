"""What a file is that was given as a plan and is none."""

from __future__ import annotations

from ..files import FOOTAGE_ENDINGS

HEAD = 4096
"""Bytes from the start of a file that show what it is."""

_BOM = b"\xef\xbb\xbf"


def what_else(head: bytes, name: str) -> str:
    """What a file is instead of a plan, "" if it could be one that is damaged.

    Args:
        head: the first bytes of the file.
        name: of the file.
    """
    if head.removeprefix(_BOM).lstrip()[:1] == b"{":
        return ""
    if not head:
        return "is empty, no plan"
    return "is a video, not a plan" if _is_video(head, name) else "is not a plan"


def _is_video(head: bytes, name: str) -> bool:
    marks = head[4:8] == b"ftyp", head[:4] == b"\x1a\x45\xdf\xa3", head[8:12] == b"AVI "
    return any(marks) or FOOTAGE_ENDINGS.search(name) is not None
