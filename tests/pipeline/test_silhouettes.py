"""People are hidden as silhouettes, or as boxes where the silhouette is unsure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.detection import mediapipe
from redact.media import probe
from redact.pipeline import Journal
from redact.pipeline.silhouettes import with_silhouettes
from redact.plan import Plan, Subject, dump_plan, parse_plan, read_plan, with_damage
from redact.progress import Silent
from redact.render import mask_of
from redact.types import Box, Keyframe, State, Target, Track

WOMAN = Box(40, 13, 119, 109)
FACE = Box(70, 36, 93, 63)
WALL = Box(45, 16, 56, 32), Box(103, 16, 115, 52)
"""In the corners of her box, above her shoulders."""
FIRST, LAST = 8, 12


@pytest.fixture(scope="module")
def plan(street: Path, street_plan: Path) -> Plan:
    """One woman of the sample, in a few frames."""
    keys = [Keyframe(n, WOMAN, State.DETECTED, 0.9) for n in (FIRST, LAST)]
    settings = replace(read_plan(street_plan).settings, targets=(Target.PERSON,))
    track = Track(1, Target.PERSON, keys, certainty=0.9)
    return replace(read_plan(street_plan), settings=settings, tracks=(track,), subjects=())


def hidden(plan: Plan, frame: int, box: Box) -> float:
    """Share of a box that is hidden."""
    mask = mask_of(plan.regions_at(frame), plan.source.width, plan.source.height, 0.12)
    x1, y1, x2, y2 = map(int, box)
    return float(mask[y1:y2, x1:x2].mean())


def test_her_shape_is_hidden_and_the_wall_beside_her_stays(street: Path, plan: Plan) -> None:
    journal = Journal(Silent())
    found = with_silhouettes(probe(street), plan, journal)
    assert parse_plan(dump_plan(found), "p.json") == found
    assert journal.steps[0].name == "silhouettes" and not journal.warnings
    for frame in range(FIRST, LAST + 1):
        assert hidden(found, frame, FACE) == 1
        assert all(hidden(found, frame, wall) < 0.5 < hidden(plan, frame, wall) for wall in WALL)
    damaged = with_damage(found, [10])
    assert all(hidden(damaged, 10, wall) == 1 for wall in WALL), "a box is held over damage"
    by_hand = [key.but(state=State.MANUAL) for key in found.tracks[0].keyframes]
    drawn = found.with_track(replace(found.tracks[0], keyframes=by_hand))
    assert all(hidden(drawn, 10, wall) > 0.5 for wall in WALL), "what a person draws is hidden"


def test_without_mediapipe_boxes_are_hidden_and_this_is_reported(
    street: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mediapipe, "MEDIAPIPE_VERSION", "0.0")
    journal = Journal(Silent())
    assert with_silhouettes(probe(street), plan, journal) == plan
    assert [warning.code for warning in journal.warnings] == ["people_as_boxes"]


def test_people_who_do_not_stand_upright_are_hidden_as_boxes(street: Path, plan: Plan) -> None:
    journal = Journal(Silent())
    turned = replace(plan, turned=(90,))
    assert with_silhouettes(probe(street), turned, journal) == turned
    assert [warning.code for warning in journal.warnings] == ["turned_as_boxes"]


def test_subjects_stay_the_same_if_another_track_is_dropped(street: Path, plan: Plan) -> None:
    """Tracks are renumbered; otherwise a decision about one person would apply to another."""
    box = Box(300, 10, 470, 250)
    keys = [Keyframe(n, box, State.DETECTED, 0.1) for n in (FIRST, LAST)]
    nobody = Track(1, Target.PERSON, keys, certainty=0.05)
    woman = [replace(plan.tracks[0], id=n) for n in (2, 3)]
    joined = (Subject((1,)), Subject((2, 3)))
    found = with_silhouettes(
        probe(street), replace(plan, tracks=(nobody, *woman), subjects=joined), Journal(Silent())
    )
    assert [track.id for track in found.tracks] == [1, 2]
    assert [subject.tracks for subject in found.subjects] == [(1, 2)]
