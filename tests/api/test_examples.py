"""Every example of docs/api.md runs, in order, as a reader would type it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import redact
from redact.pipeline import ResultState

from ..pipeline.conftest import ROOT, SAMPLE, shorten

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "api.md").read_text(), re.M | re.S)
PROGRAMS = {
    name[1]: block for block in BLOCKS if (name := re.match(r'"""(\w+\.py): ', block)) is not None
}
"""Complete programs, by the name that each gives itself."""


def test_all_examples_run_and_keep_their_contracts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(BLOCKS) >= 10
    shorten(SAMPLE, tmp_path / "a.mp4", 6, skip=70)
    (tmp_path / "review").mkdir()
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    for number, block in enumerate(BLOCKS, 1):
        exec(compile(block, f"example {number} of docs/api.md", "exec"), told)
    result, plan = told["result"], told["plan"]
    assert isinstance(result, redact.Result)
    assert result.state in (ResultState.DONE, ResultState.NEEDS_REVIEW)
    assert result.record is not None and result.record.settings.detect.targets == (
        redact.Target.FACE,
    )
    assert result.record.command == ("redact.run",)
    # The detector that was passed in made the scans.
    assert isinstance(plan, redact.Plan) and plan.detectors == (("bright lights", "0" * 64),)


@pytest.mark.slow
def test_complete_programs_are_strictly_typed(tmp_path: Path) -> None:
    """mypy reads redact as a user's program does, without redact's own settings. It also finds what
    a program uses without importing it: the test above runs one program after another."""
    assert sorted(PROGRAMS) == ["keep_one.py", "own_detector.py", "own_style.py"]
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text, "utf-8")
    # It reads all of redact once, and again only what changed.
    known = f"--cache-dir={ROOT / '.mypy_cache' / 'programs'}"
    check = [sys.executable, "-m", "mypy", "--strict", "--config-file=", known, *PROGRAMS]
    typed = subprocess.run(
        check,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert typed.returncode == 0, typed.stdout
