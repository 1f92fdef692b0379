"""onnxruntime, in a version that keeps to itself."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

import onnxruntime

from ..errors import DependencyError, ModelError
from .device import provider_now, require_provider

FIRST_THAT_CALLS_HOME: Final = (1, 29)
"""1.30 and newer upload telemetry from Linux a few seconds after a session is made (a trace of
1.32.0 shows look-ups of a telemetry host); 1.28 does not hold that code. 1.29 was not looked at.
Meaning: the version (major, minor) from which redact refuses to load it."""


def load_engine() -> ModuleType:
    """The onnxruntime module, its event tracing (Windows) switched off.

    Raises:
        DependencyError: if it is a version that contacts a server.
    """
    version = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2])
    if version >= FIRST_THAT_CALLS_HOME:
        raise DependencyError(
            f"onnxruntime {onnxruntime.__version__} is installed, which contacts a server",
            "pip install 'onnxruntime<1.29'",
        )
    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module


def open_network(weights: bytes, threads: int, name: str, *, keep_memory: bool = False) -> Any:
    """A session of onnxruntime on the device that was chosen (`redact.detection.device`).

    Args:
        weights: contents of the ONNX file.
        threads: processors for one run.
        name: of the network, for errors.
        keep_memory: keep the working memory between pictures, for a network that sees pictures
            of one or two sizes. It would be kept for every size anew; without it the system
            clears fresh pages for each picture, which takes CenterFace twice the time.

    Raises:
        ModelError: if onnxruntime cannot load the weights.
        DependencyError: if this onnxruntime contacts a server, or does not run the network on
            that device.
    """
    ort = load_engine()
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = keep_memory
    options.enable_mem_pattern = False
    # Without this the workers burn a core while the next frame is being decoded.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(weights, options, providers=[provider_now()])
    except Exception as error:  # onnxruntime has no common base class for its errors
        raise ModelError(
            f"onnxruntime {ort.__version__} cannot load {name}: {error}",
            "install redact again (pip install --force-reinstall)",
        ) from error
    # Otherwise a device that fails midway is left for another, in silence.
    session.disable_fallback()
    require_provider(session, name)
    return session
