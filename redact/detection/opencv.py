"""MediaPipe and the OpenCV it brings: imported in one place, refused in clear words.

`import mediapipe` loads OpenCV's display build, which needs libGL; MediaPipe's own library
needs libEGL and libGLESv2. Servers and containers often have none of them.
`python -m redact.detection.opencv` says whether they are usable (exit status 0 or not).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

from ..errors import DependencyError
from ..words import problem

MEDIAPIPE_VERSION: Final = "0.10.33"
"""The one version that may run: newer ones contact a server, older ones lack the model."""

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


def load_opencv() -> ModuleType:
    """The cv2 module.

    Raises:
        DependencyError: if it or a library it needs is missing.
    """
    try:
        return importlib.import_module("cv2")
    except (ImportError, OSError) as error:
        raise refusal("OpenCV", error) from error


def load_mediapipe() -> ModuleType:
    """The mediapipe module, in the version that makes no network calls.

    Raises:
        DependencyError: if it or a library it needs is missing, or it is another version.
    """
    load_opencv()
    try:
        with _imported_at_need():
            mediapipe = importlib.import_module("mediapipe")
    except (ImportError, OSError) as error:
        raise refusal("MediaPipe", error) from error
    found = str(getattr(mediapipe, "__version__", "unknown"))
    if found != MEDIAPIPE_VERSION:
        raise problem(DependencyError, "mediapipe_version", found=found)
    _load_native()
    return mediapipe


_NOT_NEEDED: Final = ("matplotlib", "matplotlib.pyplot", "sounddevice")
"""What `import mediapipe` imports to draw diagrams and to record sound. Takes half a second."""


class _AtNeed(ModuleType):
    """Stands for a module that is imported when it is first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the machinery of imports asks for such
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _imported_at_need() -> Iterator[None]:
    """In here, the modules of `_NOT_NEEDED` are imported in name only; whoever imports them later
    gets them whole, and so does MediaPipe where it uses them."""
    stand_ins = {name: _AtNeed(name) for name in _NOT_NEEDED if name not in sys.modules}
    for name, module in stand_ins.items():
        parent, _, child = name.rpartition(".")
        if parent in stand_ins:
            setattr(stand_ins[parent], child, module)
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _load_native() -> None:
    """MediaPipe's own library, which it would load with the first task: at the end of a run."""
    bindings = importlib.import_module("mediapipe.tasks.python.core.mediapipe_c_bindings")
    try:
        bindings.load_raw_library()
    except OSError as error:
        raise refusal("MediaPipe", error) from error


def refusal(library: str, error: Exception) -> DependencyError:
    """What to tell the user about an import or a library load that failed."""
    text = str(error)
    missing = next((name for name in _SYSTEM_LIBRARIES if name in text), None)
    if missing is None:
        return problem(DependencyError, "library_unloaded", library=library, text=text)
    package = _SYSTEM_LIBRARIES[missing]
    known = {"library": library, "missing": missing, "package": package}
    if library == "OpenCV":
        return problem(DependencyError, "opencv_library", **known, swap=_SWAP)
    return problem(DependencyError, "system_library", **known)


def main() -> int:
    """Exit status 0 where OpenCV can be loaded, 7 where it cannot."""
    try:
        load_opencv()
    except DependencyError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
