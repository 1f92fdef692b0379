"""Videos that arrive in a folder: which of them have stopped growing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from .find import Footage, find_footage


@dataclass
class Inbox:
    """A folder that is looked at again and again.

    Attributes:
        folder: to watch, with the folders in it if `recursive`.
        quiet: seconds for which size and time of a file must stay as they are before it is
            taken for complete: copying programs and recorders write in bursts.
        results: folder in it, or elsewhere, that is passed over.
    """

    folder: Path
    quiet: float
    results: Path
    recursive: bool = False
    _seen: dict[Path, tuple[tuple[int, int], float]] = field(default_factory=dict)
    _taken: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def ready(self, now: float) -> list[Footage]:
        """Videos that have been quiet long enough and were not given before, as they are.

        A video that changes after it was given is given again.

        Args:
            now: seconds on a clock that only goes forward.
        """
        try:
            found = find_footage([self.folder], recursive=self.recursive, results=self.results)
        except InputError:  # nothing there yet
            return []
        given = []
        for one in found.footage:
            try:
                state = one.path.stat()
            except OSError:  # moved away meanwhile
                continue
            mark = (state.st_size, state.st_mtime_ns)
            known, since = self._seen.get(one.path, (None, now))
            if known != mark:
                since = now
                self._seen[one.path] = (mark, now)
            if state.st_size and now - since >= self.quiet and self._taken.get(one.path) != mark:
                self._taken[one.path] = mark
                given.append(one)
        return given
