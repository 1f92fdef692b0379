"""A label that has no room on a mask is not dropped without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redact.errors import ExitCode


@pytest.mark.parametrize("label", ["withheld under section 7 of the act, see file 2026-114", "X"])
def test_a_label_that_fits_nowhere_is_told(
    redact, street: Path, street_plan: Path, tmp_path: Path, label: str
) -> None:
    output = tmp_path / "new.mp4"
    done = redact("apply", street, street_plan, "-o", output, "--style", "solid", "--label", label)
    assert done.returncode == ExitCode.DONE, done.stderr
    record = json.loads(output.with_name("new.mp4.manifest.json").read_bytes())
    said = {w["code"]: w["values"] for w in record["warnings"]}
    count = len(record["tracks"])
    if label == "X":
        assert "the label is written" not in done.stderr
        assert "label_left_out" not in said
        return
    assert f"note: the label is written on 0 of {count} tracks" in " ".join(done.stderr.split())
    assert said["label_left_out"] == {"written": 0, "count": count}
