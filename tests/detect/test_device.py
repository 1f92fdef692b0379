"""An accelerator is used if it works; if it does not, that is never silent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest

from redact.detection import DEVICES, Verifier, device_now, loader, on_device
from redact.detection.device import PROVIDERS, installed
from redact.detection.verifier import VERIFIER_SIDE
from redact.errors import DependencyError
from redact.types import Target

PICTURES = np.zeros((1, VERIFIER_SIDE, VERIFIER_SIDE, 3), np.uint8)


@pytest.fixture
def broken_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """An onnxruntime built for CUDA that cannot use it, as if the driver were missing: it runs on
    the processor and only logs this."""
    claimed = ["CUDAExecutionProvider", *onnxruntime.get_available_providers()]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: claimed)


def test_a_failing_device_stops_the_run_if_it_was_asked_for(broken_cuda: None) -> None:
    with pytest.raises(DependencyError, match="--device cuda"), on_device("cuda", print):
        pass


def test_auto_falls_back_and_says_so(broken_cuda: None) -> None:
    said: list[str] = []
    with on_device("auto", said.append):
        assert said == []  # nothing was needed yet
        Verifier(1).scores(PICTURES)
        assert device_now() == "cpu"
        Verifier(1)
    assert len(said) == 1 and "cuda" in said[0] and "slower" in said[0]


def test_a_session_that_does_not_run_where_it_should_is_refused(
    broken_cuda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the trial succeeded, and a later network ends up on the processor."""
    monkeypatch.setattr("redact.detection.device._try", lambda _: None)
    with on_device("cuda", print), pytest.raises(DependencyError, match="but on the processor"):
        Verifier(1)


def test_a_network_that_a_thread_opens_runs_on_the_chosen_device(
    broken_cuda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The eye is opened for the first close scan, often in a thread: it ran on the processor."""
    for check in ("_try", "_require_device"):
        monkeypatch.setattr(f"redact.detection.device.{check}", lambda *_: None)
    opened: list[str] = []
    monkeypatch.setattr(loader, "Eye", lambda _: opened.append(device_now()))
    with on_device("cuda", print), ThreadPoolExecutor(1) as pool:
        pool.submit(loader.Networks([Target.FACE], 1)._eye).result()
    assert opened == ["cuda"]


def test_only_named_providers_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of onnxruntime's own providers sends pictures to a server."""
    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["AzureExecutionProvider", PROVIDERS["cpu"]]
    )
    assert installed() == ["cpu"]
    with on_device("auto", pytest.fail):
        assert device_now() == "cpu"
    assert not any("azure" in provider.lower() for provider in PROVIDERS.values())


def test_the_choice_ends_with_its_command() -> None:
    with pytest.raises(ValueError, match="vulkan"), on_device("vulkan", print):
        pass
    with on_device("auto", print):
        pass
    assert device_now() == "cpu" and DEVICES[0] == "auto"
