"""Runs networks two at a time, each on half of the processors (`threads_each`): the small ones here
gain little from more threads for one picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


class TwoAtATime:
    """A thread beside the caller's, in which half of the work is done."""

    def __init__(self) -> None:
        self._beside = ThreadPoolExecutor(1, "scans")

    def __call__(self, scans: Iterable[Callable[[], T]]) -> list[T]:
        """The answers of some scans, in order. What a scan raises is raised, and none is running
        afterwards: a caller that goes on, or fails, may reuse or free what they read."""
        waiting = deque(enumerate(scans))

        def answers() -> dict[int, T]:
            given: dict[int, T] = {}
            while True:
                try:
                    number, scan = waiting.popleft()
                except IndexError:  # the other thread took the last one
                    return given
                given[number] = scan()

        if len(waiting) < 2:
            return list(answers().values())
        others = self._beside.submit(answers)
        try:
            given = answers()
        finally:
            wait([others])
        given |= others.result()
        return [given[number] for number in sorted(given)]
