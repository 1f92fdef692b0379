"""Every change is on disk before it is answered, complete, and overwrites nobody else's."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from redact.errors import PlanError
from redact.media import probe
from redact.plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    SeenFrames,
    decisions,
    dump_plan,
    parse_plan,
    read_plan,
    save_change,
    write_plan,
)
from redact.review import page_edits
from redact.review.actions import edited
from redact.review.looked_at import seen_runs, with_seen
from redact.review.open_plan import ChangedOutsideError, OpenPlan
from redact.review.overview import Overview
from redact.types import UNDECIDED, Action, Decided, State

from .plans import FRAMES, HERE, halves, plan_of, three, track

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "street.mp4"


@pytest.fixture
def open_plan(tmp_path: Path) -> OpenPlan:
    write_plan(three(), tmp_path / "p.json")
    return OpenPlan(tmp_path / "p.json")


def keep(open_plan: OpenPlan, number: int) -> None:
    what = {"op": "decide", "ids": [number], "decision": "keep", "reason": "client"}
    open_plan.change(lambda plan: edited(plan, what, "R. Roe"))


def kept(path: Path) -> list[int]:
    return [t.id for t in read_plan(path).tracks if t.action is Action.KEEP]


def test_opening_changes_nothing(tmp_path: Path) -> None:
    write_plan(three(), tmp_path / "p.json")
    before = (tmp_path / "p.json").read_bytes()
    OpenPlan(tmp_path / "p.json").keep()
    assert (tmp_path / "p.json").read_bytes() == before
    assert b"subjects" not in before and b"review" not in before


def test_a_change_keeps_the_plan_private(open_plan: OpenPlan) -> None:
    open_plan.path.chmod(0o600)
    for act in (
        lambda: keep(open_plan, 1),
        open_plan.undo,
        open_plan.redo,
        lambda: note(open_plan),
    ):
        act()
        assert os.name == "nt" or open_plan.path.stat().st_mode & 0o777 == 0o600


def note(open_plan: OpenPlan) -> None:
    open_plan.note(lambda review: review.but(reviewer="R. Roe"))
    open_plan.keep()


def test_changes_are_saved_and_undone_without_limit(open_plan: OpenPlan) -> None:
    states = [open_plan.plan]
    for number in (1, 2, 3):
        keep(open_plan, number)
        states.append(open_plan.plan)
    assert kept(open_plan.path) == [1, 2, 3]
    for state in reversed(states[:-1]):
        open_plan.undo()
        assert [t.action for t in read_plan(open_plan.path).tracks] == [
            t.action for t in state.tracks
        ]
    assert not open_plan.can_undo
    open_plan.undo()  # nothing more
    for _ in range(3):
        open_plan.redo()
    assert kept(open_plan.path) == [1, 2, 3] and not open_plan.can_redo
    open_plan.undo()
    keep(open_plan, 3)
    assert not open_plan.can_redo


def test_undo_keeps_what_was_reviewed(open_plan: OpenPlan) -> None:
    keep(open_plan, 1)
    shown = [{"view": "outlines", "speed": "still", "frames": [4, 5, 9], "subject": 1}]
    open_plan.note(lambda review: with_seen(review, shown, FRAMES))
    open_plan.undo()
    review = read_plan(open_plan.path).review
    assert review is not None and seen_runs(review) == ((4, 5), (9, 9))
    assert kept(open_plan.path) == []


def test_findings_stay_when_what_was_decided_before_them_is_undone(open_plan: OpenPlan) -> None:
    """Undo after *Finish* took back the list of findings, and nothing said that there were any."""
    keep(open_plan, 1)
    found = FindingNote(1, "uncovered", "face", 3, 5, ((3, (1, 1, 9, 9)),))

    def findings() -> list[tuple[int, str]]:
        saved = read_plan(open_plan.path)
        assert saved == open_plan.plan and saved.review is not None
        return [(note.number, note.answer) for note in saved.review.findings]

    open_plan.take(lambda plan: replace(plan, review=ReviewState(findings=(found,))))
    open_plan.change(lambda plan: page_edits.answer(plan, 1, "hide", UNDECIDED))
    open_plan.undo()
    assert findings() == [(1, "")], "an answer is undone like any decision"
    open_plan.undo()
    assert findings() == [(1, "")] and kept(open_plan.path) == []
    open_plan.redo()
    open_plan.redo()
    assert findings() == [(1, "hide")] and kept(open_plan.path) == [1]


def test_a_plan_that_changed_outside_is_not_overwritten(open_plan: OpenPlan) -> None:
    keep(open_plan, 1)
    other = read_plan(open_plan.path)
    theirs = decisions.decide(other, [2], Decision.KEEP, Decided("witness", "S. Poe"))
    write_plan(theirs, open_plan.path, force=True)
    data = open_plan.path.read_bytes()
    with pytest.raises(ChangedOutsideError):
        keep(open_plan, 3)
    assert open_plan.path.read_bytes() == data, "nothing was overwritten"
    assert [t.id for t in open_plan.plan.tracks if t.action is Action.KEEP] == [1, 2]
    assert not open_plan.can_undo, "a step back would take the other's work with it"
    keep(open_plan, 3)
    assert kept(open_plan.path) == [1, 2, 3]


def test_a_command_at_the_very_moment_of_a_change_is_not_overwritten(open_plan: OpenPlan) -> None:
    """The page had read the plan and was about to save it."""
    before, told = read_plan(open_plan.path), list[str]()

    def command() -> None:
        try:
            save_change(decisions.decide(before, [2], Decision.KEEP), before, open_plan.path)
        except PlanError as error:
            told.append(error.code)

    other = threading.Thread(target=command)

    def change(plan: Plan) -> Plan:
        other.start()
        other.join(0.5)  # long enough for it to write, if nothing keeps it from that
        return decisions.decide(plan, [1], Decision.KEEP)

    open_plan.change(change)
    other.join()
    assert (kept(open_plan.path), told) == ([1], ["plan_changed"])


def test_an_outside_change_is_reported_even_if_texts_were_read_meanwhile(
    open_plan: OpenPlan,
) -> None:
    other = read_plan(open_plan.path)
    theirs = decisions.decide(other, [2], Decision.KEEP, Decided("witness", "S. Poe"))
    write_plan(theirs, open_plan.path, force=True)
    open_plan.take(lambda plan: replace(plan, texts=()))
    assert read_plan(open_plan.path).texts == () and kept(open_plan.path) == [2]
    with pytest.raises(ChangedOutsideError):
        keep(open_plan, 3)
    keep(open_plan, 3)
    assert kept(open_plan.path) == [2, 3]


def test_an_unreadable_plan_is_not_overwritten(open_plan: OpenPlan) -> None:
    """A person edits the plan by hand and forgets a comma: the page used to report it once, in the
    background, and the next decision replaced their work."""
    keep(open_plan, 1)
    whole = open_plan.path.read_bytes()
    open_plan.path.write_bytes(whole[:-40])
    for act in (
        open_plan.look_outside,
        lambda: keep(open_plan, 2),
        open_plan.undo,
        lambda: note(open_plan),
    ) * 2:
        with pytest.raises(PlanError, match=r"p\.json"):
            act()
    assert open_plan.path.read_bytes() == whole[:-40]
    assert [t.id for t in open_plan.plan.tracks if t.action is Action.KEEP] == [1]
    open_plan.path.write_bytes(whole)
    keep(open_plan, 2)
    assert kept(open_plan.path) == [1, 2]


def test_another_videos_plan_is_not_loaded(open_plan: OpenPlan) -> None:
    other = plan_of(track(1, (0, 5, State.DETECTED, HERE)), frames=6)
    write_plan(other, open_plan.path, force=True)
    for act in (open_plan.look_outside, lambda: keep(open_plan, 1)) * 2:
        with pytest.raises(PlanError, match="of another video"):
            act()
    assert len(open_plan.plan.source.timeline) == FRAMES
    assert read_plan(open_plan.path) == other


def test_a_strangers_plan_in_its_place_is_not_loaded(open_plan: OpenPlan) -> None:
    keep(open_plan, 2)
    write_plan(three(), open_plan.path, force=True, own=False)
    theirs = open_plan.path.read_bytes()
    for act in (open_plan.look_outside, lambda: keep(open_plan, 1)) * 2:
        with pytest.raises(PlanError, match="somebody else"):
            act()
    assert open_plan.path.read_bytes() == theirs
    open_plan.path.unlink()
    keep(open_plan, 1)
    assert kept(open_plan.path) == [1, 2]


def test_what_was_looked_at_is_saved_at_the_end_in_a_plan_that_changed_outside(
    open_plan: OpenPlan,
) -> None:
    open_plan.note(lambda review: review.but(seen=(SeenFrames("original", "still", ((3, 5),)),)))
    before = read_plan(open_plan.path)
    save_change(decisions.decide(before, [1], Decision.KEEP), before, open_plan.path)
    open_plan.close()
    assert kept(open_plan.path) == [1]
    assert seen_runs(read_plan(open_plan.path).review) == ((3, 5),)


WORKER = """
import sys
from pathlib import Path
from redact.review import page_edits
from redact.review.open_plan import OpenPlan
open_plan, n = OpenPlan(Path(sys.argv[1])), 0
while True:
    n += 1
    open_plan.change(lambda plan: page_edits.rename(plan, 1, f"name {n}"))
    print(n, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_plan_is_whole(tmp_path: Path) -> None:
    """At most an unanswered action is lost; REDACT_KILLS sets the number of kills."""
    path, dice = tmp_path / "p.json", random.Random(7)
    write_plan(three(), path)
    answered = torn = 0
    for _ in range(int(os.environ.get("REDACT_KILLS", "6"))):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        last = int(process.stdout.readline())
        time.sleep(dice.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=200)
        rest = process.stdout.read().split()  # `communicate` would lose what is buffered
        last = int(rest[-1]) if rest else last
        name = next(s.name for s in read_plan(path).subjects if 1 in s.tracks)
        assert name in (f"name {last}", f"name {last + 1}")
        answered += last
        torn += len(list(tmp_path.glob(".p.json.*.partial")))
    assert answered > 0


def test_frames_that_flew_by_do_not_count_as_seen() -> None:
    shown = [
        {"view": "result", "speed": "fast", "frames": [1, 2, 3]},
        {"view": "result", "speed": "normal", "frames": [3, 4, 200, "x", -1]},
        {"view": "nowhere", "speed": "normal", "frames": [9]},
        {"view": "result", "speed": "normal", "frames": "all"},
    ]
    review = with_seen(ReviewState(), shown, FRAMES)
    assert seen_runs(review) == ((3, 4),)
    assert [part.frames for part in review.seen if part.speed == "fast"] == [((1, 3),)]


def test_what_is_no_number_does_not_spoil_the_plan() -> None:
    shown = [{"view": "original", "speed": "still", "frames": [True, "2", 3], "subject": True}]
    review = with_seen(ReviewState(), shown, FRAMES)
    assert review.seen == (SeenFrames("original", "still", ((3, 3),)),) and not review.subjects
    written = dump_plan(replace(three(), review=review))
    assert parse_plan(written, "p.json").review == review


def test_the_page_gets_the_ranking_and_what_is_left_of_it() -> None:
    """Unchanged parts are not computed again, and are right all the same."""
    memory, plan, info = Overview(), three(), probe(SAMPLE)
    memory.everything(plan, info)
    for change, news_of in (([1], [1]), ([3], [3]), ([1, 2], [2])):
        plan = decisions.decide(plan, change, Decision.KEEP)
        news = memory.changes(plan)
        assert [s["id"] for s in news["changed"]] == news_of
        assert news["moments"] == Overview().everything(plan, info)["moments"]
        assert news["summary"]["moments"] == len(news["moments"]) > 0
    frames = [moment["frame"] for moment in news["moments"]]
    marks = [(moment["frame"], moment["why"], moment["track"]) for moment in news["moments"]]
    review = memory.with_moments(plan, ReviewState(), marks)
    seen = replace(plan, review=review)
    assert memory.changes(seen)["summary"]["moments_seen"] == len(frames)
    for number in (1, 2, 3):
        plan = decisions.decide(plan, [number], Decision.FALSE_ALARM)
    of_tracks = [m["track"] for m in memory.changes(plan)["moments"] if m["track"]]
    assert of_tracks == [], "a false alarm is no risk"


@pytest.mark.parametrize(
    ("on_the_page", "command", "told"),
    [
        ("hide", Action.KEEP, "keep"),
        ("keep", Action.REDACT, "hide"),
        ("false alarm", Action.REDACT, "hide"),
        ("hide", Action.REDACT, "hide"),
        ("", Action.KEEP, "keep"),
    ],
)
def test_a_commands_decision_reaches_the_page(on_the_page: str, command: Action, told: str) -> None:
    """The page used to call somebody hidden whom `plan set` had made visible."""
    plan = edited(halves(), {"op": "decide", "ids": [1], "decision": on_the_page}, "")
    plan = decisions.decide(plan, [1], Decision.of(command))
    (subject, *_) = Overview().everything(plan, probe(SAMPLE))["subjects"]
    assert (subject["decision"], bool(subject["shown"])) == (told, command is Action.KEEP)
    # To join it with one that is decided otherwise keeps the whole, whichever is kept.
    other = "hide" if told == "keep" else "keep"
    plan = edited(plan, {"op": "decide", "ids": [2], "decision": other}, "")
    joined = edited(plan, {"op": "merge", "ids": [1, 2]}, "")
    assert all(t.action is Action.KEEP for t in joined.tracks if t.id != 3)


def test_a_command_about_one_part_decides_about_the_whole_subject() -> None:
    """It used to decide about the one track, and the page was wrong about the other."""
    plan = edited(halves(), {"op": "merge", "ids": [1, 2]}, "")
    plan = decisions.change(plan, [1], Decision.KEEP, reason="client")
    assert [(t.action, t.reason) for t in plan.tracks[:2]] == [(Action.KEEP, "client")] * 2
    (subject, *_) = Overview().everything(plan, probe(SAMPLE))["subjects"]
    assert subject["decision"] == "keep" and subject["reason"] == "client"


def test_the_page_gets_only_what_is_new_about_a_known_subject() -> None:
    """After each change, the page's state equals that of a page opened now."""
    memory, plan, info = Overview(), three(), probe(SAMPLE)
    told = {s["id"]: s for s in memory.everything(plan, info)["subjects"]}
    for act in (
        {"op": "decide", "ids": [2], "decision": "keep", "reason": "client"},
        {"op": "only", "id": 2},
        {"op": "mask", "track": 1, "frame": 9, "mask": [90, 90, 160, 170]},
        {"op": "split", "track": 1, "frame": 30},
        {"op": "merge", "ids": [1, 4]},
        {"op": "separate", "track": 4},
        {"op": "rename", "id": 3, "name": "car"},
        {"op": "decide", "ids": [1, 2, 4], "decision": "hide"},
    ):
        plan = edited(plan, act, "R. Roe")
        news = memory.changes(plan)
        told |= {s["id"]: {**told.get(s["id"], {}), **s} for s in news["changed"]}
        told = {number: s for number, s in told.items() if number not in news["gone"]}
        fresh = Overview().everything(plan, info)["subjects"]
        assert sorted(told.values(), key=lambda s: s["id"]) == fresh
    named = page_edits.rename(plan, 3, "van")
    assert memory.changes(named)["changed"] == [{"id": 3, "name": "van"}]
