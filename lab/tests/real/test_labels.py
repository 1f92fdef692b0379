"""The labels of real footage: what a score may rest on, checked without any footage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

REAL = Path(__file__).resolve().parents[2] / "real"
KINDS = ("faces", "dups", "heads", "plates", "osd", "osd_all")
HALF = {
    "labels_test.json": "test",
    "labels_dev_shared.json": "dev",
    "labels_test_cctv.json": "test_cctv",
}


def read(name: str) -> Any:
    return json.loads((REAL / name).read_text(encoding="utf-8"))


def clips(half: str) -> set[str]:
    found = read("split.json")[half]
    return set(found["clips"] if isinstance(found, dict) else found)


def faults(records: list[dict[str, Any]], allowed: set[str]) -> list[str]:
    """What is wrong with a list of labelled frames, in words."""
    found, seen = [], set()
    for r in records:
        name = f"{r['clip']} frame {r['frame']}"
        if r["clip"] not in allowed:
            found.append(f"{name}: not a clip of this half")
        if (r["clip"], r["frame"]) in seen:
            found.append(f"{name}: labelled twice")
        seen.add((r["clip"], r["frame"]))
        boxes = [b for kind in KINDS for b in r[kind]]
        boxes += [b for t in r.get("tracks", []) for b in t["boxes"].values()]
        for x1, y1, x2, y2 in boxes:
            if not (0 <= x1 < x2 <= r["width"] and 0 <= y1 < y2 <= r["height"]):
                found.append(f"{name}: box {x1}, {y1}, {x2}, {y2} is outside the picture")
    return found


@pytest.mark.parametrize("name", HALF)
def test_labels_are_sound(name: str) -> None:
    assert faults(read(name), clips(HALF[name])) == []


def test_no_clip_or_source_is_on_both_sides() -> None:
    dev, test = clips("dev"), clips("test")
    assert not dev & test
    groups = read("split.json")["groups"].values()
    assert [g for g in groups if not set(g["clips"]) <= (dev if g["half"] == "dev" else test)] == []


def test_dev_cameras_are_no_test_cameras() -> None:
    if not (REAL / "labels_dev.json").is_file():
        pytest.skip("the dev cameras are not labelled here yet")
    reserved = {c for group in read("split.json")["test_cctv"]["groups"].values() for c in group}
    assert not {r["clip"] for r in read("labels_dev.json")} & reserved


def test_faults_are_found() -> None:
    frame = {"clip": "a", "frame": 1, "width": 10, "height": 10, **{k: [] for k in KINDS}}
    wrong = {**frame, "clip": "b", "frame": 2, "faces": [[5, 5, 40, 9]]}
    words = " ".join(faults([frame, frame, wrong], {"a"}))
    assert "twice" in words and "not a clip" in words and "outside" in words
