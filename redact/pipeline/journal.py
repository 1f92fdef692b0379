"""What a run did: its steps in order, with their times, and every warning, for user and record."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from ..progress import Progress, Silent, Stage
from ..record import Step
from ..words import Message, said


class OpenStep:
    """An open step: `advance` it, and `say` how it was done."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.detail: tuple[Message, ...] = ()

    def advance(self, steps: int = 1) -> None:
        self._stage.advance(steps)

    def say(self, *detail: Message) -> None:
        """How it was done, in place of what was said before."""
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
        with listener.stage(name, total, unit) as stage:
            step = OpenStep(stage)
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
