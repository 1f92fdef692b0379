"""Fixtures for all rooms."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path

import onnxruntime
import pytest
from hypothesis import settings

from redact.detection import device
from redact.errors import RedactError

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
    """Each network is opened once in this process: a third of the time of a short run goes there.

    What a session answers depends on nothing that it was asked before. A test that puts something
    in the engine's place gets what it asks for.
    """
    really, engine = device.open_network, onnxruntime.InferenceSession

    @functools.lru_cache(maxsize=32)
    def opened(weights: bytes, threads: int, keep_memory: bool, _: str) -> object:
        return really(weights, threads, "a network of the tests", keep_memory=keep_memory)

    def open_network(
        weights: bytes, threads: int, name: str, *, keep_memory: bool = False
    ) -> object:
        if onnxruntime.InferenceSession is engine and device.device_now() == device.CPU:
            with contextlib.suppress(RedactError):
                return opened(weights, threads, keep_memory, onnxruntime.__version__)
        return really(weights, threads, name, keep_memory=keep_memory)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "open_network", open_network)
        yield


@pytest.fixture(autouse=True)
def ordinary_priority() -> Iterator[None]:
    """No test leaves this process with a real-time priority, which starves all that follow."""
    policy = getattr(os, "sched_getscheduler", lambda _: 0)
    before = policy(0)
    yield
    assert policy(0) == before
