"""The effect of a tuned number: `python -m lab.sweep track/follow.py COAST 0.06 0.24`.

Judges masks before drawing on the labelled clips of dev, with a number of `lab.numbers` as it is,
and with each of the other values given. A number that can be halved and doubled without an effect
is not needed. Detections are cached unless the number is one of `detection`'s. Numbers that were
derived from this one when redact was imported keep their values.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.real.__main__ import arguments, chosen_labels
from lab.real.judge import Scores
from lab.real.runner import judge_boxes
from lab.real.summary import table
from lab.real.tools import named

TOOL = "redact-balanced"


def modules_with(file: str, name: str) -> tuple[Any, list[dict[str, Any]]]:
    """The value of a constant, and the namespaces of all modules of redact that hold it.

    Args:
        file: of the constant, below `redact/`.
        name: of the constant. No two constants of redact have one name.

    Raises:
        SystemExit: there is no such constant.
    """
    home = importlib.import_module("redact." + file.removesuffix(".py").replace("/", "."))
    if name not in vars(home):
        raise SystemExit(f"redact/{file} has no {name}; `python -m lab.numbers` lists them")
    value = vars(home)[name]
    loaded = [vars(m) for n, m in list(sys.modules.items()) if n.partition(".")[0] == "redact"]
    return value, [names for names in loaded if names.get(name) is value]


def add_others(parser: argparse.ArgumentParser) -> None:
    """Give a command the option `--with`, for `changed`."""
    parser.add_argument(
        "--with",
        dest="others",
        nargs=3,
        action="append",
        default=[],
        metavar=("FILE", "NAME", "VALUE"),
        help="another number: auditing/limits.py CORE .2",
    )


@contextmanager
def changed(file: str, name: str, value: Any) -> Iterator[None]:
    """Context in which a constant of redact has another value, wherever it was imported."""
    before, holders = modules_with(file, name)
    try:
        for names in holders:
            names[name] = value
        yield
    finally:
        for names in holders:
            names[name] = before


def main(words: list[str] | None = None) -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.sweep", description=__doc__)
    ap.add_argument("file", help="of the number, below redact/")
    ap.add_argument("name")
    ap.add_argument("values", nargs="+", help="as Python writes them")
    ap.add_argument("--only", help="only clips whose name contains one of these (commas)")
    args = ap.parse_args(words)
    only = ["--only", args.only] if args.only else []
    labels, clips = chosen_labels(arguments(["--half", "dev", *only]))
    before, _ = modules_with(args.file, args.name)
    all_scores: list[Scores] = []
    for value in (before, *map(ast.literal_eval, args.values)):
        with tempfile.TemporaryDirectory() as folder, changed(args.file, args.name, value):
            if args.file.startswith("detection"):  # cached detections belong to another value
                os.environ["REDACT_BENCH_CACHE"] = folder
            (scores,), _ = judge_boxes([named(TOOL)], labels, clips)
        scores.tool = f"{args.name} = {value}"
        all_scores.append(scores)
    print(table(all_scores))


if __name__ == "__main__":
    main()
