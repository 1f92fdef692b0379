"""Names and text without folders, for the record: folders contain the names of users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final
from urllib.parse import quote

from ..types import readable
from .checked_text import printable

_ABSOLUTE = re.compile(
    r"""(?<![\w./\\:])             # not in the middle of a word, a relative path or a URL
        (?:~[\w.-]*|[A-Za-z]:)?   # a home folder or a drive
        [/\\][^\s"'<>|:;,()]*[/\\]  # folders
    """,
    re.VERBOSE,
)


def file_name(path: Path | str) -> str:
    """Last part of a path of either system, "unnamed" for a path without one.

    Characters that would make the record look different from what it says are written as in file
    URLs ("%0A"), because a file may have any name, and its owner may not be able to change it.
    """
    name = readable(PureWindowsPath(PurePosixPath(str(path)).name).name)
    return _on_one_line(name) or "unnamed"


def _on_one_line(text: str) -> str:
    return "".join(c if printable(c) else quote(c, safe="", errors="replace") for c in text)


FREE_TEXT: Final[Mapping[str, str]] = {
    "tag_unread": "key",
    "container_tag": "key",
    "stream_tag": "key",
    "named": "name",
    "rendered": "encoder",
}
"""By message code, the value that comes from others: only that can contain a folder. All other text
of a record is a code, a number, a name, a hash, or a person's words, and stays as it is."""


def without_folders(text: str) -> str:
    """Text from others, with the folders of paths removed and their file names kept."""
    return readable(_ABSOLUTE.sub("", text))


def word_of_command(word: str) -> str:
    """A word of a command line as a record stores it: on one line. The commands of this program
    name files without their folders; another program's words lose those of absolute paths."""
    if PureWindowsPath(word).root or word.startswith("~"):
        return file_name(word)
    return _on_one_line(without_folders(word))
