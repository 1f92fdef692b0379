"""`python -m benchmarks.shape [FOLDER]`: how many files and functions a package has, and how long.

A file counts with its comments and blank lines, a function from its first line to its last, with
its docstring and without its decorators.
"""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

from .numbers import HOME

SHORT, LONG = 50, 40
"""Lines below which a file is hardly worth its name; lines above which a function is long.
Meaning: the house rules of `CONTRIBUTING.md`."""


def lines_of_functions(path: Path) -> list[int]:
    """Of all functions and methods of a file, inner ones too."""
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def main() -> None:
    """Print the figures of one folder, `redact` by default."""
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME
    files = sorted(home.rglob("*.py"))
    lengths = [len(path.read_text("utf-8").splitlines()) for path in files]
    functions = [length for path in files for length in lines_of_functions(path)]
    short = sum(
        length < SHORT and path.name != "__init__.py"
        for path, length in zip(files, lengths, strict=True)
    )
    print(f"files: {len(files)}, {sum(lengths)} lines")
    print(f"lines a file: mean {statistics.mean(lengths):.0f}, median {statistics.median(lengths)}")
    print(f"files under {SHORT} lines, without __init__.py: {short}")
    print(f"functions: {len(functions)}, median {statistics.median(functions)} lines")
    print(f"functions over {LONG} lines: {sum(length > LONG for length in functions)}")


if __name__ == "__main__":
    main()
