"""A leak that the audit finds: accepted with a reason, or examined with `verify`."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from redact.auditing import AuditResult
from redact.auditing.result import Check
from redact.errors import ExitCode
from redact.media import probe
from redact.pipeline import Accepted, Journal, apply, order_to_apply
from redact.pipeline.audit_result import answers_to, reason_to_publish
from redact.plan import Plan, read_plan, write_plan
from redact.plan.edit import remove_tracks
from redact.progress import Silent
from redact.settings import DrawSettings
from redact.types import Box, Decided, FindingKind, Target

from ..program import program
from ..side_files import folder_of, held_of, plan_of, record_of
from .conftest import alone

FAST = ()
REASON = "a statue"


@dataclass
class Published:
    """A run of the command line that published in spite of a finding.

    Attributes:
        plan: of the clip, without the face that was detected most surely.
        output: where that face is visible.
        run: how the command ended.
        held: what the run before it had held back.
        first: how that run ended.
    """

    plan: Path
    output: Path
    run: subprocess.CompletedProcess[str]
    held: Path
    first: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def leaky(street_plan: Path) -> Plan:
    """A plan of the clip, without its surest face."""
    found = read_plan(street_plan)
    faces = [t for t in found.tracks if t.target is Target.FACE]
    surest = max(faces, key=lambda t: t.score or 0.0)
    return remove_tracks(found, {surest.id}, automatic=True)


@pytest.fixture(scope="module")
def published(street: Path, leaky: Plan, tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("published")
    plan, output = folder / "p.json", folder / "out.mp4"
    write_plan(leaky, plan)
    more = ("--margin", "0.3")
    first = program("apply", street, plan, "-o", output, *more)
    assert first.returncode == ExitCode.NEEDS_REVIEW, first.stderr
    held = held_of(folder / "out.mp4")
    run = program("fix", held, "--accept-findings", f"all=  {REASON} ", "--by", "R. Roe")
    return Published(plan, output, run, held, first)


def test_findings_are_accepted_with_a_reason(published: Published) -> None:
    assert published.run.returncode == ExitCode.DONE, published.run.stderr
    assert "published in spite of findings" in published.run.stderr
    assert f"Accepted: {REASON}." in published.run.stderr and "Hide it?" not in published.run.stderr
    names = {p.name for p in published.output.parent.iterdir()}
    assert names == {"p.json", "out.mp4", "out.mp4.redact"}
    manifest = json.loads(record_of(published.output).read_text())
    assert manifest["findings_accepted"] == REASON
    assert not manifest["audit"]["passed"]
    assert "face" in {f["target"] for f in manifest["audit"]["findings"]}
    # It was drawn as the first run was asked to, and what lies in the closed folder is named.
    assert manifest["run"]["settings"]["render"]["margin"] == 0.3
    command = next(x for x in published.run.stderr.splitlines() if x.endswith("--remove"))
    assert shlex.split(command) == ["redact", "fix", str(published.held.parent.parent), "--remove"]
    # Who accepted, and when, stands beside each.
    accepted = [f for f in manifest["audit"]["findings"] if f["accepted"]]
    assert {f["accepted_by"] for f in accepted} == {"R. Roe"}
    assert all(f["accepted_at"] for f in accepted)


@pytest.mark.parametrize("given", ["", "a statue", "all=", "1= ", "1=\u00a0\u200b", "1= . ", "x=y"])
def test_an_empty_reason_is_refused(redact, street: Path, tmp_path: Path, given: str) -> None:
    done = redact("fix", street, "--accept-findings", given)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def first(street: Path, leaky: Plan, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """The findings of a run in which nothing was accepted."""
    delivery = alone(tmp_path_factory.mktemp("first") / "o.mp4")
    outcome = apply(
        order_to_apply(probe(street), DrawSettings(), delivery), leaky, Journal(Silent())
    )
    assert outcome.needs_review and outcome.audit.findings and outcome.audit.may_be_accepted
    return outcome.audit


def test_a_reason_of_spaces_accepts_nothing(
    street: Path, leaky: Plan, first: AuditResult, tmp_path: Path
) -> None:
    """Even if the pipeline is called without the command line."""
    order = order_to_apply(probe(street), DrawSettings(), alone(tmp_path / "o.mp4"))
    outcome = apply(order, leaky, Journal(Silent()), Accepted(first.findings, " \t"))
    assert outcome.needs_review and outcome.record.accepted == ""
    held = held_of(tmp_path / "o.mp4")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [held]
    assert held.parent.stat().st_mode & 0o777 == 0o700
    assert outcome.output == held and held.stat().st_mode & 0o777 == 0o600


def test_further_findings_are_not_accepted(first: AuditResult) -> None:
    """A person reviewed one finding; another one in the same audit holds the result back."""
    found = first.findings
    assert Accepted(found, REASON).covers(first)
    assert reason_to_publish(first, Accepted(found, f" {REASON} ")) == REASON
    for missing in found:
        others = tuple(f for f in found if f.number != missing.number)
        same = [f for f in others if f.kind is missing.kind and f.target is missing.target]
        if not same:
            assert not Accepted(others, REASON).covers(first)


def test_findings_that_nobody_reviewed_are_never_accepted(first: AuditResult) -> None:
    """Neither by default, nor by an empty list."""
    for given in (None, Accepted((), REASON)):
        assert reason_to_publish(first, given) == "", given


def test_accepting_a_finding_accepts_no_failed_check_or_other_kind(
    first: AuditResult,
) -> None:
    """A person who reviewed a face has not reviewed a plate there, or a missing mask."""
    looked_at = Accepted(first.findings, REASON)
    failed = replace(first, checks=(*first.checks, Check("times", False, ())))
    assert not looked_at.covers(failed)
    assert reason_to_publish(failed, looked_at) == ""
    assert answers_to(failed, looked_at) == {}
    undrawn = tuple(replace(f, kind=FindingKind.UNDRAWN) for f in first.findings)
    assert not Accepted(undrawn, REASON).covers(replace(first, findings=undrawn))
    for other in ({"kind": FindingKind.REPEATED}, {"target": Target.REGION}):
        assert not looked_at.covers(
            replace(first, findings=tuple(replace(f, **other) for f in first.findings))
        )


def test_each_answer_stays_with_its_finding(first: AuditResult) -> None:
    """Whatever numbers the next audit gives them."""
    one = first.findings[0]
    two = (one, replace(one, number=2, path=tuple(map(_moved, one.path))))
    first = replace(first, findings=two)
    said = tuple(Decided(f"{f.number}", "R. Roe") for f in first.findings)
    count = len(first.findings)
    anew = replace(
        first,
        findings=tuple(replace(f, number=count + 1 - f.number) for f in first.findings[::-1]),
    )
    answers = answers_to(anew, Accepted(first.findings, REASON, said))
    assert {n: answer.reason for n, answer in answers.items()} == {
        n: f"{count + 1 - n}" for n in range(1, count + 1)
    }
    for_all = Decided(REASON)
    assert answers_to(anew, Accepted(two, f" {REASON} ")) == {1: for_all, 2: for_all}
    nothing = replace(first, findings=())
    assert nothing.passed and reason_to_publish(nothing, Accepted(two, REASON)) == ""


def test_a_finding_elsewhere_in_the_same_frames_is_not_accepted(first: AuditResult) -> None:
    elsewhere = tuple(replace(f, path=tuple(map(_moved, f.path))) for f in first.findings)
    assert not Accepted(elsewhere, REASON).covers(first)


@pytest.mark.parametrize(("share", "same"), [(0.1, True), (0.4, True), (0.6, False), (0.9, False)])
def test_a_neighbour_does_not_inherit_an_acceptance(
    first: AuditResult, share: float, same: bool
) -> None:
    """Two scans of one face differ slightly; a neighbour overlaps it, too."""
    moved = tuple(
        replace(
            f,
            path=tuple(
                (frame, Box(b.x1 + share * b.width, b.y1, b.x2 + share * b.width, b.y2))
                for frame, b in f.path
            ),
        )
        for f in first.findings
    )
    assert Accepted(moved, REASON).covers(first) is same


@pytest.mark.parametrize(("later", "earlier"), [(1.2, 0.0), (0.0, 1.2), (0.5, 0.5)])
def test_a_finding_that_lasts_longer_than_the_one_accepted_is_another(
    first: AuditResult, later: float, earlier: float
) -> None:
    """Whoever stands there afterwards has not been looked at; half a second more is the same."""
    longer = tuple(replace(f, start=f.start - earlier, end=f.end + later) for f in first.findings)
    anew = replace(first, findings=longer)
    assert Accepted(first.findings, REASON).covers(anew) is (max(later, earlier) < 1)


def _moved(place: tuple[int, Box]) -> tuple[int, Box]:
    frame, box = place
    return frame, Box(*(value + 2 * box.width + 2 * box.height for value in box))


def verify(
    redact, street: Path, published: Published, *more: object
) -> subprocess.CompletedProcess[str]:
    return redact("verify", street, published.output, "--plan", published.plan, *FAST, *more)


def test_verify_says_what_was_found_and_how_to_hide_it(
    redact, street: Path, published: Published
) -> None:
    done = verify(redact, street, published)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    lines = done.stderr.splitlines()
    assert any(line.startswith("1. A face or the back of a head may be visible ") for line in lines)
    assert "probability" not in done.stderr  # numbers are for --verbose
    (told,) = (n for n, line in enumerate(lines) if line.startswith("These commands hide"))
    assert "Add to the last one the options" in lines[told]
    assert lines[told + 1].startswith("redact plan add ")


def test_verify_takes_margin_and_plan_from_the_files_beside_the_output(
    redact, street: Path, published: Published, tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    shutil.copyfile(published.output, output)
    folder_of(output).mkdir()
    shutil.copyfile(record_of(published.output), record_of(output))
    plan = plan_of(tmp_path / "out.mp4")
    plan.write_bytes(published.plan.read_bytes())
    done = redact("verify", street, output, *FAST)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    assert "plan.json is the plan it names" in done.stderr
    # Masks of margin 0.3 would be changes of the picture beside masks of 0.15.
    assert "check failed" not in done.stderr
    known = read_plan(plan)
    write_plan(remove_tracks(known, {known.tracks[0].id}, automatic=True), plan, force=True)
    other = redact("verify", street, output)
    assert other.returncode == ExitCode.PLAN, other.stderr
    assert "no plan is in the folder of" in other.stderr


def test_verify_searches_for_the_targets_of_the_plan(
    redact, street: Path, published: Published, tmp_path: Path
) -> None:
    """The clip itself as the output of a plan for faces only: its plates are no findings."""
    document = json.loads(published.plan.read_text())
    document["settings"]["targets"] = ["face"]
    document["tracks"], document["subjects"] = [], []
    plan = tmp_path / "faces.json"
    plan.write_text(json.dumps(document))
    assert read_plan(plan).settings.targets == (Target.FACE,)

    done = redact("verify", street, street, "--json", "--plan", plan)
    result = json.loads(done.stdout)
    assert {f["target"] for f in result["findings"]} == {"face"}
    assert result["looked"]["targets"] == ["face"]


def test_removing_a_result_leaves_nothing_behind(
    redact, published: Published, tmp_path: Path
) -> None:
    """Its pictures, and the report made since, are removed with it."""
    folder, kept = published.held.parent, tmp_path / "kept"
    shutil.copytree(folder, kept)
    assert redact("report", published.held).returncode == ExitCode.DONE
    left = {path.name for path in folder.iterdir()}
    assert {"out.needs-review.mp4.finding-1.png", "report.html"} <= left
    assert redact("fix", published.held, "--remove").returncode == ExitCode.DONE
    assert not folder.exists()
    assert published.output.exists()
    shutil.copytree(kept, folder, dirs_exist_ok=True)  # other tests go on with it
