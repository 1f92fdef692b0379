"""Taking folders, and with them user names, out of text that goes on record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..types import readable

_ABSOLUTE = re.compile(
    r"""(?<![\w./\\:])             # not in the middle of a word, a relative path or a URL
        (?:~[\w.-]*|[A-Za-z]:)?   # a home folder or a drive
        [/\\][^\s"'<>|:;,()]*[/\\]  # folders
    """,
    re.VERBOSE,
)


def file_name(path: Path | str) -> str:
    """Last part of a path of either system, "unnamed" for a path without one."""
    return readable(PureWindowsPath(PurePosixPath(str(path)).name).name) or "unnamed"


def without_folders(text: str, known: Iterable[Path] = ()) -> str:
    """`text` with the folders of absolute paths removed, their file names kept.

    Args:
        text: a warning, note or description.
        known: files that the run used; their folders are removed even where they hold spaces.
    """
    folders: set[str] = {str(Path.home()), str(Path.cwd())}
    for path in known:
        folders |= {str(path.parent), str(path.absolute().parent), str(path.resolve().parent)}
    for folder in sorted(folders - {".", "/"}, key=len, reverse=True):
        text = text.replace(f"{folder}/", "").replace(f"{folder}\\", "").replace(folder, "")
    return readable(_ABSOLUTE.sub("", text))


def argument_without_folders(argument: str) -> str:
    """A command-line argument with its folders removed if it names a file.

    Free text that holds a slash ("art. 6/1 GDPR") stays as it is: only what is absolute, starts
    at a home or dot folder, or stands in a folder that exists counts as a path.
    """
    option, equals, value = argument.partition("=")
    if equals and option.startswith("-"):
        return readable(f"{option}={_name_if_path(value)}")
    return readable(_name_if_path(argument))


def _name_if_path(value: str) -> str:
    if "/" not in value and "\\" not in value:
        return value
    rooted = value.startswith(("/", "\\", "~", "./", "../", ".\\", "..\\", "file:"))
    drive = bool(PureWindowsPath(value).drive)
    return file_name(value) if rooted or drive or _in_a_folder(value) else value


def _in_a_folder(value: str) -> bool:
    try:
        return Path(value).parent.is_dir() and Path(value).parent != Path()
    except (OSError, ValueError):
        return False
