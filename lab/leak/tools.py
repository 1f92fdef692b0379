"""The tools that are measured, each as "source file in, output file out"."""

from __future__ import annotations

import hashlib
import os
import subprocess
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from . import video
from .errors import ToolError
from .fills import blur, mask_of
from .truth import Truth
from .video import Picture

DEFACE_PACKAGES = ("deface==1.5.0", "onnxruntime>=1.20,<1.29")
"""Later releases of onnxruntime contact a server."""
TIMEOUT = 1800


class Tool(Protocol):
    """Hides things in clips.

    Attributes:
        name: in tables.
        version: whatever decides its outputs; results of another version are not used again.
        targets: what it hides.
    """

    name: str
    version: str
    targets: tuple[str, ...]

    def run(self, source: Path, output: Path) -> None: ...


def cache_folder() -> Path:
    """Where clips, environments and results are kept (REDACT_BENCH_CACHE)."""
    fallback = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "redact-bench"
    return Path(os.environ.get("REDACT_BENCH_CACHE", fallback))


def _command(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        raise ToolError(f"exit {done.returncode}: {done.stderr.strip()[-400:]}")


class Deface:
    """deface from the package index with its defaults, in an environment of its own; faces only."""

    name = "deface"
    targets: tuple[str, ...] = ("face",)

    def __init__(self) -> None:
        self._home = cache_folder() / "tools" / "deface"
        self.version = self._installed()

    def _installed(self) -> str:
        """Version of deface; installs it where it is not, or where other packages were pinned."""
        python, pinned = self._home / "bin" / "python", self._home / "pinned.txt"
        wanted = "\n".join(DEFACE_PACKAGES)
        if not pinned.exists() or pinned.read_text() != wanted:
            venv.create(self._home, with_pip=True)
            _command([str(python), "-m", "pip", "install", "--quiet", *DEFACE_PACKAGES])
            pinned.write_text(wanted)
        ask = [str(python), "-m", "pip", "show", "deface"]
        shown = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        return next(x for x in shown.splitlines() if x.startswith("Version")).split()[1]

    def run(self, source: Path, output: Path) -> None:
        program = str(self._home / "bin" / "deface")
        _command([program, str(source), "-o", str(output)])
        if not output.exists():
            raise ToolError("deface wrote nothing")


class Oracle:
    """Masks drawn from the truth itself, or none: what the measure says about perfection and
    about doing nothing."""

    targets: tuple[str, ...] = ("face", "plate")

    def __init__(self, name: str, draw: Callable[[Picture, Truth, int], Picture] | None) -> None:
        self.name, self._draw, self.version = name, draw, "2"
        self.truth: Truth | None = None

    def run(self, source: Path, output: Path) -> None:
        times = [t for t, _ in video.read(source)]

        def pictures() -> Iterator[Picture]:
            for n, (_, picture) in enumerate(video.read(source)):
                done = self._draw is None or self.truth is None
                yield picture if done else self._draw(picture, self.truth, n)  # type: ignore[misc]

        video.write(output, pictures(), times, crf=23, preset="medium")


def blur_truth(picture: Picture, truth: Truth, frame: int) -> Picture:
    """Every truth and ignored box grown by 15 % and blurred away."""
    size = truth.width, truth.height
    for box in truth.boxes_at(frame) + truth.ignore.get(frame, []):
        picture = blur(picture, mask_of(box, "plate", size, 0.15), box)
    return picture


def tool(name: str) -> Tool:
    """A tool by name.

    Names: redact-balanced, redact-thorough, deface, oracle, nothing.

    Raises:
        ValueError: for any other name.
    """
    if name == Deface.name:
        return Deface()
    if name in ("oracle", "nothing"):
        return Oracle(name, blur_truth if name == "oracle" else None)
    from .redact_tools import RedactTool

    folder = cache_folder() / "detections"
    if name in ("redact-balanced", "redact-thorough"):
        return RedactTool(name, name.removeprefix("redact-"), folder)
    raise ValueError(f"unknown tool {name!r}")


def key_of(made: Tool, clip: Path, extra: str = "") -> str:
    """Name under which the output of a tool on a clip is kept."""
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    text = f"{made.name}|{made.version}|{digest}|{extra}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]
