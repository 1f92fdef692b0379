"""The output of `plan set --action keep`: where a track will be visible, where not, and who is
affected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from redact.plan import Plan, write_plan
from redact.types import Box, Keyframe, State, Target, Track
from redact.words import say

from ..record.samples import make_plan
from .test_edit import call

HERE, AWAY = Box(300, 100, 350, 160), Box(100, 100, 150, 160)


def track(number: int, *stretches: tuple[int, int, State, Box]) -> Track:
    keys = [
        Keyframe(frame, box, state)
        for first, last, state, box in stretches
        for frame in range(first, last + 1)
    ]
    return Track(number, Target.FACE, tuple(keys))


def crossing() -> Plan:
    """Track 2 is the client; 1 is somebody else, followed backwards over the client."""
    other = track(1, (40, 99, State.FOLLOWED, HERE), (100, 199, State.DETECTED, AWAY))
    client = track(2, (0, 150, State.DETECTED, HERE))
    third = track(3, (130, 139, State.DETECTED, Box(110, 100, 160, 160)))
    return replace(make_plan(), tracks=(other, client, third), unchecked=(), cuts=(), subjects=())


def keep(tmp_path: Path, plan: Plan, tracks: str) -> list[str]:
    path = tmp_path / "p.json"
    write_plan(plan, path, force=True)
    done = call("set", path, tracks, "--action", "keep", "--reason", "client", "--by", "R. Roe")
    assert done.exit_code == 0, done.output
    return done.stderr.splitlines()[1:]


def test_it_says_when_a_track_is_visible_and_for_how_many_frames_it_is_not(tmp_path: Path) -> None:
    lines = keep(tmp_path, crossing(), "1")
    assert lines[0] == (
        "track 1: visible at 0:04.0–0:08.0 (frames 100–199); stays hidden in 60 frames of 160, "
        "where it is only followed or guessed, or beyond a cut, or where the picture is damaged"
    )
    assert lines[1] == "track 1: still hidden where track 3 covers it: 0:05.2–0:05.6"
    assert lines[2] == say("look_at_kept")


def test_it_warns_if_the_chosen_track_lies_on_somebody_else(tmp_path: Path) -> None:
    (warning,) = keep(tmp_path, crossing(), "1")[3:]
    assert "track 1 lies on track 2 at 0:01.6–0:04.0" in warning
    assert "keep track 2 instead" in warning
    assert not any("lies on" in line for line in keep(tmp_path, crossing(), "2"))


def test_it_warns_of_every_affected_person_where_they_are_visible(tmp_path: Path) -> None:
    plan = crossing()
    other, client, third = plan.tracks
    last = replace(plan, tracks=(other, third, replace(client, id=4)))
    (warning,) = keep(tmp_path, last, "1")[3:]
    assert "track 1 lies on track 4" in warning
    # Both boxes are guessed there: no detected person could be meant.
    guessed = track(2, (0, 99, State.FOLLOWED, HERE), (100, 150, State.DETECTED, HERE))
    lines = keep(tmp_path, plan.with_track(guessed), "1")
    assert not any("lies on" in line for line in lines)


def test_a_track_that_is_never_sure_is_reported_as_never_visible(tmp_path: Path) -> None:
    plan = crossing().with_track(track(3, (10, 19, State.FOLLOWED, AWAY)))
    assert keep(tmp_path, plan, "3")[0].startswith("track 3: visible nowhere; stays hidden in 10")
