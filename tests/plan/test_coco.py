"""The tracks of a plan in COCO, as other tools read them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import redact
from redact.types import Box, Keyframe, State, Target

from ..record.samples import make_plan

PLAN = make_plan()


def exported(plan: redact.Plan) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(redact.export_coco(plan))
    return value


def test_each_box_is_written_with_its_track_and_frame() -> None:
    coco = exported(PLAN)
    frames = {image["id"]: image["frame_id"] for image in coco["images"]}
    names = {category["id"]: category["name"] for category in coco["categories"]}
    assert sorted(frames.values()) == list(range(len(PLAN.source.timeline)))
    told = {(a["track_id"], frames[a["image_id"]]): a for a in coco["annotations"]}
    assert len(told) == len(coco["annotations"])
    for track in PLAN.tracks:
        for frame in range(track.first, track.last + 1):
            key, one = track.at(frame), told.pop((track.id, frame))
            assert key is not None and names[one["category_id"]] == track.target.word
            left, top, width, height = one["bbox"]
            assert Box(left, top, left + width, top + height).iou(key.box) > 0.999
            assert one["attributes"]["action"] == track.action.value
            (polygon,) = one["segmentation"]  # many readers want one
            assert min(polygon[::2]) == left and max(polygon[1::2]) == pytest.approx(top + height)
    assert not told


def test_a_track_is_written_while_it_is_inside_the_picture() -> None:
    out, inside = Box(-30, 10, -5, 40), Box(20, 10, 45, 40)
    below = Box(20, PLAN.source.height - 0.00001, 45, PLAN.source.height + 30)
    places = [(0, out), (3, out), (8, inside), (10, inside), (15, out), (20, inside), (24, below)]
    keys = tuple(Keyframe(frame, box, State.PADDED, 0.5) for frame, box in places)
    track = replace(PLAN.tracks[0], id=1, keyframes=keys, target=Target.FACE)
    coco = exported(replace(PLAN, tracks=(track,), subjects=()))
    shown = [a["image_id"] - 1 for a in coco["annotations"]]
    assert shown == [f for f in range(24) if (k := track.at(f)) and k.box.x2 > 0.1]
    assert 0 < shown[0] <= 5 and 15 not in shown and shown[-1] == 23
