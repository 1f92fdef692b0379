"""People and vehicles on the page: one choice for a person known by the body, and those of whom
nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from redact.plan import Plan, Subject, read_plan, write_plan
from redact.review.overview import bodies_at
from redact.types import Action, Body, Box, Keyframe, Keyframes, State, Target, Track

from .browser import Page, resize, served_here
from .plans import HERE, plan_of, track

D = State.DETECTED
FACE = Box(40, 40, 70, 80)
WHOLE = Box(20, 30, 100, 140)
BESIDE = Box(140, 30, 220, 140)


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
        face(3, 3, 12, Box(160, 120, 190, 130), Target.PLATE),
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
    page.drag((60, 130), (60, 130))
    page.until(lambda: page.state("state.selected") == [1])
    assert page.text("#presence") == "Pictures with face or head: 8; with the body alone: 8"
    page.press("k")
    page.answer()
    page.until(lambda: page.state("state.subjects.get(1).decision") == "keep")
    plan = read_plan(tmp_path / "street.plan.json")
    assert [t.action for t in plan.tracks[:2]] == [Action.KEEP, Action.KEEP]
    # Before the result is made, who is under somebody else's mask is told, and led to.
    page.click("#finish")
    page.until(lambda: "under another mask in 2 pictures" in page.text(".todo"))
    page.shot("left")
    assert page.cut_off() == []
    page.click(".todo button")
    page.until(lambda: page.state("state.selected") == [1])
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
