"""Boxes drawn once and followed through the clip; and tracks of one subject listed together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from redact.errors import MismatchError, UsageError
from redact.media import probe, sha256_of
from redact.plan import Subject, read_plan, write_plan
from redact.progress import Silent
from redact.types import Box, Keyframe, Origin, State, Target, Track

from ..follow_drawn.test_frames import plan_of
from ..media.footage import ADVANCE, Clip, make
from .test_edit import call

AT, BOX = 12, (60, 30, 100, 66)


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Path, Path]:
    """A clip of noise that moves by `ADVANCE` pixels a frame, and its plan."""
    clip = make(tmp_path / "clip.mp4", Clip(pts=range(24), options={"preset": "veryfast"}))
    value, _ = plan_of(clip)
    info = probe(clip)
    source = replace(value.source, sha256=sha256_of(clip, Silent()), size=info.size)
    write_plan(replace(value, source=source), tmp_path / "plan.json")
    return clip, tmp_path / "plan.json"


def test_a_box_drawn_once_is_followed_both_ways(drawn: tuple[Path, Path]) -> None:
    clip, plan = drawn
    corners = ",".join(map(str, BOX))
    done = call("add", plan, "--at", f"f{AT}={corners}", "--follow", str(clip), "--target", "face")
    assert done.exception is None, done.output
    (track,) = read_plan(plan).tracks
    assert track.origin is Origin.MANUAL and track.first < AT - 5 and track.last > AT + 5
    assert f"track {track.id} added, followed from 0:00." in done.stderr
    for key in track.keyframes:
        assert key.state is (State.MANUAL if key.frame == AT else State.FOLLOWED)
        moved = BOX[0] + ADVANCE * (key.frame - AT)
        assert abs(key.box.x1 - moved) < 2, key


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--at", "f1=1,2,30,40", "--at", "f5=1,2,30,40"),
        ("--at", "f1=1,2,30,40", "--box", "1,2,30,40", "--from", "f1", "--to", "f2"),
    ],
)
def test_it_is_followed_from_one_place(drawn: tuple[Path, Path], options: tuple[str, ...]) -> None:
    clip, plan = drawn
    before = plan.read_bytes()
    done = call("add", plan, "--follow", str(clip), *options)
    assert isinstance(done.exception, UsageError) and plan.read_bytes() == before


def test_it_is_followed_in_its_own_source_only(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    _, plan = drawn
    other = make(tmp_path / "other.mp4", Clip(pts=range(12)))
    done = call("add", plan, "--follow", str(other), "--at", "f1=1,2,30,40")
    assert isinstance(done.exception, MismatchError)


def test_doubt_is_shown_as_in_the_record(drawn: tuple[Path, Path]) -> None:
    """A track's probability, not its best detection, decides what --unsure lists."""
    _, plan = drawn
    key = Keyframe(3, Box(1, 2, 30, 40), State.DETECTED, 0.8)
    doubtful = Track(1, Target.FACE, (key,), certainty=0.4565)
    aside = Keyframe(3, Box(60, 2, 90, 40), State.DETECTED, 0.8)
    drawn_by_hand = replace(doubtful, id=2, certainty=None, keyframes=(aside,))
    write_plan(replace(read_plan(plan), tracks=(doubtful, drawn_by_hand)), plan, force=True)
    shown = call("show", plan).output
    head, first, second = (line.split() for line in shown.splitlines()[1:4])
    at = head.index("probability")
    assert "score" not in head
    at += 1  # who it is are two words: person 1
    assert first[at] == "0.457" and second[at : at + 2] == ["score", "0.80"]
    rows = json.loads(call("show", plan, "--json").output)["tracks"]
    assert [(row["certainty"], row["score"]) for row in rows] == [(0.4565, 0.8), (None, 0.8)]
    unsure = json.loads(call("show", plan, "--unsure", "--json").output)["tracks"]
    assert [row["track"] for row in unsure] == [1]


def test_tracks_of_one_subject_are_listed_together(drawn: tuple[Path, Path]) -> None:
    _, plan = drawn
    for at in (1, 5, 9):
        call("add", plan, "--box", "1,2,30,40", "--from", f"f{at}", "--to", f"f{at + 1}")
    value = read_plan(plan)
    joined = (Subject((1, 3), name="Anna"), Subject((2,)))
    write_plan(value.with_subjects(joined), plan, force=True)
    lines = call("show", plan).output.splitlines()
    rows = [line.split() for line in lines[2:]]
    assert [row[:4] for row in rows] == [
        ["area", "1", "Anna", "1"], ["3", "region", "0:00.360", "0:00.400"],
        ["area", "2", "2", "region"],
    ]  # fmt: skip
    tracks = json.loads(call("show", plan, "--json").output)["tracks"]
    assert [(t["track"], t["subject"], t["name"]) for t in tracks] == [
        (1, 1, "Anna"), (2, 2, ""), (3, 1, "Anna"),
    ]  # fmt: skip
