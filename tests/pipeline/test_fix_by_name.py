"""A held-back result is found by the name of the original, wherever results were written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode, InputError, PlanError
from redact.pipeline import find_held, fix_held
from redact.plan import edit, read_plan, write_plan
from redact.progress import Silent, Stage

from ..cli.conftest import call
from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK
from ..side_files import PRIVATE, held_of, note_of, plan_of, release_of


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case that tests must leave unchanged."""
    return held_case(tmp_path_factory.mktemp("case"))


def held_case(folder: Path) -> Path:
    """A folder with a.mp4 and b.mp4; a result of a.mp4 was held back in the folder out."""
    shorten(SAMPLE, folder / "a.mp4", 8, skip=70)
    (folder / "b.mp4").write_bytes((folder / "a.mp4").read_bytes())
    (folder / "out").mkdir()
    plan = plan_of(folder / "out" / "a.redacted.mp4")
    assert call("detect", folder / "a.mp4", "-o", plan, *QUICK).returncode == 0
    tracks = [str(t["id"]) for t in json.loads(plan.read_text())["tracks"]]
    assert call("plan", "remove", plan, ",".join(tracks), "--automatic").returncode == 0
    done = call("run", "a.mp4", "-o", "out/", *QUICK, cwd=folder)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    return folder


def test_it_is_found_in_the_folder_for_the_results(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = held_of(case / "out" / "a.redacted.mp4")
    for here, name in ((case, Path("a.mp4")), (tmp_path, case / "a.mp4")):
        monkeypatch.chdir(here)
        assert find_held(name).output == str(held)
    monkeypatch.chdir(case)
    assert find_held(Path("out/a.redacted.mp4")).output == str(held)


def test_a_decision_during_a_fix_is_not_lost(case: Path) -> None:
    """Following what was found takes minutes, and the page may be open meanwhile."""
    held = find_held(case / "a.mp4")
    plan = Path(held.plan)
    before = plan.read_bytes()

    class Meanwhile(Silent):
        def stage(
            self, name: str, total: int | None, unit: str = "frames"
        ) -> AbstractContextManager[Stage]:
            if name == "follow":
                write_plan(edit.mute(read_plan(plan), 0, 1), plan, force=True)
            return super().stage(name, total, unit)

    try:
        with pytest.raises(PlanError, match="was changed meanwhile"):
            fix_held(held, Meanwhile())
        assert read_plan(plan).muted
    finally:
        plan.write_bytes(before)


def test_held_back_files_are_private(case: Path) -> None:
    left = list(held_of(case / "out" / "a.redacted.mp4").parent.iterdir())
    assert "record.json" in [path.name for path in left]
    assert {path.stat().st_mode & 0o777 for path in left} == {0o600}


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_copied_folder_is_fixed_in_its_new_place_and_changes_no_other(
    case: Path, tmp_path: Path
) -> None:
    shutil.copytree(case / "out", tmp_path / "copy")
    before, copied = files_in(case / "out"), tmp_path / "copy" / "a.redacted.mp4"
    other = call("fix", copied, "--source", SAMPLE)
    assert other.returncode == ExitCode.MISMATCH, other.stderr
    done = call("fix", note_of(copied), "--source", case / "a.mp4")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert copied.exists() and files_in(case / "out") == before
    assert call("fix", copied, "--remove").returncode == ExitCode.DONE
    assert not held_of(copied).parent.exists() and files_in(case / "out") == before


def test_a_note_with_impossible_names_is_ignored(case: Path, tmp_path: Path) -> None:
    """Otherwise anybody who sends one could stop every command in its folder."""
    note = note_of(tmp_path / "a.redacted.mp4")
    shutil.copytree(note_of(case / "out" / "a.redacted.mp4").parent, note.parent)
    said = json.loads(note.read_text())
    note.write_text(json.dumps(said | {"output": f"\0{said['output']}"}))
    for name in (note, note.parent):
        done = call("fix", name)
        assert done.returncode == ExitCode.PLAN and "output" in done.stderr, done.stderr
    assert call("fix", "a.mp4", cwd=tmp_path).returncode == ExitCode.INPUT


def test_with_two_held_back_results_none_is_chosen(case: Path) -> None:
    plan = plan_of(case / "other" / "a.redacted.mp4")
    plan.parent.mkdir(parents=True)
    plan.write_bytes(plan_of(case / "out" / "a.redacted.mp4").read_bytes())
    done = call("run", "a.mp4", "-o", "other/", *QUICK, cwd=case)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    with pytest.raises(InputError, match="several results") as refused:
        find_held(case / "a.mp4")
    shutil.rmtree(plan.parents[1])
    for folder in ("out", "other"):
        assert f"redact fix {case}/{folder}/a.redacted.mp4.redact" in refused.value.hint


@pytest.mark.parametrize("step", ["run", "apply"])
def test_the_folder_of_a_held_back_release_is_made_again(
    case: Path, tmp_path: Path, step: str
) -> None:
    plan = "plan.json"
    (tmp_path / "a.mp4").write_bytes((case / "a.mp4").read_bytes())
    (tmp_path / plan).write_bytes(plan_of(case / "out" / "a.redacted.mp4").read_bytes())
    words = ["--plan", plan, *QUICK] if step == "run" else [plan]
    release = ("--release", "--audio", "mute", "-o", "new/rel/")
    done = call(step, "a.mp4", *words, *release, cwd=tmp_path)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    assert not (tmp_path / "new").exists()
    held = sorted((release_of(tmp_path / "a.mp4") / PRIVATE).iterdir())
    if step == "run":  # given again, nothing is made anew
        again = call(step, "a.mp4", *words, *release, cwd=tmp_path)
        assert again.returncode == ExitCode.NEEDS_REVIEW, again.stderr
        assert "needs review since an earlier run" in again.stderr
        assert sorted((release_of(tmp_path / "a.mp4") / PRIVATE).iterdir()) == held
    accept = ["--accept-findings", "1=a statue"] if step == "apply" else []
    fixed = call("fix", "a.mp4", *accept, cwd=tmp_path)
    assert fixed.returncode == ExitCode.DONE, fixed.stderr
    assert "--set operator" not in fixed.stderr, "a release names nobody"
    assert [p.name for p in (tmp_path / "new" / "rel").iterdir()] == ["video.mp4"]
    again = call("fix", "a.mp4", cwd=tmp_path)
    assert again.returncode == ExitCode.EXISTS
    assert "new/rel/video.mp4: is already fixed" in again.stderr


def test_a_review_of_a_held_back_result_begins_with_its_findings(case: Path) -> None:
    """Named as the run named it: the page has its source, its plan and its findings."""
    name = str(held_of("out/a.redacted.mp4"))
    found = [finding.number for finding in find_held(case / name).found()]
    words = [sys.executable, "-m", "redact", "review", name, "--no-open"]
    with subprocess.Popen(
        words,
        cwd=case,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        address, _, token = process.stdout.readline().strip().partition("#")

        def ask(path: str, data: bytes | None = None) -> Any:
            headers = {
                "Origin": address.rstrip("/"),
                "X-Redact-Token": token,
                "X-Redact-Page": "a page",
            }
            request = urllib.request.Request(f"{address}api/{path}", data, headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)

        try:
            assert ask("join", b"{}")["name"] == "a.mp4"
            while not ask("state")["ready"]:
                time.sleep(0.2)
            assert [note["number"] for note in ask("plan")["findings"]] == found != []
        finally:
            process.terminate()
