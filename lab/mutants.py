"""`python -m lab.mutants`: small random defects; which of them do the tests not notice?

A mutant is the program with one operator, constant or condition changed. `--count` of all possible
ones in the named rooms are drawn with a fixed seed. Each is put into a copy of the repository and
judged by the tests of its own room that call the changed function, the quickest first. Which tests
call it, in pytest or in a command that a test starts, is recorded once, in a run without defects; a
line outside every function is judged by all tests of its room. A mutant that survives marks a line
that no test of its room checks: a test is missing, or the line makes no difference.

With `--careless` the mutants are what a careless developer might do to a promise: skip a check,
leave out a call or a whole procedure, drop one of several conditions or terms, always take one of
two values, compare a hash with itself, or leave out the first or last iteration of a loop (a plane,
a track, an entry).

Tests that are marked as slow, those in a browser among them, are left out unless `--slow` is given.

Why not `mutmut` or `cosmic-ray`: both run every mutant of a package, here some thousands at half a
minute each, and neither draws a sample that can be repeated.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import pytest

from tests import program

_MAIN = program._main
ROOT = Path(__file__).resolve().parents[1]
ROOMS = sorted({path.parent.name for path in (ROOT / "redact").glob("*/[!_]*.py")})
"""Packages of redact with code in them."""

ELSEWHERE = {
    "auditing": ("audit",),
    "detection": ("detect",),
    "files": ("pipeline", "record"),
    "formats": ("formats", "inspect", "media"),
    "plan": ("plan", "plan_edit"),
    "record": ("record", "report"),
}
"""Rooms whose tests are not in a folder of the same name, with those folders."""

LIMIT = 300
"""Seconds that the tests may take, ten times as long as they need on two processors; a mutant
that makes them take longer counts as noticed."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def folders_of(room: str) -> list[str]:
    """Folders of the tests of a room."""
    return [f"tests/{name}" for name in ELSEWHERE.get(room, (room,))]


Changes = Callable[[ast.AST], list[Callable[[], None]]]
"""From a node to functions each of which changes it in place in one way."""

TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Called(TypedDict):
    """What one test called in the run without defects."""

    seconds: float
    functions: list[str]


@dataclass(frozen=True)
class Mutant:
    """One change: file, line, first line of the function (0: none), words, the changed file."""

    path: Path
    line: int
    function: int
    change: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.change}"


def room_of(mutant: Mutant) -> str:
    """The room of the mutated file."""
    return mutant.path.relative_to(ROOT / "redact").parts[0]


def mutants_of(path: Path, changes: Changes) -> Iterator[Callable[[], Mutant]]:
    """Makers of all mutants of one kind in one file: thousands are possible, and few are made."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = _functions(tree)
    skipped = set(_not_run(tree))

    def made(at: int, number: int) -> Mutant:
        other = copy.deepcopy(tree)
        changed = next(n for i, n in enumerate(ast.walk(other)) if i == at)
        line, before = getattr(changed, "lineno", 0), _words(changed)
        changes(changed)[number]()
        change = f"{before} → {_words(changed)}"
        return Mutant(path, line, functions.get(nodes[at], 0), change, ast.unparse(other))

    nodes = list(ast.walk(tree))
    for at, node in enumerate(nodes):
        if node not in skipped:
            for number in range(len(changes(node))):
                yield partial(made, at, number)


def _functions(tree: ast.AST) -> dict[ast.AST, int]:
    """First line of the innermost function around each node, as its code object has it."""
    found = {}
    for node in ast.walk(tree):  # outer ones come first
        if isinstance(node, ast.FunctionDef):
            first = min((d.lineno for d in node.decorator_list), default=node.lineno)
            for part in node.body:
                found |= dict.fromkeys(ast.walk(part), first)
    return found


def _not_run(tree: ast.AST) -> Iterator[ast.AST]:
    """Annotations and docstrings, which are never executed."""
    for node in ast.walk(tree):
        for part in ("annotation", "returns"):
            told = getattr(node, part, None)
            if told is not None:
                yield from ast.walk(told)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from ast.walk(node)


def slips(node: ast.AST) -> list[Callable[[], None]]:
    """One operator, constant or condition changed."""
    found: list[Callable[[], None]] = []
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        found.append(lambda: setattr(node, "op", SWAPS[type(node.op)]()))
    if isinstance(node, ast.Compare):
        first = node.ops[0]
        found.append(lambda: node.ops.__setitem__(0, SWAPS[type(first)]()))
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        found.append(lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test)))
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            found.append(lambda: setattr(node, "value", not node.value))
        elif isinstance(node.value, float) and node.value:
            found += [lambda f=f: setattr(node, "value", node.value * f) for f in (0.5, 2.0)]
        elif isinstance(node.value, int | float):
            found.append(lambda: setattr(node, "value", node.value + 1))
    if isinstance(node, ast.Name) and node.id in TWINS:
        found.append(lambda: setattr(node, "id", TWINS[node.id]))
    if isinstance(node, ast.Return) and node.value is not None:
        found.append(lambda: setattr(node, "value", ast.Constant(None)))
    return found


def careless(node: ast.AST) -> list[Callable[[], None]]:
    """A check, a call, a procedure, a condition, a term or a round of a loop left out; a hash
    compared with itself."""
    found: list[Callable[[], None]] = []
    if isinstance(node, ast.BoolOp):
        found += [lambda i=i: node.values.pop(i) for i in range(len(node.values))]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        neutral = ast.Constant(0 if isinstance(node.op, ast.Add | ast.Sub) else 1)
        found += _without_a_term(node, neutral)
    if isinstance(node, ast.IfExp):
        found += [lambda v=v: setattr(node, "test", ast.Constant(v)) for v in (True, False)]
    leaves = ast.Raise | ast.Return | ast.Continue
    if isinstance(node, ast.If) and isinstance(node.body[-1], leaves):
        found.append(lambda: setattr(node, "test", ast.Constant(False)))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        found.append(lambda: setattr(node, "value", ast.Constant(None)))
    if isinstance(node, ast.FunctionDef) and _is_procedure(node):
        found.append(lambda: node.body.insert(0, ast.Return(None)))
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        is_hash = re.search("sha256|hash|digest|hex", ast.unparse(node))
        found += [lambda: node.comparators.__setitem__(0, node.left)] if is_hash else []
    if isinstance(node, ast.For):
        for rest in ("1:", ":-1"):
            less = f"list({ast.unparse(node.iter)})[{rest}]"
            found.append(lambda less=less: setattr(node, "iter", ast.parse(less, mode="eval").body))
    return found


def _without_a_term(node: ast.BinOp, neutral: ast.Constant) -> list[Callable[[], None]]:
    """`a + b` becomes `a` or `b`; where numbers are not what is added, a term is multiplied by 0:
    `b"…" * 0`."""
    if isinstance(node.op, ast.Mult | ast.Div):
        return [lambda: setattr(node, "right", neutral)]
    found: list[Callable[[], None]] = []
    for side in ("left", "right"):
        nothing = ast.BinOp(getattr(node, side), ast.Mult(), ast.Constant(0))
        found.append(lambda side=side, nothing=nothing: setattr(node, side, nothing))
    return found


def _is_procedure(node: ast.FunctionDef) -> bool:
    told = node.returns
    return isinstance(told, ast.Constant) and told.value is None and len(node.body) > 1


def _words(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef):
        text = f"{node.name}: {ast.unparse(node.body[0])}"
    else:
        text = ast.unparse(node)
    if isinstance(node, ast.If | ast.For | ast.While | ast.FunctionDef):
        text = text.partition("\n")[0]  # without its body
    text = " ".join(text.split())
    return text if len(text) <= 70 else f"{text[:69]}…"


def draw(packages: list[str], changes: Changes, count: int, seed: int) -> list[Mutant]:
    """A random sample of the mutants of some packages, the same for the same seed and code.

    It is in random order, so that its beginning is a sample, too.
    """
    files = [p for name in packages for p in sorted((ROOT / "redact" / name).rglob("*.py"))]
    found = [make for path in files for make in mutants_of(path, changes)]
    print(f"{len(found)} mutants can be made in {', '.join(packages)}; {count} are drawn")
    return [make() for make in random.Random(seed).sample(found, min(count, len(found)))]


@dataclass(frozen=True)
class Judge:
    """Runs tests in a copy of the repository.

    Attributes:
        home: the copy.
        tests: of each package, what its tests called: id → seconds and functions.
    """

    home: Path
    tests: dict[str, dict[str, Called]]

    @classmethod
    def over(cls, home: Path, packages: list[str], slow: bool = False) -> Judge:
        """Runs the tests of some rooms once, without a defect."""
        tests = {}
        for name in packages:
            notes = home / f"called-{name}.json"
            which = [] if slow else ["-m", "not slow"]
            _pytest(home, ["-p", "lab.mutants", *which, *folders_of(name)], notes)
            tests[name] = json.loads(notes.read_text())
            if not tests[name]:
                raise SystemExit(f"the tests of {name} fail without a defect")
            seconds = sum(test["seconds"] for test in tests[name].values())
            print(f"{name}: {len(tests[name])} tests, {seconds:.0f} s", flush=True)
        return cls(home, tests)

    def notices(self, mutant: Mutant) -> bool:
        """Whether a test fails. The copy is left as it was."""
        place = self.home / mutant.path.relative_to(ROOT)
        original = place.read_text("utf-8")
        known = self.tests[room_of(mutant)]
        where = f"{mutant.path.relative_to(ROOT)}:{mutant.function}"
        chosen = [t for t in known if not mutant.function or where in known[t]["functions"]]
        chosen.sort(key=lambda test: known[test]["seconds"])
        place.write_text(mutant.source, "utf-8")
        try:
            return bool(chosen) and bool(_pytest(self.home, chosen))
        finally:
            place.write_text(original, "utf-8")


def _pytest(home: Path, arguments: list[str], notes: Path | None = None) -> int:
    until_one_fails = ["-x"] if notes is None else []
    command = [sys.executable, "-m", "pytest", "-q", *until_one_fails, *arguments]
    command += ["-p", "no:cacheprovider"]
    environment = {
        "REDACT_SHARED": str(ROOT.parent / "shared"),
        **os.environ,
        "PYTHONPATH": str(home),
        "MUTANTS_NOTES": str(notes or ""),
    }
    try:
        return subprocess.run(
            command,
            cwd=home,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT if notes is None else None,
        ).returncode
    except subprocess.TimeoutExpired:
        return 1


class Notes:
    """Pytest plugin that records the functions that each test calls, including those of its file's
    fixtures. Tests that fail during the recording, as one of speed may, are left out."""

    def __init__(self) -> None:
        self.calls: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, set[str]] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self, item: Any) -> Iterator[None]:
        called = self.fixtures.setdefault(str(item.path), set())
        with _calls(called):
            yield
        called |= _of_commands()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        began = time.monotonic()
        called = self.calls.setdefault(item.nodeid, set())
        with _calls(called):
            yield
        called |= _of_commands()
        self.seconds[item.nodeid] = time.monotonic() - began

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self, session: Any) -> None:
        found = {
            test: {
                "seconds": self.seconds[test],
                "functions": sorted(called | self.fixtures[str(ROOT / test.split("::")[0])]),
            }
            for test, called in self.calls.items()
            if test not in self.failed
        }
        Path(os.environ["MUTANTS_NOTES"]).write_text(json.dumps(found))


@contextmanager
def _calls(into: set[str]) -> Iterator[None]:
    """Add the file and first line of every function of redact that is called in this context."""
    codes: set[Any] = set()
    inside = str(ROOT / "redact")

    # A trace function that returns None sees only calls, which costs less than profiling.
    def called(frame: Any, _event: str, _: object) -> None:
        if frame.f_code.co_filename.startswith(inside):
            codes.add(frame.f_code)

    sys.settrace(called)
    threading.settrace(called)
    try:
        yield
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        into |= {f"{Path(c.co_filename).relative_to(ROOT)}:{c.co_firstlineno}" for c in codes}


def _of_commands() -> set[str]:
    """Functions called by the commands that ended since the last call of this function."""
    found: set[str] = set()
    for path in Path(os.environ["MUTANTS_NOTES"]).parent.glob("command-*.json"):
        found |= set(json.loads(path.read_text()))
        path.unlink()
    return found


def noted_main(words: list[str], cwd: Path, env: Mapping[str, str], *more: Any) -> None:
    """`tests.program._main` with its calls recorded."""
    called: set[str] = set()
    try:
        with _calls(called):
            _MAIN(words, cwd, env, *more)
    finally:
        folder = Path(env["MUTANTS_NOTES"]).parent
        written = folder / f".{os.getpid()}"
        written.write_text(json.dumps(sorted(called)))
        written.rename(folder / f"command-{os.getpid()}.json")


def pytest_configure(config: Any) -> None:
    """Called by pytest when this module is its plugin."""
    config.pluginmanager.register(Notes())
    program._main = noted_main


def main() -> None:
    """Draw, judge, print one line for each mutant and the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", default=ROOMS, metavar="room", help="of redact/")
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--match", default="", help="only mutants whose line holds this")
    parser.add_argument("--careless", action="store_true", help="leave out checks, calls, rounds")
    parser.add_argument("--slow", action="store_true", help="with the tests that are slow")
    options = parser.parse_args()
    if unknown := set(options.packages) - set(ROOMS):
        parser.error(f"no room: {', '.join(sorted(unknown))}; there are {', '.join(ROOMS)}")
    changes = careless if options.careless else slips
    drawn = draw(options.packages, changes, options.count, options.seed)
    drawn = [mutant for mutant in drawn if options.match in mutant.name]
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "redact"
        never = shutil.ignore_patterns(".git", ".venv*", "site", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, home, ignore=never)
        judge = Judge.over(home, sorted({room_of(m) for m in drawn}), options.slow)
        for number, mutant in enumerate(drawn, start=1):
            found = judge.notices(mutant)
            left += not found
            told = "noticed " if found else "SURVIVED"
            print(f"{number}/{len(drawn)} {told} {mutant.name}", flush=True)
    print(f"{len(drawn) - left} of {len(drawn)} were noticed; {left} survived")


if __name__ == "__main__":
    main()
