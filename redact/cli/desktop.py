"""`redact desktop`: a file that opens the page of `redact review` on a double click."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import click

from .. import safe_python
from ..errors import OutputError
from ..files import check_writable, write_whole
from ..words import problem, reason_of, say
from . import options
from .app import PATH, command
from .terminal import Terminal

_MARK: Final = "written by redact desktop"
"""Text in every such file: only files with it are removed."""

_LINUX: Final = """\
# {mark}
[Desktop Entry]
Type=Application
Name=redact
GenericName=Redaction of videos
GenericName[fr]=Masquage dans les vidéos
Comment=Hide faces and licence plates in videos
Comment[fr]=Masquer visages et plaques dans les vidéos
Exec={program} {words} review
Path=/
Icon={icon}
Terminal=false
Categories=AudioVideo;Video;
StartupNotify=false
"""
# Desktop Entry Specification 1.5

_MACOS: Final = "#!/bin/sh\n# {mark}\ncd /\nexec {program} {words} review\n"

_WINDOWS: Final = '@rem {mark}\r\n@start "" /d "%SystemRoot%" {program} {words} review\r\n'

_NAMES: Final = {"linux": "redact.desktop", "macos": "redact.command", "windows": "redact.cmd"}


_MENU: Final = "applications"
"""Folder of the application menu (Desktop Menu Specification)."""


@command
@click.option("-o", "--output", "folder", type=PATH)
@click.option("--remove", is_flag=True)
@options.force_option
def desktop(folder: Path | None, remove: bool, force: bool) -> None:
    """`redact desktop`."""
    terminal, system = Terminal(), _this_system()
    places = [place / _NAMES[system] for place in ([folder] if folder else _usual(system))]
    if remove:
        for place in filter(_ours, places):
            place.unlink()
            terminal.say(say("file_removed", path=place))
        return
    for place in places:
        check_writable(place, force, whole=True)
    for place in places:
        write_whole(place, _content(system), force=force, mode=0o755)
        if folder is not None:
            terminal.say(say("starter_written", path=place))
        elif place.parent.name == _MENU:
            terminal.say(say("starter_in_menu", path=place))
        else:
            terminal.say(say("starter_on_desktop", path=place))
    if system != "linux":
        terminal.say(say("starter_untested"))


def _this_system() -> str:
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")


def _usual(system: str) -> Iterator[Path]:
    """Folders in which the desktop looks for launchers. Raises OutputError if there is none."""
    found = []
    if system == "linux":
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        found.append(data / _MENU)
        try:
            found[0].mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = reason_of(error)
            raise problem(OutputError, "menu_unmade", path=found[0], reason=reason) from error
    found.append(_desktop())
    yield from (place for place in found if place.is_dir())
    if not any(place.is_dir() for place in found):
        raise problem(OutputError, "no_desktop", path=found[-1])


def _desktop() -> Path:
    """The user's desktop folder, which has another name in other languages (xdg-user-dirs)."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    try:
        lines = (config / "user-dirs.dirs").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition("=")
        if name == "XDG_DESKTOP_DIR":
            return Path(value.strip('"').replace("$HOME", str(Path.home())))
    return Path.home() / "Desktop"


def _content(system: str) -> bytes:
    program, words = Path(safe_python.START_COMMAND[0]), " ".join(safe_python.SAFE_ARGUMENTS)
    known = {"mark": _MARK, "words": words}
    if system == "linux":
        icon = resources.files("redact.review").joinpath("assets", "icon.svg")
        return _LINUX.format(**known, program=_in_exec(f"{program}"), icon=icon).encode()
    if system == "macos":
        return _MACOS.format(**known, program=shlex.quote(f"{program}")).encode()
    silent = program.with_name("pythonw.exe")  # without a window of its own
    chosen = silent if silent.exists() else program
    return _WINDOWS.format(**known, program=f'"{chosen}"'.replace("%", "%%")).encode()


def _in_exec(path: str) -> str:
    """A path as one argument of an Exec key: quoted, then escaped as a string."""
    for sign in '\\"`$':
        path = path.replace(sign, f"\\{sign}")
    return f'"{path}"'.replace("\\", "\\\\").replace("%", "%%")


def _ours(place: Path) -> bool:
    try:
        return _MARK.encode() in place.read_bytes()[:200]
    except OSError:
        return False
