"""The engine that runs the networks: onnxruntime, in a version that contacts no server, on the
processor or on an accelerator that it was built for.

If a device is not available, onnxruntime silently runs on the processor and only logs it. Here it
is tried before the work begins, and reported.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import ModuleType
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..errors import DependencyError, ModelError, UnsafeError
from ..memory import is_kept
from ..words import problem, say
from .networks import FACE_PLATE
from .weights import read_weights

FIRST_THAT_CALLS_HOME: Final = (1, 29)
"""1.30 and newer upload telemetry from Linux a few seconds after a session is made (a trace of
1.32.0 shows look-ups of a telemetry host); 1.28 does not contain that code. 1.29 was not examined.
The first version (major, minor) that redact refuses to load."""


def load_engine() -> ModuleType:
    """The onnxruntime module, its event tracing (Windows) switched off.

    Raises:
        DependencyError: if it is a version that contacts a server.
    """
    version = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2])
    if version >= FIRST_THAT_CALLS_HOME:
        raise problem(DependencyError, "onnxruntime_too_new", version=onnxruntime.__version__)
    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module


def default_threads() -> int:
    """Number of processors that this process may use, at most 8: the networks are too small for
    more."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        usable = os.cpu_count() or 1
    return max(1, min(usable, 8))


def threads_each() -> int:
    """Half of `default_threads`: for each of two networks that run at the same time."""
    return max(1, default_threads() // 2)


_open: Final[dict[tuple[bytes, int, str], Any]] = {}
"""Open sessions by the SHA-256 of their weights, threads and device. A session's answers do not
depend on earlier ones, and any thread may run it."""


def open_network(weights: bytes, threads: int, name: str, *, keep_memory: bool = False) -> Any:
    """Open an onnxruntime session on the chosen device; an open one is reused, unless it keeps
    memory.

    Args:
        weights: contents of the ONNX file.
        threads: processors for one run.
        name: of the network, for errors.
        keep_memory: keep the working memory between pictures, for a network that runs on one or two
            picture sizes. It would be kept for every size separately; without it the system clears
            fresh pages for each picture, which doubles CenterFace's time. If the process keeps
            freed memory (`redact.memory.is_kept`), that serves all networks.

    Raises:
        ModelError: if onnxruntime cannot load the weights.
        DependencyError: if this onnxruntime contacts a server, or does not run the network on
            that device.
    """
    ort = load_engine()
    key = hashlib.sha256(weights).digest(), threads, device_now()
    keep_memory = keep_memory and not is_kept()
    if not keep_memory and key in _open:
        return _open[key]
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = keep_memory
    options.enable_mem_pattern = False
    # Given an unknown device, onnxruntime only warns, and goes on.
    _require_device(ort.get_available_providers(), name)
    # Without this the workers burn a core while the next frame is being decoded.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(weights, options, providers=[PROVIDERS[device_now()]])
    except Exception as error:  # onnxruntime has no common base class for its errors
        raise problem(
            ModelError, "model_unloaded", version=ort.__version__, name=name, error=error
        ) from error
    # Otherwise a device that fails midway would silently be replaced by another.
    session.disable_fallback()
    _require_device(session.get_providers(), name)
    if not keep_memory:
        _open[key] = session
    return session


class OpenNetwork:
    """An open network. It returns complete and finite numbers, or raises.

    Args:
        weights, threads, name, keep_memory: see `open_network`, which may raise.
    """

    def __init__(
        self, weights: bytes, threads: int, name: str, *, keep_memory: bool = False
    ) -> None:
        self._name = name
        self._session = open_network(weights, threads, name, keep_memory=keep_memory)
        self._input = self._session.get_inputs()[0].name

    @property
    def metadata(self) -> dict[str, str]:
        """Custom metadata of the model file, by name."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(
        self, pictures: NDArray[Any], *outputs: str, **others: NDArray[Any]
    ) -> list[NDArray[np.float32]]:
        """Run the network on pictures, and return the named outputs, or all of them.

        Args:
            pictures: its first input.
            outputs: names.
            others: its other inputs, by name.

        Raises:
            UnsafeError: it fails, or answers with numbers that are not finite.
        """
        try:
            given = self._session.run(list(outputs) or None, {self._input: pictures, **others})
        except Exception as error:  # onnxruntime has no common base class for its errors
            raise problem(UnsafeError, "network_failed", name=self._name, error=error) from error
        if not all(np.isfinite(part).all() for part in given):
            raise problem(UnsafeError, "network_answer", name=self._name)
        return list(given)


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
"""Devices, in the order in which `auto` tries them, and onnxruntime's names for them. No other is
ever used: one of onnxruntime's providers sends pictures to a server."""

DEVICES: Final = (AUTO, *PROVIDERS)
"""What a user may choose."""


_chosen: ContextVar[Callable[[], str]] = ContextVar("device", default=lambda: CPU)


def device_now() -> str:
    """Name of the device that networks are opened on."""
    return _chosen.get()()


def _best(warn: Callable[[str], None]) -> str:
    """The first installed device that works; `warn` is called for each that does not."""
    for name in installed():
        try:
            _try(name)
        except DependencyError as error:
            warn(say("another_device", why=error.message))
        else:
            return name
    return CPU


@contextmanager
def on_device(wanted: str, warn: Callable[[str], None]) -> Iterator[None]:
    """Context in which networks are opened on a device. Threads started in it do not inherit it.

    Args:
        wanted: one of `DEVICES`. "auto": the best that works, found when the first network is
            opened; if one is installed and does not work, the next one is taken.
        warn: called with each device that does not work.

    Raises:
        DependencyError: the device that was asked for by name does not work here.
        ValueError: for an unknown name.
    """
    if wanted not in DEVICES:
        raise ValueError(f"{wanted!r} is not one of {', '.join(DEVICES)}")
    if wanted != AUTO:
        _try(wanted)
    token = _chosen.set(cache(lambda: _best(warn) if wanted == AUTO else wanted))
    try:
        yield
    finally:
        _chosen.reset(token)


def installed() -> list[str]:
    """Devices that this onnxruntime was built for, the best first, the processor last."""
    built_for = load_engine().get_available_providers()
    return [name for name, provider in PROVIDERS.items() if provider in built_for]


def describe_devices() -> dict[str, DependencyError | None]:
    """Every installed device: None, or why it does not work. Raises nothing."""
    found: dict[str, DependencyError | None] = {}
    try:
        names = installed()
    except DependencyError as error:
        return {CPU: error}
    for name in names:
        try:
            _try(name)
            found[name] = None
        except DependencyError as error:
            found[name] = error
    return found


def _require_device(providers: Sequence[str], name: str) -> None:
    """Raise DependencyError if a network does not run where it should."""
    if PROVIDERS[device_now()] not in providers:
        raise problem(DependencyError, "not_on_device", name=name, device=device_now())


def _try(name: str) -> None:
    """Open the smallest network on a device and run it once. Raises DependencyError."""
    if name == CPU:
        return
    token = _chosen.set(lambda: name)
    try:
        smallest = OpenNetwork(read_weights(FACE_PLATE.file), 1, FACE_PLATE.name)
        smallest.run(np.zeros((1, 64, 64, 3), np.uint8))
    except Exception as error:  # drivers and engines fail in their own ways
        raise problem(
            DependencyError, "device_broken", name=name, error=getattr(error, "message", error)
        ) from error
    finally:
        _chosen.reset(token)
