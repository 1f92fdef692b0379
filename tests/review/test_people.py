"""People and vehicles on the page: one choice for a person known by the body, those of whom nothing
is hidden, and a film strip of a kept person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Decision, Plan, Subject, read_plan, subject_of, write_plan
from redact.plan.decisions import decide
from redact.review.overview import bodies_at
from redact.review.strip import MOST_PLAIN, strip_of
from redact.types import Action, Body, Box, Keyframe, Keyframes, State, Target, Track

from .browser import Page, resize, served_here
from .plans import FRAMES, HERE, plan_of, track

D, F = State.DETECTED, State.FOLLOWED
FACE = Box(40, 40, 70, 80)
WHOLE = Box(20, 30, 100, 170)
BESIDE = Box(220, 30, 300, 170)


def body(box: Box, first: int, last: int, vehicle: bool = False) -> Body:
    return Body(vehicle, Keyframes(Keyframe(n, box, D, 0.8) for n in (first, last)))


def face(number: int, first: int, last: int, box: Box, target: Target = Target.FACE) -> Track:
    return Track(number, target, [Keyframe(n, box, D, 0.9) for n in range(first, last + 1)])


@pytest.fixture
def page(browser: Any, street: Path, found: Plan, tmp_path: Path) -> Iterator[Page]:
    """A person who turns away, with somebody in front of the face at the end; a car; and somebody
    else."""
    tracks = (
        face(1, 2, 5, FACE),
        face(2, 10, 13, FACE),
        face(3, 3, 12, Box(240, 120, 270, 130), Target.PLATE),
        face(4, 12, 13, FACE.moved(12, 0)),
    )
    bodies = (body(WHOLE, 0, 15), body(BESIDE, 0, 15, vehicle=True), body(BESIDE, 0, 15))
    subjects = Subject((1, 2), bodies=(1,)), Subject((3,), bodies=(2,)), Subject((4,))
    source, plan_file = tmp_path / "street.mp4", tmp_path / "street.plan.json"
    source.write_bytes(street.read_bytes())
    plan = replace(found, tracks=tracks, subjects=subjects, bodies=bodies)
    write_plan(plan, plan_file)
    resize(browser, 1280, 720)
    with served_here(source, plan_file) as server:
        yield Page(browser, server.address, "who-")


def test_a_person_who_turns_away_is_one_choice_and_listed_where_nothing_is_hidden(
    page: Page, tmp_path: Path
) -> None:
    titles = "return [...document.querySelectorAll('.card .title span:first-child')]"
    titles += ".map((node) => node.innerText)"
    assert page.js(titles) == ["Person 1", "Vehicle 3", "Person 4"]
    page.go(8)
    assert [b["subject"] for b in page.state("state.bodies")] == [1]
    page.shot("turned-away")
    # The body is clicked on: it is the person who was seen from the front before.
    page.drag((60, 150), (60, 150))
    page.until(lambda: page.state("state.selected") == [1])
    assert page.text("#presence") == "Pictures with face or head: 8; with the body alone: 8"
    page.press("k")
    page.answer()
    page.until(lambda: page.state("state.subjects.get(1).decision") == "keep")
    plan = read_plan(tmp_path / "street.plan.json")
    assert [t.action for t in plan.tracks[:2]] == [Action.KEEP, Action.KEEP]
    # Before the result is made, every picture in which something is wrong can be seen.
    page.click("#finish")
    page.until(lambda: page.js("return document.querySelectorAll('.strip .picture').length") == 8)
    marks = page.js(
        "return [...document.querySelectorAll('.strip .picture')].map((p) => p.dataset)"
    )
    assert [m["frame"] for m in marks if m["mark"] == "covered"] == ["12", "13"]
    assert "spread evenly" not in page.text("dialog"), "every picture of this person is there"
    painted = """
        const c = document.querySelector(".strip canvas");
        return c.getContext("2d").getImageData(0, 0, 480, c.height).data.some((v) => v > 60)"""
    page.until(lambda: page.js(painted))
    page.shot("strip")
    assert page.cut_off() == []
    page.js("document.querySelector('.strip [data-frame=\"12\"]').click()")
    page.until(lambda: page.state("state.frame") == 12)
    assert page.state("state.dialog") is None
    assert page.complaints() == []


def test_people_of_whom_nothing_is_hidden_are_listed() -> None:
    plan = plan_of(track(1, (0, 20, D, HERE)), track(2, (40, 60, D, HERE)))
    whole, other = HERE.grown(0.6), Box(400, 50, 500, 300)
    bodies = body(whole, 0, 80), body(other, 10, 30), body(other, 0, 80, vehicle=True)
    plan = replace(plan, bodies=bodies).with_subjects([Subject((1, 2), bodies=(1,))])
    there = {n: [b["subject"] for b in bodies_at(plan, n)] for n in (5, 25, 30, 50, 70, 90)}
    assert there == {5: [], 25: [1, 0], 30: [1, 0], 50: [], 70: [1], 90: []}
    # Somebody whose face is hidden, be it as nobody's, is not told of.
    covered = plan.with_track(track(3, (10, 30, D, Box(420, 60, 450, 90))))
    assert [b["subject"] for b in bodies_at(covered, 25)] == [1]


def test_of_a_long_track_as_many_pictures_are_shown_as_somebody_looks_at() -> None:
    plan = decide(plan_of(track(1, (0, 599, D, HERE)), frames=600), [1], Decision.KEEP)
    frames = [picture.frame for picture in strip_of(plan, subject_of(plan, 1), 0.2)]
    assert MOST_PLAIN <= len(frames) <= MOST_PLAIN + 1 and {0, 599} <= set(frames)


@given(
    st.lists(st.tuples(st.integers(0, 98), st.sampled_from([D, F])), min_size=1, max_size=4),
    st.integers(0, 80),
    st.integers(1, 19),
)
def test_a_strip_shows_every_unsure_picture_of_a_kept_person(
    stretches: list[tuple[int, State]], at: int, long: int
) -> None:
    tracks = [
        track(n, (first, min(first + 40, FRAMES - 1), state, HERE))
        for n, (first, state) in enumerate(stretches, 1)
    ]
    other = track(9, (at, at + long, D, HERE.moved(20, 0)))
    plan = plan_of(*tracks, other).with_subjects([Subject(tuple(t.id for t in tracks))])
    plan = decide(plan, [1], Decision.KEEP)
    found = strip_of(plan, subject_of(plan, 1), 0.2)
    assert [p.frame for p in found] == sorted({p.frame for p in found})
    by_frame = {p.frame: p.mark for p in found}
    assert all(t.best.frame in by_frame for t in tracks)
    for frame in range(FRAMES):
        there = any(t.first <= frame <= t.last for t in tracks)
        shown = [r.track for r in plan.shown_at(frame) if r.track != 9]
        if there and not shown:
            assert by_frame[frame] == "unsure"
        elif shown and at <= frame <= at + long:
            assert by_frame[frame] == "covered"
        else:
            assert by_frame.get(frame) == ("" if there else None), "each is there, of a short clip"
    for picture in found:
        key = next(t for t in plan.tracks if t.id == picture.track).at(picture.frame)
        assert key is not None
