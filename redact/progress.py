"""How stages tell what they are doing, without knowing who listens.

The command line passes a listener that draws on the terminal; who wants none passes `Silent`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from .words import Message


class About(int):
    """A total that is an estimate, and is shown as one."""


class Stage(Protocol):
    """One running stage."""

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more units (frames, bytes) are done."""


class Progress(Protocol):
    """Listener for stages and warnings."""

    def stage(
        self, name: str, total: int | None, unit: str = "frames"
    ) -> AbstractContextManager[Stage]:
        """Open a stage of `total` units (`About` where estimated, None where unknown)."""

    def warn(self, what: Message) -> None:
        """Say something that the user must know but that does not stop the run."""


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

    def warn(self, what: Message) -> None:
        self.warnings.append(str(what))
