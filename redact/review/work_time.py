"""How long a page was open, and how long a person worked with it."""

from __future__ import annotations

import threading
import time
from typing import Final

from ..plan import ReviewState

STILL_OPEN_SECONDS: Final = 75.0
"""Longest time between two requests of an open page: a hidden tab sends one a minute."""

STILL_AT_WORK_SECONDS: Final = 60.0
"""Longest time between two actions of a person who is still working (a judgement): who looks at one
picture for longer may have left."""


class WorkTime:
    """Adds up the time between requests. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard = self._acted = float("-inf")
        self._open = self._worked = 0.0

    def hear(self, acts: bool, now: float | None = None) -> None:
        """Note a request; `acts`: a person caused it, not the page. `now`: by a clock, seconds."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._open += _within(now - self._heard, STILL_OPEN_SECONDS)
            self._heard = now
            if acts:
                self._worked += _within(now - self._acted, STILL_AT_WORK_SECONDS)
                self._acted = now

    def noted(self, review: ReviewState) -> ReviewState:
        """The review with the whole seconds since the last call; what is left counts next time."""
        with self._lock:
            opened, worked = int(self._open), int(self._worked)
            self._open -= opened
            self._worked -= worked
        return review.but(
            open_seconds=review.open_seconds + opened, worked_seconds=review.worked_seconds + worked
        )


def _within(gap: float, longest: float) -> float:
    return gap if gap <= longest else 0.0
