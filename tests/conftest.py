"""Fixtures for all rooms."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from .open_once import share_networks

# A busy machine is no defect of an example. Every run draws other examples.
settings.register_profile("redact", deadline=None, max_examples=50)
settings.load_profile("redact")

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
    """Folder of real clips; the test skips where it is absent."""
    return _shared("clips")


@pytest.fixture(scope="session")
def shared_eval() -> Path:
    """Folder of annotated stills; the test skips where it is absent."""
    return _shared("eval")


@pytest.fixture(autouse=True, scope="session")
def state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test leaves anything in the folders of whoever runs them."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True, scope="session")
def networks_open_once() -> Iterator[None]:
    """Each network is opened once in this process."""
    with pytest.MonkeyPatch.context() as patch:
        share_networks(patch.setattr)
        yield


@pytest.fixture(autouse=True)
def ordinary_priority() -> Iterator[None]:
    """No test leaves this process with a real-time priority, which starves all that follow."""
    policy = getattr(os, "sched_getscheduler", lambda _: 0)
    before = policy(0)
    yield
    assert policy(0) == before
