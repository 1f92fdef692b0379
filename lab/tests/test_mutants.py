"""Mutants reach every room, and make the careless edits by which safety was once lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.mutants import ROOMS, ROOT, careless, folders_of, mutants_of, slips


def test_every_room_has_tests() -> None:
    assert {"auditing", "pipeline", "plan", "review", "track"} <= set(ROOMS)
    for room in ROOMS:
        assert all((ROOT / folder).is_dir() for folder in folders_of(room)), room


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        ("x = a or b", "x = b"),
        ("x = a and b and c", "x = a and c"),
        ("x = a if b else ()", "x = a if True else ()"),
        ("x = f(a - b)", "x = f(a - b * 0)"),
        ("x = f(a + b)", "x = f(a * 0 + b)"),
        ("self.stop(a)", "None"),
        ("for a in b:\n    c(a)", "for a in list(b)[1:]:\n    c(a)"),
    ],
)
def test_what_a_careless_hand_leaves_out(line: str, edit: str, tmp_path: Path) -> None:
    assert edit in made(line, tmp_path)


def test_a_constant_is_halved_doubled_or_one_more(tmp_path: Path) -> None:
    assert made("A = 0.35", tmp_path, slips) == {"A = 0.175", "A = 0.7"}
    assert made("A = 3", tmp_path, slips) == {"A = 4"}
    assert made("A = -4.0", tmp_path, slips) == {"A = -2.0", "A = -8.0"}


def made(line: str, folder: Path, changes: object = careless) -> set[str]:
    path = folder / "one.py"
    path.write_text(line, "utf-8")
    return {make().source.strip() for make in mutants_of(path, changes)}
