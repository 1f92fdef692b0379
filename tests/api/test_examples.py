"""Every example of docs/api.md runs, in order, as a reader would type it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import redact

from ..pipeline.conftest import ROOT, SAMPLE, shorten

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "api.md").read_text(), re.M | re.S)
PROGRAMS = {
    name[1]: block for block in BLOCKS if (name := re.match(r'"""(\w+\.py): ', block)) is not None
}
"""Complete programs, by the name that each gives itself."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the examples leave behind, run in a folder that holds a.mp4."""
    folder, before = tmp_path_factory.mktemp("examples"), Path.cwd()
    shorten(SAMPLE, folder / "a.mp4", 6, skip=70, size="320x180")
    (folder / "review").mkdir()
    names: dict[str, object] = {}
    os.chdir(folder)
    try:
        for number, block in enumerate(BLOCKS, 1):
            exec(compile(block, f"example {number} of docs/api.md", "exec"), names)
    finally:
        os.chdir(before)
    return names | {"folder": folder}


def test_all_examples_run(told: dict[str, object]) -> None:
    assert len(BLOCKS) >= 10
    result, folder = told["result"], told["folder"]
    assert isinstance(result, redact.Result) and isinstance(folder, Path)
    assert result.state in (redact.ResultState.DONE, redact.ResultState.NEEDS_REVIEW)
    assert result.record is not None and result.record.settings.detect.targets == (
        redact.Target.FACE,
    )
    assert result.record.command == ("redact.run",)
    assert (folder / "masks.mkv").exists() and (folder / "boxes.json").exists()


def test_a_detector_that_is_passed_in_is_the_one_that_looked(told: dict[str, object]) -> None:
    plan = told["plan"]
    assert isinstance(plan, redact.Plan)
    assert plan.detectors == (("bright lights", "0" * 64),)


def test_the_contract_of_the_example_is_kept(told: dict[str, object]) -> None:
    contract = told["TestLights"]()  # type: ignore[operator]
    for name in [n for n in dir(contract) if n.startswith("test_")]:
        getattr(contract, name)()


def test_the_style_of_the_example_keeps_its_contract(told: dict[str, object]) -> None:
    contract = told["TestStripes"]()  # type: ignore[operator]
    for name in [n for n in dir(contract) if n.startswith("test_")]:
        getattr(contract, name)()


def test_complete_programs_are_strictly_typed_and_run_alone(tmp_path: Path) -> None:
    """mypy reads redact as the program of a user does, without redact's own settings for it."""
    assert sorted(PROGRAMS) == ["keep_one.py", "own_detector.py", "own_style.py"]
    shorten(SAMPLE, tmp_path / "a.mp4", 6, skip=70, size="320x180")
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text, "utf-8")
    python, at_home = sys.executable, {**os.environ, "MYPYPATH": ""}
    check = [python, "-m", "mypy", "--strict", "--config-file=", *PROGRAMS]
    typed = subprocess.run(
        check, cwd=tmp_path, env=at_home, capture_output=True, text=True, check=False
    )
    assert typed.returncode == 0, typed.stdout
    for name in PROGRAMS:
        ran = subprocess.run(
            [python, name], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout
