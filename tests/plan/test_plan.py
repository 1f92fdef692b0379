"""Plans: what a frame hides, and files that are read strictly and written reproducibly."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import OutputError, OutputExistsError, PlanError
from redact.plan import (
    DAMAGE_REACH,
    REASON_DAMAGED,
    Plan,
    SourceRef,
    build_plan,
    dump_plan,
    parse_plan,
    read_plan,
    uncovered,
    with_damage,
    without_mark,
    write_plan,
)
from redact.settings import Damaged, DetectSettings, Sensitivity
from redact.types import (
    DETECTED_TARGETS,
    Action,
    Body,
    Box,
    Doubt,
    Keyframe,
    Keyframes,
    Origin,
    Scope,
    Shaped,
    Silhouette,
    State,
    Target,
    Timeline,
    Track,
)

FRAMES = 40
SOURCE = SourceRef(
    "clip.mp4", "0" * 64, 1234, 320, 240, Timeline(Fraction(1, 600), tuple(range(0, 800, 20)))
)
SETTINGS = DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED)
LOOKED = (("face-plate", "1" * 64),)

coordinates = st.floats(-50, 400, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn, inside: bool = False) -> Box:
    """Any box; with `inside`, one whose first corner lies in the picture."""
    corner = st.floats(0, 230) if inside else coordinates
    x, y = draw(corner), draw(corner)
    return Box(x, y, x + draw(st.floats(0.5, 200)), y + draw(st.floats(0.5, 200)))


doubts = st.builds(
    Doubt,
    st.integers(0, FRAMES - 1),
    st.sampled_from(DETECTED_TARGETS),
    boxes(),
    st.floats(0, 1, allow_nan=False),
)


silhouettes = st.none() | st.binary(min_size=100, max_size=100).filter(any).map(Silhouette)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    frames = sorted(draw(st.sets(st.integers(0, FRAMES - 1), min_size=1, max_size=6)))
    keys = tuple(
        Keyframe(
            f,
            draw(boxes(inside=f == frames[0])),
            draw(st.sampled_from(State)),
            draw(st.none() | st.floats(0, 1, width=32)),
        )
        for f in frames
    )
    target, action = draw(st.sampled_from(Target)), draw(st.sampled_from(Action))
    people = [Origin.MANUAL, Origin.IMPORTED]
    origin = draw(st.sampled_from(people if target not in SETTINGS.targets else Origin))
    starts = sorted(draw(st.sets(st.integers(0, FRAMES - 1), max_size=2)))
    shapes = tuple(Shaped.at(frame, draw(silhouettes)) for frame in starts)
    return Track(1, target, keys, action, origin, shapes=shapes)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    frames = sorted(draw(st.sets(st.integers(0, FRAMES - 1), min_size=1, max_size=4)))
    scores = st.floats(0, 1, width=32)
    keys = (Keyframe(n, draw(people), State.DETECTED, draw(scores)) for n in frames)
    return Body(draw(st.booleans()), Keyframes(keys))


people = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), *[st.floats(2, 150)] * 4)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    frame_sets = st.sets(st.integers(0, FRAMES - 1), max_size=4)
    plan = build_plan(
        SOURCE,
        SETTINGS,
        draw(st.lists(tracks(), max_size=4)),
        draw(frame_sets),
        draw(frame_sets),
        LOOKED,
        bodies=draw(st.lists(bodies(), max_size=2)),
    )
    return replace(plan, doubts=uncovered(plan, draw(st.lists(doubts, max_size=3))))


@given(plans())
def test_file_round_trip_is_exact(plan: Plan) -> None:
    data = dump_plan(plan)
    assert parse_plan(data, "p.json") == plan
    assert dump_plan(parse_plan(data, "p.json")) == data


@given(tracks())
def test_rounding_never_shrinks_a_box(track: Track) -> None:
    (rounded,) = build_plan(SOURCE, SETTINGS, [track], (), ()).tracks
    for before, after in zip(track.keyframes, rounded.keyframes, strict=True):
        assert after.box.contains(before.box)


@given(plans(), st.integers(0, FRAMES - 1))
def test_every_redacted_track_is_hidden_in_its_frames(plan: Plan, frame: int) -> None:
    regions = {r.track: r for r in plan.regions_at(frame)}
    for track in plan.tracks:
        here = track.at(frame)
        if plan.shows(track, frame):
            assert track.action is not Action.REDACT and track.id not in regions
        elif here is not None:
            assert regions[track.id].box.contains(here.box, slack=1e-6)


@given(plans(), st.integers(0, FRAMES - 1))
def test_an_unchecked_frame_never_hides_less(plan: Plan, frame: int) -> None:
    sound = replace(plan, unchecked=())
    damaged = replace(plan, unchecked=(frame,))
    held = {r.track: r.box for r in damaged.regions_at(frame)}
    for region in sound.regions_at(frame):
        assert held[region.track].contains(region.box, slack=1e-6)


stretches = st.lists(st.tuples(st.integers(0, 399), st.integers(1, 2 * DAMAGE_REACH)), max_size=6)


@given(stretches)
def test_lasting_damage_hides_the_whole_picture(runs: list[tuple[int, int]]) -> None:
    """Somebody is there all the time, so a mask could be held over every damaged frame."""
    damaged = {n for first, long in runs for n in range(first, min(first + long, 400))}
    keys = (
        Keyframe(0, Box(1, 1, 9, 9), State.DETECTED),
        Keyframe(399, Box(1, 1, 9, 9), State.DETECTED),
    )
    plan = build_plan(SOURCE, SETTINGS, [Track(1, Target.FACE, keys)], [], damaged)
    assert plan.unchecked == tuple(sorted(damaged))
    for frame in range(400):
        first = next(n for n in range(frame, -2, -1) if n not in damaged)
        last = next(n for n in range(frame, 401) if n not in damaged)
        (mine, *others) = plan.regions_at(frame)
        assert mine.track == 1
        if last - first - 1 > DAMAGE_REACH:
            assert others[0].box.contains(Box(0, 0, SOURCE.width, SOURCE.height))
            assert plan.tracks[others[0].track - 1].reason == REASON_DAMAGED
        elif frame not in damaged:
            assert others == []


@given(st.sets(st.integers(0, 399)))
def test_a_damaged_picture_is_hidden_where_no_mask_could_be_held(damaged: set[int]) -> None:
    plan = build_plan(SOURCE, SETTINGS, [], [], damaged)
    for frame in range(400):
        hidden = plan.regions_at(frame)
        assert bool(hidden) == (frame in damaged)
        whole = Box(0, 0, SOURCE.width, SOURCE.height)
        assert all(region.box.contains(whole) for region in hidden)


@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)), st.sampled_from(Damaged))
def test_only_broken_pictures_are_hidden_whole_by_default(
    damaged: set[int], broken: set[int], how: Damaged
) -> None:
    damaged |= broken
    asked = replace(SETTINGS, damaged=how)
    plan = build_plan(SOURCE, asked, [], [], damaged, broken=broken)
    hidden = {frame for frame in range(40) if plan.regions_at(frame)}
    if how is Damaged.HIDE:
        assert hidden == damaged
    else:  # and held where the picture is damaged beside, as masks are
        near = {f for f in damaged if any(abs(f - b) <= DAMAGE_REACH for b in broken)}
        assert broken <= hidden <= near
    assert parse_plan(dump_plan(plan), "plan") == plan


def test_renumbered_tracks_keep_their_bodies() -> None:
    """Otherwise one person could be shown by a decision about another."""
    boxes = Box(10, 10, 30, 40), Box(100, 10, 120, 40)
    found = [
        Track(n, Target.FACE, (Keyframe(first, boxes[n == 5], State.DETECTED),))
        for n, first in ((9, 20), (5, 0), (7, 10))
    ]
    look = Keyframes((Keyframe(0, Box(0, 0, 40, 200), State.DETECTED, 0.9),))
    plan = build_plan(SOURCE, SETTINGS, found, (), (), bodies=[Body(False, look)], owned=[(9, 7)])
    assert [track.first for track in plan.tracks] == [0, 10, 20]
    assert [subject.tracks for subject in plan.subjects] == [(1,), (2, 3)]


def test_damage_found_while_drawing_is_added_to_the_known_damage() -> None:
    assert with_damage(Plan(SOURCE, SETTINGS, (), unchecked=(3, 9)), [5, 9]).unchecked == (3, 5, 9)


def test_an_unchecked_frame_holds_tracks_that_end_or_begin_near_it() -> None:
    before = Track(1, Target.FACE, (Keyframe(2, Box(10, 10, 30, 30), State.DETECTED),))
    after = Track(2, Target.FACE, (Keyframe(8, Box(50, 50, 70, 70), State.DETECTED),))
    plan = Plan(SOURCE, SETTINGS, (before, after), unchecked=(5,))
    assert [(r.track, r.state) for r in plan.regions_at(5)] == [(1, State.HELD), (2, State.HELD)]
    assert plan.regions_at(4) == []


def test_a_plan_without_the_number_of_scanned_frames_can_be_read() -> None:
    assert "frames_looked_at" not in _document()["settings"]
    for looked_at in (0, 21, FRAMES):
        plan = build_plan(SOURCE, SETTINGS, [], (), (), LOOKED, looked_at)
        assert parse_plan(dump_plan(plan), "p.json") == plan


def test_the_most_probable_unmasked_places_are_stored_two_for_each_moment() -> None:
    hidden = Track(1, Target.FACE, [Keyframe(0, Box(0, 0, 40, 40), State.DETECTED)])
    given = [Doubt(0, Target.FACE, Box(5, 5, 35, 45), 0.9)]  # under the mask
    given += [Doubt(n, Target.PLATE, Box(4 * n, 60, 4 * n + 3, 70), n / 100) for n in range(FRAMES)]
    given += [Doubt(20, Target.PLATE, given[-1].box, 0.5)]  # the same place: told once
    plan = build_plan(SOURCE, SETTINGS, [hidden], (), (), LOOKED)
    assert [d.frame for d in uncovered(plan, given)] == [20, 38]  # of a clip of 1.3 seconds


def test_two_tracks_never_have_one_number() -> None:
    document = _document()
    document["tracks"] *= 2
    with pytest.raises(PlanError, match="two tracks have the same id"):
        parse_plan(json.dumps(document).encode(), "p.json")


def test_the_limits_of_a_search_come_back_from_the_file() -> None:
    scope = Scope((Box(0, 0, 9, 9), Box(5, 5, 60, 60)), (0.0, 2.5))
    plan = build_plan(SOURCE, replace(SETTINGS, scope=scope), [], (), ())
    assert parse_plan(dump_plan(plan), "p.json") == plan


def _document() -> dict[str, Any]:
    key = Keyframe(3, Box(1, 2, 30, 40), State.DETECTED, 0.5)
    plan = build_plan(SOURCE, SETTINGS, [Track(1, Target.FACE, (key,))], (), ())
    document: dict[str, Any] = json.loads(dump_plan(plan))
    return document


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (["format"], "other", "$.format"),
        (["format_version"], 2, "$.format_version"),
        (["format_version"], 99, "$.format_version"),
        (["source", "sha256"], "xyz", "$.source.sha256"),
        (["source", "time_base"], "0/1", "$.source.time_base"),
        (["source", "pts"], [[0], [1, 0]], "$.source.pts"),
        (["source", "pts"], [[0], [1, 10**12]], "$.source.pts"),
        (["source", "pts"], [[0], [10**30, FRAMES - 1]], "$.source.pts"),
        (["source", "width"], 10**30, "$.source.width"),
        (["muted"], [{"start_ms": 10**30, "end_ms": 10**31}], "$.muted[0].start_ms"),
        (["settings", "scope"], {"cut": [0, 1e308]}, "$.settings.scope.cut"),
        (["cuts"], [5, 4], "$.cuts"),
        (["unchecked"], [4000], "$.unchecked"),
        (["tracks", 0, "target"], "dog", "$.tracks[0].target"),
        (["tracks", 0, "action"], "hide", "$.tracks[0]"),
        (["settings", "targets"], [], "$.settings.targets"),
        (["settings", "targets"], ["region"], "$.settings.targets"),
        (["settings", "targets"], ["plate"], "$.tracks[0].target"),
        (["settings", "frames_looked_at"], -1, "$.settings.frames_looked_at"),
        (["settings", "frames_looked_at"], FRAMES + 1, "$.settings.frames_looked_at"),
        (["settings", "sensitivity"], "foo", "$.settings.sensitivity"),
        (["settings", "scope"], {"cut": [-1, 3]}, "$.settings.scope.cut"),
        (["settings", "scope"], {"cut": [3, 3]}, "$.settings.scope.cut"),
        (
            ["settings", "scope"],
            {"ignored": [[0, 0, 9, 9], [5, 5, 5, 9]]},
            "$.settings.scope.ignored[1]",
        ),
        (["settings", "scope"], {"ignored": [[5, 9, 7, 9]]}, "$.settings.scope.ignored[0]"),
        (["tracks", 0, "colour"], "red", "colour"),
        (["tracks", 0, "keyframes"], [], "$.tracks[0].keyframes"),
        (["tracks", 0, "keyframes", 0, "box"], [5, 5, 1, 1], "$.tracks[0].keyframes[0].box"),
        (["tracks", 0, "keyframes", 0, "box"], [400, 9, 430, 40], "$.tracks[0].keyframes"),
        (["source", "width"], 1, "$.tracks[0].keyframes"),
        (["tracks", 0, "keyframes", 0, "frame"], 4000, "$.tracks[0].keyframes[0].frame"),
        (["tracks", 0, "keyframes", 0, "score"], 7, "$.tracks[0].keyframes[0].score"),
        (["bodies"], [{"vehicle": False, "looks": [[9, 5, 5, 1, 9, 0.5]]}], "$.bodies[0].looks"),
        (["bodies"], [{"vehicle": False, "looks": [[4000, 1, 1, 5, 5, 0.5]]}], "$.bodies[0].looks"),
        (["bodies"], [{"vehicle": True, "looks": []}], "$.bodies[0].looks"),
        (["subjects"], [{"tracks": [1], "bodies": [1]}], "$.subjects[0].bodies"),
    ],
)
def test_a_wrong_field_is_named(path: list[Any], value: Any, named: str) -> None:
    document = _document()
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(PlanError) as caught:
        parse_plan(json.dumps(document).encode(), "case.plan.json")
    # msgspec shortens indices to […]; ours are exact.
    generic = named.replace("[0]", "[...]")
    assert "case.plan.json" in caught.value.message
    assert named in caught.value.message or generic in caught.value.message


@given(st.binary(max_size=200))
def test_bytes_that_are_no_plan_give_a_plan_error(data: bytes) -> None:
    with pytest.raises(PlanError):
        parse_plan(data, "p.json")


@given(st.data())
def test_a_damaged_plan_gives_a_plan_error_or_a_valid_plan(data: st.DataObject) -> None:
    whole = bytearray(json.dumps(_document()).encode())
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        plan = parse_plan(bytes(whole), "p.json")
    except PlanError:
        return
    assert parse_plan(dump_plan(plan), "p.json") == plan


def test_write_replaces_in_one_step_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "clip.plan.json"
    plan = build_plan(SOURCE, SETTINGS, [], (), ())
    write_plan(plan, target)
    assert read_plan(target) == plan
    assert [p.name for p in tmp_path.iterdir()] == ["clip.plan.json"]
    with pytest.raises(OutputError):
        write_plan(plan, tmp_path / "absent" / "p.json")


@pytest.mark.skipif(os.name == "nt", reason="files there have no such permissions")
def test_a_plan_is_private_whatever_was_there_before(tmp_path: Path) -> None:
    target = tmp_path / "clip.plan.json"
    plan = build_plan(SOURCE, SETTINGS, [], (), ())
    written = write_plan(plan, target)
    assert written == target.read_bytes() and without_mark(written)[0] == dump_plan(plan)
    assert target.stat().st_mode & 0o777 == 0o600
    target.chmod(0o644)
    write_plan(plan, target, force=True)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_plan_replaces_nothing_unasked(tmp_path: Path) -> None:
    source, target = tmp_path / "clip.raw", tmp_path / "clip.plan.json"
    source.write_bytes(b"original")
    plan = build_plan(SOURCE, SETTINGS, [], (), ())
    write_plan(plan, target)
    with pytest.raises(OutputExistsError):
        write_plan(plan, target)
    write_plan(plan, target, force=True)
    alias = tmp_path / "alias.json"
    alias.symlink_to(source)
    for name in (source, alias):
        with pytest.raises(OutputExistsError, match="never replaced"):
            write_plan(plan, name, force=True, never=(source,))
    assert source.read_bytes() == b"original"


def test_a_forged_count_of_frames_takes_no_memory() -> None:
    """A plan of some hundred bytes used to take 6.3 GB."""
    document = _document()
    document["source"]["pts"] = [[0], [1, 90_000_000]]
    with pytest.raises(PlanError, match="more than any real clip has"):
        parse_plan(json.dumps(document).encode(), "p.json")
