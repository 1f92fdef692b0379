"""Workers for which no file is left: each looks ahead in a long one that another worker is at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

from ..case import size_of
from .work import Order

MOST_TIMES: Final = 3
"""Times that one worker is sent to one file. Meaning: it comes back when it takes the run for dead,
and another worker may have taken that up; one whose networks do not work comes back each time."""


class Helpers:
    """Who helps with which file.

    Args:
        orders: all files.
        submit: has a worker look ahead in a file; gives a future.

    Attributes:
        at_work: futures, each with the number of its file and its worker.
    """

    def __init__(self, orders: Sequence[Order], submit: Callable[[Order, str], Any]) -> None:
        self.at_work: dict[Any, tuple[int, str]] = {}
        self._orders, self._submit = orders, submit
        self._sent: Counter[tuple[int, str]] = Counter()
        self._short: set[int] = set()

    def send(self, worker: str, running: Collection[int]) -> bool:
        """Send a worker to one of the files that are worked on; False where none needs it.

        That is the one with the fewest helpers, of several the largest.
        """
        fit = [n for n in running if n not in self._short and self._sent[n, worker] < MOST_TIMES]
        if not fit:
            return False
        helped = Counter(number for number, _ in self.at_work.values())
        number = min(fit, key=lambda n: (helped[n], -size_of(Path(self._orders[n].source))))
        self._sent[number, worker] += 1
        self.at_work[self._submit(self._orders[number], worker)] = number, worker
        return True

    def returned(self, future: Any) -> str:
        """The worker of a future that is done; it may be sent elsewhere."""
        number, worker = self.at_work.pop(future)
        if future.status == "finished" and future.result().result.get("ranges", 0) is None:
            self._short.add(number)
        return worker

    def call_back(self, number: int) -> list[str]:
        """The workers that help with a file, which is done."""
        futures = [future for future, (n, _) in self.at_work.items() if n == number]
        for future in futures:
            future.cancel()
        return [self.at_work.pop(future)[1] for future in futures]
