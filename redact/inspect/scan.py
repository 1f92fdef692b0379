"""Inspects one file with every inspector that knows its format."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import av

from ..errors import InputError
from ..formats import photographs
from ..formats.containers import Structure, structure_of
from ..media import WRITTEN, is_photograph, refuse_addresses
from ..words import Message, problem
from .disclosures import Disclosure, Disclosures, Kind, QuotedOrOurs
from .matroska import inspect_matroska
from .mp4 import inspect_mp4
from .photographs import inspect_exif, inspect_photograph
from .streams import inspect_streams

FORMAT_BYTES: Final = 64
"""Bytes at the beginning of a file that identify its format."""

INSPECTORS: Final = {Structure.BOXES: inspect_mp4, Structure.ELEMENTS: inspect_matroska}
"""The inspector for each structure of files."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of inspecting a file.

    Attributes:
        path: as given.
        container: FFmpeg's demuxer name, "unknown" if FFmpeg cannot read the file.
        found: everything that says something about who made it.
        generic: what every file of the format has, and where, for completeness.
        packets: coded pictures and sound units that were read.
        walked: whether the container's own structure was read. If not, only what FFmpeg reads was
            inspected, and there may be more.
        changed: time of the last change in the file system; not part of the file. None if it is
            outside the calendar: file systems accept times of a million years.
    """

    path: Path
    container: str
    found: tuple[Disclosure, ...]
    generic: tuple[tuple[str, QuotedOrOurs], ...]
    packets: int
    walked: bool
    changed: datetime | None

    @property
    def clean(self) -> bool:
        """Whether nothing was found that reveals who made the file, as far as its structure was
        read."""
        return self.walked and not self.found


def inspect_file(path: Path) -> Inspection:
    """Read the whole of a file, container and packets, without decoding a picture.

    Raises:
        InputError: it cannot be read, is empty, or its format is unknown.
    """
    refuse_addresses(path)
    found = Disclosures()
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise problem(InputError, "inspect_no_file", path=path)
        with path.open("rb") as file:
            photograph = photographs.kind_of(file.read(FORMAT_BYTES)) if is_photograph(path) else ""
            file.seek(0)
            if photograph:
                return _photograph(path, photograph, file.read(), _moment(status.st_mtime))
            known = _container(file, status.st_size, found)
    except PermissionError:
        raise problem(InputError, "may_not_read", path=path) from None
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise problem(InputError, "inspect_unread", path=path, reason=why) from None
    try:
        container, packets = inspect_streams(path, found)
    except (InputError, av.FFmpegError, OSError, ValueError) as error:
        if not known and isinstance(error, InputError):
            raise
        reason = _reason(path, error)
        if not known:
            raise problem(InputError, "inspect_no_video", path=path, reason=reason) from None
        found.add(Kind.UNUSUAL, Message("in_streams"), Message("streams_unread", why=reason))
        container, packets = "unknown", 0
    changed = _moment(status.st_mtime)
    return Inspection(path, container, found.found, found.generic, packets, known, changed)


def _photograph(path: Path, kind: str, data: bytes, changed: datetime | None) -> Inspection:
    """Inspect a photograph. For HEIC and AVIF, only what Pillow reads is listed, so they are never
    called clean."""
    found = Disclosures()
    walked = kind in WRITTEN
    (inspect_photograph if walked else inspect_exif)(data, found)
    return Inspection(path, kind, found.found, found.generic, 1, walked, changed)


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _reason(path: Path, error: Exception) -> QuotedOrOurs | InputError:
    """Why FFmpeg cannot read a file, without its folder, which the user knows."""
    if isinstance(error, InputError):
        return problem(InputError, error.code, **{**error.values, "path": path.name})
    if isinstance(error, av.FFmpegError):
        return error.strerror or Message("no_reason_given")
    return str(error)


def _container(file: BinaryIO, size: int, found: Disclosures) -> bool:
    """Walk the container's structure; False if there is no inspector for it."""
    structure = structure_of(file.read(FORMAT_BYTES))
    if structure is not None:
        INSPECTORS[structure](file, size, found)
    return structure is not None
