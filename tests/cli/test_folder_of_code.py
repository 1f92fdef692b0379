"""A folder of evidence may hold files named like modules of Python or redact: none is executed,
however redact is started there."""

from __future__ import annotations

import ast
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import redact
from redact.batch import Command, run_in_process
from redact.cli.doctor import unsafe_pythonpath

from ..media.footage import Clip, make
from ..program import QUICK
from .conftest import ROOT, call

HOME = Path(redact.__file__).parent
ALL_MODULES = """
import importlib, pkgutil, sys, redact
for module in pkgutil.walk_packages(redact.__path__, "redact."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""
BY_NAME = ("importlib.import_module", "find_spec")
BEFORE_MAIN = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"


def printed(*words: object, **more: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Of every module that Python or redact may import, at the start or later."""
    found = printed("-P", "-c", ALL_MODULES) | set(sys.stdlib_module_names)
    for path in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME:
                found.add(ast.unparse(node.args[0]).strip("'"))
    found = set(filter(str.isidentifier, found))
    assert {"av", "click", "cv2", "onnxruntime", "weasyprint", "redact", "json"} <= found
    return found


class Evidence:
    """Two videos among files named like modules, and a list of those that were executed."""

    def __init__(self, folder: Path, names: set[str]) -> None:
        self.folder = folder / "evidence"
        self.folder.mkdir()
        self._executed = folder / "executed.txt"
        for name in names:
            code = f"open({str(self._executed)!r}, 'a').write({name + chr(10)!r})\n"
            (self.folder / f"{name}.py").write_text(code)
        for name in "ab":
            make(self.folder / f"{name}.mp4", Clip(pts=range(3)))
        self.script = folder / "bin" / "redact"
        self.script.parent.mkdir()
        self.script.write_text("from redact.__main__ import main\nmain()\n")

    @property
    def executed(self) -> set[str]:
        return set(self._executed.read_text().split()) if self._executed.exists() else set()

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in the folder, as a user with an installed redact does."""
        return self.python(str(self.script), *words)

    def python(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell has its background jobs ignore Ctrl-C, and so their children.
            preexec_fn=None if sys.platform == "win32" else heeding_ctrl_c,
        )


def heeding_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def evidence(tmp_path: Path, names: set[str]) -> Evidence:
    return Evidence(tmp_path, names)


@pytest.mark.slow
def test_several_videos_at_once(evidence: Evidence) -> None:
    run = evidence.start("run", ".", "--jobs", "2", *QUICK)
    _, err = run.communicate()
    assert run.returncode == 0, err
    assert len(list(evidence.folder.glob("*.redacted.mp4"))) == 2
    assert evidence.executed == set()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C for one process there")
def test_the_search_of_a_case(evidence: Evidence) -> None:
    review = evidence.start("review", ".", "--no-open", *QUICK)
    deadline = time.monotonic() + 240
    while len(list(evidence.folder.rglob("plan.json"))) < 2 and time.monotonic() < deadline:
        assert review.poll() is None, review.communicate()
        time.sleep(0.1)
    review.send_signal(signal.SIGINT)
    review.communicate(timeout=200)
    assert len(list(evidence.folder.rglob("plan.json"))) == 2
    assert evidence.executed == set()


@pytest.mark.slow
def test_a_process_started_with_a_careless_environment(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty entry in PYTHONPATH means the current folder."""
    monkeypatch.chdir(evidence.folder)
    monkeypatch.syspath_prepend(str(evidence.folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep + str(ROOT))
    words = ("a.mp4",)
    command = Command("a.mp4", words, str(evidence.folder), "detect")
    done = run_in_process(command, lambda: False)
    assert done.result["exit_code"] == 0, done
    assert evidence.executed == set()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere starters have another form")
def test_the_starter_of_the_desktop(evidence: Evidence, tmp_path: Path) -> None:
    assert call("desktop", "-o", tmp_path).returncode == 0
    text = (tmp_path / "redact.desktop").read_text()
    (command,) = [x for x in text.splitlines() if x.startswith("Exec=")]
    words = [*shlex.split(command.removeprefix("Exec=")), "--help"]
    done = subprocess.run(words, cwd=evidence.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "redact review" in done.stdout
    assert evidence.executed == set()


def test_python_m_executes_only_what_python_imports_before_redact(
    names: set[str], tmp_path: Path
) -> None:
    """What Python itself imports for `-m` cannot be prevented; docs/start.md says what to type
    instead."""
    (tmp_path / "empty.py").write_text(BEFORE_MAIN)
    done = subprocess.run(
        [sys.executable, "-m", "empty"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"typing", "__future__", "pathlib", "click", "av"}
    evidence = Evidence(tmp_path, names - loaded - {"redact"})
    probe = evidence.python("-m", "redact", "inspect", "a.mp4")
    out, err = probe.communicate()
    assert probe.returncode in (0, 11), err
    assert "a.mp4" in out and evidence.executed == set()


def test_only_one_module_starts_python() -> None:
    found = [
        f"{path.relative_to(HOME)}:{node.lineno}"
        for path in HOME.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"
    ]
    assert [place.partition(":")[0] for place in found] == ["safe_python.py"], found


def test_doctor_names_an_unsafe_pythonpath(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep + str(ROOT))
    failed = unsafe_pythonpath()
    assert failed is not None and "PYTHONPATH has entries that are empty" in failed.message
