"""How stages report progress to a listener.

The command line passes a listener that draws on the terminal; `Silent` shows nothing.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol


class About(int):
    """A total that is an estimate, and is shown as one."""


class Stage(Protocol):
    """One running stage."""

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more units (frames, bytes) are done."""


class Stages(Protocol):
    """Listener for stages."""

    def stage(
        self, name: str, total: int | None, unit: str = "frames"
    ) -> AbstractContextManager[Stage]:
        """Open a stage of `total` units (`About` where estimated, None where unknown)."""


class Progress(Stages, Protocol):
    """Listener for stages and warnings."""

    def warn(self, text: str) -> None:
        """Report something that the user must know but that does not stop the run, in the current
        language: English unless a command chose another."""


class _SilentStage:
    def advance(self, steps: int = 1) -> None:
        pass


class Silent:
    """A listener that says nothing but keeps the warnings, in order."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        yield _SilentStage()

    def warn(self, text: str) -> None:
        self.warnings.append(text)


Moved = Callable[[str, int, int | None], None]
"""Called with a stage's name, the units done, and the total if that is known."""

_MARK: Final = "\x1e"
"""Prefix of a progress line for another process (ASCII's record separator)."""

_EVERY: Final = 0.5
"""Seconds between two such lines."""


class StageForParent:
    """A stage of a child process, reported on standard error for the parent to read."""

    def __init__(self, name: str, total: int | None) -> None:
        self._name, self._total = name, total
        self._done, self._said = 0, 0.0
        self.advance(0)

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            total = None if self._total is None else int(self._total)
            line = json.dumps([self._name, self._done, total])
            print(f"{_MARK}{line}", file=sys.stderr, flush=True)


def read_progress(line: str) -> tuple[str, int, int | None] | None:
    """The content of a progress line; None for any other line."""
    if not line.startswith(_MARK):
        return None
    name, done, total = json.loads(line.removeprefix(_MARK))
    return str(name), int(done), None if total is None else int(total)
