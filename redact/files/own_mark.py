"""A mark by which redact recognises what it wrote for this user on this machine.

Decisions are stored in files that can be handed on, such as a plan or the note of a held-back
result. A recipient must not have the sender's decisions counted as their own. So such content
carries a mark (HMAC-SHA-256, RFC 2104) made with a secret that never leaves the user's own folder.
Without that folder, marks are valid until the process ends.
"""

from __future__ import annotations

import functools
import hmac
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import Final

_BYTES: Final = 32


def own_mark(data: bytes) -> str:
    """This user's mark of some content, hex."""
    return hmac.digest(_secret(), data, "sha256").hex()


def is_own(data: bytes, mark: str) -> bool:
    """Whether this is this user's mark of the content."""
    return hmac.compare_digest(own_mark(data).encode(), mark.encode("utf-8", "replace"))


def belongs_to_user(path: Path) -> bool:
    """Whether a file itself, not the target of a link, belongs to this user. Always true on
    Windows."""
    if sys.platform == "win32":
        return True
    try:
        return path.lstat().st_uid == os.geteuid()
    except OSError:
        return False


def state_folder() -> Path:
    """redact's folder for state (XDG Base Directory, or its equivalent on Windows)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "redact"
    usual = Path.home() / ".local" / "state"
    return Path(os.environ.get("XDG_STATE_HOME") or usual) / "redact"


@functools.cache
def _secret() -> bytes:
    try:
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _read(folder / "mark") or _made(folder / "mark")
    except (OSError, RuntimeError):  # the folder cannot be used
        return secrets.token_bytes(_BYTES)


def _read(path: Path) -> bytes:
    """The secret in a file; b"" if there is none. Raises OSError if another user could know it."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return b""
    with os.fdopen(handle, "rb") as file:
        said = os.fstat(handle)
        if sys.platform != "win32" and (
            said.st_uid != os.geteuid() or said.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        ):
            raise OSError(f"{path}: is not closed to others")
        found = file.read(_BYTES)
    return found if len(found) == _BYTES else b""


def _made(path: Path) -> bytes:
    secret = secrets.token_bytes(_BYTES)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secret)
    part.replace(path)
    return _read(path)
