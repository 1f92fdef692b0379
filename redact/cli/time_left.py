"""How long a file will still take: by the pace of its stages, and by what they usually take."""

from __future__ import annotations

from collections.abc import Mapping

STAGES = ("detect", "track", "render", "decode", "audit")
"""Of a run, in order; others, such as hashing, take no time worth counting."""

USUAL: Mapping[str, float] = {
    "detect": 0.46,
    "track": 0.01,
    "render": 0.28,
    "decode": 0.03,
    "audit": 0.22,
}
"""Shares of a run, for the first file. Afterwards those of the file before are taken: the videos of
a case are often of one kind."""


class TimeLeft:
    """The clock of one file. Times are seconds of any clock that only goes forwards.

    Args:
        now: when the file was begun.
        usual: share of each stage, see `USUAL`.
    """

    def __init__(self, now: float, usual: Mapping[str, float] = USUAL) -> None:
        self._usual = usual
        self._file_begun = now
        self._took: dict[str, float] = {}
        self._skipped: set[str] = set()
        self._stage = ""
        self._begun = now
        self._total: int | None = None
        self._done = 0

    def begin(self, stage: str, total: int | None, now: float) -> None:
        """A stage of `total` units begins (None: nobody knows of how many)."""
        self._stage, self._total, self._begun, self._done = stage, total, now, 0
        if stage in STAGES:  # those before it that did not come will not come
            before = STAGES[: STAGES.index(stage)]
            self._skipped.update(s for s in before if s not in self._took)

    def advance(self, units: int) -> None:
        """More of the stage is done."""
        self._done += units

    def end(self, now: float) -> None:
        """The stage is over."""
        if self._stage in self._usual:
            if self._stage == "detect" and not self._done:
                self._skipped.add(self._stage)  # a plan of an earlier run was taken up
            else:
                self._took[self._stage] = now - self._begun
        self._stage = ""

    @property
    def shares(self) -> Mapping[str, float] | None:
        """What each stage took, None unless all that count ran: for the next file."""
        whole = all(self._took.get(stage, 0.0) > 0 for stage in ("detect", "render", "audit"))
        return {s: self._took.get(s, 0.0) for s in STAGES} if whole else None

    def left(self, now: float) -> float | None:
        """Seconds that the whole file will still take, None where nothing tells yet."""
        known = dict(self._took)
        spent = now - self._begun
        expected = None
        if self._stage in self._usual and self._total and self._done:
            expected = max(spent * self._total / self._done, spent)
            known[self._stage] = expected
        share = sum(self._usual[stage] for stage in known)
        if not share:
            return None
        pace = sum(known.values()) / share
        later = [s for s in STAGES if s not in known and s not in self._skipped]
        left = pace * sum(self._usual[s] for s in later)
        if expected is not None:
            return left + expected - spent
        return max(left - spent, 0.0) if self._stage in self._usual else left

    def share_done(self, now: float) -> float:
        """Of the whole file, 0 to 1; 0 where nothing tells yet."""
        left, spent = self.left(now), now - self._file_begun
        return 0.0 if left is None else spent / max(spent + left, 1e-9)
