"""Errors that reach the user, each with the exit code it ends the program with.

Every error names the file, what was wrong and what to do about it; the command line prints
`message` and `hint` and exits with `exit_code`. No other exception type is shown to a user
except as an internal error (exit code 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the exit status of every `redact` command means."""

    DONE = 0
    """The work is complete and every check passed."""
    INTERNAL = 1
    """A defect in redact itself; nothing was published under the final name."""
    USAGE = 2
    """The command line was wrong."""
    INPUT = 3
    """The source cannot be read as video (missing, empty, damaged, no video stream)."""
    OUTPUT = 4
    """The output cannot be written (folder missing, disk full, codec and container do not fit)."""
    EXISTS = 5
    """The output already exists and --force was not given, or it is the source itself."""
    MODEL = 6
    """A model file is missing or its SHA-256 is not the pinned one."""
    DEPENDENCY = 7
    """A library or a system file that this command needs is missing or unusable."""
    PLAN = 8
    """A plan, case file, manifest, log or key is missing or malformed."""
    MISMATCH = 9
    """The plan or record belongs to another source than the one given."""
    NEEDS_REVIEW = 10
    """The audit of the finished file found possible leaks; it did not get the final name."""
    CHECK_FAILED = 11
    """A signature, hash or log chain does not hold."""
    UNSAFE = 12
    """A frame could not be processed safely, so the run stopped."""
    INCOMPLETE = 13
    """The result is there under its final name, but the source ends before its headers say."""
    INTERRUPTED = 130
    """Stopped by the user (Ctrl-C)."""


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code for several sources: failures first, then reviews, then sources that end early,
    then success."""
    order = {ExitCode.DONE: 0, ExitCode.INCOMPLETE: 1, ExitCode.NEEDS_REVIEW: 2}
    return max(codes, key=lambda code: order.get(code, 3), default=ExitCode.DONE)


class RedactError(Exception):
    """Base of all errors meant for the user.

    Args:
        message: names the file and what was wrong, in one line.
        hint: what to do about it, in one line; may be empty.

    Attributes:
        code, values: its key in the catalogues (`redact.words.problem`) and what to fill in; ""
            if it exists in English only.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = ""
        self.values: Mapping[str, Any] = {}


class UsageError(RedactError):
    """The request contradicts itself or names something that does not exist."""

    exit_code = ExitCode.USAGE


class InputError(RedactError):
    """A source cannot be read as video."""

    exit_code = ExitCode.INPUT


class OutputError(RedactError):
    """A file cannot be written."""

    exit_code = ExitCode.OUTPUT


class OutputExistsError(RedactError):
    """A file already exists and may not be replaced."""

    exit_code = ExitCode.EXISTS


class ModelError(RedactError):
    """A model file is missing or is not the pinned one."""

    exit_code = ExitCode.MODEL


class DependencyError(RedactError):
    """A library or a system file is missing or unusable."""

    exit_code = ExitCode.DEPENDENCY


class PlanError(RedactError):
    """A plan, case file, manifest, log or key is missing or malformed."""

    exit_code = ExitCode.PLAN


class MismatchError(RedactError):
    """A plan or record belongs to another source."""

    exit_code = ExitCode.MISMATCH


class CheckFailedError(RedactError):
    """A signature, hash or log chain does not hold."""

    exit_code = ExitCode.CHECK_FAILED


class UnsafeError(RedactError):
    """A frame could not be processed safely; nothing was published."""

    exit_code = ExitCode.UNSAFE


class StoppedError(RedactError):
    """The user stopped it; nothing unfinished has its final name."""

    exit_code = ExitCode.INTERRUPTED
