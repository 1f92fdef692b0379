"""A bug in redact costs one file of several, not all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from redact.errors import ExitCode

from ..media.footage import Clip, make
from .conftest import ROOT, call

FAST = ("--targets", "face")

DEFECT = """
import redact.pipeline.search as search

found = search.detectors_for

def narrow(info, *rest):
    if info.video.upright_size[0] < 100:
        raise ValueError("too narrow")
    return found(info, *rest)

search.detectors_for = narrow
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder of two videos; on the first, the search fails."""
    folder = tmp_path / "in"
    folder.mkdir()
    make(folder / "a.mp4", Clip(size=(64, 48), pts=range(3)))
    make(folder / "b.mp4", Clip(pts=range(3)))
    return folder


@pytest.fixture
def with_defect(tmp_path: Path) -> dict[str, str]:
    """Environment in which the search of redact has a bug."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(DEFECT)
    return {"PYTHONPATH": os.pathsep.join((str(ROOT), str(site)))}


def test_the_other_files_of_a_run_are_finished(inbox: Path, with_defect: dict[str, str]) -> None:
    words = ("run", inbox / "a.mp4", inbox / "b.mp4")
    ended = call(*words, *FAST, "--json", **with_defect)
    assert ended.returncode == ExitCode.INTERNAL, ended.stderr
    failed, done = json.loads(ended.stdout)
    assert failed["exit_code"] == ExitCode.INTERNAL and failed["state"] == "refused"
    assert "internal error: ValueError: too narrow" in failed["error"]
    assert "a.mp4" in failed["error"] and "report" in failed["hint"]
    assert done["state"] == "done" and (inbox / "b.redacted.mp4").exists()
    assert not (inbox / "a.redacted.mp4").exists()
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_single_file_and_a_requested_traceback(inbox: Path, with_defect: dict[str, str]) -> None:
    words = ("run", inbox / "a.mp4", *FAST)
    alone = call(*words, **with_defect)
    assert alone.returncode == ExitCode.INTERNAL
    assert "internal error: ValueError" in alone.stderr and "Traceback" not in alone.stderr
    traced = call(*words, **with_defect, REDACT_TRACEBACK="1")
    assert "Traceback" in traced.stderr


@pytest.mark.parametrize(
    "words",
    [("run",), ("check",), ("log", "add", "a note"), ("run", "a.mp4", "-o")],
    ids=lambda words: words[0],
)
def test_an_impossible_file_name_is_not_called_a_bug(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    name = "n" * 300
    place = 2 if words[0] == "log" else len(words)
    done = call(*words[:place], name, *words[place:], cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert name in done.stderr and "internal error" not in done.stderr
    assert list(tmp_path.iterdir()) == []
