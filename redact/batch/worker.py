"""The worker's side of a cluster: it runs the same command for one file in its own process, and
reports what is installed and which files it sees, so that its results equal those of this machine.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .. import __version__
from ..record import library_versions
from .processes import Command, Done, run_in_process

_NO_PART = ("__pycache__",)


def installation() -> dict[str, str]:
    """Versions and digests that the bytes of a result depend on, besides the file and the
    options."""
    return {
        "redact": __version__,
        "redact's files and models": _digest_of_package(),
        "Python": platform.python_version(),
        "processor": platform.machine(),
        **library_versions(),
    }


def is_started_safely() -> dict[str, bool]:
    """Whether dask's own processes here load no code from their current folder; processes that we
    start never do."""
    return {"PYTHONSAFEPATH": bool(os.environ.get("PYTHONSAFEPATH"))}


def visible_files(folder: str, paths: list[str]) -> dict[str, Any]:
    """State of a folder and files as this worker sees them: None for what is missing.

    Args:
        folder: that paths start from; only a worker that has it can run a command there.
        paths: files; each is identified by its size, time and the hash of its first and last bytes.
    """
    return {folder: Path(folder).is_dir() or None, **{path: _look_of(path) for path in paths}}


def differing(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Names for which two answers differ."""
    return [name for name in here if here[name] != there.get(name)]


def _look_of(path: str) -> list[str | int] | None:
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.sha256(file.read(1 << 16))
            file.seek(max(0, size - (1 << 16)))
            digest.update(file.read(1 << 16))
    except OSError:
        return None
    return [size, digest.hexdigest()]


@cache
def _digest_of_package() -> str:
    """SHA-256 over names and contents of all files of the installed redact."""
    digest = hashlib.sha256()
    for name, item in sorted(_files(resources.files("redact"), "")):
        data = item.read_bytes()
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found = []
    for item in folder.iterdir():
        if item.name in _NO_PART or item.name.startswith("."):
            continue
        name = f"{prefix}/{item.name}"
        found += _files(item, name) if item.is_dir() else [(name, item)]
    return found


_SET_BY_DASK = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run_here(command: Command) -> Done:
    """Run the command for one file here; stop it when its caller is gone."""
    # dask makes numerical libraries use one processor; a local run uses all of them.
    environment = {k: v for k, v in os.environ.items() if k not in _SET_BY_DASK}
    return run_in_process(command, _gone(), environment)


def _gone() -> Callable[[], bool]:
    """Return a function that says whether the caller of the running task is gone.

    When its caller is gone, dask marks or forgets a task but lets its thread continue, so the task
    itself has to check.
    """
    from distributed import get_worker
    from distributed.worker import thread_state

    worker, key = get_worker(), thread_state.key

    def gone() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state != "executing"

    return gone
