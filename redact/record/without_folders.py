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


_GLUED = re.compile(r"(?P<option>-(?:[A-Za-z]*?o|[A-Za-z])=?)(?P<path>.*[/\\].*)", re.DOTALL)
"""A short option joined to its value, perhaps after others without one: -o/srv/a, -vo/srv/a."""

_ENDING = re.compile(r"[^\s/\\]\.(?=\d?[A-Za-z])[A-Za-z0-9]{2,5}$")
"""The ending of a file name: .mp4, .3gp, .json; not a number, not a full stop."""


def argument_without_folders(argument: str) -> str:
    """A command-line argument with its folders removed if it names a file.

    Free text with a slash ("art. 6/1 GDPR") stays as it is. An argument counts as a path only if it
    is absolute, starts at a home or dot folder, is in an existing folder, contains a `*`, or ends
    like a file name; or if it is joined to a short option (`-oPATH`), because that is never text.
    """
    if glued := _GLUED.fullmatch(argument):
        return readable(glued["option"] + file_name(glued["path"]))
    option, equals, value = argument.partition("=")
    if equals and option.startswith("-"):
        argument = f"{option}={_name_if_path(value)}"
    else:
        argument = _name_if_path(argument)
    # This may be a name without a folder, which needs the same escaping as in `file_name`.
    return _on_one_line(readable(argument))


def _name_if_path(value: str) -> str:
    if "/" not in value and "\\" not in value:
        return value
    rooted = value.startswith(("/", "\\", "~", "./", "../", ".\\", "..\\", "file:"))
    drive = bool(PureWindowsPath(value).drive)
    path = rooted or drive or _in_a_folder(value) or _like_a_file(value)
    return file_name(value) if path else value


def _like_a_file(value: str) -> bool:
    """Whether it is written like a file or a pattern in a folder, which may no longer exist."""
    return "://" not in value and ("*" in value or bool(_ENDING.search(value)))


def _in_a_folder(value: str) -> bool:
    try:
        return Path(value).parent.is_dir() and Path(value).parent != Path()
    except (OSError, ValueError):
        return False
