"""What a run tells the machines that look ahead for it, and where they leave their answers.

All of it lies in hidden files beside the plan, which every worker of a cluster sees: a note of the
run, which it writes anew each second, and one file of answers for each range of the video. Nothing
there is a picture, and all of it is gone when the run has ended.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import msgspec
from msgspec.structs import replace

from ..files import new_partial
from ..media import SourceInfo
from ..track import TrackSettings

RANGE: Final = TrackSettings().meet_every
"""Seconds of a range. Meaning: it begins where searches meet."""

BEAT: Final = 1.0
"""Seconds between two notes. Meaning: a look or two; a note is a small file."""

PATIENCE: Final = 60.0
"""Seconds without a new note after which a run is taken for dead. Meaning: longer than a shared
disk keeps an old note."""

SEARCH: Final = "search"
AUDIT: Final = "audit"

_BEFORE: Final = -1e12
"""Seconds at which a stage is that has not come to its first frame."""


class Note(msgspec.Struct, frozen=True):
    """How far a run is.

    Attributes:
        beat: counts the notes.
        stage: what is looked at: `SEARCH`, `AUDIT`, or "" for nothing.
        at: time of the frame that the run has come to, in seconds as they stand in the file.
        output: in the audit, the finished file: the bytes of its path, in hex.
        held: in the audit, frames whose masks were held besides those of the plan.
    """

    beat: int
    stage: str
    at: float
    output: str = ""
    held: tuple[int, ...] = ()

    def finished(self) -> Path:
        """The file that the audit looks at. Raises ValueError."""
        return Path(os.fsdecode(bytes.fromhex(self.output)))


def dividable(info: SourceInfo) -> bool:
    """Whether ranges of a video can be read by themselves, and there are enough of them.

    Other containers have no index that can be trusted: each range would be read from the start.
    """
    known = info.duration is not None and info.duration >= 2 * RANGE and info.part is None
    return known and info.video.timestamps and info.container.startswith(("mov", "matroska"))


def note_place(plan_file: Path) -> Path:
    """Where the note of the run that makes a plan lies."""
    return plan_file.with_name(f".{plan_file.name}.help")


def answers_place(plan_file: Path, stage: str, number: int) -> Path:
    """Where the answers of a range lie."""
    return plan_file.with_name(f".{plan_file.name}.{stage}-{number:06}")


def forget_answers(plan_file: Path) -> None:
    """Remove all answers that others gave; whoever still writes one writes into nothing."""
    ours = re.compile(re.escape(f".{plan_file.name}.") + f"({SEARCH}|{AUDIT})-[0-9]+")
    with contextlib.suppress(OSError):
        for path in list(plan_file.parent.iterdir()):
            if ours.fullmatch(path.name):
                path.unlink(missing_ok=True)


class Board:
    """The note of one run, kept fresh by a thread until the context is left.

    Args:
        plan_file: beside which it lies.
    """

    def __init__(self, plan_file: Path) -> None:
        self.plan_file = plan_file
        self._note = Note(0, "", _BEFORE)
        self._beat = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Board:
        self._write()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            note_place(self.plan_file).unlink(missing_ok=True)
        if kind is None:
            forget_answers(self.plan_file)

    def begin(self, stage: str, output: Path | None = None, held: Sequence[int] = ()) -> None:
        """Say what will be looked at next; see `Note`. Helpers may go ahead from the start."""
        path = "" if output is None else os.fsencode(output.absolute()).hex()
        self._note = Note(0, stage, _BEFORE, path, tuple(held))

    def come_to(self, at: float) -> None:
        """Say where in the video it is; costs nothing."""
        self._note = replace(self._note, at=at)

    def _go_on(self) -> None:
        while not self._ended.wait(BEAT):
            self._write()

    def _write(self) -> None:
        """A disk that is full ends the help, not the run."""
        self._beat += 1
        data = msgspec.json.encode(replace(self._note, beat=self._beat))
        place = note_place(self.plan_file)
        with contextlib.suppress(OSError):
            held = new_partial(place.parent, "note", 0o600)
            try:
                os.write(held.handle, data) if held.handle >= 0 else held.path.write_bytes(data)
                held.path.replace(place)
            finally:
                held.release()
                held.path.unlink(missing_ok=True)


@contextlib.contextmanager
def board_of(plan_file: Path | None, wanted: bool, info: SourceInfo) -> Iterator[Board | None]:
    """The board of a run that others may help, None for others; a note that a killed run left is
    removed.

    Args:
        plan_file: of the run, None if it keeps none.
        wanted: there may be helpers.
        info: of the video.
    """
    if plan_file is None:
        yield None
    elif wanted and dividable(info):
        with Board(plan_file) as board:
            yield board
    else:
        with contextlib.suppress(OSError):
            note_place(plan_file).unlink(missing_ok=True)
        yield None


@dataclass(slots=True)
class Watched:
    """A run as its helpers see it.

    Attributes:
        plan_file: the note of which is read.
    """

    plan_file: Path
    _last: Note | None = None
    _changed: float = 0.0
    _read: float = float("-inf")

    def note(self) -> Note | None:
        """The newest note; None where there is none (any more), or the run is dead."""
        now = time.monotonic()
        if now - self._read < BEAT / 2:
            return self._last
        self._read, found = now, None
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found = msgspec.json.decode(note_place(self.plan_file).read_bytes(), type=Note)
        if found is None or self._last is None or found.beat != self._last.beat:
            self._changed = now
        self._last = None if now - self._changed > PATIENCE else found
        return self._last
