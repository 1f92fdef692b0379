"""One long video handed to a dask cluster: the same bytes from no, one and two workers."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cluster.local import local_cluster
from benchmarks.kill import contents, hidden
from redact.errors import ExitCode

from ..cli.conftest import call
from ..pipeline.conftest import ROOT

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is not installed (pip install 'redact-footage[cluster]')",
)
QUICK = ("--preset", "ultrafast")


@pytest.fixture(scope="module")
def alone(long_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run without a cluster."""
    folder = tmp_path_factory.mktemp("alone")
    assert call("run", long_clip, "-o", f"{folder}/", *QUICK).returncode in _DONE
    return folder


_DONE = (ExitCode.DONE, ExitCode.NEEDS_REVIEW)


def taken(folder: Path) -> dict[str, int]:
    """Looks by step that other workers had made, by the record."""
    (path,) = folder.rglob("*.manifest.json")
    record = json.loads(path.read_text())
    assert not {"--helped", "--helping"} & set(record["run"]["command"])
    return {
        step["name"]: said["values"]["count"]
        for step in record["run"]["steps"]
        for said in step["detail"]
        if said["code"] == "looks_ahead"
    }


@needs_dask
@pytest.mark.parametrize("workers", [1, 2])
def test_the_result_is_that_of_a_run_without_a_cluster(
    long_clip: Path, alone: Path, workers: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with local_cluster(tmp_path, workers) as address:
        done = call("run", long_clip, "-o", f"{out}/", *QUICK, "--scheduler", address)
    assert done.returncode in _DONE, done.stderr

    assert contents(out) == contents(alone)
    assert hidden(out) == []


def running(words: str) -> Any:
    """The first process below this one whose command holds some words; waited for."""
    import psutil

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if words in process.cmdline():
                    return process
        time.sleep(0.05)
    raise AssertionError(f"nobody runs {words}")


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("who", ["--helping", "--helped"])
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    long_clip: Path, alone: Path, who: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("run", long_clip, "-o", f"{out}{os.sep}", *QUICK, "--scheduler")
    with local_cluster(tmp_path, 2) as address:
        run = subprocess.Popen(
            [sys.executable, "-m", "redact", *map(str, words), address],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        deadline = time.monotonic() + 120
        while not list(out.glob(".*.search-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process = running(who)
        process.parent().kill()
        process.kill()
        assert run.wait(240) in _DONE
    assert contents(out) == contents(alone)
    assert hidden(out) == []
