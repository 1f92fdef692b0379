"""The halves of the stills share no source, and clips are made of their own half alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.halves import HALVES, STILL_SOURCES
from lab.leak.scenes.catalogue import deck, moved, specs
from lab.leak.scenes.footage import CLIPS
from lab.leak.scenes.stills import Library


def test_no_source_is_in_both_halves_and_each_has_one(shared_eval: Path) -> None:
    whole = Library(shared_eval.parent)
    dev, test = (Library(shared_eval.parent, half) for half in HALVES)
    assert not dev.sources() & test.sources()
    assert dev.sources() | test.sources() == whole.sources()
    assert set(CLIPS) == set(HALVES) and len(set(CLIPS.values())) == len(HALVES)


@pytest.mark.parametrize("half", HALVES)
def test_clips_are_made_of_their_half_alone(shared_eval: Path, half: str) -> None:
    library = Library(shared_eval.parent, half)
    for spec in [*specs(), *moved(20, 3)]:
        for step in range(0, 40, 7):
            assert deck(spec, library)(step).split("__")[0] in STILL_SOURCES[half]


def test_narrow_stills_of_a_half_are_enlarged_with_their_labels(shared_eval: Path) -> None:
    library = Library(shared_eval.parent, "dev")
    name = next(n for n in library.names("face", 640, 1, 1e9, 1) if n.startswith("mask853"))
    still, before = library.still(name), Library(shared_eval.parent).still(name)
    assert still.size == (2 * before.size[0], 2 * before.size[1])
    assert still.labels[0].box == tuple(2 * v for v in before.labels[0].box)


def test_fresh_clips_differ_by_seed_and_repeat() -> None:
    first, again, other = moved(12, 1), moved(12, 1), moved(12, 2)
    assert [s.describe() for s in first] == [s.describe() for s in again]
    assert not {s.name for s in first} & {s.name for s in [*other, *specs()]}
    assert [(s.make, s.target) for s in first] != [(s.make, s.target) for s in other]
    assert {s.deal for s in first}.isdisjoint({s.deal for s in [*other, *specs()]})
