"""What the system lacks for OpenCV, in clear words.

Its usual build draws on displays and needs libGL, which servers and containers often lack.
`python -m redact.libraries` says whether it can be loaded (exit status 0 or not).
"""

from __future__ import annotations

import importlib
import sys
from typing import Final

from .errors import DependencyError
from .words import problem

_SYSTEM_LIBRARIES: Final = {
    "libGL.so": "libgl1",
    "libgthread-2.0.so": "libglib2.0-0",
    "libglib-2.0.so": "libglib2.0-0",
    "libxcb.so": "libxcb1",
    "libX11.so": "libx11-6",
}
"""Shared library → Debian package, all that it needs beyond a bare system."""

_SWAP: Final = (
    "pip uninstall -y opencv-contrib-python && "
    "pip install --no-deps --force-reinstall opencv-contrib-python-headless"
)


def lacking(error: Exception) -> DependencyError | None:
    """What to tell the user where OpenCV was not loaded because the system lacks something; None of
    any other error."""
    missing = next((name for name in _SYSTEM_LIBRARIES if name in str(error)), None)
    if missing is None:
        return None
    package = _SYSTEM_LIBRARIES[missing]
    return problem(DependencyError, "opencv_library", missing=missing, package=package, swap=_SWAP)


def main() -> int:
    """Exit status 0 where OpenCV can be loaded, 7 where it cannot."""
    try:
        importlib.import_module("cv2")
    except (ImportError, OSError) as error:
        told = lacking(error) or DependencyError(f"{error}", "")
        print(f"{told.message}\n{told.hint}", file=sys.stderr)
        return int(told.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
