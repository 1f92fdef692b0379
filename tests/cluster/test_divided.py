"""One long video handed to a dask cluster: the same bytes from no, one and two workers."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from benchmarks.cluster.local import local_cluster
from benchmarks.kill import contents
from redact.errors import ExitCode

from ..cli.conftest import call

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
