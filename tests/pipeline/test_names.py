"""Names that FFmpeg would take for a URL: with a colon, as recorders write a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redact.errors import ExitCode

from ..program import QUICK
from ..side_files import beside
from .conftest import STREET_FRAMES

NAME = "2024-05-01T10:30:00"


@pytest.fixture
def folder(street: Path, tmp_path: Path) -> Path:
    """Contains the clip under such a name; commands run in it, so that the name begins the path."""
    (tmp_path / f"{NAME}.mp4").write_bytes(street.read_bytes())
    return tmp_path


@pytest.mark.slow
def test_a_relative_name_with_a_colon_goes_through_the_whole_run(redact, folder: Path) -> None:
    done = redact("run", f"{NAME}.mp4", *QUICK, "--plan", f"{NAME}.plan.json", cwd=folder)
    assert done.returncode == ExitCode.DONE, done.stderr
    output = f"{NAME}.redacted.mp4"
    assert set(beside(folder)) == {
        f"{NAME}.mp4",
        f"{NAME}.plan.json",
        output,
    }
    again = (
        ("verify", f"{NAME}.mp4", output, "--plan", f"{NAME}.plan.json"),
        ("check", output, "--source", f"{NAME}.mp4"),
    )
    for arguments in again:
        done = redact(*arguments, cwd=folder)
        allowed = (0, ExitCode.NEEDS_REVIEW) if arguments[0] == "verify" else (0,)
        assert done.returncode in allowed, done.stderr


def test_a_relative_name_with_a_colon_is_released_and_inspected(redact, folder: Path) -> None:
    words = ("run", f"{NAME}.mp4", "-o", f"{NAME}.mkv", "--release", "--audio", "keep", *QUICK)
    done = redact(*words, cwd=folder)
    assert done.returncode == ExitCode.DONE, done.stderr
    seen = redact("inspect", f"{NAME}.mkv", "--json", cwd=folder)
    assert seen.returncode == ExitCode.DONE, seen.stdout
    assert json.loads(seen.stdout)["packets"] > STREET_FRAMES
    # The source holds sound and a place; both are found under this name, too.
    told = json.loads(redact("inspect", f"{NAME}.mp4", "--json", cwd=folder).stdout)
    assert told["container"] != "unknown" and not told["clean"]
