"""What the networks run on: the processor, or an accelerator that onnxruntime was installed for.

onnxruntime answers a wish that it cannot fulfil by running on the processor and saying so in its
own log. Here it is found out before the work begins, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from ..errors import DependencyError

CPU: Final = "cpu"
AUTO: Final = "auto"

PROVIDERS: Final = {
    "cuda": "CUDAExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    CPU: "CPUExecutionProvider",
}
"""Devices, those first that `auto` takes first, and onnxruntime's names for them. What is not named
here is never used: one of onnxruntime's providers sends pictures to a server."""

DEVICES: Final = (AUTO, *PROVIDERS)
"""What a user may choose."""


class _Device:
    """A device that was asked for, found out when it is first needed."""

    def __init__(self, wanted: str, warn: Callable[[str], None]) -> None:
        self._wanted, self._warn = wanted, warn
        self._found = wanted if wanted != AUTO else ""

    @property
    def name(self) -> str:
        if not self._found:
            self._found = next(name for name in installed() if self._works(name))
        return self._found

    def _works(self, name: str) -> bool:
        try:
            _try(name)
        except DependencyError as error:
            self._warn(f"{error.message}; another device is used, which is slower")
            return False
        return True


def _silent(_: str) -> None:
    pass


_chosen: ContextVar[_Device | None] = ContextVar("device", default=None)


def device_now() -> str:
    """Name of the device that networks are opened on."""
    chosen = _chosen.get()
    return CPU if chosen is None else chosen.name


def provider_now() -> str:
    """onnxruntime's name for it."""
    return PROVIDERS[device_now()]


@contextmanager
def on_device(wanted: str, warn: Callable[[str], None]) -> Iterator[None]:
    """In here, networks are opened on a device. Threads that are started in here do not know.

    Args:
        wanted: one of `DEVICES`. "auto": the best that works, found when the first network is
            opened; if one is installed and does not work, the next one is taken.
        warn: told what does not work.

    Raises:
        DependencyError: the device that was asked for by name does not work here.
        ValueError: for an unknown name.
    """
    if wanted not in DEVICES:
        raise ValueError(f"{wanted!r} is not one of {', '.join(DEVICES)}")
    if wanted != AUTO:
        _try(wanted)
    token = _chosen.set(_Device(wanted, warn))
    try:
        yield
    finally:
        _chosen.reset(token)


def installed() -> list[str]:
    """Devices that this onnxruntime was built for, the best first, the processor last."""
    from .engine import load_engine

    built_for = load_engine().get_available_providers()
    return [name for name, provider in PROVIDERS.items() if provider in built_for]


def describe_devices() -> dict[str, str]:
    """Every installed device: "ok", or why it does not work. Raises nothing."""
    found = {}
    try:
        names = installed()
    except DependencyError as error:
        return {CPU: error.message}
    for name in names:
        try:
            _try(name)
            found[name] = "ok"
        except DependencyError as error:
            found[name] = error.message
    return found


def require_provider(session: Any, name: str) -> None:
    """Raise DependencyError if a session does not run where it should."""
    wanted = provider_now()
    if wanted not in session.get_providers():
        raise DependencyError(
            f"onnxruntime does not run {name} on {device_now()}, but on the processor",
            "Choose --device cpu, or install the build of onnxruntime for that device and its "
            "driver; 'redact doctor' says what works.",
        )


def _try(name: str) -> None:
    """Open the smallest network on a device and run it once. Raises DependencyError."""
    import numpy as np

    from .verifier import SIDE, Verifier

    if name == CPU:
        return
    token = _chosen.set(_Device(name, _silent))
    try:
        Verifier(1).scores(np.zeros((1, SIDE, SIDE, 3), np.uint8))
    except Exception as error:  # drivers and engines fail in their own ways
        raise DependencyError(
            f"--device {name}: does not work here ({getattr(error, 'message', error)})",
            "Choose --device cpu, or look at 'redact doctor'.",
        ) from error
    finally:
        _chosen.reset(token)
