"""Names and text without folders, for the record: folders hold the names of users."""

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
    URLs ("%0A"), for a file may have any name, and its owner may not be able to change it.
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
"""The value of a message, by code, that others wrote: only there can a folder stand. All other text
of a record is a code, a number, a name, a hash, or what a person said, and stays as it is."""


def without_folders(text: str) -> str:
    """Text that others wrote, with the folders of paths removed and their file names kept."""
    return readable(_ABSOLUTE.sub("", text))


_GLUED = re.compile(r"(?P<option>-(?:[A-Za-z]*?o|[A-Za-z])=?)(?P<path>.*[/\\].*)", re.DOTALL)
"""A short option and its value in one, perhaps after others that take none: -o/srv/a, -vo/srv/a."""

_ENDING = re.compile(r"[^\s/\\]\.(?=\d?[A-Za-z])[A-Za-z0-9]{2,5}$")
"""That of a file: .mp4, .3gp, .json; no number, no full stop."""


def argument_without_folders(argument: str) -> str:
    """A command-line argument with its folders removed if it names a file.

    Free text that holds a slash ("art. 6/1 GDPR") stays as it is: only what is absolute, starts
    at a home or dot folder, stands in a folder that exists, holds a `*` or ends like the name of a
    file counts as a path; and what is glued to a short option (`-oPATH`), for that is no text.
    """
    if glued := _GLUED.fullmatch(argument):
        return readable(glued["option"] + file_name(glued["path"]))
    option, equals, value = argument.partition("=")
    if equals and option.startswith("-"):
        argument = f"{option}={_name_if_path(value)}"
    else:
        argument = _name_if_path(argument)
    # A name may stand here without a folder, so what `file_name` does is done here, too.
    return _on_one_line(readable(argument))


def _name_if_path(value: str) -> str:
    if "/" not in value and "\\" not in value:
        return value
    rooted = value.startswith(("/", "\\", "~", "./", "../", ".\\", "..\\", "file:"))
    drive = bool(PureWindowsPath(value).drive)
    path = rooted or drive or _in_a_folder(value) or _like_a_file(value)
    return file_name(value) if path else value


def _like_a_file(value: str) -> bool:
    """Whether it is written like a file or a pattern in a folder, which may be gone by now."""
    return "://" not in value and ("*" in value or bool(_ENDING.search(value)))


def _in_a_folder(value: str) -> bool:
    try:
        return Path(value).parent.is_dir() and Path(value).parent != Path()
    except (OSError, ValueError):
        return False
