"""The page's long tasks (opening, finding, following, finishing): one at a time, stoppable."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any, Final

from ..errors import RedactError
from ..types import Keyframe
from .refused_error import defect, in_words

_NUMBERS = itertools.count(1)
_MAKING = threading.Lock()

LEAST_SPENT: Final = 4.0
"""Seconds after which an estimate of the remaining time is worth showing."""


def is_making() -> bool:
    """Whether a result is being made, of any video of a case."""
    return _MAKING.locked()


NICENESS: Final = 5
PAUSE_SECONDS: Final = 0.2
"""Seconds between checks whether work in the background may continue."""

_IN_BACKGROUND: Final[list[Job]] = []
"""Of work in the background, for all videos of a case, only what was begun last goes on. All at
once slowed down the results that were made meanwhile."""


class JobStoppedError(Exception):
    """The person stopped the work."""


class Pace:
    """How long a stage will still take, from its speed so far."""

    def __init__(self) -> None:
        self._stage, self._done, self._since = "", 0, 0.0

    def left(self, stage: str, done: int, total: int | None) -> float | None:
        """Seconds; None while it is too early to say. To be called repeatedly."""
        now = monotonic()
        if stage != self._stage or done < self._done:
            self._stage, self._done, self._since = stage, done, now
        spent, made = now - self._since, done - self._done
        if not total or spent < LEAST_SPENT or not made:
            return None
        return spent * max(0, total - done) / made


class Job:
    """One task; a `redact.progress.Progress` whose state the page asks for.

    Args:
        kind: which task, for the page.
        work: called with the job; returns the result, a JSON value.
    """

    def __init__(self, kind: str, work: Callable[[Job], Any]) -> None:
        self.kind = kind
        self.number = next(_NUMBERS)
        self.stage_name = ""
        self.done = 0
        self.total: int | None = None
        self.result: Any = None
        self.problem: dict[str, Any] | None = None
        self._pace = Pace()
        self.over = threading.Event()
        self._asked = threading.Event()
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Job:
        self._thread.start()
        return self

    def ask_to_stop(self) -> None:
        self._asked.set()

    def stop_if_asked(self) -> None:
        """Raises JobStoppedError."""
        if self._asked.is_set():
            raise JobStoppedError

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Job]:
        self.stop_if_asked()
        self.stage_name, self.done = name, 0
        self.total = None if total is None else int(total)
        yield self

    def advance(self, steps: int = 1) -> None:
        self.stop_if_asked()
        self.done += steps

    @contextmanager
    def until_asked(self, name: str, total: int) -> Iterator[Callable[[Keyframe], bool]]:
        """A stage that ends early when the person asks for it, keeping what was found until then.
        Yields a callback for each place found, which says whether to go on."""
        with self.stage(name, total) as stage:

            def go_on(_: Keyframe) -> bool:
                if not self._asked.is_set():
                    stage.advance()
                return not self._asked.is_set()

            yield go_on

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Wait until no other result is being made: two at once take twice the memory, and are no
        faster. Raises JobStoppedError."""
        with self.stage("wait", None):
            while not _MAKING.acquire(timeout=0.2):
                self.stop_if_asked()
        try:
            yield
        finally:
            _MAKING.release()

    def warn(self, text: str) -> None:
        """Do nothing: the page shows the record's warnings with the result."""

    def state(self) -> dict[str, Any]:
        """For the page."""
        return {
            "kind": self.kind,
            "number": self.number,
            "stage": self.stage_name,
            "done": self.done,
            "total": self.total,
            "left": self._pace.left(self.stage_name, self.done, self.total),
            "over": self.over.is_set(),
            "result": self.result,
            "problem": self.problem,
        }

    def _run(self) -> None:
        try:
            self.result = self._work(self)
        except JobStoppedError:
            self.problem = {"error": "stopped"}
        except RedactError as error:
            self.problem = in_words(error)
        except Exception as error:  # a defect of ours must not end the page without a word
            self.problem = defect(error)
        finally:
            self.over.set()


class _BackgroundJob(Job):
    """Pauses for all other jobs, for results of any video, and for later work like it."""

    def __init__(self, kind: str, work: Callable[[Job], Any], busy: Callable[[], bool]) -> None:
        super().__init__(kind, work)
        self._busy = busy

    def advance(self, steps: int = 1) -> None:
        while self._busy() or is_making() or _IN_BACKGROUND[-1] is not self:
            self.stop_if_asked()
            sleep(PAUSE_SECONDS)
        super().advance(steps)

    def _run(self) -> None:
        with suppress(AttributeError, OSError):  # of this thread alone, where a system has that
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        _IN_BACKGROUND.append(self)
        try:
            super()._run()
        finally:
            _IN_BACKGROUND.remove(self)


class Background:
    """Work of one kind for one video, in the background.

    Args:
        kind: which work, for the page.
        busy: whether another job is running, for which it pauses.
    """

    def __init__(self, kind: str, busy: Callable[[], bool]) -> None:
        self._kind, self._busy = kind, busy
        self._job: Job | None = None
        self._starting = threading.Lock()

    def start(self, work: Callable[[Job], Any]) -> None:
        """Start it, unless it is going on."""
        with self._starting:
            if self._job is None or self._job.over.is_set():
                self._job = _BackgroundJob(self._kind, work, self._busy).start()

    def stop(self, wait: float = 0.0) -> None:
        """Stop; what was found so far is lost."""
        if self._job is not None:
            self._job.ask_to_stop()
            self._job.over.wait(wait)

    def state(self) -> dict[str, Any] | None:
        """The progress; None if it has not begun."""
        return None if self._job is None else self._job.state()
