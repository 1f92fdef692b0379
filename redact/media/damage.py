"""Which frames cannot be trusted to show what the camera saw."""

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
"""Share of a picture that decoders may have made up, in all pictures since the last sound key
picture together, before those that follow count as broken: two hundredths of a picture of
1280 by 720 pixels are a square of 136: larger than most faces in it, small enough that what is
around it is seen as it was."""


class Harm(IntEnum):
    """What is wrong with a picture, in rising order."""

    NONE = 0
    DOUBTFUL = 1
    """It is predicted from another picture than it was coded from, or from one in which a small
    part (`CONCEALED`) was made up. It looks like any other."""
    BROKEN = 2


class Damage:
    """Follows decoding errors: from an error to the next sound key frame all is damaged.

    A damaged packet spoils its own frame and all that refer to it, and decoders say nothing
    of the latter. With several decoding threads an error is reported up to a few frames after
    its packet was sent, so an error spoils everything that leaves the decoder from then on,
    until a sound key frame that belongs to a packet sent later. A stream that does not start
    with a key frame, shown or not, is damaged up to the first.
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
        """Note a packet that goes to the decoder; `corrupt` if the demuxer flagged it."""
        self._sent += 1
        if pts is not None and (self._latest is None or pts > self._latest):
            self._latest = pts
        if corrupt:
            self.error()

    def missing(self) -> None:
        """Note that a picture is missing before the packet that is sent next, from which it, or one
        after it, was predicted."""
        self._note(Harm.DOUBTFUL)

    def error(self, concealed: float | None = None) -> None:
        """Note that the decoder refused something sent so far.

        Args:
            concealed: share of a picture that it made up instead, None where nobody knows.
        """
        self._concealed += 1.0 if concealed is None else concealed
        self._note(Harm.DOUBTFUL if self._concealed <= CONCEALED else Harm.BROKEN)

    def _note(self, harm: Harm) -> None:
        self._harm, self._erred = max(self._harm, harm), True
        self._after = self._latest
        self._after_count = self._sent

    def hidden_key(self) -> None:
        """Note that a key picture went in and will not leave, because an edit list cuts it off.

        The pictures after it are predicted from it and as good as it is. It can end no damage but
        that of a stream whose beginning was not seen: after an error, nobody would know from its
        leaving that the decoder is past what it refused.
        """
        if not self._erred:
            self._harm = Harm.NONE

    def frame(self, pts: int | None, index: int, key: bool, corrupt: bool) -> Harm:
        """What is wrong with the next frame to leave the decoder.

        Args:
            pts: its own, None where the file has none.
            index: number of frames that left before it.
            key: it refers to no other frame.
            corrupt: the decoder flagged it.
        """
        if corrupt:
            # What was made up in it has been said, or it is anything.
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
    """Tells which pictures refer to no other, also where their decoder never does.

    Some decoders (CineForm, QuickTime Animation, Microsoft Video 1, Sorenson 1) call no picture a
    key picture, so that every film of theirs would count as damaged. As long as a decoder has named
    none, the container is believed, unless the decoder says that the picture is predicted. Only
    where pictures come in the order of their packets: elsewhere those around a key picture may
    refer to what was before it.

    Args:
        context: of the decoder.
    """

    def __init__(self, context: Any) -> None:
        self._silent = not context.codec.reorder
        self._packets: set[int] = set()

    def packet(self, packet: Any) -> None:
        """Note a packet that goes to the decoder."""
        if self._silent and packet.is_keyframe and packet.pts is not None:
            self._packets.add(packet.pts)

    def is_key(self, picture: av.VideoFrame) -> bool:
        """Whether a picture that leaves the decoder is one; asked once of each, in order."""
        if picture.key_frame:
            self._silent = False
            return True
        if not self._silent or picture.pts not in self._packets:
            return False
        self._packets.remove(picture.pts)
        return picture.pict_type in (PictureType.NONE, PictureType.I)


_CONCEALING = re.compile(r"concealing (\d+) DC,")
"""What FFmpeg says of the blocks of a picture that it made up (error_resilience.c)."""

_BLOCK_SIDE = 16
"""Side in pixels of such a block."""

_REFERENCES = re.compile(
    "reference picture missing|Missing reference picture|mmco: unref short failure"
    "|co located POCs unavailable"
)
"""What FFmpeg's H.264 decoder says where it took another picture to predict from than was coded;
nothing in the picture itself is made up."""


def concealed(log: Sequence[tuple[int, str, str]], width: int, height: int) -> float | None:
    """Share of a picture that its decoder made up, from what it logged. None if it does not say; 0
    if only a picture to predict from is missing.

    Args:
        log: level, name and text of each line.
        width, height: of the picture in pixels.
    """
    counts = [int(said[1]) for _, _, text in log if (said := _CONCEALING.search(text))]
    if counts:
        return sum(counts) / (-(-width // _BLOCK_SIDE) * -(-height // _BLOCK_SIDE))
    errors = [text for level, _, text in log if level <= av.logging.ERROR]
    return 0.0 if errors and all(map(_REFERENCES.search, errors)) else None


class Complaints:
    """Counts the errors that FFmpeg logs.

    Most decoders conceal damage and return a picture as if nothing had happened; all that is
    left of it is a line in the log. Decoding threads write it at any moment, also between two
    calls, so nothing is left out but what `set_aside` names. The log is the whole process's:
    of two videos decoded at once, each is blamed for the other's damage as well. Decode a file
    alone where it matters that it is sound. Make one only within `listening`.
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
        """Whether one was logged that `new` will tell of."""
        return _count() != self._seen


@contextmanager
def set_aside() -> Iterator[None]:
    """Context in which errors that the calling thread logs do not count as damage.

    For sound, which is read and decoded in the thread that asks for it. What the threads of a
    video decoder log at the same time counts as ever. Nobody counts meanwhile, or what is still to
    be set aside would be taken for damage.
    """
    global _aside
    with _counting, av.logging.Capture() as logs:
        try:
            yield
        finally:
            _aside += sum(level == av.logging.ERROR for level, _, _ in logs)


_aside = 0
"""Errors logged so far that are no damage of a video."""

_counting = threading.RLock()
"""Held while `_aside` does not agree with the log."""


def _count() -> int:
    with _counting:
        count: int = av.logging.get_last_error()[0]
        return count - _aside


@contextmanager
def listening() -> Iterator[None]:
    """Context in which FFmpeg's errors are counted and not printed.

    The level of FFmpeg's log and the logger "libav" are the whole process's. A program that uses
    redact as a library finds both as it left them, once the last that listens has ended.
    """
    global _listeners, _before
    with _lock:
        if _listeners == 0:
            logger = logging.getLogger("libav")
            _before = logger.level, av.logging.get_level(), av.logging.get_skip_repeated()
            logger.setLevel(logging.CRITICAL + 1)
            # Which errors were concealed is told at this level.
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
"""Of the program around: levels of the logger and of FFmpeg's log, and whether FFmpeg leaves out
lines that repeat."""
