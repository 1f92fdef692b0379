"""A plan unpacked from an archive belongs to the user who unpacked it, but its decisions are
somebody else's: they count only if the user adopts them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import redact
from redact.errors import ExitCode, OutputExistsError
from redact.media import probe
from redact.pipeline import plan_to_review
from redact.plan import (
    Decision,
    Plan,
    decisions,
    is_own_plan,
    read_plan,
    without_mark,
    write_plan,
)
from redact.types import Action, Decided

from ..side_files import plan_of
from .conftest import call

FAST = ("--preset", "ultrafast")


@pytest.fixture
def case(street: Path, street_plan: Path, tmp_path: Path) -> Path:
    """A folder with a video and a plan that shows somebody, as written on the sender's machine."""
    shutil.copy(street, tmp_path / "a.mp4")
    plan = read_plan(street_plan)
    path = plan_of(tmp_path / "a.redacted.mp4")
    path.parent.mkdir()
    first = plan.tracks[0].id
    write_plan(decisions.decide(plan, [first], Decision.KEEP, Decided("not needed")), path)
    handed_on(path)
    return tmp_path


def handed_on(path: Path) -> None:
    """The file as its receiver has it: with a mark that is not theirs."""
    content, mark = without_mark(path.read_bytes())
    path.write_bytes(path.read_bytes().replace(mark.encode(), b"0" * 64))
    assert without_mark(path.read_bytes())[0] == content


def test_redact_recognises_its_own_plans(street_plan: Path, tmp_path: Path) -> None:
    plan, path = read_plan(street_plan), tmp_path / "p.json"
    write_plan(plan, path)
    assert is_own_plan(path) and read_plan(path) == plan
    path.write_bytes(path.read_bytes().replace(b'"cuts":', b'"cuts" :'))
    assert not is_own_plan(path), "somebody changed it by hand"
    path.write_bytes(without_mark(path.read_bytes())[0])
    assert not is_own_plan(path) and read_plan(path).tracks
    assert not is_own_plan(tmp_path / "none")


def test_a_run_does_not_use_a_strangers_plan(case: Path) -> None:
    done = call("run", case / "a.mp4", *FAST)
    assert done.returncode == ExitCode.EXISTS and "somebody else" in done.stderr
    assert not (case / "a.redacted.mp4").exists()
    with pytest.raises(OutputExistsError, match="somebody else"):
        plan_to_review(probe(case / "a.mp4"))


@pytest.mark.parametrize("command", ["apply", "run", "review"])
def test_if_the_plan_is_named_its_decisions_are_listed_and_confirmed(
    case: Path, command: str
) -> None:
    plan = plan_of(case / "a.redacted.mp4")
    words = [command, case / "a.mp4", *(("--plan", plan) if command == "run" else (plan,))]
    words += ["--no-open"] if command == "review" else FAST if command == "run" else []
    done = call(*words)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert "track 1" in done.stderr and "not needed" in done.stderr and "--adopt" in done.stderr
    assert list(case.glob("*.mp4")) == [case / "a.mp4"] and not is_own_plan(plan)


def test_adopted_decisions_are_the_users_own(case: Path) -> None:
    plan = plan_of(case / "a.redacted.mp4")
    done = call("apply", case / "a.mp4", plan, "--adopt", "-o", case / "b.mp4")
    assert "not needed" in done.stderr
    assert (case / "b.mp4").exists() or done.returncode == ExitCode.NEEDS_REVIEW


def test_a_change_does_not_adopt_the_other_decisions(case: Path) -> None:
    plan = plan_of(case / "a.redacted.mp4")
    assert call("plan", "set", plan, "2", "--action", "keep").returncode == 0
    assert read_plan(plan).tracks[1].action is Action.KEEP
    assert not is_own_plan(plan)


def test_limits_of_the_search_must_be_adopted_too(street: Path, case: Path) -> None:
    plan = plan_of(case / "a.redacted.mp4")
    whole = read_plan(plan)
    hidden = tuple(t for t in whole.tracks if t.target is redact.Target.PLATE)
    narrow = replace(whole.settings, targets=(redact.Target.PLATE,))
    write_plan(replace(whole, tracks=hidden, subjects=(), settings=narrow), plan, force=True)
    handed_on(plan)
    done = call("apply", case / "a.mp4", plan)
    assert done.returncode == ExitCode.USAGE and "not searched for: faces" in done.stderr


def test_the_users_own_plans_are_used_wherever_they_are(case: Path) -> None:
    path = plan_of(case / "a.redacted.mp4")
    plan: Plan = read_plan(path)
    write_plan(plan, path, force=True)
    path.chmod(0o644)
    moved = case / "moved.json"
    shutil.copy(path, moved)
    assert is_own_plan(moved)
    assert json.loads(moved.read_bytes())["mark"]
