"""Stored outputs are used again only if no code that outputs depend on has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import redact
from lab.leak.redact_tools import DETECTION, MODULES, fingerprint


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of redact's code, which `fingerprint` reads."""
    home = tmp_path / "redact"
    shutil.copytree(Path(redact.__file__).parent, home, ignore=shutil.ignore_patterns("*.onnx"))
    monkeypatch.setattr(redact, "__file__", str(home / "__init__.py"))
    return home


@pytest.mark.parametrize("name", ["mask_size.py", "track/small_scans.py", "pipeline/search.py"])
def test_code_counts_and_its_wording_does_not(copy: Path, name: str) -> None:
    before, detections = fingerprint(), fingerprint((*DETECTION, *MODULES))
    module = copy / name
    with module.open("a") as file:
        file.write("\n# A comment.\n")
    assert fingerprint() == before
    with module.open("a") as file:
        file.write("\nANOTHER = 1\n")
    assert fingerprint() != before
    assert fingerprint((*DETECTION, *MODULES)) == detections, "detections need no new scans"


def test_a_part_that_was_renamed_is_noticed(copy: Path) -> None:
    (copy / "mask_size.py").unlink()
    with pytest.raises(FileNotFoundError, match="mask_size"):
        fingerprint()
