"""What the system lacks for OpenCV and MediaPipe, in clear words.

OpenCV's display build, which MediaPipe asks for, needs libGL; MediaPipe's own library needs libEGL
and libGLESv2. Servers and containers often have none of them. `python -m redact.libraries` says
whether OpenCV can be loaded (exit status 0 or not).
"""

from __future__ import annotations

import importlib
import sys
from typing import Final

from .errors import DependencyError
from .words import problem

_SYSTEM_LIBRARIES: Final = {
    "libGL.so": "libgl1",
    "libEGL.so": "libegl1",
    "libGLESv2.so": "libgles2",
    "libgthread-2.0.so": "libglib2.0-0",
    "libglib-2.0.so": "libglib2.0-0",
    "libxcb.so": "libxcb1",
    "libX11.so": "libx11-6",
}
"""Shared library → Debian package, all that the two need beyond a bare system."""

_SWAP: Final = (
    "pip uninstall -y opencv-contrib-python && "
    "pip install --no-deps --force-reinstall opencv-contrib-python-headless"
)


def lacking(library: str, error: Exception) -> DependencyError | None:
    """What to tell the user about a load that failed because the system lacks something; None of
    any other error."""
    missing = next((name for name in _SYSTEM_LIBRARIES if name in str(error)), None)
    if missing is None:
        return None
    known = {"library": library, "missing": missing, "package": _SYSTEM_LIBRARIES[missing]}
    if library == "OpenCV":
        return problem(DependencyError, "opencv_library", **known, swap=_SWAP)
    return problem(DependencyError, "system_library", **known)


def refusal(library: str, error: Exception) -> DependencyError:
    """What to tell the user about an import or a library load that failed."""
    unloaded = problem(DependencyError, "library_unloaded", library=library, text=str(error))
    return lacking(library, error) or unloaded


def main() -> int:
    """Exit status 0 where OpenCV can be loaded, 7 where it cannot."""
    try:
        importlib.import_module("cv2")
    except (ImportError, OSError) as error:
        error_shown = refusal("OpenCV", error)
        print(f"{error_shown.message}\n{error_shown.hint}", file=sys.stderr)
        return int(error_shown.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
