"""Progress and messages on the terminal, on standard error; progress bars only if a person watches.
Output that nobody reads any more, as after `| head -1`, is dropped."""

from __future__ import annotations

import io
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from ..progress import About, Moved, Stage, StageForParent
from ..types import one_line
from ..words import Translatable, said, say, word


class PlainConsole(Console):
    """Prints text from others literally: `[b]` or `:car:` in it is not interpreted, and control
    characters are made visible, see `one_line`. Each text is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(one_line(text), **options)


def terminal_width() -> int:
    """Columns of the terminal; COLUMNS wins."""
    return shutil.get_terminal_size().columns


def tell(line: str, err: bool = False) -> None:
    """Print one line, which may contain text from others."""
    click.echo(one_line(line), err=err)


def tell_json(value: object, indent: int | None = 1) -> None:
    """Print a value as JSON, in ASCII, so that nothing in it can control the terminal."""
    click.echo(json.dumps(value, indent=indent))


def _of(done: int, total: int | About) -> str:
    """Done and total, "33/75"."""
    if isinstance(total, About):
        return say("done_of_about", done=said(done, ","), total=said(int(total), ","))
    whole = said(int(total), ",")
    return f"{said(done, ','):>{len(whole)}}/{whole}"


class _FileBar:
    """The one bar of a file: its name, what is being done, and the time left."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=None, doing="")

    def begin(self, name: str, total: int | None) -> Stage:
        stage = _StageOfFile(self._progress, self._task, name, total)
        self._progress.reset(self._task, total=total, doing=stage.words())
        return stage

    def finish(self) -> None:
        self._progress.update(self._task, total=1, completed=1, doing=say("steps_done"))


class _StageOfFile:
    def __init__(self, progress: Progress, task: TaskID, name: str, total: int | None) -> None:
        self._progress, self._task = progress, task
        self._name, self._total, self._done = name, total, 0

    def words(self) -> str:
        words = word("doing", self._name)
        if self._total and self._name not in ("hash", "ended"):
            words += f" {_of(self._done, self._total)}"
        return words

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        self._progress.update(self._task, advance=steps, doing=self.words())


class _NameColumn(TextColumn):
    """The name of a file, shortened where the terminal is too narrow for the whole line."""

    def render(self, task: Task) -> Text:
        name = super().render(task)
        name.no_wrap, name.overflow = True, "ellipsis"
        return name

    def get_table_column(self) -> Column:
        return Column(no_wrap=False)  # so it gives way, and no other column


class _LeftColumn(TimeRemainingColumn):
    """The time left in the current stage; others may follow."""

    def render(self, task: Task) -> Text:
        if task.finished or task.time_remaining is None:
            return Text()
        return super().render(task).append(f" {say('for_this_step')}")


class _Moved:
    """Shows the progress of another process as stages of this one.

    Args:
        begin: begins a stage of the file, by name and total.
    """

    def __init__(self, begin: Callable[[str, int | None], Stage]) -> None:
        self._begin = begin
        self._stage: Stage | None = None
        self._doing, self._done = "", 0

    def __call__(self, doing: str, done: int, total: int | None) -> None:
        if self._stage is None or doing != self._doing or done < self._done:
            self._stage = self._begin(doing, total)
            self._doing, self._done = doing, 0
        self._stage.advance(done - self._done)
        self._done = done


class _Lines:
    """Prints a line of progress now and then where there is no terminal: in a log, pipe or
    service."""

    def __init__(
        self, terminal: Terminal, name: str, total: int | None, unit: str, before: str = ""
    ) -> None:
        self._terminal, self._name, self._total, self._unit = terminal, name, total, unit
        self._before = before
        self._done, self._said = 0, time.monotonic()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if time.monotonic() - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = time.monotonic()
        doing = f"{self._before}{word('doing', self._name)}"
        words = say("stage_counted", doing=doing, done=self._done)
        if self._total:
            words = say(
                "stage_so_far",
                doing=doing,
                done=self._done,
                total=int(self._total),
                unit=f" {word('unit', self._unit)}".rstrip(),
                percent=min(100, 100 * self._done // int(self._total)),
            )
        self._terminal.say(f"  {words}")


SECONDS_BETWEEN_LINES: Final = 30.0
"""Seconds between two lines of progress if there is no terminal."""


class Terminal:
    """A `redact.progress.Progress` for the command line.

    If standard error is a terminal, it shows a bar for each current file (`file`), or for each
    stage outside of one; if it is a file or a pipe, a line every half minute. Each warning is
    printed only once.

    Args:
        for_parent: report progress to the process that started this one, see `StageForParent`.

    Attributes:
        place: of the file among several, for example "2 of 6".
    """

    def __init__(self, for_parent: bool = False) -> None:
        self.console = PlainConsole(stderr=True, soft_wrap=True)
        self.warnings: list[str] = []
        self._for_parent = for_parent
        self._bars = self.console.is_terminal and not for_parent
        self.place = ""
        self._bar: _FileBar | None = None

    @contextmanager
    def file(self, name: str) -> Iterator[None]:
        """Context in which all stages belong to one file, and share one bar."""
        if not self._bars:
            yield
            return
        with self._files() as progress:
            bar = self._bar = _FileBar(progress, one_line(f"{self.place} {name}".strip()))
            try:
                yield
                bar.finish()
            finally:
                self._bar = None

    @contextmanager
    def files(self, names: Sequence[str]) -> Iterator[Callable[[int], Moved]]:
        """Progress of files that run at once, each in its own process. Yields a function that takes
        the number of a file and returns the callback for its progress."""
        known: dict[int, _Moved] = {}
        with self._files() if self._bars else nullcontext() as progress:

            def of(number: int) -> Moved:
                name, bars = names[number], list[_FileBar]()

                def begin(doing: str, total: int | None) -> Stage:
                    if progress is None:
                        return _Lines(self, doing, total, "", f"{name}: ")
                    if not bars:  # a file has one from its first word on
                        bars.append(_FileBar(progress, one_line(name)))
                    return bars[0].begin(doing, total)

                return known.setdefault(number, _Moved(begin))

            yield of

    def _files(self) -> Progress:
        return Progress(
            _NameColumn("{task.description}", markup=False),
            TextColumn("{task.fields[doing]}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            _LeftColumn(compact=True, table_column=Column(no_wrap=True)),
            console=self.console,
        )

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        if self._for_parent:
            yield StageForParent(name, total)
            return
        if not self._bars:
            yield _Lines(self, name, total, unit)
            return
        if self._bar is not None:
            yield self._bar.begin(name, total)
            return
        with self._files() as progress:
            yield _FileBar(progress, "").begin(name, total)

    def warn(self, what: Translatable | str) -> None:
        text = said(what)
        if text not in self.warnings:
            self.warnings.append(text)
            self.console.print(Text.assemble((say("note"), "bold"), " ", one_line(text)))

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(text)

    def error(self, message: str, hint: str) -> None:
        self.console.print(Text.assemble((say("error"), "bold red"), " ", one_line(message)))
        if "\n" in hint:
            # Commands, one per line, with nothing beside them, so that they can be copied.
            self.console.print(Text(f"  {say('cure')}", "bold"))
            for line in hint.split("\n"):
                self.say(line)
        elif hint:
            self.console.print(Text.assemble((f"  {say('cure')}  ", "bold"), one_line(hint)))


if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Unread(io.FileIO):
    """A pipe whose reader may be gone: later output is thrown away."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def outlive_readers() -> None:
    """Let a command continue, and end with its own exit code, if nobody reads its output any more.

    Otherwise `| head -1` would end a long run, or would make one that needs review look like a
    crash. For the same reason, characters that a terminal's or a file's encoding lacks are
    escaped.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            number = stream.fileno()
        except (AttributeError, OSError, ValueError):  # closed, or none at all
            continue
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
            continue
        stream.flush()
        buffer = io.BufferedWriter(_Unread(number, "wb", closefd=False))
        text = io.TextIOWrapper(
            buffer, stream.encoding, "backslashreplace", line_buffering=name == "stderr"
        )
        setattr(sys, name, text)
