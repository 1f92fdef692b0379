"""A constant's name means the same everywhere: no two modules give one name two values. Names with
an underscore may recur if they are no numbers (`_NAMES`, `_MARK`): no other module sees them, and
their value stands beside them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import redact

HOME = Path(redact.__file__).parent


def constants(code: str) -> Iterator[tuple[str, str]]:
    """Name and value of each constant at the top of a module, as written."""
    for node in ast.parse(code).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            both = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                both = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in both:
                if not (isinstance(name, ast.Name) and name.id.isupper()):
                    continue
                if not name.id.startswith("_") or is_number(value):
                    yield name.id, ast.unparse(value)


def is_number(value: ast.expr) -> bool:
    """Whether it is a number, a sum of numbers, or a table of numbers by kind of target."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) == "PerKind"
    numbers = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop
    return all(
        isinstance(n, numbers) and type(getattr(n, "value", 0)) in (int, float)
        for n in ast.walk(value)
    )


def with_two_values(modules: Iterable[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """For modules given by name and code: constants with more than one value, and their modules."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for module, code in modules:
        for name, value in constants(code):
            found[name][module] = value
    return {name: values for name, values in found.items() if len({*values.values()}) > 1}


def test_no_name_has_two_values() -> None:
    modules = [(str(p.relative_to(HOME)), p.read_text("utf-8")) for p in HOME.rglob("*.py")]
    assert sum(len([*constants(code)]) for _, code in modules) > 400, "none were read"
    assert not with_two_values(sorted(modules))


def test_one_name_with_two_values_is_found() -> None:
    one = 'MOST: Final = 3\nSAME = 0.5\n_FEW = 2\n_NAMES = "a"\nWIDE, HIGH = 4, 5\n'
    other = 'MOST = 4\nSAME: Final = 0.5\n_FEW = 1 << 2\n_NAMES = "b"\nHIGH = 6\n'
    assert with_two_values([("one", one), ("other", other)]).keys() == {"MOST", "_FEW", "HIGH"}
