"""The journal of a run: its steps, with their durations, and its warnings, for the user and the
record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime

from ..progress import Progress, Silent, Stage
from ..record import Step
from ..words import Message, said


class OpenStep:
    """A step in progress: `advance` it, and `say` how it was done.

    Args:
        begin: starts its progress stage.
        open_stage: holds that stage open.
    """

    def __init__(self, begin: Callable[[], AbstractContextManager[Stage]], open_stage: ExitStack):
        self._begin, self._open = begin, open_stage
        self._stage = open_stage.enter_context(begin())
        self._done = 0
        self.detail: tuple[Message, ...] = ()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        self._stage.advance(steps)

    def begin_again(self) -> None:
        """Restart the estimate of the remaining time: the work so far went at another speed."""
        self._open.close()
        self._stage = self._open.enter_context(self._begin())
        self._stage.advance(self._done)

    def say(self, *detail: Message) -> None:
        """Replace the description of how the step was done."""
        self.detail = detail


class Journal:
    """Passes the stages and warnings of a run on to the terminal, and stores them for the
    record."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.started = datetime.now(UTC)
        self.steps: list[Step] = []
        self.warnings: list[Message] = []

    @contextmanager
    def step(
        self, name: str, total: int | None, unit: str = "frames", *, inner: bool = False
    ) -> Iterator[OpenStep]:
        """Open a progress stage that becomes a step of the record once it has succeeded.

        With `inner`, the step has no progress bar of its own; stages inside it have.
        """
        begun = time.monotonic()
        listener = Silent() if inner else self._progress
        with ExitStack() as open_stage:
            step = OpenStep(lambda: listener.stage(name, total, unit), open_stage)
            yield step
        self.steps.append(Step(name, step.detail, round(time.monotonic() - begun, 3)))

    def stage(
        self, name: str, total: int | None, unit: str = "frames"
    ) -> AbstractContextManager[Stage]:
        return self._progress.stage(name, total, unit)

    def warn(self, what: Message) -> None:
        """Warn the user and the record; each warning once."""
        if what not in self.warnings:
            self.warnings.append(what)
            self._progress.warn(said(what))

    def note(self, what: Message) -> None:
        """Tell the user of a conversion. The record gets its notes elsewhere."""
        self._progress.warn(said(what))
