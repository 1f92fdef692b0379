"""An installation without CenterFace reports this at the start of a run, not at its end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from redact.errors import ExitCode

from .conftest import ROOT


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with redact, without one of its networks."""
    return without("centerface", tmp_path_factory.mktemp("bare"))


def without(network: str, folder: Path) -> Path:
    """A folder with redact but this network; its files are links, already compiled."""
    leave = shutil.ignore_patterns(network)
    shutil.copytree(ROOT / "redact", folder / "redact", ignore=leave, copy_function=os.symlink)
    return folder


STAGES = """
import sys
import redact
from redact.errors import ModelError
from redact.progress import Silent
class Told(Silent):
    def stage(self, name, total, unit="frames"):
        print("stage", name)
        return super().stage(name, total, unit)
try:
    if len(sys.argv) > 3:
        redact.apply(sys.argv[1], sys.argv[3], sys.argv[2], progress=Told())
    else:
        redact.run(sys.argv[1], output=sys.argv[2], progress=Told())
except ModelError as error:
    print("refused")
    print(error.message, error.hint, file=sys.stderr)
"""


def call(bare: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line of that package."""
    return python(bare, "-m", "redact", *arguments)


def python(bare: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=bare,
        env={**os.environ, "PYTHONPATH": str(bare)},
        timeout=280,
        check=False,
    )


def test_a_run_with_faces_is_refused_at_its_start(bare: Path, street: Path, tmp_path: Path) -> None:
    done = python(bare, "-c", STAGES, street, tmp_path / "out.mp4")
    assert done.stdout.split() == ["refused"], done.stdout + done.stderr
    assert "centerface/" in done.stderr and "Install redact again" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_plates_can_be_hidden_without_it_and_applied_again(
    bare: Path, street: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "p.json"
    asked = ("--targets", "plate", "--plan", plan)
    done = call(bare, "run", street, "-o", tmp_path / "a.mp4", *asked)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "whether the picture is upright was not checked" in done.stderr
    document = json.loads(plan.read_text())
    document["settings"]["targets"] = ["face", "plate"]
    plan.write_text(json.dumps(document))
    done = python(bare, "-c", STAGES, street, tmp_path / "b.mp4", plan)
    assert done.stdout.split() == ["stage", "hash", "refused"], done.stdout + done.stderr
    assert not (tmp_path / "b.mp4").exists()


def test_without_the_reader_no_plates_are_searched_for(street: Path, tmp_path: Path) -> None:
    """Otherwise unreadable plates would silently be less certain."""
    (tmp_path / "bare").mkdir()
    bare, output, plan = (
        without("ppocr", tmp_path / "bare"),
        tmp_path / "o.mp4",
        tmp_path / "p.json",
    )
    asked = ("run", street, "-o", output, "--targets", "plates", "--plan", plan)
    done = call(bare, *asked)
    assert done.returncode == ExitCode.MODEL and "ppocr/" in done.stderr, done.stderr
    assert not output.exists() and not plan.exists()


def test_doctor_does_not_call_it_ready(bare: Path) -> None:
    done = call(bare, "doctor", "--json")
    assert done.returncode == ExitCode.MODEL
    report = json.loads(done.stdout)
    assert not report["ready"] and report["ready_for"] == ["plate"]
    missing = [m for m in report["models"] if m["state"] == "missing"]
    assert len(missing) == 2 and all(m["required"] for m in missing)
