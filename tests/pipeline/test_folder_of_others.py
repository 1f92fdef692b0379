"""A folder that others may write to: what they put there is not published as ours, and what they
decided is not taken for a decision of the user."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import redact
from redact.settings import DetectSettings, Sensitivity, Settings

from ..cli.conftest import call
from ..media.footage import Clip, make

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is refused")

SETTINGS = Settings(DetectSettings(sensitivity=Sensitivity.FAST))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    make(folder / "a.mp4", Clip())
    return folder


def swap(folder: Path) -> None:
    """Another file in the place of whatever is hidden there and unfinished."""
    for place in folder.glob(".*.partial"):
        place.rename(folder / f"aside{place.suffix}")
        target = place
        if (folder / f"aside{place.suffix}").is_dir():
            place.mkdir()
            target = place / next((folder / f"aside{place.suffix}").iterdir()).name
        target.write_bytes(b"of another")


def test_what_was_checked_is_what_is_published(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = importlib.import_module("redact.pipeline.run")
    look = stages.look

    def look_then_swap(*args: Any, **named: Any) -> Any:
        found = look(*args, **named)
        swap(shared)
        return found

    monkeypatch.setattr(stages, "look", look_then_swap)
    redact.run(shared / "a.mp4", None, SETTINGS)
    output = shared / "a.redacted.mp4"
    assert output.read_bytes()[4:8] == b"ftyp"
    record = json.loads((shared / "a.redacted.mp4.manifest.json").read_bytes())
    assert record["output"]["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert call("check", output).returncode == 0
