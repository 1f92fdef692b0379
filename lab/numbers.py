"""The tuned numbers of redact, and where each comes from: `python -m lab.numbers`.

A tuned number decides what is detected, followed, hidden or reported, and could have another value:
a constant with a docstring in the rooms below, or a field of the tables below. Not tuned are values
that a trained network, a format, geometry or memory dictates; values derived from other numbers;
limits of a file or page; values that only affect cost; and how a mask looks. If its docstring names
a command or a page, that measures it; if it names footage, it was chosen on that; otherwise it is a
judgement.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import redact
from redact.detection.silhouettes import Agreement
from redact.track import TrackSettings

HOME = Path(redact.__file__).parent
ROOMS = (
    *("mask_size.py", "types", "detection", "track", "reading", "plan", "risk"),
    *("follow_drawn", "pipeline", "auditing"),
)
GIVEN = re.compile(
    r"as (it was trained|in (its )?training)\.|structure|model card|(network|that it) takes"
    r"|multiples? of|COCO|ImageNet|[Cc]hannels of|Transfer function|telemetry|PaddleOCR"
    r"|after CenterFace|as ByteTrack has it|[Ff]iles? |[Bb]ytes|[Mm]emory|: likewise|The flags"
    r"|[Cc]haracters|Chroma of grey|rounding|corner of the picture|[Tt]he trial's|sums of frame"
    r"|all of the sound|(held|decoded|recognised) at once|read at a time|by geometry|[Aa]rithmetic"
    r"|[Bb]ounds? (the|its) (file|length|time)|are clipped|may be moved|Largest margin|the page"
    r"|Any other would do|formats|one reader keeps|refused"
    r"|in no video"
)
COST = re.compile(r"(decides?|affects?) cost alone|cost alone decides")
NAMED = re.compile(r"\blab(?:\.\w+)+(?: --\w+(?: \w+)?)*|\blab(?:/\w+)+\*?\.\w+")
FOOTAGE = re.compile(r"\bdev\b|footage|[Mm]easured|\b[Cc]ounted\b|labelled|networks learned from")
TABLES = (TrackSettings, Agreement)
"""Values that hold several numbers, each with its own explanation."""


def constants(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, value and docstring of the numbers, and of tables of numbers, in a module."""
    body = ast.parse(path.read_text("utf-8")).body
    for n, node in enumerate(body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        after = next((b for b in body[n:] if not isinstance(b, ast.Assign | ast.AnnAssign)), None)
        told = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name, value = ast.unparse(target), ast.unparse(node.value)
        inner = [x.value for x in ast.walk(node.value) if isinstance(x, ast.Constant)]
        numbers = [x for x in inner if type(x) in (int, float)]
        table = value.startswith(("PerKind(", "Scale(", "Sizes(", "Fraction(", "{"))
        follows = re.search(r"\b[A-Z_]{2,}\b|\(", re.sub(r"\w+\.[A-Z_]+", "", value))
        plain = len(numbers) == len(inner) and (value[0] == "(" or not follows)
        if name.isupper() and numbers and (table or plain) and not re.search(r" for |\bb'", value):
            yield name, value, " ".join(told.split())


def source(told: str) -> str:
    """Where a number comes from, by its docstring."""
    if named := NAMED.search(told):
        return named.group()
    return "chosen on footage" if FOOTAGE.search(told) else "judgement"


def numbers() -> Iterator[tuple[str, str, str, str]]:
    """File, name, value and source of every tuned number."""
    for path in (p for room in ROOMS for p in [HOME / room, *sorted((HOME / room).rglob("*.py"))]):
        for name, value, told in constants(path) if path.is_file() else ():
            given = COST.search(told) or (source(told) == "judgement" and GIVEN.search(told))
            if told and not given:
                yield path.relative_to(HOME).as_posix(), name, value, source(told)
    for table in TABLES:
        file = Path(inspect.getfile(table)).relative_to(HOME).as_posix()
        parts = re.split(r"^    (\w+(?:, \w+)*): ", inspect.getdoc(table) or "", flags=re.M)
        said = {n: parts[i + 1] for i in range(1, len(parts), 2) for n in parts[i].split(", ")}
        for field in fields(table):
            told = " ".join(said[field.name].split())
            if not GIVEN.search(told):
                yield file, field.name, str(field.default), source(told)


if __name__ == "__main__":
    rows = list(numbers())
    for file, name, value, where in rows:
        print(f"{file:32} {name:28} {re.sub(r'<.*>', '(table)', value)[:40]:40} {where}")
    print(len(rows), "tuned numbers:", dict(Counter(r[3] for r in rows).most_common()))
