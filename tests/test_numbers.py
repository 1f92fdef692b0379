"""Every named number of the detector and the tracker says what chose it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.numbers import HOME, bare_numbers, class_defaults, named_numbers, of_room


@pytest.mark.parametrize("room", ["detection", "track"])
def test_every_named_number_says_what_chose_it(room: str) -> None:
    """For the rule see `benchmarks/numbers.py`; `python -m benchmarks.numbers ROOM` lists them."""
    silent = [f"redact/{n.place}: {n.name}" for n in of_room(room) if not n.says_why]
    assert silent == []


EXAMPLE = '''
REACH = 0.6
"""Chosen by `python -m benchmarks.real --half dev --boxes`."""
SILENT = 3
"""Seconds after which an object is forgotten."""

FIRST, SECOND = 1, 2
THIRD: Final = 2 * FIRST
"""Meaning: a block of three."""
BARE = {1: "text"}
NAME = "text"
COMPUTED = np.arange(9)
SCALES = (Scale(640),)

AFTER: dict[str, float] = {"a": 0.3}
"""The sample size, after Smith 2010."""


class Some:
    field: float = 0.25


def function():
    return 7 * 2 + 0.31
'''


def test_the_rule_sees_what_it_should(tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text(EXAMPLE)
    found = {n.name: n.says_why for n in named_numbers(path)}
    assert found == {
        "REACH": True,
        "SILENT": False,
        "FIRST": True,
        "SECOND": True,
        "THIRD": True,
        "SCALES": False,
        "AFTER": True,
    }
    assert (class_defaults(path), bare_numbers(path)) == (1, 2)


def test_it_finds_the_rooms() -> None:
    assert len(of_room("track")) > 5 and (HOME / "track").is_dir()
