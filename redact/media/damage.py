"""Finds the frames that cannot be trusted to show what the camera saw."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import av
from av.video.frame import PictureType

CONCEALED = 0.02
"""Share of a picture that decoders may conceal, summed over all pictures since the last intact key
picture, before the following ones count as broken. At 1280 × 720, .02 is a square of 136 pixels:
larger than most faces, but small enough to leave its surroundings visible."""


class Harm(IntEnum):
    """How badly a picture is damaged."""

    NONE = 0
    DOUBTFUL = 1
    """Decoded from the wrong reference picture, or from one in which up to `CONCEALED` was made up.
    It looks like an intact picture."""
    BROKEN = 2
    """More than that was made up, or nobody knows how much."""


class Damage:
    """Tracks decoding errors: every frame from an error to the next intact key frame is damaged.

    A damaged packet spoils its own frame and all frames that refer to it, about which decoders
    report nothing. Decoders with several threads report an error up to a few frames late. So an
    error spoils every frame that leaves the decoder after it, until an intact key frame whose
    packet was sent after the error. A stream that does not start with a key frame, shown or not,
    is damaged up to the first one.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._latest: int | None = None
        self._harm = Harm.BROKEN
        self._erred = False
        self._concealed = 0.0
        self._after: int | None = None
        self._after_count = 0

    def packet(self, pts: int | None, corrupt: bool) -> None:
        """Take a packet that goes to the decoder; `corrupt` if the demuxer flagged it."""
        self._sent += 1
        if pts is not None and (self._latest is None or pts > self._latest):
            self._latest = pts
        if corrupt:
            self.error()

    def missing(self) -> None:
        """Note that a reference picture of the next packet, or of a later one, is missing."""
        self._note(Harm.DOUBTFUL)

    def error(self, concealed: float | None = None) -> None:
        """Note that the decoder reported an error in a packet sent so far.

        Args:
            concealed: share of a picture that it made up instead; None if unknown.
        """
        self._concealed += 1.0 if concealed is None else concealed
        self._note(Harm.DOUBTFUL if self._concealed <= CONCEALED else Harm.BROKEN)

    def _note(self, harm: Harm) -> None:
        self._harm, self._erred = max(self._harm, harm), True
        self._after = self._latest
        self._after_count = self._sent

    def hidden_key(self) -> None:
        """Note that the decoder was given a key picture that will not leave it, because an edit
        list cuts it off.

        The pictures after it are as good as it is. So it ends the damage of a stream without its
        beginning, but no other: after an error, only a key picture that leaves the decoder proves
        that the decoder is past the error.
        """
        if not self._erred:
            self._harm = Harm.NONE

    def frame(self, pts: int | None, index: int, key: bool, corrupt: bool) -> Harm:
        """How badly the next frame that leaves the decoder is damaged.

        Args:
            pts: its own; None if the file states none.
            index: number of frames that left before it.
            key: whether it refers to no other frame.
            corrupt: whether the decoder flagged it.
        """
        if corrupt:
            # Either the log has said how much was made up, or it may be everything.
            explained = 0 < self._concealed <= CONCEALED
            self._harm = max(self._harm, Harm.DOUBTFUL if explained else Harm.BROKEN)
            self._erred = True
            self._after = pts
            self._after_count = index + 1
            return self._harm
        if self._harm and key and self._sent_later(pts, index):
            self._harm, self._concealed = Harm.NONE, 0.0
        return self._harm

    def _sent_later(self, pts: int | None, index: int) -> bool:
        if pts is not None and self._after is not None:
            return pts > self._after
        return index >= self._after_count


class KeyPictures:
    """Finds key pictures, which refer to no other, even if the decoder never marks any.

    Some decoders (CineForm, QuickTime Animation, Microsoft Video 1, Sorenson 1) never mark a key
    picture, so every film of theirs would count as damaged. Until a decoder marks one, the
    container's marks count, unless the decoder says that the picture is predicted. This holds only
    for codecs that do not reorder pictures: in others, pictures around a key picture may refer to
    earlier ones.

    Args:
        context: codec context of the decoder (PyAV).
    """

    def __init__(self, context: Any) -> None:
        self._silent = not context.codec.reorder
        self._packets: set[int] = set()

    def packet(self, packet: Any) -> None:
        """Take a packet that goes to the decoder."""
        if self._silent and packet.is_keyframe and packet.pts is not None:
            self._packets.add(packet.pts)

    def is_key(self, picture: av.VideoFrame) -> bool:
        """Whether a picture that leaves the decoder is a key picture. Call once for each picture,
        in order."""
        if picture.key_frame:
            self._silent = False
            return True
        if not self._silent or picture.pts not in self._packets:
            return False
        self._packets.remove(picture.pts)
        return picture.pict_type in (PictureType.NONE, PictureType.I)


_CONCEALING = re.compile(r"concealing (\d+) DC,")
"""What FFmpeg logs about blocks that it made up (error_resilience.c)."""

_BLOCK_SIDE = 16
"""Side in pixels of such a block."""

_REFERENCES = re.compile(
    "reference picture missing|Missing reference picture|mmco: unref short failure"
    "|co located POCs unavailable"
)
"""What FFmpeg's H.264 decoder logs when it predicts from the wrong reference picture. Nothing in
the picture itself is made up."""


def concealed(log: Sequence[tuple[int, str, str]], width: int, height: int) -> float | None:
    """Share of a picture that its decoder made up, according to the log: None if it does not say; 0
    if only a reference picture was missing.

    Args:
        log: level, logger and text of each line.
        width, height: of the picture, in pixels.
    """
    counts = [int(said[1]) for _, _, text in log if (said := _CONCEALING.search(text))]
    if counts:
        return sum(counts) / (-(-width // _BLOCK_SIDE) * -(-height // _BLOCK_SIDE))
    errors = [text for level, _, text in log if level <= av.logging.ERROR]
    return 0.0 if errors and all(map(_REFERENCES.search, errors)) else None


class LoggedErrors:
    """Counts the errors that FFmpeg logs. Use it only within `errors_counted`.

    Most decoders conceal damage and return a picture as if nothing had happened; a line in the log
    is the only trace. Decoding threads write it at any moment, even between two calls, so every
    line counts except those in `errors_ignored`. The log belongs to the whole process: of two
    videos decoded at once, each is blamed for the other's damage too. Decode a file alone if it
    matters whether it is intact.
    """

    def __init__(self) -> None:
        self._seen = _count()

    def new(self) -> bool:
        """Whether an error was logged since the last call."""
        count = _count()
        fresh = count != self._seen
        self._seen = count
        return fresh

    def any(self) -> bool:
        """Whether an error was logged that `new` has not reported yet."""
        return _count() != self._seen


@contextmanager
def errors_ignored() -> Iterator[None]:
    """Context in which errors that the calling thread logs do not count as damage.

    For sound, which is read and decoded in the calling thread. Errors that threads of a video
    decoder log meanwhile still count. Counting waits until the context is left, because it would
    include errors not yet subtracted.
    """
    global _aside
    with _counting, av.logging.Capture() as logs:
        try:
            yield
        finally:
            _aside += sum(level == av.logging.ERROR for level, _, _ in logs)


_aside = 0
"""Number of logged errors that do not count as damage."""

_counting = threading.RLock()
"""Held while `_aside` lags behind the log."""


def _count() -> int:
    with _counting:
        count: int = av.logging.get_last_error()[0]
        return count - _aside


@contextmanager
def errors_counted() -> Iterator[None]:
    """Context in which FFmpeg's errors are counted instead of printed.

    FFmpeg's log level and the logger "libav" belong to the whole process. When the last of these
    contexts is left, both are restored for a program that uses redact as a library.
    """
    global _listeners, _before
    with _lock:
        if _listeners == 0:
            logger = logging.getLogger("libav")
            _before = logger.level, av.logging.get_level(), av.logging.get_skip_repeated()
            logger.setLevel(logging.CRITICAL + 1)
            # FFmpeg logs concealed errors at this level.
            av.logging.set_level(av.logging.INFO)
            av.logging.set_skip_repeated(False)
        _listeners += 1
    try:
        yield
    finally:
        with _lock:
            _listeners -= 1
            if _listeners == 0:
                said, level, skip = _before
                logging.getLogger("libav").setLevel(said)
                av.logging.set_level(level)
                av.logging.set_skip_repeated(skip)


_lock = threading.Lock()
_listeners = 0
_before: tuple[int, int | None, bool] = (logging.NOTSET, None, True)
"""Settings of the calling program: levels of the logger and of FFmpeg's log, and whether FFmpeg
skips repeated lines."""
