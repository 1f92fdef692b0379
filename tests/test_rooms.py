"""Rooms use each other only through what a package's `__init__` imports, and only rooms of lower
rows in the drawing in `docs/architecture.md`."""

from __future__ import annotations

import ast
import graphlib
from functools import cache
from pathlib import Path

import redact

HOME = Path(redact.__file__).parent


Node = ast.Import | ast.ImportFrom


@cache
def nodes(path: Path) -> list[Node]:
    """All imports of a file."""
    return [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, Node)]


@cache
def imports(path: Path) -> list[tuple[str, ...]]:
    """Modules inside redact that a file imports from, as parts below `redact`."""
    here, found = path.relative_to(HOME).parts[:-1], []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            continue
        base = () if node.level == 0 else here[: len(here) - node.level + 1]
        parts = (*base, *(node.module or "").split(".")) if node.module else base
        if node.level == 0:
            if parts[0] != "redact":
                continue
            parts = parts[1:]
        for name in node.names:
            inner = HOME.joinpath(*parts, name.name)
            named = inner.is_dir() or inner.with_suffix(".py").exists()
            found.append((*parts, name.name) if named else parts)
    return found


def is_front_door(parts: tuple[str, ...]) -> bool:
    """Whether it is a top-level module, a room, a package in a room, or imported by a room's
    `__init__`."""
    if len(parts) <= 1 or HOME.joinpath(*parts).is_dir():
        return True
    door = HOME.joinpath(*parts[:-1], "__init__.py")
    given = (node for node in nodes(door) if isinstance(node, ast.ImportFrom))
    return any(parts[-1] == alias.name for node in given for alias in node.names)


def test_no_room_reaches_into_another() -> None:
    found = []
    for path in sorted(HOME.rglob("*.py")):
        room = path.relative_to(HOME).parts[0]
        found += [
            f"{path.relative_to(HOME)} imports {'.'.join(parts)}"
            for parts in imports(path)
            if parts and parts[0] != room and not is_front_door(parts)
        ]
    assert found == []


def drawn_rows() -> dict[str, int]:
    """Rooms, and modules outside rooms, with their rows in the drawing, counted from below."""
    page = (HOME.parent / "docs" / "architecture.md").read_text("utf-8")
    drawing = page.split("### Which room may use which")[1].split("```")[1]
    rows = enumerate(reversed(drawing.strip().splitlines()))
    return {room: row for row, line in rows for room in line.split()}


def test_no_room_uses_a_room_that_is_not_below_it() -> None:
    rows, found = drawn_rows(), []
    for path in sorted(HOME.rglob("*.py")):
        room = path.relative_to(HOME).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        found += [
            f"{path.relative_to(HOME)} imports {parts[0]}"
            for parts in imports(path)
            if parts and parts[0] != room and rows[parts[0]] >= rows[room]
        ]
    assert found == []


def test_modules_of_a_room_do_not_import_each_other_in_a_circle() -> None:
    uses = {}
    for path in sorted(HOME.rglob("*.py")):
        module = path.relative_to(HOME).with_suffix("").parts
        if module[-1] != "__init__" and module != ("plan", "table"):  # a method of `Plan` is there
            uses[module] = {parts for parts in imports(path) if parts and parts[0] == module[0]}
    in_order = graphlib.TopologicalSorter(uses).static_order()
    assert ("detection", "device") in in_order


def test_the_product_imports_neither_the_laboratory_nor_tests() -> None:
    found = []
    for path in sorted(HOME.rglob("*.py")):
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom):
                named = [node.module or ""] if node.level == 0 else []
            else:
                named = [alias.name for alias in node.names]
            beside = {"lab", "tests", "docs", "samples"} & {name.split(".")[0] for name in named}
            found += [f"{path.relative_to(HOME)} imports {name}" for name in beside]
    assert found == []


def test_the_check_finds_what_it_should() -> None:
    """It would be useless if it found no import at all."""
    audit = [parts for path in (HOME / "auditing").glob("*.py") for parts in imports(path)]
    assert ("detection",) in audit and ("auditing", "limits") in audit
    assert not is_front_door(("detection", "network"))
