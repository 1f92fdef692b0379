"""Names and text without folders, for the record: folders hold the names of users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final
from urllib.parse import quote

from ..types import readable
from ..words import Value
from .checked_text import printable

_ABSOLUTE = re.compile(
    r"""(?<![\w./\\:])             # not in the middle of a word, a relative path or a URL
        (?:~[\w.-]*|[A-Za-z]:)?   # a home folder or a drive
        [/\\][^\s"'<>|:;,()]*[/\\]  # folders
    """,
    re.VERBOSE,
)

# Around a known folder. One that is absolute may end a text, a relative one must lead to something:
# "out" alone is a word.
_SEPARATORS = r"[/\\]+"
_BELOW = r"""[/\\]+(?:[^\s"'<>|:;,()/\\]+[/\\]+)*"""
_BEFORE_ROOT, _AFTER_ROOT = r"(?<![\w.~-])", rf"(?:{_BELOW}|(?!\w|[.-]\w))"
_BEFORE, _AFTER = r"(?<![\w.~+@%/\\-])(?:\.[/\\]+)*", _BELOW


def file_name(path: Path | str) -> str:
    """Last part of a path of either system, "unnamed" for a path without one.

    Characters that would make the record look different from what it says are written as in file
    URLs ("%0A"), for a file may have any name, and its owner may not be able to change it.
    """
    name = readable(PureWindowsPath(PurePosixPath(str(path)).name).name)
    return _on_one_line(name) or "unnamed"


def _on_one_line(text: str) -> str:
    return "".join(c if printable(c) else quote(c, safe="", errors="replace") for c in text)


FREE_TEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "tag": ("key", "text"),
    "tag_unread": ("key",),
    "container_tag": ("key",),
    "stream_tag": ("key",),
    "named": ("name",),
    "rendered": ("encoder",),
}
"""Values of messages, by code, that others wrote: only there can the folder of a file stand. All
other text of a record is a code, a number, a name, a hash, or what a person said: a folder named
"7" or "face" must change none of it."""


def values_without_folders(
    code: str, values: Mapping[str, Value], known: Iterable[Path] = ()
) -> dict[str, Value]:
    """The values of a message, with folders taken out of what is free text among them.

    Args:
        code: of the message.
        values: its values.
        known: see `without_folders`.
    """
    free = FREE_TEXT.get(code, ())
    return {
        name: value
        if not isinstance(value, str)
        else without_folders(value, known)
        if name in free
        else readable(value)
        for name, value in values.items()
    }


def without_folders(text: str, known: Iterable[Path] = ()) -> str:
    """Free text with the folders of paths removed, their file names kept.

    Args:
        text: no code, name or hash: what looks like a folder is taken out of it.
        known: files that the run used; their folders are removed even where they hold spaces, or
            are relative. A relative one is removed only where a path begins with it: "out/a.mp4"
            becomes "a.mp4", and "taken out" stays.
    """
    rooted, relative = {Path.home(), Path.cwd()}, set()
    for path in known:
        rooted |= {path.absolute().parent, path.resolve().parent}
        if not path.is_absolute():
            relative.add(path.parent)
    text = _folders(rooted, _BEFORE_ROOT, _AFTER_ROOT).sub("", text)
    text = _folders(relative, _BEFORE, _AFTER).sub("", text)
    return readable(_ABSOLUTE.sub("", text))


def _folders(folders: Iterable[Path], before: str, after: str) -> re.Pattern[str]:
    """What finds any of some folders, the longest first, and those that lie in it."""
    named = {f for f in folders if f not in (Path(), Path(f.anchor))}
    ordered = sorted(named, key=lambda f: len(str(f)), reverse=True)
    any_of = "|".join(_SEPARATORS.join(map(re.escape, _parts(f))) for f in ordered)
    return re.compile(f"{before}(?:{any_of}){after}" if ordered else "(?!)")


def _parts(folder: Path) -> list[str]:
    """Names on the way to a folder; the first is the drive, or "", where it is absolute."""
    return [folder.drive, *folder.parts[1:]] if folder.anchor else list(folder.parts)


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
