"""Measurements kept in a file, so that a run of the benchmark can be done in pieces."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from .runs import Took

ROOT = Path(__file__).resolve().parents[2]


class OutOfTime(Exception):  # noqa: N818 - no error: what was measured is kept
    """The minutes that were given are over."""


class Kept:
    """What was measured, by what it was measured on; written after each measurement.

    What another commit took is never used again.

    Args:
        path: of the file; made where there is none.
        minutes: after which nothing new is begun.
    """

    def __init__(self, path: Path, minutes: float) -> None:
        self._path = path
        self._end = time.monotonic() + 60 * minutes
        self._all = json.loads(path.read_text()) if path.exists() else {}
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        self._commit = head.stdout.strip() or "no commit"

    def take(self, what: str, measure: Callable[[], Took]) -> Took:
        """What `measure` gives, or gave under the same name at this commit.

        Raises:
            OutOfTime: it would have to be measured now.
        """
        key = f"{self._commit} {what}"
        if key not in self._all:
            if time.monotonic() > self._end:
                raise OutOfTime
            took = asdict(measure())
            self._all[key] = {n: took[n] for n in Took.__dataclass_fields__}
            part = self._path.with_suffix(".part")
            part.write_text(json.dumps(self._all, indent=1))
            part.replace(self._path)
        return Took(**self._all[key])
