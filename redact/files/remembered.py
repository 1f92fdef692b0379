"""Remembers for this user of this machine who they said they are, so that the page need not ask for
it letter by letter each time. Nothing depends on it: where it cannot be kept, it is forgotten."""

from __future__ import annotations

import contextlib
from typing import Final

from ..errors import RedactError
from .output import write_whole
from .own_mark import state_folder

_FILE: Final = "name"


def remembered_name() -> str:
    """The name that was last given; "" if none is remembered."""
    with contextlib.suppress(OSError, RuntimeError, UnicodeDecodeError):
        return (state_folder() / _FILE).read_text("utf-8")
    return ""


def remember_name(name: str) -> None:
    """Remember a name instead of the one before."""
    with contextlib.suppress(OSError, RuntimeError, RedactError):
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(folder / _FILE, name.encode("utf-8", "replace"), force=True, mode=0o600)
