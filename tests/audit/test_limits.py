"""Every number that decides a verdict stands in one value, with where it comes from."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from redact import auditing
from redact.auditing import Limits
from redact.auditing.limits import LIMITS

ROOM = Path(auditing.__file__).parent
MOST = 47
"""Numbers in the whole room that may decide a verdict: three of them about what is read."""

OTHERS = {"mp4_boxes", "matroska_elements", "findings_sheet"}
"""Modules whose numbers are those of file formats, or of how results are shown."""

PROPOSED = {"_PAD", "_MOST_PLACES"}
"""Numbers of `findings_and_fixes` for what is proposed once the verdict stands."""

COLOURS = {"NEUTRAL"}
"""What grey is in 8-bit samples."""

MEMORY = {"_REMEMBERED"}
"""How much is kept, so that it need not be worked out again: the same comes out whatever it is."""

ARITHMETIC = {-1, 0, 0.5, 1, 2, 3, 4, 5}
"""Halves and doubles, places in a list, a pixel and its neighbours."""

FORMATS = {"audit_detectors", "planes", "compared", "result", "outside_masks", "file_checks"}
"""Modules with bare numbers of 8-bit samples, sounds, containers, and of how times are written."""


def modules() -> Iterator[Path]:
    yield from sorted(p for p in ROOM.glob("*.py") if p.stem not in OTHERS)


def named_numbers() -> Iterator[str]:
    """Names of numbers, or of several, that modules of the room define at their top."""
    for path in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            value = getattr(node, "value", None)
            if not isinstance(node, ast.Assign | ast.AnnAssign) or value is None:
                continue
            inner = [n for n in ast.walk(value) if isinstance(n, ast.Constant)]
            numbers = [n for n in inner if type(n.value) in (int, float)]
            if numbers and len(numbers) == len(inner):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if ast.unparse(target) not in PROPOSED | COLOURS | MEMORY:
                    yield f"{path.stem}.{ast.unparse(target)}"


def bare_numbers() -> Iterator[str]:
    """Numbers in functions that are neither arithmetic nor there against a division by zero."""
    for path in modules():
        if path.stem in FORMATS:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            for node in ast.walk(function):
                value = getattr(node, "value", None)
                if isinstance(node, ast.Constant) and type(value) in (int, float):
                    assert isinstance(value, int | float)
                    if value not in ARITHMETIC and value > 1e-3:
                        yield f"{path.stem}:{node.lineno}: {value}"


def reasons() -> dict[str, str]:
    """What the docstring says of each limit."""
    names = r"^    (\w+(?:, `?\w+`?)*): "
    parts = re.split(names, inspect.getdoc(Limits) or "", flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {n: said for group, said in pairs for n in group.split(", ")}


def test_limits_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LIMITS.believed = 0.9  # type: ignore[misc]


def test_every_limit_says_where_it_comes_from() -> None:
    said = reasons()
    assert said.keys() == {field.name for field in fields(Limits)}
    for name, words in said.items():
        ways = [way for way in ("(chosen)", "`--sweep`", "`pixels`") if way in words]
        assert ways and (ways == ["(chosen)"] or "(chosen)" not in ways), name


def test_few_numbers_stand_elsewhere() -> None:
    elsewhere = list(named_numbers())
    assert "planes.COMPARED_BLOCK" in elsewhere  # or the count would be worth nothing
    assert len(elsewhere) + len(fields(Limits)) <= MOST, elsewhere


def test_no_number_without_a_name_decides() -> None:
    assert list(bare_numbers()) == []
