"""Fixtures for all rooms."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from redact.memory import keep_small

from .pipeline.conftest import SAMPLE, STREET_FRAMES, shorten

# As every command does; so networks are opened once for all tests.
keep_small()

# A busy machine is no defect of an example. Every run draws other examples; so few are enough each
# time, and `.ci/run` draws more.
settings.register_profile("redact", deadline=None, max_examples=15)
settings.register_profile("all", deadline=None, max_examples=60)
settings.load_profile("all" if os.environ.get("REDACT_ALL") else "redact")


def pytest_collection_finish() -> None:
    """As every command does once everything is imported. Each stage ends with a search for garbage,
    which would go through all tests each time: a seventh of the audit's tests."""
    gc.collect()
    gc.freeze()


ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("REDACT_SHARED", ROOT.parent / "shared"))
"""Folder of shared test footage, which need not be there."""


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"needs the folder '{name}' of shared test footage (REDACT_SHARED)")
    return folder


@pytest.fixture(scope="session")
def shared_clips() -> Path:
    """Folder of real clips; the test is skipped if it does not exist."""
    return _shared("clips")


@pytest.fixture(scope="session")
def shared_eval() -> Path:
    """Folder of annotated stills; the test is skipped if it does not exist."""
    return _shared("eval")


def _made_once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """A copy, for this process, of a file that one of the parallel test processes made."""
    common = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        common = common.parent
    path, shared = factory.mktemp("once") / name, common / name
    if not shared.exists():
        make(path)
        # Two may make it at the same time; the name is never that of half a file.
        copy = path.with_name(f"{name}.copy")
        shutil.copy(path, copy)
        copy.replace(shared)
    shutil.copy(shared, path)
    return path


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few frames of the sample in which two faces and two plates are in view."""

    def make(path: Path) -> None:
        shorten(SAMPLE, path, STREET_FRAMES, skip=70)

    return _made_once("street.mp4", make, tmp_path_factory)


@pytest.fixture(scope="session")
def street_plan(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan for `street`, made once for all tests."""
    from redact.media import probe
    from redact.pipeline import Journal, detect
    from redact.plan import read_plan, write_plan
    from redact.progress import Silent
    from redact.settings import DetectSettings

    def make(path: Path) -> None:
        fast = DetectSettings()
        write_plan(detect(probe(street), fast, Journal(Silent())), path)

    path = _made_once("street.plan.json", make, tmp_path_factory)
    write_plan(read_plan(path), path, force=True)  # with the mark of whoever runs this process
    return path


@pytest.fixture(autouse=True, scope="session")
def state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test leaves anything in the user's folders."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True)
def ordinary_priority() -> Iterator[None]:
    """No test leaves this process with a real-time priority, which would starve the following
    ones."""
    policy = getattr(os, "sched_getscheduler", lambda _: 0)
    before = policy(0)
    yield
    assert policy(0) == before
