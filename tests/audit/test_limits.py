"""Every number that decides a verdict stands in one value, with where it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from redact import auditing
from redact.auditing import Limits
from redact.auditing.limits import LIMITS

ROOM = Path(auditing.__file__).parent
MOST = 49
"""Named numbers in the whole room that may decide a verdict."""

OTHERS = {"mp4_boxes", "matroska_elements", "sheet", "pictures", "fix", "times"}
"""Modules whose numbers are those of file formats, or of how results are shown."""


def named_numbers() -> Iterator[str]:
    """Names of numbers, or of several, that modules of the room define at their top."""
    for path in sorted(p for p in ROOM.glob("*.py") if p.stem not in OTHERS):
        for node in ast.parse(path.read_text("utf-8")).body:
            value = getattr(node, "value", None)
            if not isinstance(node, ast.Assign | ast.AnnAssign) or value is None:
                continue
            inner = [n for n in ast.walk(value) if isinstance(n, ast.Constant)]
            numbers = [n for n in inner if type(n.value) in (int, float)]
            if numbers and len(numbers) == len(inner):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                yield f"{path.stem}.{ast.unparse(target)}"


def test_limits_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LIMITS.believed = 0.9  # type: ignore[misc]


def test_every_limit_says_where_it_comes_from() -> None:
    names = r"^        (\w+(?:, `?\w+`?)*): "
    parts = re.split(names, Limits.__doc__ or "", flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    told = {n: said for group, said in pairs for n in group.split(", ")}
    told |= {"faint_colour": told["lost_colour"]}
    assert told.keys() == {field.name for field in fields(Limits)}
    for name, said in told.items():
        assert any(w in said for w in ("`--sweep`", "`--with`", "`pixels`", "Meaning:")), name


def test_few_numbers_stand_elsewhere() -> None:
    elsewhere = list(named_numbers())
    assert "mask_drawn.GRID" in elsewhere  # or the count would be worth nothing
    assert len(elsewhere) + len(fields(Limits)) <= MOST, elsewhere
