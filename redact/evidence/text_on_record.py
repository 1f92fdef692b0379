"""Text that goes on record: one line that shows what it says, and no folders, for they hold user
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import PlanError, UsageError
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


LONGEST = 2000
"""Characters in one field: a paragraph; more belongs in a document of its own."""


def checked_text(value: object, where: str) -> str:
    """`value` if it is text that can stand in a record, one line. Raises PlanError."""
    if not isinstance(value, str):
        raise PlanError(
            f"{where}: expected text, found {type(value).__name__}", "Put the value in quotes."
        )
    if len(value) > LONGEST:
        raise PlanError(
            f"{where}: {len(value)} characters, at most {LONGEST} fit", "Shorten the text."
        )
    # Control characters and lone surrogates can make a record look different from what it says
    # (terminal escapes, text direction), or cannot be written as UTF-8 at all.
    bad = next((c for c in value if not _printable(c)), None)
    if bad is not None:
        raise PlanError(
            f"{where}: holds the control character U+{ord(bad):04X}", "Remove that character."
        )
    return value


def checked_option(value: str, option: str) -> str:
    """Like `checked_text`, for a value from the command line. Raises UsageError."""
    try:
        return checked_text(value, option)
    except PlanError as error:
        raise UsageError(error.message, error.hint) from None


def _printable(char: str) -> bool:
    direction_marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return char not in direction_marks and not (
        ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000
    )
