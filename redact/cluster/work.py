"""What a worker does: the same command, for one file, in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from ..case import Done, run_in_process

_SET_BY_DASK = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Order:
    """One file's command.

    Attributes:
        source: the video as typed.
        words: options of `redact run` and the source.
        folder: in which relative paths among the words begin.
    """

    source: str
    words: tuple[str, ...]
    folder: str


def work_on(order: Order) -> Done:
    """Run the command of one file here; it is stopped when nobody waits for it any more."""
    # dask tells numerical libraries to use one processor; a local run is not told so.
    environment = {k: v for k, v in os.environ.items() if k not in _SET_BY_DASK}
    return run_in_process(
        order.words, order.source, _gone(), folder=order.folder, environment=environment
    )


def help_with(order: Order) -> Done:
    """Look ahead here for the run of an order that another worker has."""
    return work_on(Order(order.source, ("--helping", *order.words), order.folder))


def _gone() -> Callable[[], bool]:
    """A function that says whether nobody waits any more for the task that runs now.

    When the one who ordered it is gone, dask marks or forgets a task and lets its thread run on:
    the task has to look itself.
    """
    from distributed import get_worker
    from distributed.worker import thread_state

    worker, key = get_worker(), thread_state.key

    def gone() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state != "executing"

    return gone
