"""The effect of every action of the page on a plan; none shows anybody without a decision."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import PlanError, RedactError
from redact.mask_size import MARGIN, with_margin
from redact.plan import (
    Decision,
    FindingNote,
    FoundText,
    Plan,
    ReviewState,
    SeenFrames,
    SeenSubject,
    all_subjects,
    decisions,
    dump_plan,
    edit,
    parse_plan,
    subject_of,
    with_all_subjects,
)
from redact.review import page_edits
from redact.review.actions import edited
from redact.review.asking import ask_first
from redact.review.looked_at import with_seen
from redact.review.overview import Overview
from redact.review.refused_error import RefusedError, in_words
from redact.types import Action, Box, Decided, Keyframe, Origin, State, Target, Track

from .plans import AWAY, FRAMES, HERE, halves, plan_of, three, track


def do(plan: Plan, op: str, **values: Any) -> Plan:
    return edited(plan, {"op": op, **values}, "R. Roe", "2026-11-27T22:15:03.000001Z")


def frames_of(number: int, first: int, last: int) -> list[tuple[int, int]]:
    """Pictures of a track, as the page names them."""
    return [(number, frame) for frame in range(first, last + 1)]


def hidden(plan: Plan, number: int, frame: int) -> bool:
    return any(region.track == number for region in plan.regions_at(frame))


def test_whoever_is_undecided_is_hidden_and_what_was_decided_stays() -> None:
    """To show one and hide all others used to take back what was decided before."""
    plan = do(three(), "decide", ids=[1], decision="hide", reason="a minor")
    plan = do(plan, "reason", ids=[3], reason="a bystander")
    with pytest.raises(RefusedError, match="not kept"):
        do(plan, "only", id=2)
    kept = do(plan, "decide", ids=[2], decision="keep", reason="client")
    plan = do(kept, "only", id=2)
    reasons = {t.id: (t.action, t.reason) for t in plan.tracks}
    assert reasons == {
        1: (Action.REDACT, "a minor"),
        2: (Action.KEEP, "client"),
        3: (Action.REDACT, "a bystander"),
    }
    assert all(s.decision is not Decision.NONE for s in all_subjects(plan))
    # To hide everybody else is a person's decision about each of them.
    assert all(t.decided_by and t.decided_at for t in plan.tracks)
    every = do(kept, "decide", ids=[1, 3], decision="false alarm")
    assert do(every, "only", id=2) == every


def test_a_withdrawn_decision_leaves_no_reason() -> None:
    plan = do(three(), "decide", ids=[1], decision="keep", reason="client")
    plan = do(plan, "decide", ids=[1], decision="")
    one = edit.track_of(plan, 1)
    assert (one.action, one.reason, one.decided_by) == (Action.REDACT, "", "")


def test_a_track_joined_to_a_kept_person_is_kept() -> None:
    """After all others were hidden, joining the person's other track used to hide both."""
    plan = do(halves(), "decide", ids=[1], decision="keep", reason="client")
    plan = do(plan, "only", id=1)
    plan = do(plan, "merge", ids=[1, 2])
    assert [s.tracks for s in plan.subjects] == [(1, 2), (3,)]
    assert [edit.track_of(plan, n).reason for n in (1, 2)] == ["client", "client"]
    assert [t.action for t in plan.tracks] == [Action.KEEP, Action.KEEP, Action.REDACT]
    plan = do(plan, "separate", track=2)
    assert [t.action for t in plan.tracks] == [Action.KEEP, Action.REDACT, Action.REDACT]


def test_a_false_alarm_joined_to_a_person_is_hidden_again() -> None:
    plan = do(halves(), "decide", ids=[1], decision="false alarm")
    plan = do(plan, "merge", ids=[1, 2])
    assert all(t.action is Action.REDACT for t in plan.tracks)


def guessed(plan: Plan | None = None) -> Plan:
    """A kept person, only followed in ten frames in the middle; all of it was reviewed."""
    one = track(
        1,
        (0, 29, State.DETECTED, HERE),
        (30, 39, State.FOLLOWED, HERE),
        (40, 60, State.DETECTED, HERE),
    )
    plan = do((plan or three()).with_track(one), "decide", ids=[1], decision="keep")
    return replace(plan, review=ReviewState(seen=(SeenFrames("outlines", "still", ((0, 99),)),)))


def test_exactly_the_confirmed_frames_are_shown() -> None:
    plan = guessed()
    assert hidden(plan, 1, 34) and plan.to_confirm(edit.track_of(plan, 1)) == [(30, 39)]
    some = do(plan, "confirm", shown=frames_of(1, 30, 34))
    assert not hidden(some, 1, 34) and hidden(some, 1, 35)
    (said,) = edit.track_of(some, 1).confirmed
    assert (said.first, said.last, said.same, said.by) == (30, 34, True, "R. Roe") and said.at
    # What was not on the screen nobody can confirm.
    with pytest.raises(PlanError, match="looked at"):
        do(replace(plan, review=None), "confirm", shown=frames_of(1, 30, 34))
    flown = ReviewState(seen=(SeenFrames("outlines", "fast", ((0, 99),)),))
    with pytest.raises(PlanError, match="looked at"):
        do(replace(plan, review=flown), "confirm", shown=frames_of(1, 30, 34))
    with pytest.raises(PlanError, match="not kept"):
        do(plan, "confirm", shown=frames_of(2, 30, 34))


def test_unsure_pictures_are_asked_about_beside_sure_ones() -> None:
    seen, guesses = ((0, 9), (20, 24), (35, 60)), ((10, 19), (25, 34))
    parts = [(*span, State.DETECTED, HERE) for span in seen]
    parts += [(*span, State.FOLLOWED, HERE) for span in guesses]
    plan = do(three().with_track(track(1, *sorted(parts))), "decide", ids=[1], decision="keep")
    # Where a person drew a part, that is the one asked about.
    drawn = [Keyframe(n, HERE, State.MANUAL if n == 40 else State.FOLLOWED) for n in (27, 28, 40)]
    plan, number = page_edits.add(plan, Target.FACE, drawn, Decided("", "R. Roe"), to=1)
    told = next(s for s in Overview().changes(plan)["changed"] if s["id"] == 1)
    assert told["unsure"] == 20
    with pytest.raises(RefusedError) as caught:
        do(plan, "confirm", id=1, sure=False)
    asked = caught.value
    assert asked.pictures == [
        *frames_of(1, 10, 19),
        *frames_of(1, 25, 26),
        *frames_of(number, 27, 34),
    ]
    assert 2 <= len(asked.hides) <= 6
    assert all(plan.shows(edit.track_of(plan, t), frame) for t, frame in asked.hides)


def test_only_the_person_who_was_shown_is_confirmed() -> None:
    plan = replace(guessed(), review=None)

    def shown(subject: int) -> Plan:
        item = {"view": "closely", "speed": "still", "frames": [*range(30, 35)], "subject": subject}
        return replace(plan, review=with_seen(ReviewState(), [item], FRAMES))

    some = do(
        shown(1),
        "confirm",
        shown=[*frames_of(1, 30, 39), *frames_of(1, 50, 51)],
        but=frames_of(1, 50, 51),
    )
    assert [n for n in range(61) if hidden(some, 1, n)] == [*range(35, 40), 50, 51]
    with pytest.raises(PlanError, match="looked at"):
        do(shown(2), "confirm", shown=frames_of(1, 30, 39))
    assert some.review and some.review.frames_seen() == (), (
        "of whoever else is there nothing is seen"
    )


def test_a_confirmation_ends_with_its_decision() -> None:
    """Keep, confirm, hide, keep: the stretch confirmed for the first Keep used to stay open."""
    plan = do(guessed(), "confirm", shown=frames_of(1, 30, 39))
    assert not hidden(plan, 1, 34)
    for between in ("hide", "false alarm", ""):
        again = do(
            do(plan, "decide", ids=[1], decision=between), "decide", ids=[1], decision="keep"
        )
        assert hidden(again, 1, 34), between
    assert not hidden(do(plan, "decide", ids=[1], decision="keep"), 1, 34)


def test_hiding_all_others_keeps_the_confirmations_of_a_kept_person() -> None:
    plan = do(guessed(), "confirm", shown=frames_of(1, 30, 34))
    plan = do(plan, "confirm", shown=frames_of(1, 50, 60), but=frames_of(1, 50, 60))
    alone = do(plan, "only", id=1, reason="client")
    assert [n for n in range(61) if hidden(alone, 1, n)] == [*range(35, 40), *range(50, 61)]


def test_not_him_here_hides_even_sure_detections() -> None:
    plan = do(guessed(), "confirm", shown=frames_of(1, 35, 45), but=frames_of(1, 35, 45))
    assert hidden(plan, 1, 42) and not hidden(plan, 1, 46)
    assert plan.to_confirm(edit.track_of(plan, 1)) == [(30, 34)], "it is not asked again"
    later = do(plan, "confirm", shown=frames_of(1, 35, 36))
    assert not hidden(later, 1, 36) and hidden(later, 1, 37)


def test_a_box_followed_from_a_kept_person_is_kept_once_confirmed() -> None:
    """It used to become a new hidden person on top of the kept one."""
    plan = guessed()
    keys = [Keyframe(n, HERE, State.FOLLOWED) for n in range(28, 42)]
    keys[4] = Keyframe(32, HERE, State.MANUAL)
    plan, number = page_edits.add(plan, Target.FACE, keys, Decided("", "R. Roe"), to=1)
    assert edit.track_of(plan, number).action is Action.KEEP
    assert [s.tracks for s in plan.subjects if 1 in s.tracks] == [(1, number)]
    # Drawn in 32; before and after nobody is sure, and where he is seen no second mask hides him.
    assert [n for n in range(28, 42) if hidden(plan, 1, n) or hidden(plan, number, n)] == [
        *(30, 31),
        *range(33, 40),
    ]
    whole = do(plan, "confirm", shown=frames_of(number, 30, 39))
    assert not any(hidden(whole, t, n) for t in (1, number) for n in range(61))


def test_a_guess_over_a_kept_person_is_removed_only_there() -> None:
    other = track(2, (10, 40, State.DETECTED, AWAY), (41, 48, State.FOLLOWED, HERE),
                  (49, 50, State.DETECTED, AWAY), (51, 58, State.FOLLOWED, HERE),
                  (59, 80, State.DETECTED, AWAY))  # fmt: skip
    plan = guessed(three().with_track(other))
    assert hidden(plan, 2, 45)
    clear = do(plan, "uncover", id=1, other=2)
    for frame in range(10, 81):
        over = any(r.box.common(HERE) for r in clear.regions_at(frame) if r.track != 1)
        assert not over, frame
        away = any(r.box.iou(AWAY) > 0.9 for r in clear.regions_at(frame))
        assert away == (frame not in (*range(41, 49), *range(51, 59))), frame
    gone = [t for t in clear.tracks if t.action is Action.CUT_OFF]
    assert sorted((t.first, t.last) for t in gone) == [(41, 48), (51, 58)]
    # In the list of a real crowd seven entries came of one key.
    (one,) = [s for s in all_subjects(clear) if gone[0].id in s.tracks]
    assert sorted(one.tracks) == sorted(t.id for t in gone)
    assert one.decision is Decision.CUT_OFF
    with pytest.raises(RefusedError, match="16 pictures") as caught:
        do(replace(plan, review=None), "uncover", id=1, other=2)
    asked = [*frames_of(1, 41, 48), *frames_of(1, 51, 58)]
    assert caught.value.pictures == asked, "what has to be looked at is shown"
    closely = SeenSubject(1, (), ((41, 48), (51, 58)))
    looked = replace(plan, review=ReviewState(subjects=(closely,)))
    assert do(looked, "uncover", id=1, other=2).tracks == clear.tracks
    of_another = replace(plan, review=ReviewState(subjects=(closely.but(track=3),)))
    with pytest.raises(RefusedError):
        do(of_another, "uncover", id=1, other=2)
    seen = track(2, (10, 80, State.DETECTED, HERE))
    with pytest.raises(PlanError, match="seen"):
        do(guessed(three().with_track(seen)), "uncover", id=1, other=2)


@pytest.mark.parametrize("at", ["beginning", "end"])
def test_removing_a_guess_at_the_end_of_a_track_leaves_the_rest_hidden(at: str) -> None:
    early, late = (10, 20), (21, 50)
    guess, seen = (early, late) if at == "beginning" else (late, early)
    stretches = sorted([(*guess, State.FOLLOWED, HERE), (*seen, State.DETECTED, AWAY)])
    plan = do(guessed(three().with_track(track(2, *stretches))), "uncover", id=1, other=2)
    away = [n for n in range(61) if any(r.box.iou(AWAY) > 0.9 for r in plan.regions_at(n))]
    assert away == list(range(seen[0], seen[1] + 1))
    cut = [t for t in plan.tracks if t.action is Action.CUT_OFF]
    gone = {n for t in cut for n in range(t.first, t.last + 1)}
    # Where the kept one is only followed, nobody is uncovered.
    assert gone == {n for n in range(guess[0], guess[1] + 1) if not 30 <= n <= 39}


def test_whoever_was_detected_in_two_places_is_joined_by_a_person_who_has_seen_both() -> None:
    """To keep one of them would show the other. But of two ovals on one face, the page said that
    they are not the same."""
    with pytest.raises(RefusedError, match=r"At 0:00\.4 masks of both lie in two places") as caught:
        do(three(), "merge", ids=[1, 2], sure=False)
    assert caught.value.pictures == [(1, 10), (2, 10)]
    joined = do(three(), "merge", ids=[1, 2], sure=True)
    assert (1, 2) in [s.tracks for s in joined.subjects]
    assert parse_plan(dump_plan(joined), "p.json").subjects == joined.subjects
    # Where one of them is a guess, nobody knows.
    guess = track(2, (10, 60, State.FOLLOWED, AWAY), (61, 80, State.DETECTED, AWAY))
    assert (1, 2) in [s.tracks for s in do(three().with_track(guess), "merge", ids=[1, 2]).subjects]


def test_a_face_and_a_plate_cannot_be_joined() -> None:
    with pytest.raises(PlanError, match="cannot be joined"):
        do(three(), "merge", ids=[1, 3])


def test_a_split_off_track_is_hidden() -> None:
    plan = do(three(), "decide", ids=[1], decision="keep", reason="client")
    plan = do(plan, "split", track=1, frame=30)
    assert (edit.track_of(plan, 1).first, edit.track_of(plan, 1).last) == (0, 29)
    assert not hidden(plan, 1, 29) and hidden(plan, 4, 30)
    assert edit.track_of(plan, 4).reason == ""


def test_a_moved_mask_moves_only_in_its_frame() -> None:
    sparse = (Keyframe(0, HERE, State.FOLLOWED), Keyframe(60, HERE, State.INTERPOLATED))
    plan = plan_of(page_edits.Track(1, Target.FACE, sparse))
    mask = with_margin(AWAY, MARGIN, Target.FACE)  # a person moves the mask as drawn
    after = do(plan, "mask", track=1, frame=20, mask=list(mask))
    for frame in range(61):
        old, new = edit.track_of(plan, 1).at(frame), edit.track_of(after, 1).at(frame)
        assert old is not None and new is not None
        if frame == 20:
            assert new.box == pytest.approx(AWAY) and new.state is State.MANUAL
        else:
            assert new.box == old.box and new.state is old.state


def test_a_smaller_mask_needs_a_confirmation_and_a_reason() -> None:
    plan = three()
    what = {"track": 1, "frame": 20, "reach": "all", "mask": list(HERE)}
    with pytest.raises(RefusedError) as asked:
        do(plan, "mask", **what)
    assert asked.value.refusal == "smaller" and asked.value.filled["n"] == 61
    assert asked.value.pictures == [(1, 0), (1, 30), (1, 60)]
    hidden_there = SeenFrames("result", "still", ((0, 60),))
    under = replace(plan, review=ReviewState(seen=(hidden_there,)))
    for unseen in (plan, under):
        with pytest.raises(RefusedError, match="In 61 pictures the mask would"):
            do(unseen, "mask", **what, reason="a statue")
    seen = replace(plan, review=ReviewState(seen=(SeenFrames("outlines", "still", ((0, 60),)),)))
    with pytest.raises(RefusedError, match="part of it could be visible"):
        do(seen, "mask", **what, reason=" - ")
    after = do(seen, "mask", **what, reason="a statue")
    assert {key.reason for key in edit.track_of(after, 1).key_pictures} == {"a statue"}
    # To make it larger again needs nobody's word.
    do(after, "mask", **(what | {"mask": list(HERE.grown(0.5))}))
    back = do(after, "as_found", track=1, frame=20, reach="all")
    assert edit.track_of(back, 1) == edit.track_of(plan, 1)


def test_a_part_cut_off_a_detected_track_stays_on_record() -> None:
    plan = do(three(), "span", track=1, first=10, last=50)
    assert (edit.track_of(plan, 1).first, edit.track_of(plan, 1).last) == (10, 50)
    gone = [t for t in plan.tracks if t.action is Action.CUT_OFF]
    assert [(t.first, t.last) for t in gone] == [(0, 9), (51, 60)]
    assert all(t.decided_by == "R. Roe" for t in gone)
    assert not hidden(plan, 1, 5) and not hidden(plan, 4, 5)


def test_a_longer_span_holds_the_mask() -> None:
    plan = do(three(), "span", track=1, first=0, last=90)
    assert hidden(plan, 1, 90) and edit.track_of(plan, 1).at(75).box == HERE


@pytest.mark.parametrize("more", [1, 2, 9])
def test_a_longer_span_is_sure_where_it_was_confirmed_or_detected(more: int) -> None:
    before = plan_of(track(1, (20, 60, State.DETECTED, HERE)))
    longer = edit.track_of(do(before, "span", track=1, first=20 - more, last=60 + more), 1)
    between = [State.INTERPOLATED] * (more - 1)
    added = [State.MANUAL, *between], [*between, State.MANUAL]
    states = [key.state for n in range(20 - more, 61 + more) if (key := longer.at(n))]
    assert states == [*added[0], *[State.DETECTED] * 41, *added[1]]


def test_a_text_is_hidden_and_shown_again_and_requested_ones_stay_on_record() -> None:
    """What a person hid is removed; for what the command line hid, the record says that it was
    called a false alarm."""
    texts = tuple(
        FoundText(n, (name,), False, 0.9, 20, ((10, box), (30, box)))
        for n, name, box in ((1, "DUPONT", AWAY), (2, "MARTIN", AWAY.moved(60, 0)))
    )
    box = AWAY.moved(60, 0)
    asked = Track(4, Target.TEXT, [Keyframe(n, box, State.FOLLOWED) for n in (10, 30)])
    plan = replace(three().with_track(asked), texts=texts)
    plan = do(plan, "texts", numbers=[1], hide=True)
    assert hidden(plan, 5, 10) and hidden(plan, 5, 30) and not hidden(plan, 5, 31)
    plan = do(plan, "texts", numbers=[1, 2], hide=False)
    assert [(t.id, t.action) for t in plan.tracks[3:]] == [(4, Action.FALSE_ALARM)]
    plan = do(plan, "texts", numbers=[2], hide=True)
    assert hidden(plan, 4, 20) and [t.id for t in plan.tracks[3:]] == [4]
    with pytest.raises(PlanError):
        do(plan, "texts", numbers=[1, 3], hide=True)


def test_only_masks_that_a_person_drew_can_be_removed() -> None:
    plan = do(three(), "add", mask=[1, 2, 40, 50], first=3, last=9, target="region")
    drawn = edit.track_of(plan, 4)
    assert drawn.origin is Origin.MANUAL and hidden(plan, 4, 6)
    assert len(do(plan, "remove", ids=[4]).tracks) == 3
    with pytest.raises(PlanError, match="found by a detector"):
        do(plan, "remove", ids=[1])


def finding(drawn: bool = True) -> Plan:
    note = FindingNote(
        1, "possible_leak", "face", 5, 9, ((3, tuple(AWAY)), (11, tuple(AWAY))), drawn=drawn
    )
    plan = plan_of(track(1, (0, 60, State.DETECTED, HERE)))
    return page_edits.replace(plan, review=ReviewState(findings=(note,)))


def test_a_finding_is_hidden_or_explained() -> None:
    plan = do(finding(), "answer", number=1, answer="hide")
    assert hidden(plan, 2, 7) and plan.review.findings[0].track == 2
    plan = do(plan, "answer", number=1, answer="none", reason="a statue")
    assert not hidden(plan, 2, 7), "the mask of the other answer goes again"
    assert plan.review.findings[0].reason == "a statue"
    for reason in ("", " ", "…"):
        with pytest.raises(PlanError, match="give a reason"):
            do(finding(), "answer", number=1, answer="none", reason=reason)
    with pytest.raises(PlanError, match="unknown"):
        do(finding(), "answer", number=1, answer="perhaps")
    with pytest.raises(PlanError, match="nothing to hide"):
        do(finding(drawn=False), "answer", number=1, answer="none", reason="a statue")


def test_a_finding_whose_mask_was_removed_needs_a_new_answer() -> None:
    """It used to keep the number of the mask. The next drawn mask got that number, and explaining
    the finding then removed that mask."""
    plan = do(finding(), "answer", number=1, answer="hide")
    plan = do(plan, "remove", ids=[2])
    assert (plan.review.findings[0].answer, plan.review.findings[0].track) == ("", None)
    plan = do(plan, "add", mask=[1, 2, 40, 50], first=3, last=9, target="region")
    plan = do(plan, "answer", number=1, answer="none", reason="a statue")
    assert len(plan.tracks) == 2 and plan.review.findings[0].reason == "a statue"
    # A plan that somebody edited so.
    stale = plan.review.findings[0].but(answer="hide", reason="", track=7)
    left = page_edits.replace(plan, review=ReviewState(findings=(stale,)))
    assert len(do(left, "answer", number=1, answer="none", reason="a statue").tracks) == 2
    assert do(left, "add", mask=[1, 2, 9, 9], first=3, last=9, target="face").tracks[-1].id == 8


def test_a_new_mask_does_not_inherit_notes_about_a_removed_one() -> None:
    """The number of an undone mask used to be given again, with what had been noted: "seen in 100
    of 100 pictures" for somebody whom nobody had reviewed."""
    seen = ReviewState(subjects=(SeenSubject(4, ((0, 99),)),))
    plan = page_edits.replace(three(), review=seen)
    plan = do(plan, "add", mask=[1, 2, 40, 50], first=0, last=99, target="region")
    assert plan.tracks[-1].id == 5


@pytest.mark.parametrize(
    "what",
    [
        {"op": "nothing"}, {"op": "decide", "ids": [99], "decision": "hide"},
        {"op": "decide", "ids": [1], "decision": "perhaps"}, {"op": "mask", "track": 1},
        {"op": "mask", "track": 1, "frame": 5, "mask": [1, 1, 1, 1]},
        {"op": "mask", "track": 1, "frame": 5, "mask": [float("nan")] * 4},
        {"op": "mask", "track": 1, "frame": 5, "reach": "some", "outline": "box"},
        {"op": "mask", "track": 1, "frame": 5, "outline": "star"},
        {"op": "mask", "track": 1, "frame": 99, "mask": [1, 1, 9, 9]},
        {"op": "add", "mask": [900, 900, 950, 950], "first": 0, "last": 3, "target": "face"},
        {"op": "add", "mask": [1, 1, 9, 9], "first": 0, "last": 1000, "target": "face"},
        {"op": "span", "track": 1, "first": 70, "last": 80},
        {"op": "split", "track": 1, "frame": 0},
        {"op": "mute", "start": 3, "end": 2, "how": "mute"},
        {"op": "unmute", "number": 1},
        {"op": "decide", "ids": [1], "decision": "keep", "reason": "x\ny"},
    ],
)  # fmt: skip
def test_nonsense_is_refused(what: dict[str, Any]) -> None:
    with pytest.raises(PlanError) as caught:
        edited(three(), what, "")
    for words in in_words(caught.value)["said"].values():
        assert not re.search(r"track \d|frame \d|--|'redact", " ".join(words)), words


@pytest.mark.parametrize("reason", ["علی‌رضا", "👩‍⚖️", "client\u00a0: non"])
def test_reasons_are_accepted_as_on_the_command_line(reason: str) -> None:
    """The page used to call a Persian name, an emoji and a French space "too long, or not one
    line"."""
    plan = do(three(), "decide", ids=[1], decision="keep", reason=reason)
    assert edit.track_of(plan, 1).reason == reason
    for bad in ("a\u202eb", "a\tb", "a" * 501):
        with pytest.raises(PlanError, match="too long"):
            do(three(), "decide", ids=[1], decision="keep", reason=bad)


@pytest.mark.parametrize("time", [None, "", "1:2:3:4", "noon", 1e308, float("nan")])
def test_an_invalid_time_is_explained(time: Any) -> None:
    with pytest.raises(PlanError, match="not a time"):
        do(three(), "mute", start=0, end=time, how="mute")


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2), (-1, -2)])
def test_an_invalid_muted_span_is_explained(start: float, end: float) -> None:
    """The page used to say "muting from 2 s to 2 s: is not a span"."""
    with pytest.raises(RefusedError, match="The span to mute"):
        do(three(), "mute", start=start, end=end, how="mute")


frames = st.integers(-3, FRAMES + 3)
numbers = st.integers(1, 6)
any_step = st.one_of(
    st.fixed_dictionaries(
        {
            "op": st.just("decide"),
            "ids": st.lists(numbers, min_size=1, max_size=3),
            "decision": st.sampled_from([d.value for d in Decision if d is not Decision.KEEP]),
        }
    ),
    st.fixed_dictionaries({"op": st.just("split"), "track": numbers, "frame": frames}),
    st.fixed_dictionaries({"op": st.just("separate"), "track": numbers}),
    st.fixed_dictionaries(
        {"op": st.just("merge"), "ids": st.lists(numbers, min_size=2, max_size=3)}
    ),
    st.fixed_dictionaries(
        {"op": st.just("mask"), "track": numbers, "frame": frames,
         "mask": st.just([300.0, 200.0, 340.0, 240.0])}
    ),
)  # fmt: skip


@given(st.lists(any_step, max_size=12))
def test_any_actions_give_a_valid_plan_that_keeps_nobody_by_itself(
    steps: list[dict[str, Any]],
) -> None:
    """Only a decision to keep, or a false alarm, makes anybody visible."""
    plan = with_all_subjects(three())
    for step in steps:
        try:
            plan = edited(plan, step, "R. Roe")
        except PlanError:
            continue
        again = parse_plan(dump_plan(plan), "p.json")
        assert dump_plan(again) == dump_plan(plan)
        assert sorted(n for s in all_subjects(plan) for n in s.tracks) == [
            t.id for t in plan.tracks
        ]
        for t in plan.tracks:
            assert t.action is not Action.KEEP


@pytest.mark.parametrize("target", [7, None, ["face"], {"a": 1}])
def test_an_invalid_target_is_refused(target: object) -> None:
    with pytest.raises(RedactError):
        do(finding(), "add", target=target, mask=[10, 10, 50, 50], first=0, last=5)


def test_sure_detections_cannot_be_called_false_alarms_with_one_key() -> None:
    """Its surest pictures must be viewed, and a reason given."""
    keys = [Keyframe(n, HERE, State.DETECTED, 0.99 if n in (5, 25, 55) else 0.8) for n in range(61)]
    plan = three().with_track(replace(track(1, (0, 0, State.DETECTED, HERE)), keyframes=keys))
    plan = replace(plan, tracks=tuple(replace(t, certainty=0.98) for t in plan.tracks))
    alarm = {"ids": [1], "decision": "false alarm"}

    def looked_at(*frames: int) -> Plan:
        seen = SeenFrames("outlines", "still", tuple((frame, frame) for frame in frames))
        return replace(plan, review=ReviewState(seen=(seen,)))

    for looked, pictures in ((plan, (5, 25, 55)), (looked_at(5, 55), (25,))):
        with pytest.raises(RefusedError, match="98%") as caught:
            do(looked, "decide", **alarm, reason="a poster")
        assert caught.value.pictures == [(1, frame) for frame in pictures]
    whole = looked_at(5, 25, 55)
    with pytest.raises(RefusedError, match="98%") as caught:
        do(whole, "decide", **alarm, reason=" - ")
    # On the sheet of close pictures each was looked at as well.
    closely = SeenSubject(1, (), ((5, 5), (25, 25), (55, 55)))
    close = replace(plan, review=ReviewState(subjects=(closely,)))
    assert do(close, "decide", **alarm, reason="a poster").tracks[0].action is Action.FALSE_ALARM
    done = do(whole, "decide", **alarm, reason="a poster")
    told = edit.track_of(done, 1)
    assert told.action is Action.FALSE_ALARM and [c.first for c in told.confirmed] == [5, 25, 55]
    assert decisions.sure_alarms(done, [1]) == [], "nobody is asked twice"
    # A new reason is no new decision; taken back and called so again, it is asked anew.
    assert do(done, "decide", **alarm, reason="a statue").tracks[0].reason == "a statue"
    assert do(done, "decide", ids=[1], decision="").tracks[0].confirmed == ()


def test_a_false_alarm_may_hold_for_a_part_alone() -> None:
    """A track was on the ceiling at one end, and on a man at the other: one key showed the man."""
    plan = three()
    with pytest.raises(RefusedError) as caught:
        do(plan, "decide", ids=[1], decision="false alarm", seen=[[1, 10]], sure=False)
    asked = caught.value.pictures
    assert caught.value.refusal == "alarm_unsure" and (1, 10) in asked and len(asked) == 4
    wrong, right = [one for one in asked if one[1] <= 20], [one for one in asked if one[1] > 20]
    part = {"ids": [1], "decision": "false alarm", "seen": [[1, 10]], "but": right, "sure": True}
    plan = do(plan, "decide", **part, reason="the ceiling")
    open_ = [n for n in range(61) if not any(r.box.iou(HERE) > 0.9 for r in plan.regions_at(n))]
    assert open_ == list(range(wrong[-1][1] + 1)), "between the two, nobody knows, and it is hidden"
    (alarm,) = [t for t in plan.tracks if t.action is Action.FALSE_ALARM]
    assert (alarm.reason, alarm.decided_by) == ("the ceiling", "R. Roe")
    assert subject_of(plan, 1).decision is Decision.NONE, "of the man nothing was decided"


revealing = st.one_of(
    any_step,
    st.fixed_dictionaries(
        {"op": st.just("decide"), "ids": st.lists(numbers, min_size=1, max_size=3),
         "decision": st.just("keep")}
    ),
    st.fixed_dictionaries(
        {"op": st.just("span"), "track": numbers, "first": frames, "last": frames}
    ),
    st.fixed_dictionaries({"op": st.just("only"), "id": numbers}),
    st.fixed_dictionaries(
        {"op": st.just("remove"), "ids": st.lists(numbers, min_size=1, max_size=2)}
    ),
)  # fmt: skip


@given(st.lists(revealing, max_size=8))
def test_nothing_shows_or_hides_anybody_unasked(steps: list[dict[str, Any]]) -> None:
    """Whatever is done: where something is hidden and would not be, or a kept one would be, the
    page asks first."""
    plan = with_all_subjects(three())
    for step in steps:
        try:
            after = edited(plan, step, "R. Roe")
        except PlanError:
            continue
        try:
            ask_first(plan, after, 1)
        except RefusedError as asked:
            assert asked.pictures or asked.hides
        else:
            for n in range(0, FRAMES, 7):
                places = [r.box for r in after.regions_at(n)]
                if step["op"] != "mask":
                    hidden = [
                        track.found_at(n) for track in plan.tracks if not plan.shows(track, n)
                    ]
                    assert all(_among(key.box, places) for key in hidden if key), (step, n)
                kept = [t for t in plan.tracks if t.action is Action.KEEP and plan.shows(t, n)]
                shown = [r.box for r in after.shown_at(n)]
                assert all(_among(key.box, shown) for t in kept if (key := t.at(n))), (step, n)
        plan = after


def _among(box: Box, places: list[Box]) -> bool:
    return any(box.iou(place) >= 0.5 for place in places)
