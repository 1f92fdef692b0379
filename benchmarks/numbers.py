"""`python -m benchmarks.numbers`: named numbers of redact by room, and which say why.

A named number is a name in capitals at the top level of a module whose value is written with a
number: `REACH = 0.6`, `SCALES = (0.94, 1.0)`, `SMALL = Scale(640)`, `WINDOW = 2 * CELLS`. Values
that a function computes (`np.arange(9)`) and text are none.

It says why if a docstring stands below it, or below the block of assignments without an empty
line to which it belongs, that contains one of:

* "Chosen": the command on the dev half that chose it;
* "Measured": the command that measured it;
* "after" and a name or title that begins with a capital: whose number it is;
* "Meaning": what it means in the world, so that nobody could choose otherwise by measuring.

Numbers in capitals are not all: defaults of classes and bare numbers in functions are counted
beside them, so that a number does not vanish from the count by changing its clothes.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[1] / "redact"
WHY = re.compile(r"\bChosen\b|\bMeasured\b|\b[Aa]fter [A-Z]|\bMeaning\b")
PLAIN = (0, 1, 2, -1, 0.5)
"""Bare numbers that need no name: a half, a pair, the first and the next. Meaning: arithmetic."""


@dataclass(frozen=True)
class NamedNumber:
    """A constant, where it stands (file:line) and its docstring, "" for none."""

    name: str
    place: str
    doc: str

    @property
    def says_why(self) -> bool:
        return WHY.search(self.doc) is not None


def named_numbers(path: Path, shown: str = "") -> list[NamedNumber]:
    """Those of one module; `shown` stands for its path."""
    body = ast.parse(path.read_text()).body
    found = []
    for at, node in enumerate(body):
        for name in _names(node):
            doc = _docstring(body, at)
            found.append(NamedNumber(name, f"{shown or path.name}:{node.lineno}", doc))
    return found


def _names(node: ast.stmt) -> list[str]:
    """Names in capitals that a statement gives a number."""
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    elif isinstance(node, ast.Assign):
        targets = list(node.targets)
    else:
        return []
    if node.value is None or not _is_number(node.value):
        return []
    flat = [x for t in targets for x in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return [x.id for x in flat if isinstance(x, ast.Name) and x.id.isupper()]


def _is_number(value: ast.expr) -> bool:
    """Whether a value is written with a number and computed by no function."""
    calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
    if not all(isinstance(c.func, ast.Name) and c.func.id[:1].isupper() for c in calls):
        return False
    keys = {id(k) for d in ast.walk(value) if isinstance(d, ast.Dict) for k in d.keys}
    return any(_literal(n) for n in ast.walk(value) if id(n) not in keys)


def _literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _docstring(body: list[ast.stmt], at: int) -> str:
    """The text below a statement, or below the block that it begins."""
    while at + 1 < len(body):
        after = body[at + 1]
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            return after.value.value if isinstance(after.value.value, str) else ""
        joined = after.lineno == (body[at].end_lineno or 0) + 1
        if not joined or not isinstance(after, (ast.Assign, ast.AnnAssign)):
            return ""
        at += 1
    return ""


def of_room(room: str, home: Path = HOME) -> list[NamedNumber]:
    """Named numbers of a room of redact, in order of file and line."""
    files = sorted((home / room).rglob("*.py"))
    return [n for f in files for n in named_numbers(f, str(f.relative_to(home)))]


def class_defaults(path: Path) -> int:
    """Numbers that are defaults of fields of classes."""
    classes = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef))
    fields = (f for c in classes for f in c.body if isinstance(f, ast.AnnAssign))
    return sum(f.value is not None and _is_number(f.value) for f in fields)


def bare_numbers(path: Path) -> int:
    """Numbers inside functions that have no name, `PLAIN` ones left out."""
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    seen = {id(n): n for f in functions for n in ast.walk(f) if _literal(n)}
    return sum(n.value not in PLAIN for n in seen.values() if isinstance(n, ast.Constant))


def rows(home: Path = HOME) -> Iterator[tuple[str, int, int, int, int]]:
    """Room, named numbers, those that say why, defaults of classes, bare numbers."""
    for room in sorted(p.parent.name for p in home.glob("*/__init__.py")):
        files = sorted((home / room).rglob("*.py"))
        named = of_room(room, home)
        why = sum(n.says_why for n in named)
        defaults, bare = sum(map(class_defaults, files)), sum(map(bare_numbers, files))
        yield room, len(named), why, defaults, bare


def main() -> None:
    print("| room | named numbers | that say why | defaults of classes | bare, in functions |")
    print("|---|---|---|---|---|")
    for row in rows():
        print("| " + " | ".join(map(str, row)) + " |")
    if len(sys.argv) > 1:
        for room in sys.argv[1:]:
            for number in of_room(room):
                if not number.says_why:
                    print(f"redact/{number.place}: {number.name}")


if __name__ == "__main__":
    main()
