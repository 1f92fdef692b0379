"""The cells of the table are dealt evenly, also to a run that was stopped."""

from collections import Counter
from itertools import islice
from pathlib import Path

from lab.short_faces import dealt

CLIPS = [Path(f"{n}.mp4") for n in range(20)]
CELLS = [(rate, size, count) for rate in (15, 30) for size in (30, 60) for count in range(1, 6)]


def test_every_cell_gets_as_many_clips_and_no_clip_a_cell_twice() -> None:
    trials = list(dealt(CLIPS, CELLS, 3))
    assert len(trials) == len(set(trials)) == 60
    assert set(Counter(cell for _, cell in trials).values()) == {3}
    stopped = Counter(cell for _, cell in islice(dealt(CLIPS, CELLS, 3), 20))
    assert set(stopped.values()) == {1}
