"""An answer in a review is about one place: a finding elsewhere needs its own."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.auditing import AuditResult
from redact.errors import UsageError
from redact.pipeline import apply, plan_beside
from redact.plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    SeenFrames,
    decisions,
    edit,
    marked,
    mask_shape,
    read_plan,
    with_all_subjects,
    write_plan,
)
from redact.record import (
    EvidenceChoice,
    LookedPart,
    build_manifest,
    dump_manifest,
    manifest_path,
)
from redact.review import finishing
from redact.review.actions import edited
from redact.review.answers import accepted, noted
from redact.review.finishing import begin_finish
from redact.review.jobs import Job
from redact.review.left_to_do import left_to_do
from redact.review.looked_at import review_summary
from redact.review.overview import Overview
from redact.review.session import Session
from redact.settings import DetectSettings, RenderSettings, Sensitivity
from redact.types import Box, Decided, Finding, FindingKind, State, Target

from ..record.samples import make_record
from ..side_files import plan_of as kept_plan
from ..side_files import put_record, record_of
from .plans import BESIDE, HERE, plan_of, track

REASON = "a statue"
STATUE, ELSEWHERE = Box(10, 10, 50, 60), Box(400, 10, 440, 60)


def finding(
    number: int,
    *path: tuple[int, Box],
    kind: FindingKind = FindingKind.UNCOVERED,
    target: Target = Target.FACE,
) -> Finding:
    first, last = path[0][0], path[-1][0]
    return Finding(number, kind, target, first, last, first / 25, last / 25, path, (), "probable")


def audit(*findings: Finding) -> AuditResult:
    looked = LookedPart(100, 100, 0, (), ("face", "plate"))
    return AuditResult(Sensitivity.BALANCED, findings, (), (), looked)


def answered(plan: Plan, *answers: str) -> Plan:
    review = plan.review
    assert review is not None and len(review.findings) == len(answers)
    notes = tuple(
        marked(plan, note.but(answer=words, reason=REASON if words == "none" else ""))
        for note, words in zip(review.findings, answers, strict=True)
    )
    return replace(plan, review=review.but(findings=notes))


def accepts(plan: Plan, *findings: Finding) -> bool:
    known = accepted(plan)
    return known is not None and known.covers(audit(*findings))


def notes_of(plan: Plan) -> list[tuple[str, str]]:
    assert plan.review is not None
    return [(note.answer, note.reason) for note in plan.review.findings]


def test_an_answer_is_about_one_place() -> None:
    statue = finding(1, (10, STATUE), (25, STATUE), (40, STATUE))
    plan = answered(noted(plan_of(), audit(statue).findings), "none")
    assert accepts(plan, statue)
    # The next audit may look at other frames, and see it from another one on.
    assert accepts(plan, finding(1, (12, STATUE), (33, STATUE)))
    for other in (
        finding(2, (15, ELSEWHERE), (20, ELSEWHERE)),
        finding(2, (10, ELSEWHERE), (40, ELSEWHERE)),  # in the very same frames
        finding(2, (60, STATUE), (80, STATUE)),  # there, when the statue was not found there
        finding(2, (12, STATUE), (33, STATUE), (70, STATUE)),  # and for longer than that
        finding(2, (10, STATUE), (25, STATUE), (40, ELSEWHERE)),  # from it to somebody else
        finding(2, (10, STATUE), (40, STATUE), target=Target.PLATE),
        finding(2, (10, STATUE), (40, STATUE), kind=FindingKind.MISFIT),
    ):
        assert not accepts(plan, other), other
        assert not accepts(plan, statue, other), other
        assert notes_of(noted(plan, audit(other).findings)) == [("", "")], other
        assert notes_of(noted(plan, audit(statue, other).findings)) == [
            ("none", REASON),
            ("", ""),
        ], other
    assert notes_of(noted(plan, audit(finding(1, (12, STATUE), (33, STATUE))).findings)) == [
        ("none", REASON)
    ]


def test_a_moving_object_is_recognised_between_the_noted_places() -> None:
    path = [(n, Box(5 * n, 100, 5 * n + 40, 150)) for n in range(60)]
    plan = answered(noted(plan_of(), audit(finding(1, *path)).findings), "none")
    assert plan.review is not None and len(plan.review.findings[0].places) < len(path)
    for start in range(0, 59, 7):
        assert accepts(plan, finding(1, path[start], path[start + 1])), start
    beside = [(n, Box(box.x1 + 60, 100, box.x2 + 60, 150)) for n, box in path]
    assert not accepts(plan, finding(1, *beside))


def test_a_finding_is_shown_where_it_was_found() -> None:
    """The mask that would hide it begins earlier and ends later."""
    paths = [[(0, STATUE)], [(4, STATUE), (5, ELSEWHERE)], [(99, STATUE)]]
    plan = noted(plan_of(), [finding(n, *path) for n, path in enumerate(paths, 1)])
    shown = Overview().changes(plan)["findings"]
    assert [finding["at"] for finding in shown] == [0, 5, 99]


def test_open_points_are_listed_the_most_urgent_first() -> None:
    """A person is kept without a reason, covered by a guess, and only guessed in the last
    pictures."""
    kept = track(1, (0, 60, State.DETECTED, HERE), (61, 70, State.INTERPOLATED, HERE))
    poster = replace(track(3, (0, 9, State.DETECTED, STATUE)), certainty=0.98)
    narrow = track(4, (0, 9, State.DETECTED, ELSEWHERE))
    plan = plan_of(kept, track(2, (10, 60, State.FOLLOWED, BESIDE)), poster, narrow)
    plan = mask_shape.reshape(plan, 4, 0, 9, larger=0.5)
    plan = decisions.decide(noted(plan, [finding(1, (10, STATUE))]), [1], Decision.KEEP)
    plan = decisions.decide(plan, [3], Decision.FALSE_ALARM, Decided("a poster"))
    memory = Overview()
    memory.changes(plan)
    left = left_to_do(plan, memory.subjects, review_summary(plan), RenderSettings().margin)
    assert [(one["what"], one["n"], one["id"]) for one in left] == [
        ("covered", 51, 1),
        ("findings", 1, None),
        ("alarms", 1, 3),
        ("smaller", 1, 4),
        ("confirm", 10, 1),
        ("pictures", 100, None),
        ("reasons", 1, 1),
        ("open", 2, 2),
    ]


def test_nothing_is_accepted_while_a_finding_waits_for_its_answer() -> None:
    both = finding(1, (10, STATUE), (40, STATUE)), finding(2, (15, ELSEWHERE), (20, ELSEWHERE))
    plan = noted(plan_of(), audit(*both).findings)
    assert accepted(plan_of()) is None and accepted(plan) is None
    assert accepted(answered(plan, "none", "")) is None
    hidden = answered(plan, "none", "hide")
    assert accepts(hidden, both[0])
    # It is hidden now. Found once more all the same, it was not hidden well.
    assert not accepts(hidden, *both)
    assert accepted(answered(plan, "hide", "hide")) is None


@pytest.mark.parametrize(
    "change",
    [
        {"reason": " … "},
        {"places": ()},
        {"drawn": False},
        {"kind": "a word that nobody knows"},
    ],
)
def test_an_answer_that_the_page_would_refuse_accepts_nothing(change: dict[str, Any]) -> None:
    """A plan is a file, and can be edited by hand."""
    corners = (STATUE.x1, STATUE.y1, STATUE.x2, STATUE.y2)
    note = FindingNote(1, "possible_leak", "face", 10, 40, ((10, corners),), "none", REASON)
    for one, takes in ((note, True), (note.but(**change), False)):
        plan = replace(plan_of(), review=ReviewState(findings=(marked(plan_of(), one),)))
        assert accepts(plan, finding(1, (10, STATUE), (40, STATUE))) == takes


def test_another_users_answers_do_not_count(tmp_path: Path) -> None:
    statue = finding(1, (10, STATUE), (40, STATUE))
    path = tmp_path / "p.json"
    write_plan(answered(noted(plan_of(), audit(statue).findings), "none"), path)
    assert accepts(read_plan(path), statue), "his own answer counts in the next session, too"
    told = json.loads(path.read_bytes())
    told["review"]["findings"][0]["mark"] = "0" * 64
    path.write_text(json.dumps(told))
    assert not accepts(read_plan(path), statue)
    assert review_summary(read_plan(path))["findings_answered"] == 0


@pytest.fixture
def session(street: Path, found: Plan, tmp_path: Path) -> Iterator[Session]:
    """A review of the short street, whose surest face was removed from the plan after its statue,
    in the lower left corner of the whole clip, was explained."""
    source = tmp_path / "street.mp4"
    source.write_bytes(street.read_bytes())
    faces = [t for t in found.tracks if t.target is Target.FACE]
    surest = max(faces, key=lambda t: t.score or 0.0)
    hole = edit.remove_tracks(found, {surest.id}, automatic=True)
    last = len(found.source.timeline) - 1
    low = (0.0, float(found.source.height - 40), 30.0, float(found.source.height))
    note = FindingNote(1, "possible_leak", "face", 0, last, ((0, low), (last, low)), "none", REASON)
    review = ReviewState(findings=(marked(hole, note),))
    write_plan(replace(hole, review=review), tmp_path / "p.json")
    fast = DetectSettings()
    made = Session(source, tmp_path / "p.json", fast, 0.15)
    over(made)
    yield made
    made.close()


def over(session: Session) -> Any:
    """Result of the current work."""
    assert session.job is not None and session.job.over.wait(300)
    told = session.job.state()
    assert told["problem"] is None, told
    return told["result"]


def test_an_unreviewed_face_is_not_published(session: Session, tmp_path: Path) -> None:
    final = tmp_path / "street.redacted.mp4"
    begin_finish(session, {"style": "solid"})
    result = over(session)
    assert result["needs_review"] and result["findings"] and not result["accepted"]
    assert not final.exists()
    review = session.ready().open_plan.plan.review
    assert review is not None and review.findings
    # It says of none of them that it is a statue: that was another place.
    assert {note.answer for note in review.findings} == {""}

    for note in review.findings:
        session.edit(
            {"op": "answer", "number": note.number, "answer": "none", "reason": "a drawing"}
        )
    begin_finish(session, {"style": "solid"})
    result = over(session)
    assert not result["needs_review"] and result["accepted"] == "a drawing"
    assert final.exists()
    manifest = json.loads(record_of(final).read_text())
    assert manifest["findings_accepted"] == "a drawing"
    review = session.ready().open_plan.plan.review
    assert review is not None and {note.answer for note in review.findings} == {"none"}


def test_a_person_found_for_a_moment_is_hidden_for_as_long_as_visible(
    session: Session, found: Plan
) -> None:
    """The audit scans seven times a second, so its findings begin and end anywhere."""
    there = session.ready().open_plan
    (gone,) = {t.id: t for t in found.tracks}.keys() - {t.id for t in there.plan.tracks}
    seen = {k.frame: k.box for t in found.tracks if t.id == gone for k in t.keyframes}
    middle = sorted(seen)[len(seen) // 2]
    place = (middle, tuple(seen[middle]))
    note = FindingNote(2, "possible_leak", "face", middle, middle, (place,))
    there.note(lambda review: review.but(findings=(note,)))
    for _ in range(2):  # pressed again, it hides no less
        session.hide_found({"number": 2})
        told = over(session)
        assert told["last"] - told["first"] > 0.8 * len(seen)
        review = there.plan.review
        assert review is not None and review.findings[0].answer == "hide"
        (mask,) = (t for t in there.plan.tracks if t.id == review.findings[0].track)
        for frame, box in seen.items():
            here = mask.at(frame)
            assert here is None or box.common(here.box) > 0.5 * box.area, frame
    there.undo()
    there.undo()
    review = there.plan.review
    assert review is not None and not review.findings[0].answer, "one step takes it back"
    assert len(there.plan.tracks) == len(found.tracks) - 1


BOX = [10.0, 10.0, 60.0, 60.0]


@pytest.mark.parametrize("where", ["on the page", pytest.param("outside", marks=pytest.mark.slow)])
def test_decisions_made_during_rendering_are_not_in_the_result(
    session: Session, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The page used to say "The video is ready" of one that lacked a mask drawn meanwhile."""

    def meanwhile(*given: Any, **named: Any) -> Any:
        outcome = apply(*given, **named)
        if where == "outside":
            plan = read_plan(session.plan_path)
            added = edit.add_track(plan, Target.REGION, [(0, Box(*BOX))])[0]
            write_plan(added, session.plan_path, force=True)
        else:
            session.edit({"op": "add", "mask": BOX, "first": 0, "last": 5, "target": "region"})
        return outcome

    monkeypatch.setattr(finishing, "apply", meanwhile)
    begin_finish(session, {"style": "solid"})
    result = over(session)
    assert result["overtaken"]
    plan = session.ready().open_plan.plan
    assert plan.tracks[-1].target is Target.REGION
    assert plan.review is not None and len(plan.review.findings) == result["findings"]
    monkeypatch.undo()
    begin_finish(session, {"style": "solid"})
    assert not over(session)["overtaken"]


def test_a_result_that_lacks_a_change_is_not_called_up_to_date(found: Plan, tmp_path: Path) -> None:
    """A moved mask, and a muted span with another end, used to count as being in the existing
    file."""
    drawn, _ = edit.add_track(found, Target.REGION, [(2, Box(*BOX)), (9, Box(*BOX))])
    drawn = edited(drawn, {"op": "mute", "start": 0.2, "end": 0.3, "how": "mute"}, "")
    number, final = drawn.tracks[-1].id, tmp_path / "a.mp4"
    record = build_manifest(make_record(tmp_path, plan=drawn))
    put_record(final, dump_manifest(record))
    final.write_bytes(b"")
    looked = ReviewState(seen=(SeenFrames("outlines", "still", ((0, 9),)),))
    assert finishing.holds(final, drawn)
    assert finishing.holds(final, with_all_subjects(replace(drawn, review=looked)))
    # And `verify` knows the plan by it: a try that was held back has left findings in it since.
    beside = kept_plan(final)
    write_plan(with_all_subjects(replace(drawn, review=looked)), beside)
    assert plan_beside(final, record) == beside
    for changed in (
        edited(drawn, {"op": "mask", "track": number, "frame": 2, "mask": [9, 9, 70, 70]}, ""),
        edited(drawn, {"op": "mute", "start": 0.3, "end": 0.4, "how": "mute"}, ""),
        edited(drawn, {"op": "decide", "ids": [number], "decision": "keep"}, ""),
    ):
        assert not finishing.holds(final, changed)
        write_plan(changed, beside, force=True)
        assert plan_beside(final, record) is None
    if os.name != "nt" and os.geteuid() == 0:  # only root can give files away
        os.chown(manifest_path(final), 12345, -1)
        assert not finishing.holds(final, drawn)


@pytest.mark.slow
def test_the_plan_of_a_review_is_private(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    made = Session(session.source, path, session.settings, 0.15)
    try:
        over(made)
        assert read_plan(path).tracks
        assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    finally:
        made.close()


def test_a_release_omits_name_and_case_but_not_with_a_log(session: Session) -> None:
    """A review started with them could publish nothing, and explained it with options."""
    session.evidence = EvidenceChoice(given=("--set",))
    assert not finishing._evidence(session, {}, release=True).manifest
    session.evidence = EvidenceChoice(given=("--set", "--log"))
    with pytest.raises(UsageError, match="combined with --log"):
        finishing._evidence(session, {}, release=True)


def test_results_are_made_one_after_the_other() -> None:
    """A user who goes on with the next video finishes it before the last one is ready."""
    made: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def result(name: str) -> Job:
        def work(job: Job) -> None:
            with job.in_turn():
                begun.set()
                assert go_on.wait(60)
                made.append(name)

        return Job("finish", work).start()

    first = result("first")
    assert begun.wait(60)
    second, third = result("second"), result("third")
    third.ask_to_stop()
    assert third.over.wait(60) and third.problem == {"error": "stopped"}
    assert second.state()["stage"] == "wait" and made == []
    go_on.set()
    assert second.over.wait(60) and first.over.is_set() and made == ["first", "second"]
