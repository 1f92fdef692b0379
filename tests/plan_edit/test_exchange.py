"""COCO: what is exported comes back; what is malformed is refused precisely."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.cli.plan import plan as plan_command
from redact.errors import PlanError
from redact.plan import Plan, decisions, read_plan, write_plan
from redact.plan.exchange import FORMATS, add_imported, coinciding
from redact.types import Box, Keyframe, Origin, State, Target

from ..record.samples import FRAMES, make_plan

PLAN = make_plan()
EMPTY = replace(PLAN, tracks=())


def imported(name: str, data: bytes, target: Target | None = None) -> Plan:
    return add_imported(EMPTY, FORMATS[name].read(data, "x", target))[0]


def coco(boxes: Iterable[tuple[int, int, float]], target: str = "face") -> bytes:
    """Boxes of 20 pixels, each with its frame, its track and how far to the right it is."""
    annotations, frames = [], {}
    for frame, track, left in boxes:
        frames[frame] = {"id": frame, "frame_id": frame}
        box = [left, 10, 20, 20]
        annotations.append({"image_id": frame, "category_id": 1, "bbox": box, "track_id": track})
    return json.dumps(
        {
            "images": list(frames.values()),
            "categories": [{"id": 1, "name": target}],
            "annotations": annotations,
        }
    ).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_round_trip_covers_the_same(name: str) -> None:
    again = imported(name, FORMATS[name].export(PLAN))
    assert [t.target for t in again.tracks] == [t.target for t in PLAN.tracks]
    if name == "coco":  # many readers of it want a polygon
        for each in json.loads(FORMATS[name].export(PLAN))["annotations"]:
            (left, top, _, height), (polygon,) = each["bbox"], each["segmentation"]
            assert min(polygon[::2]) == left and max(polygon[1::2]) == pytest.approx(top + height)
    for ours, theirs in zip(PLAN.tracks, again.tracks, strict=True):
        assert (ours.first, ours.last) == (theirs.first, theirs.last)
        assert theirs.origin is Origin.IMPORTED
        for frame in range(ours.first, ours.last + 1):
            a, b = ours.at(frame), theirs.at(frame)
            assert a is not None and b is not None and a.box.iou(b.box) > 0.999


@pytest.mark.parametrize("name", FORMATS)
def test_who_is_followed_out_of_the_picture_comes_back_as_long_as_in_it(name: str) -> None:
    source = PLAN.source
    out, inside = Box(-30, 10, -5, 40), Box(20, 10, 45, 40)
    below = Box(20, source.height - 0.00001, 45, source.height + 30)
    places = [(0, out), (3, out), (8, inside), (10, inside), (15, out), (20, inside), (24, below)]
    keys = tuple(Keyframe(frame, box, State.PADDED, 0.5) for frame, box in places)
    track = replace(PLAN.tracks[0], id=1, keyframes=keys)
    beyond = replace(track, id=2, keyframes=keys[:2])  # never in the picture
    plan = replace(PLAN, tracks=(track, beyond), subjects=())
    again = imported(name, FORMATS[name].export(plan))
    for frame in range(len(source.timeline)):
        here = track.at(frame)
        new = [key.box for t in again.tracks if (key := t.at(frame)) is not None]
        if here is not None and source.shows(here.box) and frame != 24:
            assert len(new) == 1 and new[0].iou(here.box) > 0.999
    assert (min(t.first for t in again.tracks), max(t.last for t in again.tracks)) == (4, 23)


@pytest.mark.parametrize("name", FORMATS)
def test_by_command(tmp_path: Path, name: str) -> None:
    path = tmp_path / "p.json"
    write_plan(PLAN, path)
    out = tmp_path / f"tracks{FORMATS[name].extension}"
    run = CliRunner().invoke
    assert run(plan_command, ["export", str(path), "--format", name, "-o", str(out)]).exit_code == 0
    again = run(plan_command, ["export", str(path), "--format", name, "-o", str(out)])
    assert again.exception is not None and "already there" in str(again.exception)
    arguments = ["import", str(path), str(out), "--format", name, "--reason", "second tool"]
    done = run(plan_command, arguments)
    assert done.exit_code == 0
    # All of them were there already, and whoever keeps one of a pair would still hide it.
    for old in range(1, 5):
        assert f"track {old + 4} covers the same as track {old}," in done.stderr
    plan = read_plan(path)
    assert len(plan.tracks) == 8 and plan.tracks[-1].reason == "second tool"


def test_only_tracks_of_one_object_coincide() -> None:
    face = coco((f, 1, 10 + f) for f in range(39))
    first, _ = add_imported(EMPTY, FORMATS["coco"].read(face, "x", None))

    def numbers(left: int, frames: range, target: str = "face") -> list[tuple[int, int]]:
        other = coco(((f, 2, left + f) for f in frames), target)
        return coinciding(*add_imported(first, FORMATS["coco"].read(other, "x", None)))

    assert numbers(13, range(19, 59)) == [(2, 1)]
    assert numbers(28, range(39)) == [], "beside it"
    assert numbers(10, range(39), "plate") == [], "another thing"
    assert numbers(10, range(37, 89)) == [], "later"


def test_gaps_of_a_second_are_bridged_and_longer_ones_split() -> None:
    tracks = imported("coco", coco((f, 1, 10) for f in (0, 1, 19, 59))).tracks
    assert [(t.first, t.last) for t in tracks] == [(0, 19), (59, 59)]


def corners_of(box: Box, degrees: float) -> list[tuple[float, float]]:
    (x, y), turn = box.centre, math.radians(degrees)
    across = (box.width / 2 * math.cos(turn), box.width / 2 * math.sin(turn))
    down = (-box.height / 2 * math.sin(turn), box.height / 2 * math.cos(turn))
    return [
        (x + a * across[0] + b * down[0], y + a * across[1] + b * down[1])
        for a in (-1, 1)
        for b in (-1, 1)
    ]


def turned(degrees: float) -> bytes:
    """A long plate that is level in frame 0 and turned in frame 20."""
    boxes = [
        f'{{"image_id": {frame}, "category_id": 1, "bbox": [100, 190, 200, 20], "track_id": 1, '
        f'"attributes": {{"rotation": {angle}}}}}'
        for frame, angle in ((0, 0.0), (20, degrees))
    ]
    return (
        '{"images": [{"id": 0, "frame_id": 0}, {"id": 20, "frame_id": 20}], "categories": '
        f'[{{"id": 1, "name": "plate"}}], "annotations": [{", ".join(boxes)}]}}'
    ).encode()


@pytest.mark.parametrize("degrees", [30.0, 90.0, 315.0])
def test_what_is_turned_is_covered_at_its_corners_too(degrees: float) -> None:
    track = imported("coco", turned(degrees)).tracks[0]
    for frame in (0, 5, 10, 20):
        key = track.at(frame)
        assert key is not None
        for x, y in corners_of(Box(100, 190, 300, 210), degrees * frame / 20):
            assert key.box.x1 <= x <= key.box.x2 and key.box.y1 <= y <= key.box.y2
    level = imported("coco", turned(0.0)).tracks[0].at(0)
    assert level is not None and level.box == (100, 190, 300, 210)


def test_a_crowd_is_imported_and_decided_about_at_once() -> None:
    """Ten thousand tracks took half a minute, each of two ways."""
    crowd = coco((0, track, 10) for track in range(1, 10_001))
    start = time.process_time()
    plan = imported("coco", crowd)
    changed = decisions.change(plan, [t.id for t in plan.tracks], reason="crowd")
    assert time.process_time() - start < 10  # some five times what it takes
    assert len(changed.tracks) == 10_000 and {t.reason for t in changed.tracks} == {"crowd"}


BAD = [
    ("coco", coco([(0, 1, 0), (0, 1, 0)]).decode(), "track 1 has two boxes in frame 0"),
    ("coco", coco([(998, 1, 0)]).decode(), "track 1: frame 998 is outside the clip"),
    ("coco", coco([(0, 1, 0), (998, 1, 0)]).decode(), "track 1: frame 998 is outside the clip"),
    ("coco", coco([(0, 1, 0)]).decode().replace("20]", "-20]"), "is not a box"),
    ("coco", coco([(0, 1, 0)]).decode().replace("20]", "NaN]"), "x: "),
    ("coco", "{", "x: "),
    ("coco", '{"images": [], "annotations": [{"image_id": 1}]}', r"\$\.annotations\[0\]"),
    (
        "coco",
        '{"images": [], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1,2,3,4]}]}',
        r"\$\.annotations\[0\]\.image_id: no image 1",
    ),
    (
        "coco",
        '{"images": [{"id": 1}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": '
        '[1,2,3,4]}]}',
        r"category_id: 1 is not one of face",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), BAD)
def test_errors_name_file_and_place(name: str, text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message) as caught:
        imported(name, text.encode())
    assert caught.value.hint


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_any_damage_is_imported_or_refused(name: str, data: st.DataObject) -> None:
    raw = bytearray(SMALL[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        plan = imported(name, bytes(raw))
    except PlanError as error:
        assert error.message and error.hint
        return
    assert all(0 <= t.first <= t.last < FRAMES for t in plan.tracks)


SMALL = {n: f.export(replace(PLAN, tracks=PLAN.tracks[2:3])) for n, f in FORMATS.items()}
