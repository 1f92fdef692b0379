"""Wheel and sdist, built from what the repository tracks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    """The two files that a build makes."""

    wheel: Path
    sdist: Path


def tracked() -> list[str]:
    """Paths of the repository's files; the test is skipped outside a repository."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("needs the repository: git ls-files fails here")
    return [name for name in done.stdout.split("\0") if name]


def copy_of_checkout(target: Path) -> Path:
    """Write a copy of the tracked files, as a fresh clone would hold them."""
    for name in tracked():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def build(checkout: Path, out: Path, kind: str) -> Path:
    """Build a "wheel" or an "sdist" with the backend that pip would call."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the package, is not installed")
    code = f"import sys, hatchling.build as backend; backend.build_{kind}(sys.argv[1])"
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code, str(out)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (made,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Built without a network."""
    folder = tmp_path_factory.mktemp("build")
    checkout = copy_of_checkout(folder / "checkout")
    dist = folder / "dist"
    return Built(build(checkout, dist, "wheel"), build(checkout, dist, "sdist"))
