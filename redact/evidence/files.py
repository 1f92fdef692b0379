"""Writing the small files of the record: whole or not at all, and never over another file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from ..errors import OutputError, OutputExistsError


def write_atomically(path: Path, data: bytes, *, force: bool = False, mode: int = 0o644) -> None:
    """Write `data` under a temporary name in the same folder, then rename.

    Args:
        path: final name.
        data: whole content.
        force: replace a file that is already there.
        mode: permissions where the system has them.

    Raises:
        OutputExistsError: `path` is there and `force` is not given.
        OutputError: the folder cannot be written; nothing was left behind.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".redact-", suffix=".partial", dir=path.parent)
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from None
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(mode)
        _publish(partial, path, force)
        sync_folder(path.parent)
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


def _publish(partial: Path, path: Path, force: bool) -> None:
    if force:
        partial.replace(path)
        return
    refusal = OutputExistsError(
        f"{path}: is already there", "Move it away, choose another name, or add --force."
    )
    try:
        # A hard link fails if the name is taken, so two runs cannot both believe they were
        # first; renaming would overwrite silently.
        os.link(partial, path)
    except FileExistsError:
        raise refusal from None
    except OSError:
        # Some file systems (FAT, network shares) have no hard links.
        if path.exists():
            raise refusal from None
        partial.rename(path)


def _cannot(path: Path, error: OSError | ValueError) -> OutputError:
    why = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return OutputError(
        f"{path}: cannot be written ({why})", "Choose a folder that exists and can be written."
    )


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system offers that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sha256_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a whole file, hex. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
