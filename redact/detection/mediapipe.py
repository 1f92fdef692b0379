"""MediaPipe, in the one version that contacts no server."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, TypeVar

from ..errors import DependencyError
from ..libraries import refusal
from ..words import problem

MEDIAPIPE_VERSION: Final = "0.10.33"
"""The one version that may run: newer ones contact a server."""

_T = TypeVar("_T")


def load_mediapipe() -> ModuleType:
    """The mediapipe module, in the version that makes no network calls.

    Raises:
        DependencyError: if it or a library it needs is missing, or it is another version.
    """
    try:
        mediapipe = importlib.import_module("mediapipe")
    except (ImportError, OSError) as error:
        raise refusal("MediaPipe", error) from error
    found = str(getattr(mediapipe, "__version__", "unknown"))
    if found != MEDIAPIPE_VERSION:
        raise problem(DependencyError, "mediapipe_version", found=found)
    return mediapipe


_open: Final[list[Any]] = []
"""Tasks, which live until the process ends: a task closed by the garbage collector waits for its
own thread, possibly in a thread that holds what that one is waiting for."""


def closed_at_exit(task: Any) -> None:
    """Close a task when the program ends."""
    _open.append(task)


@atexit.register
def _close_all() -> None:
    """Free tasks while the interpreter is still whole; later, MediaPipe prints a traceback."""
    for task in _open:
        try:
            task.close()
        except RuntimeError:
            # MediaPipe's own thread may already be gone; the system frees everything.
            task._handle = None


def quietly(action: Callable[[], _T]) -> _T:
    """Run an action with the process's standard error redirected, because native libraries write to
    it.

    If the action fails, their output is passed on, since it may say why.
    """
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # no standard error at all: nothing to keep clean
        return action()
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            return action()
        except BaseException:
            os.dup2(saved, 2)
            aside.seek(0)
            os.write(2, aside.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
