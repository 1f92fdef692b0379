"""A wheel contains everything that a run needs, and nothing else."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from email import message_from_string
from pathlib import PurePosixPath

import pytest

from redact import __version__
from redact.detection.weights import SHA256

from .conftest import Built, tracked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(built: Built) -> zipfile.ZipFile:
    return zipfile.ZipFile(built.wheel)


def test_every_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    wanted = {name for name in tracked() if name.startswith("redact/")}
    names = set(wheel.namelist())
    assert wanted - names == set()
    # Whatever a run reads besides code lies among them: pages, words, templates, networks.
    kinds = {PurePosixPath(name).suffix for name in wanted}
    assert {".py", ".onnx", ".json", ".toml", ".html", ".js", ".css"} <= kinds


def test_models_of_others_are_the_pinned_ones_with_their_licences(wheel: zipfile.ZipFile) -> None:
    for name, sha256 in SHA256.items():
        assert hashlib.sha256(wheel.read(f"redact/models/{name}")).hexdigest() == sha256
    others = (
        ("mediapipe", "Apache License", "changed"),
        ("centerface", "StarClouds", "changed"),
        ("eye", "StarClouds", "trained on"),
        ("nanodet", "Apache License", "changed"),
        ("ppocr", "Apache License", "changed"),
    )
    for folder, licence, done in others:
        assert licence in wheel.read(f"redact/models/{folder}/LICENSE").decode()
        assert done in wheel.read(f"redact/models/{folder}/NOTICE").decode()


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    info = f"redact_footage-{__version__}"
    for name in wheel.namelist():
        assert name.startswith(("redact/", f"{info}.dist-info/", f"{info}.data/")), name
        assert "__pycache__" not in name and not name.endswith((".pyc", ".part")), name
    shared = {n for n in wheel.namelist() if n.startswith(f"{info}.data/")}
    pages = f"{info}.data/data/share/man"
    assert shared == {f"{pages}/man1/redact.1", f"{pages}/fr/man1/redact.1"}


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    info = f"redact_footage-{__version__}.dist-info"
    points = wheel.read(f"{info}/entry_points.txt").decode()
    assert "redact = redact.__main__:main" in points
    meta = message_from_string(wheel.read(f"{info}/METADATA").decode())
    assert meta["Version"] == __version__
    assert meta["License-Expression"] == "Apache-2.0 AND MIT"
    needs = meta.get_all("Requires-Dist") or []
    assert "mediapipe==0.10.33" in needs, "newer ones contact a server"
    assert any(n.startswith("onnxruntime<1.29") for n in needs), "newer ones contact a server"
    assert any(n.startswith(f"{info}/licenses/LICENSE") for n in wheel.namelist())


def test_the_sdist_can_be_built_from(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "docs/redact.1"):
        assert needed in names
    assert not [n for n in names if n.startswith("lab/")]
