"""Opens a source (the only place where FFmpeg gets an input file), hashes it, and finds out whether
it is complete, from where it should end and how many pictures it should hold.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import InputContainer
from av.stream import Discard

from ..errors import InputError
from ..formats import mp4
from ..formats.containers import Structure, read_as, structure_of
from ..progress import Silent, Stages
from ..types import is_text
from ..words import Message, problem, reason_of
from .coded_pictures import hidden_vp8
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


class CutOff(NamedTuple):
    """What is missing at the end of a file, according to its own headers.

    Attributes:
        missing: number of bytes, if known.
        torn: an unknown amount is missing.
        words: a warning that something is missing, or that nothing tells; None if the file is
            complete.
    """

    missing: int = 0
    torn: bool = False
    words: Message | None = None


def cut_off(path: Path, container: str, stream: Any) -> CutOff:
    """Find out what is missing at the end of a file.

    MP4 and MOV list every picture in an index; for other containers see `redact.formats.ends`.

    Args:
        path: of the file.
        container: FFmpeg's demuxer name.
        stream: the video stream (PyAV).
    """
    kind, size = read_as(container), path.stat().st_size
    if kind.structure is Structure.BOXES:
        entries = stream.index_entries
        ends = [entry.pos + entry.size for entry in entries]
        beyond = sum(end > size for end in ends)
        if beyond:
            words = Message("index_beyond_end", beyond=beyond, indexed=len(ends))
            return CutOff(max(ends) - size, words=words)
    with path.open("rb") as file:
        end = kind.end_of(file, size)
    if end.missing:
        return CutOff(end.missing, words=Message("bytes_missing", missing=end.missing))
    if end.cut or end.broken:
        return CutOff(torn=True, words=Message("end_missing" if end.cut else "file_torn"))
    return CutOff() if end.states_end else CutOff(words=Message("no_end"))


def cut_off_by_edits(path: Path, container: str, stream: Any) -> int:
    """Number of pictures that the edit list of an MP4 or MOV cuts off; 0 for other files.

    FFmpeg leaves them out of its index, or marks them if others are predicted from them. Pictures
    that it leaves out for other reasons are also missing without the edit list.

    Args:
        path, container, stream: as for `cut_off`.
    """
    shown = sum(not entry.is_discard for entry in stream.index_entries)
    if read_as(container).structure is not Structure.BOXES or shown >= stream.frames:
        return 0
    with opened(path, edit_lists=False) as whole:
        all_of_it: Any = whole.streams[stream.index]
        return max(0, len(all_of_it.index_entries) - shown)


def stated_end(container: InputContainer, stream: Any) -> Fraction | None:
    """Time in seconds at which a file declares its video to end; None if it declares none.

    It is needed because FFmpeg's demuxer skips bytes that it does not understand, if need be to the
    end of the file, and reports that at most while it opens the file.
    """
    said = next((v for k, v in stream.metadata.items() if k.upper().startswith("DURATION")), "")
    kind = read_as(container.format.name)
    parts = re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d{1,9})", said.strip())
    if parts and kind.structure is Structure.ELEMENTS:
        hours, minutes, seconds = map(Fraction, parts.groups())
        return hours * 3600 + minutes * 60 + seconds
    if not kind.states_length or container.duration is None or container.streams.audio:
        return None  # the sound may go on
    return Fraction(container.duration, av.time_base)


def holds_unlisted(path: Path, container: InputContainer) -> bool:
    """Whether a fragmented MP4 or MOV contains bytes of pictures or sound that no fragment lists.
    FFmpeg silently skips fragments that it does not recognise. Call it after reading to the end."""
    if read_as(container.format.name).structure is not Structure.BOXES:
        return False
    listed = sum(entry.size for stream in container.streams for entry in stream.index_entries)
    with path.open("rb") as file:
        top = list(mp4.boxes(file, 0, path.stat().st_size))
    kinds = {box.kind for box in top}
    held = sum(box.size for box in top if box.kind == b"mdat")
    # b"" stands for bytes that are not a box.
    return not kinds.isdisjoint((b"moof", b"mfra")) and (held > listed or b"" in kinds)


def coded_pictures(info: SourceInfo) -> int:
    """Number of pictures in the video stream of a file, including those that an edit list cuts off
    or that players cannot reach for other reasons.

    Raises:
        InputError: the file cannot be opened.
    """
    if info.photograph:
        return 1
    count = 0
    with opened_video(info, edit_lists=False) as (container, stream):
        vp8 = stream.codec_context.name == "vp8"
        try:
            for packet in packets_of(container, stream):
                # VP8 has packets whose pictures are never shown.
                count += packet.size > 0 and not (vp8 and hidden_vp8(packet))
        except av.FFmpegError:
            pass  # decoding stops at the same place, and reports it
        # FFmpeg skips samples of an MP4 whose sample description is not that of the first.
        boxes = read_as(container.format.name).structure is Structure.BOXES
        listed = stream.frames if boxes else 0
    return max(count, listed)
