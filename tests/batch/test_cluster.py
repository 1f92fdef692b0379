"""Files sent to a cluster: only if that is safe, and only to workers that would write the same
results."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.batch import check_address
from redact.batch.worker import differing, installation, visible_files
from redact.errors import ExitCode, UsageError
from redact.files import claim

from ..cli.conftest import call
from ..killing import contents
from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK
from ..side_files import folder_of, record_of
from .local_cluster import local_cluster, local_worker

FAST = (*QUICK, "--preset", "ultrafast")
needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is not installed (pip install 'redact-footage[cluster]')",
)


@pytest.mark.parametrize(
    "address",
    ["tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "127.8.8.8:1", "tcp://[::1]:5", "localhost:9"],
)
def test_settled_addresses_are_accepted(address: str) -> None:
    assert check_address(address).endswith(address)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://10.0.0.5:8786", "can run programs"),
        ("10.0.0.5:8786", "can run programs"),
        ("tcp://localhost.example.org:8786", "can run programs"),
        ("tcp://127.0.0.1.example.org:8786", "can run programs"),
        ("tcp://127.0.0.1@10.0.0.5:8786", "can run programs"),
        ("tcp://[::ffff:10.0.0.5]:8786", "can run programs"),
        ("ws://127.0.0.1:8786", "not accepted"),
        ("http://127.0.0.1:8786", "not accepted"),
        ("tls://10.0.0.5", "not the address"),
        ("tls://10.0.0.5:port", "not the address"),
        ("nonsense", "not the address"),
    ],
)
def test_other_addresses_are_refused_with_an_explanation(address: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_address(address)
    assert words in refused.value.message


@given(st.ip_addresses(), st.integers(1, 65535))
def test_plain_tcp_to_another_machine_is_refused(host: Any, port: int) -> None:
    address = f"tcp://{f'[{host}]' if host.version == 6 else host}:{port}"
    if host.is_loopback:
        assert check_address(address) == address
    else:
        with pytest.raises(UsageError):
            check_address(address)


@pytest.fixture(scope="module")
def altered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of redact with one changed file."""
    copy = tmp_path_factory.mktemp("altered")
    shutil.copytree(ROOT / "redact", copy / "redact", ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "redact" / "render" / "fill.py").open("a") as file:
        file.write("\n")
    return copy


def test_another_redact_or_source_is_noticed(altered: Path, tmp_path: Path) -> None:
    code = "import json, redact.batch.worker as s; print(json.dumps(s.installation()))"
    words = [sys.executable, "-c", code]

    def asked(root: Path) -> dict[str, str]:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        printed = subprocess.check_output(words, cwd=tmp_path, env=environment)
        found: dict[str, str] = json.loads(printed)
        return found

    here = installation()
    assert differing(here, asked(ROOT)) == []
    assert differing(here, asked(altered)) == ["redact's files and models"]
    video, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    video.write_bytes(bytes(200_000) + b"end")
    seen = visible_files(str(tmp_path), [str(video), str(other)])
    assert seen[str(tmp_path)] and seen[str(video)] and seen[str(other)] is None
    video.write_bytes(bytes(200_000) + b"eng")
    assert differing(seen, visible_files(str(tmp_path), [str(video), str(other)])) == [str(video)]


def test_without_dask_or_a_scheduler_it_says_what_to_do(case: Path, tmp_path: Path) -> None:
    words = ("run", case, "-o", tmp_path / "out", "--scheduler")
    done = call(*words, "tcp://10.0.0.5:8786")
    assert done.returncode == ExitCode.USAGE and "tls://" in done.stderr
    done = call(*words, "127.0.0.1:1", "--jobs", 2)
    assert done.returncode == ExitCode.USAGE and "exclude each other" in done.stderr
    done = call(*words, "127.0.0.1:1")
    assert done.returncode in (ExitCode.DEPENDENCY, ExitCode.INPUT)
    assert "constraints/extras.txt" in done.stderr or "no scheduler answers" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "case"
    folder.mkdir()
    shorten(SAMPLE, folder / "a.mp4", 8, skip=70)
    shorten(SAMPLE, folder / "b.mp4", 8, skip=80)
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with local_cluster(tmp_path_factory.mktemp("dask"), 2) as address:
        yield address


@needs_dask
def test_two_workers_write_the_same_as_a_local_run(
    case: Path, scheduler: str, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    local = call("run", case, "-o", here, *FAST, "--json")
    done = call("run", case, "-o", there, *FAST, "--json", "--scheduler", scheduler)
    assert done.returncode == local.returncode == ExitCode.INPUT, done.stderr
    assert "2 workers" in done.stderr and "3 files: 2 done, 1 refused" in done.stderr
    assert contents(there) == contents(here)
    for ours, theirs in zip(json.loads(local.stdout), json.loads(done.stdout), strict=True):
        assert ours.keys() == theirs.keys()
        for name in ("source", "state", "exit_code", "error"):
            assert ours.get(name) == theirs.get(name)
    record = json.loads(record_of(there / "a.redacted.mp4").read_text())
    assert "--one-of-several" not in record["run"]["command"]
    again = call("run", case, "-o", there, *FAST, "--json", "--scheduler", scheduler)
    assert [r["state"] for r in json.loads(again.stdout)] == ["done before"] * 2 + ["refused"]


@needs_dask
def test_a_worker_with_another_redact_is_refused(
    case: Path, scheduler: str, altered: Path, tmp_path: Path
) -> None:
    with local_worker(scheduler, tmp_path, "other", altered):
        done = call("run", case, "-o", tmp_path / "out", *FAST, "--scheduler", scheduler)
    assert done.returncode == ExitCode.USAGE
    assert "has another redact's files and models" in done.stderr
    assert list((tmp_path / "out").rglob("*.mp4")) == []


@needs_dask
def test_a_worker_that_imports_from_its_current_folder_is_refused(
    case: Path, scheduler: str, tmp_path: Path
) -> None:
    with local_worker(scheduler, tmp_path, "other", ROOT, PYTHONSAFEPATH=""):
        done = call("run", case, "-o", tmp_path / "out", *FAST, "--scheduler", scheduler)
    assert done.returncode == ExitCode.USAGE
    assert "without PYTHONSAFEPATH=1" in done.stderr
    assert list((tmp_path / "out").rglob("*.mp4")) == []


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_workers_stop_when_the_command_that_started_them_is_gone(
    scheduler: str, tmp_path: Path
) -> None:
    shorten(SAMPLE, tmp_path / "long.mp4", 150)
    out = tmp_path / "out"
    words = ("run", tmp_path / "long.mp4", "-o", f"{out}{os.sep}", "--scheduler", scheduler)
    process = subprocess.Popen([sys.executable, "-m", "redact", *map(str, words)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not list(out.rglob(".*.scans")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    note = folder_of(out / "long.redacted.mp4") / "run.json"
    while (held := claim(note)) is None and time.monotonic() < deadline:
        time.sleep(0.1)  # the worker goes on
    assert held is not None
    held.release()
    left = sorted(path.name for path in out.rglob("*"))
    assert left == [".plan.json.scans", "README.txt", note.parent.name, "run.json"]
