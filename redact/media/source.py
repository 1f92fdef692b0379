"""Opens a source (the only place where FFmpeg gets an input file), and hashes it."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Discard

from ..errors import InputError
from ..formats.containers import Structure, structure_of
from ..progress import Silent, Stages
from ..types import is_text
from ..words import problem, reason_of
from .damage import errors_counted
from .info import SourceInfo
from .pyav import KEEPS_BAD_TEXT

# A playlist disguised as a video would make FFmpeg open other files or addresses.
_REFUSED = frozenset(("hls", "dash", "concat", "sdp", "rtsp", "imf", "lavfi", "ffmetadata"))
_PICTURES = frozenset(("image2", "image2pipe", "ico"))
_NOT_VIDEO = frozenset(
    ("tty", "bin", "xbin", "adf", "idf", "srt", "ass", "webvtt", "lrc", "txd")
)  # the first five render any file with their extension as text

_SEARCHED = {"probesize": "50000000", "analyzeduration": "600000000"}
"""Bytes and microseconds in which FFmpeg searches for the headers of each stream: about the first
minute of a large film. Transport and program streams list no streams at the start, and one that
starts later than this cannot be decoded. Other files are not read that far."""

NO_TIMESTAMPS = 0x0080
"""AVFMT_NOTIMESTAMPS (libavformat/avformat.h): the format has no timestamps."""


def refuse_addresses(path: Path) -> None:
    """Raise InputError if a path is a network address or stands for standard input."""
    if str(path) == "-":
        raise problem(InputError, "is_standard_input", path=path)
    if re.match(r"^(https?|rtsp|rtmp|ftp):/", str(path)):
        # `Path` has joined several slashes into one.
        raise problem(InputError, "is_address", path=re.sub(":/+", "://", f"{path}"))


@contextmanager
def opened(path: Path, *, edit_lists: bool = True) -> Iterator[InputContainer]:
    """Open a local file as an input container, whatever its name looks like to FFmpeg.

    Within this context FFmpeg's errors are counted, see `damage`. On leaving it, no decoding thread
    is running any more.

    Args:
        path: of the file.
        edit_lists: False to also get what the edit lists of an MP4 cut off.

    Raises:
        InputError: the file cannot be read or is not a video container.
    """
    refuse_addresses(path)
    try:
        kind = path.stat()
    except OSError as error:
        reason = reason_of(error)
        raise problem(InputError, "cannot_read", path=f"{path}", reason=reason) from error
    if not stat.S_ISREG(kind.st_mode):
        raise problem(InputError, "no_file", path=f"{path}")
    if kind.st_size == 0:
        raise problem(InputError, "empty", path=f"{path}")
    with errors_counted():
        container = _open(path, edit_lists)
        try:
            _check_format(path, container.format.name)
            yield container
        finally:
            _come_to_rest(container)
            container.close()


def _open(path: Path, edit_lists: bool) -> InputContainer:
    try:
        # "file:" stops FFmpeg from taking a name with a colon for an address, and the whitelist
        # stops any file from making it open a network connection.
        container: InputContainer = av.open(
            f"file:{path}",
            options={"protocol_whitelist": "file"}
            | _SEARCHED
            | ({} if edit_lists else {"ignore_editlist": "1"}),
            **KEEPS_BAD_TEXT,
        )
        return container
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _not_readable(path, error) from error


def _come_to_rest(container: InputContainer) -> None:
    """Wait for the decoding threads in a call that releases the interpreter's lock.

    PyAV holds that lock while it frees a decoder. A thread of the decoder that logs an error needs
    it too, so each would wait for the other forever.
    """
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.flush_buffers()


@contextmanager
def opened_video(
    info: SourceInfo, *, edit_lists: bool = True
) -> Iterator[tuple[InputContainer, Any]]:
    """Open a source and read only its video stream; yields container and stream. See `opened`."""
    with opened(info.path, edit_lists=edit_lists) as container:
        select_streams(container, {info.video.index})
        yield container, container.streams[info.video.index]


class LateStreamsError(av.FFmpegError):
    """Streams begin midway in a file, as when a recorder changes their numbers. PyAV knows only the
    streams at its start."""

    def __init__(self) -> None:
        super().__init__(0, "streams begin midway in the file")


def packets_of(container: InputContainer, streams: Any = None) -> Iterator[Any]:
    """Yield the packets of a stream, of several, or of all.

    Raises:
        LateStreamsError: at the end, if streams began midway.
        av.FFmpegError: the rest of the file cannot be read.
    """
    try:
        yield from container.demux() if streams is None else container.demux(streams)
    except IndexError as error:
        raise LateStreamsError from error
    # From version 19 on, PyAV silently skips them, but FFmpeg lists them.
    untyped: Any = container  # PyAV's stubs lack this method
    listed = re.findall(r"^ +Stream #0:(\d+)", untyped.dumps_format(), re.MULTILINE)
    if len(set(listed)) > len(container.streams):
        raise LateStreamsError


def select_streams(container: InputContainer, indices: set[int]) -> None:
    """Make the demuxer skip all streams but these, to save time."""
    for stream in container.streams:
        stream.discard = Discard.default if stream.index in indices else Discard.all


def _not_readable(path: Path, error: BaseException) -> InputError:
    if isinstance(error, PermissionError | av.error.PermissionError):
        return problem(InputError, "may_not_read", path=f"{path}")
    with path.open("rb") as file:
        head = file.read(4096)
    if structure_of(head) is Structure.BOXES:
        return problem(InputError, "no_moov", path=f"{path}")
    if is_text(head):
        return problem(InputError, "is_text", path=f"{path}")
    return problem(InputError, "no_video_file", path=f"{path}")


def _check_format(path: Path, name: str) -> None:
    if name in _REFUSED:
        raise problem(InputError, "is_playlist", path=f"{path}", kind=name)
    if name in _PICTURES or name.endswith("_pipe"):
        raise problem(InputError, "is_picture", path=f"{path}")
    if name in _NOT_VIDEO:
        raise problem(InputError, "is_text", path=f"{path}")


_READ_BYTES = 1 << 20


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256 of bytes, hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path, progress: Stages | None = None) -> str:
    """SHA-256 of a file, hex.

    Args:
        path: of the file.
        progress: receives a stage "hash", counted in bytes.

    Raises:
        InputError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with (
            path.open("rb") as file,
            (progress or Silent()).stage("hash", path.stat().st_size, "bytes") as stage,
        ):
            while block := file.read(_READ_BYTES):
                digest.update(block)
                stage.advance(len(block))
    except OSError as error:
        reason = reason_of(error)
        raise problem(InputError, "cannot_read_on", path=f"{path}", reason=reason) from error
    return digest.hexdigest()
