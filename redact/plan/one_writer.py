"""One writer at a time: whoever changes a plan's file never overwrites what somebody else changed
since it was read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import PlanError
from ..files import claim_beside, unwritable
from ..words import problem
from .file import is_own_plan, read_plan, write_plan
from .plan import Plan


@contextlib.contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Context in which no other process or thread changes the plan in a file; others wait. Each
    should need it only for a moment. Raises OutputError if the folder cannot be written to."""
    try:
        while (held := claim_beside(path, "change")) is None:
            time.sleep(0.01)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield
    finally:
        held.remove()


def save_change(changed: Plan, before: Plan, path: Path, own: bool = False) -> None:
    """Write a changed plan, unless another user changed it since it was read: one of the two
    changes would be lost, and perhaps a mask with it.

    Args:
        changed, before: the plan now, and as it was read.
        path: of its file.
        own: the decisions in it are this user's from now on; otherwise it stays whose it was.

    Raises:
        PlanError: it was changed meanwhile; nothing was written.
        OutputError: it cannot be written.
    """
    with alone_with(path):
        if read_plan(path) != before:
            raise problem(PlanError, "plan_changed", path=path)
        write_plan(changed, path, force=True, own=own or is_own_plan(path))
