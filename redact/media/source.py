"""Opening a source: the one place where an input file is given to FFmpeg."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Discard

from ..errors import InputError
from ..formats import mp4
from .damage import listening

READ_AGAIN = "check that the file plays in a video player, and copy it again from its origin"

# A playlist in the disguise of a video would make FFmpeg open other files or addresses.
_REFUSED = frozenset(("hls", "dash", "concat", "sdp", "rtsp", "imf", "lavfi", "ffmetadata"))
_PICTURES = frozenset(("image2", "image2pipe"))
_NOT_VIDEO = frozenset(("tty", "srt", "ass", "webvtt", "lrc", "txd"))

NO_TIMESTAMPS = 0x0080
"""AVFMT_NOTIMESTAMPS (libavformat/avformat.h): the format holds no times."""


@contextmanager
def opened(path: Path, *, edit_lists: bool = True) -> Iterator[InputContainer]:
    """An input container of a local file, whatever its name looks like to FFmpeg.

    FFmpeg's errors are counted in here, see `damage`. When the context is left, no thread decodes
    any more.

    Args:
        path: the file.
        edit_lists: False to get what the edit lists of an MP4 cut off, too.

    Raises:
        InputError: where the file cannot be read or is no video container.
    """
    try:
        kind = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({_reason(error)})", "check the name") from error
    if not stat.S_ISREG(kind.st_mode):
        raise InputError(f"{path}: is not a file", "give the name of a video file")
    if kind.st_size == 0:
        raise InputError(f"{path}: the file is empty", "copy it again from its origin")
    with listening():
        container = _open(path, edit_lists)
        try:
            _check_format(path, container.format.name)
            yield container
        finally:
            _come_to_rest(container)
            container.close()


def _open(path: Path, edit_lists: bool) -> InputContainer:
    try:
        # "file:" keeps a name with a colon from being read as an address, and the whitelist
        # keeps any file from making FFmpeg open a network connection.
        return av.open(
            f"file:{path}",
            options={"protocol_whitelist": "file"}
            | ({} if edit_lists else {"ignore_editlist": "1"}),
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _not_readable(path, error) from error


def _come_to_rest(container: InputContainer) -> None:
    """Wait until no decoding thread works any more, in a call that leaves the interpreter free.

    PyAV frees a decoder while it holds the interpreter. A thread of that decoder that has an error
    to log needs the interpreter, so each would wait for the other for ever.
    """
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.flush_buffers()


def only(container: InputContainer, indices: set[int]) -> None:
    """Make the demuxer skip all streams but these, so that they cost nothing."""
    for stream in container.streams:
        stream.discard = Discard.default if stream.index in indices else Discard.all


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)


def _not_readable(path: Path, error: BaseException) -> InputError:
    if isinstance(error, PermissionError | av.error.PermissionError):
        return InputError(f"{path}: may not be read (permission denied)", "check its permissions")
    with path.open("rb") as file:
        head = file.read(4096)
    if head[4:8] in mp4.FIRST_KINDS:
        return InputError(
            f"{path}: the MP4 or MOV file is incomplete, its index (moov) is missing or broken",
            "the recording was probably cut off: copy it again, or repair it with the camera's "
            "own tool or untrunc",
        )
    if b"\0" not in head and head.isascii():
        return InputError(f"{path}: is a text file, not a video", "give the name of a video file")
    return InputError(f"{path}: is not a video file that can be read", READ_AGAIN)


def _check_format(path: Path, name: str) -> None:
    if name in _REFUSED:
        raise InputError(
            f"{path}: is a playlist ({name}), not a video", "give the video files themselves"
        )
    if name in _PICTURES or name.endswith("_pipe"):
        raise InputError(f"{path}: is a picture, not a video", "redact works on video files")
    if name in _NOT_VIDEO:
        raise InputError(f"{path}: is a text file, not a video", "give the name of a video file")
