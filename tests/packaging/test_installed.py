"""The wheel in an environment of its own, as users install it: in `make test-slow` for the oldest
Python of the machine, in `make test-wheel` for the newest, too; `python -m lab.installs` tries all.

Downloads redact's dependencies unless they are cached.
"""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path

import pytest

from lab.installs import FRAMES, LOCKED, SKIP, Environment, Python, pythons, try_out
from redact import __version__

from ..pipeline.conftest import SAMPLE, shorten
from .conftest import Built, build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("REDACT_WHEEL"), reason="make test-slow (downloads)"),
    pytest.mark.timeout(1800),
]
FOUND = pythons() if os.environ.get("REDACT_WHEEL") else [Python(Path(sys.executable), ())]
ENDS = (FOUND[0], FOUND[-1]) if os.environ.get("REDACT_WHEEL") == "sdist" else FOUND[:1]


@pytest.mark.parametrize("python", dict.fromkeys(ENDS), ids=str)
def test_it_works_with_the_oldest_and_the_newest_python(
    built: Built, tmp_path: Path, python: Python
) -> None:
    environment = Environment(python, tmp_path / "venv", built.wheel, LOCKED)
    assert __version__ in (environment.run("redact", "--version") or "")
    try_out(environment, shorten(SAMPLE, tmp_path / "clip.mp4", FRAMES, skip=SKIP, size="320x180"))
    assert (environment.folder / "share" / "man" / "man1" / "redact.1").is_file()


@pytest.mark.skipif(os.environ.get("REDACT_WHEEL") != "sdist", reason="make test-wheel")
def test_a_wheel_from_the_sdist_works(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    wheel = build(source, tmp_path / "dist", "wheel")
    Environment(FOUND[0], tmp_path / "venv", wheel, LOCKED).run("redact", "doctor")
