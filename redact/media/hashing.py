"""SHA-256 of whole files and of small data."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import InputError
from ..messages import problem, reason_of
from ..progress import Progress, Silent

_BLOCK = 1 << 20


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """SHA-256 of a file, hex.

    Raises:
        InputError: if the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with (
            path.open("rb") as file,
            (progress or Silent()).stage("hash", path.stat().st_size, "bytes") as stage,
        ):
            while block := file.read(_BLOCK):
                digest.update(block)
                stage.advance(len(block))
    except OSError as error:
        reason = reason_of(error)
        raise problem(InputError, "cannot_read_on", path=f"{path}", reason=reason) from error
    return digest.hexdigest()
