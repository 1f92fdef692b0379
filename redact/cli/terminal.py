"""Progress and words on the terminal: all on standard error, bars only for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..messages import Message
from ..progress import About, Stage


class _RateColumn(ProgressColumn):
    """Units a second, so that a user can see whether a laptop is up to the job."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f} {task.fields['unit']}/s")


class _CountColumn(MofNCompleteColumn):
    """Done and total, "33/about 75" where the total is an estimate."""

    def render(self, task: Task) -> Text:
        done = f"{int(task.completed):,}"
        if task.total is None:
            return Text(done, "progress.download")
        about, total = "about " if task.fields["about"] else "", f"{int(task.total):,}"
        return Text(f"{done:>{len(total)}}/{about}{total}", "progress.download")


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)


class _Quiet:
    def advance(self, steps: int = 1) -> None:
        pass


class Terminal:
    """A `redact.progress.Progress` for the command line.

    One line per stage with rate and time left where standard error is a terminal, nothing where
    it is a file or a pipe. Warnings are printed once each, everywhere.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.warnings: list[str] = []
        self._bars = self.console.is_terminal and not quiet

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        if not self._bars:
            yield _Quiet()
            return
        with Progress(
            TextColumn(f"{name:<12}"),
            BarColumn(bar_width=30),
            _CountColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            console=self.console,
        ) as progress:
            about = isinstance(total, About)
            yield _Bar(progress, progress.add_task(name, total=total, unit=unit, about=about))

    def warn(self, what: Message | str) -> None:
        text = str(what)
        if text not in self.warnings:
            self.warnings.append(text)
            self.console.print(Text.assemble(("note: ", "yellow"), text))

    def say(self, text: str) -> None:
        self.console.print(Text(text))

    def error(self, message: str, hint: str) -> None:
        self.console.print(Text.assemble(("error: ", "bold red"), message))
        if "\n" in hint:
            # Commands, one a line: nothing beside them, so that they can be copied.
            self.console.print(Text.assemble(("  do:", "bold"), f"\n{hint}"))
        elif hint:
            self.console.print(Text.assemble(("  do:  ", "bold"), hint))
