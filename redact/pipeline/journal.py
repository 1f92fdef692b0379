"""The journal of a run: its steps in order, with their times, and every warning, for the user and
the record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime

from ..progress import Progress, Silent, Stage
from ..record import Step
from ..words import Message, said


class OpenStep:
    """An open step: `advance` it, and `say` how it was done.

    Args:
        begin: begins its stage.
        open_stage: in which that is open.
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
        """Restart the stage's clock: what was done so far went at another speed, and the remaining
        time is estimated from here."""
        self._open.close()
        self._stage = self._open.enter_context(self._begin())
        self._stage.advance(self._done)

    def say(self, *detail: Message) -> None:
        """Replace the description of how the step was done."""
        self.detail = detail


class Journal:
    """Stages and warnings of a run, remembered: the record tells what the terminal showed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.started = datetime.now(UTC)
        self.steps: list[Step] = []
        self.warnings: list[Message] = []

    @contextmanager
    def step(
        self, name: str, total: int | None, unit: str = "frames", *, inner: bool = False
    ) -> Iterator[OpenStep]:
        """A stage that is also a step of the record, once it has ended well.

        `inner` says that stages inside it tell how far it is: it has no bar of its own.
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
        """Tell the user, once, and the record."""
        if what not in self.warnings:
            self.warnings.append(what)
            self._progress.warn(said(what))

    def note(self, what: Message) -> None:
        """Tell the user what was converted; the record has notes of its own."""
        self._progress.warn(said(what))
