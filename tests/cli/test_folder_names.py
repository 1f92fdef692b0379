"""A record is complete in a folder of any name: codes, targets and hashes are never cut as if they
were paths."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode

from .conftest import call


def _applied(street: Path, plan: Path, folder: Path, name: str) -> dict[str, Any]:
    """The record of a run whose files are all in a folder of this name, as a user types it."""
    (folder / name).mkdir()
    shutil.copy(street, folder / name / "cam.mp4")
    shutil.copy(plan, folder / name / "cam.plan.json")
    words = f"plan mute {name}/cam.plan.json --from 0:00 --to 0:00.2 --reason r --by b".split()
    done = call(*words, cwd=folder)
    assert done.returncode == ExitCode.DONE, done.stderr
    words = f"apply {name}/cam.mp4 {name}/cam.plan.json -o {name}/new.mp4".split()
    # At `fast` the check may find a face that the plan lacks; the record is written all the same.
    done = call(*words, cwd=folder)
    assert done.returncode in (ExitCode.DONE, ExitCode.NEEDS_REVIEW), done.stderr
    (path,) = folder.rglob("record.json")
    checked = call("check", path, cwd=folder)
    assert checked.returncode == ExitCode.DONE, checked.stderr
    record: dict[str, Any] = json.loads(path.read_bytes())
    for span in record["muted"]:
        assert span.pop("decided_at")
    assert record["source"]["sha256_before"] == hashlib.sha256(street.read_bytes()).hexdigest()
    return record


@pytest.fixture(scope="module")
def plain(
    street: Path, street_plan: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    return _applied(street, street_plan, tmp_path_factory.mktemp("plain"), "exhibits")


@pytest.mark.parametrize("name", ["7", "face"])
def test_removing_the_folder_removes_nothing_else(
    street: Path, street_plan: Path, plain: dict[str, Any], tmp_path: Path, name: str
) -> None:
    record = _applied(street, street_plan, tmp_path, name)
    for part in ("audit", "tool", "tracks", "muted", "warnings", "notes", "removed", "not_checked"):
        assert record[part] == plain[part], part
    for step, other in zip(record["run"]["steps"], plain["run"]["steps"], strict=True):
        assert step["detail"] == other["detail"]
    said = [m["code"] for check in record["audit"]["checks"] for m in check["detail"]]
    assert {"luma_outside", "sound_taken_out"} <= set(said)
