"""How long a file will still take: by the pace of its stages, and by what they usually take."""

from __future__ import annotations

from collections import deque
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
"""Shares of a run, where nothing better is known. From the second file on those of the file before
are taken: the videos of a case are often of one kind."""

QUIET = {"track": 0.0, "render": 5.0, "decode": 0.3, "audit": 2.0}
"""What stages take for a frame, in the time that the first pass takes for one that the networks do
not look at: decoding and following. Both grow with the picture and shrink with the machine."""

AUDIT_LOOKS = 2 / 15
"""Looks of the networks in the audit for each frame; each takes as long as in the first pass."""

AUDIT_BEGINS = 2
"""Looks that setting up the audit's networks takes as long as."""

FEW_STEPS = 4
"""Frames that tell too little."""

TOLD_APART = 3.0
"""Times as long as a quiet frame that one with a look takes at least. Where they cannot be told
apart, as in 'thorough', which looks at every frame, `USUAL` is all that is known."""


class TimeLeft:
    """The clock of one file. Times are seconds of any clock that only goes forwards.

    Args:
        now: when the file was begun.
        usual: share of each stage in the file before; None for the first.
    """

    def __init__(self, now: float, usual: Mapping[str, float] | None = None) -> None:
        self._usual, self._learnt = usual or USUAL, usual is not None
        self._steps: deque[float] = deque(maxlen=600)
        self._frames = 0
        self._last = now
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
        self._last = now
        self._first, self._first_took = 0, 0.0
        if stage in STAGES:  # those before it that did not come will not come
            before = STAGES[: STAGES.index(stage)]
            self._skipped.update(s for s in before if s not in self._took)

    def advance(self, units: int, now: float) -> None:
        """More of the stage is done."""
        if not self._done:
            self._first, self._first_took = units, now - self._begun
        elif self._stage == "detect" and self._total:
            self._steps.append((now - self._last) / units)
            self._frames = self._total
        self._done += units
        self._last = now

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
        spent = now - self._begun
        here = self._of_this_stage(spent)
        known = {**self._took} if here is None else {**self._took, self._stage: here}
        later = [s for s in STAGES if s not in known and s not in self._skipped]
        expected = self._by_steps(later)
        if expected is None:
            share = sum(self._usual[stage] for stage in known)
            if not share:
                return None
            expected = sum(known.values()) / share * sum(self._usual[s] for s in later)
        if here is not None:
            return expected + here - spent
        return max(expected - spent, 0.0) if self._stage in self._usual else expected

    def _of_this_stage(self, spent: float) -> float | None:
        """Seconds that the running stage will have taken in all, at its own pace."""
        if self._stage not in self._usual or not self._total or not self._done:
            return None
        # The first unit takes longer, as all is set up for it; encoders hold the next ones back.
        done = self._done - self._first
        if done < (FEW_STEPS if self._stage == "detect" else max(FEW_STEPS, 0.1 * self._total)):
            return None
        each = (spent - self._first_took) / done
        return spent + each * max(self._total - self._done, 0)

    def _by_steps(self, later: list[str]) -> float | None:
        """Seconds of stages to come, by how long frames took with and without a look."""
        if self._learnt or len(self._steps) < FEW_STEPS:
            return None
        steps = sorted(self._steps)
        quiet = steps[len(steps) // 3]
        looks = [step - quiet for step in steps if step > TOLD_APART * quiet]
        if not looks or "detect" in later:
            return None
        expected = sum(QUIET[stage] for stage in later) * quiet * self._frames
        if "audit" in later:
            times = AUDIT_LOOKS * self._frames + AUDIT_BEGINS
            expected += times * sum(looks) / len(looks)
        return expected

    def share_done(self, now: float) -> float:
        """Of the whole file, 0 to 1; 0 where nothing tells yet."""
        left, spent = self.left(now), now - self._file_begun
        return 0.0 if left is None else spent / max(spent + left, 1e-9)
