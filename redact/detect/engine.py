"""onnxruntime, in a version that keeps to itself."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import onnxruntime

from ..errors import DependencyError

FIRST_THAT_CALLS_HOME: Final = (1, 29)
"""1.30 and newer upload telemetry from Linux a few seconds after a session is made (a trace of
1.32.0 shows look-ups of a telemetry host); 1.28 does not hold that code. 1.29 was not looked at."""


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
