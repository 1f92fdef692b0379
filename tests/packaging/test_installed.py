"""The wheel in an environment of its own: `make test-wheel`. It downloads what redact needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from redact import __version__

from ..pipeline.conftest import SAMPLE, shorten
from .conftest import build, copy_of_checkout

pytestmark = [
    pytest.mark.skipif(not os.environ.get("REDACT_WHEEL"), reason="make test-wheel (downloads)"),
    pytest.mark.timeout(1800),
]


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As a user would, with nothing of this checkout in reach."""
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "REDACT", "VIRTUAL"))
    }
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of a fresh environment with the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("installed")
    checkout = copy_of_checkout(folder / "checkout")
    sdist = build(checkout, folder / "dist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    wheel = build(source, folder / "dist", "wheel")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = (programs / "python", "-m", "pip")
    done = run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    if run(programs / "python", "-m", "redact.detection.opencv", cwd=folder).returncode:
        run(*pip, "uninstall", "--yes", "opencv-contrib-python", cwd=folder)
        headless = ("install", "--quiet", "--force-reinstall", "--no-deps")
        done = run(*pip, *headless, "opencv-contrib-python-headless", cwd=folder)
        assert done.returncode == 0, done.stderr
    return programs


def test_it_has_everything(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "redact", "doctor", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["redact"] == __version__ and report["ready"]
    assert {m["state"] for m in report["models"]} == {"ok"}
    assert (environment.parent / "share" / "man" / "man1" / "redact.1").is_file()


def test_it_redacts(environment: Path, tmp_path: Path) -> None:
    source = shorten(SAMPLE, tmp_path / "cam.mp4", 8, skip=70)
    done = run(environment / "redact", "run", source, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tracks"]["face"] >= 2
    assert run(environment / "redact", "report", "cam.redacted.mp4", cwd=tmp_path).returncode == 0
    page = tmp_path / "cam.redacted.mp4.report.html"
    assert "<html" in page.read_text()
