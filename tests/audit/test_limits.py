"""Every number that decides a verdict has a name and a stated reason: see `python -m
lab.numbers`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from redact import auditing

ROOM = Path(auditing.__file__).parent

OTHERS = {
    *("mp4_boxes", "matroska_elements", "pictures_of_findings", "audit_detectors", "planes"),
    *("compared", "result", "outside_masks", "file_checks"),
}
"""Modules with bare numbers of file formats, 8-bit samples, sounds and clocks, and of how results
are shown."""

ARITHMETIC = {-1, 0, 0.5, 1, 2, 3, 4, 5}
"""Halves and doubles, places in a list, a pixel and its neighbours."""


def bare_numbers() -> Iterator[str]:
    """Numbers in functions, except arithmetic and guards against division by zero."""
    for path in sorted(p for p in ROOM.glob("*.py") if p.stem not in OTHERS):
        tree = ast.parse(path.read_text("utf-8"))
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            for node in ast.walk(function):
                value = getattr(node, "value", None)
                if isinstance(node, ast.Constant) and type(value) in (int, float):
                    assert isinstance(value, int | float)
                    if value not in ARITHMETIC and value > 1e-3:
                        yield f"{path.stem}:{node.lineno}: {value}"


def test_no_unnamed_number_decides_a_verdict() -> None:
    assert list(bare_numbers()) == []
