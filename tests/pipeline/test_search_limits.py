"""Where a user limits the search, nothing is scanned, and everybody is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode, UsageError
from redact.media import probe
from redact.pipeline import Journal, detect
from redact.plan import Plan, dump_plan, parse_plan, write_plan
from redact.progress import Silent
from redact.settings import DetectSettings
from redact.types import (
    Box,
    Scope,
    Target,
    Track,
    area_in_words,
)
from redact.words import error_words

from ..media.footage import Clip, make
from ..side_files import record_of

FAST = DetectSettings()


@pytest.fixture(scope="module")
def everything(street: Path) -> Plan:
    return detect(probe(street), FAST, Journal(Silent()))


@pytest.fixture(scope="module")
def face(everything: Plan) -> Track:
    """The surest face."""
    faces = [t for t in everything.tracks if t.target is Target.FACE]
    return max(faces, key=lambda t: t.score or 0.0)


def around(track: Track) -> Box:
    box = track.keyframes[0].box
    for key in track.keyframes:
        box = box.union(key.box)
    return box.grown(0.5)


@pytest.mark.slow
def test_an_ignored_area_is_recorded_and_the_audit_skips_it(
    redact, street: Path, face: Track, tmp_path: Path
) -> None:
    area, output, plan = area_in_words(around(face)), tmp_path / "out.mp4", tmp_path / "p.json"
    options = ("--ignore-area", area, "--plan", plan)
    done = redact("run", street, "-o", output, *options)
    assert done.returncode == ExitCode.DONE, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("NOT SEARCHED EVERYWHERE") and area in last

    value = parse_plan(plan.read_bytes(), "p.json")
    hidden = [t for t in value.tracks for k in t.keyframes if around(face).contains(k.box)]
    assert not hidden and value.tracks
    manifest = json.loads(record_of(output).read_text())
    assert {"code": "ignored_area", "detail": area} in manifest["not_checked"]

    # The same picture under a plan that does not say so: the audit finds the face.
    document = json.loads(plan.read_text())
    assert document["settings"].pop("scope")
    plan.write_text(json.dumps(document))
    again = redact("verify", street, output, "--plan", plan, "--json")
    assert again.returncode == ExitCode.NEEDS_REVIEW, again.stderr


def test_a_plan_that_searches_nothing_is_refused(
    redact, street: Path, everything: Plan, tmp_path: Path
) -> None:
    """Nothing would be scanned in the result, and so nothing found."""
    left: dict[str, Any] = json.loads(dump_plan(everything))
    left["settings"]["scope"] = {"ignored": [[0.0, 0.0, 9999.0, 9999.0]]}
    plan = tmp_path / "p.json"
    plan.write_text(json.dumps(left))
    done = redact("apply", street, plan, "-o", tmp_path / "out.mp4")
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert not (tmp_path / "out.mp4").exists()


def test_an_area_must_lie_in_the_picture(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "clip.mp4", Clip(pts=range(0, 50, 10))))
    outside = DetectSettings(scope=Scope(ignored=(Box(500, 0, 600, 50),)))
    with pytest.raises(UsageError, match="which has 160×96") as refused:
        detect(info, outside, Journal(Silent()))
    assert error_words(refused.value, "fr")[0].endswith("clip.mp4, qui a 160×96 pixels")
    corners = DetectSettings(scope=Scope(ignored=(Box(100, 40, 240, 120),)))  # 100,40,140,80
    with pytest.raises(UsageError, match="reaches over the border") as refused:
        detect(info, corners, Journal(Silent()))
    assert "LEFT,TOP,WIDTH,HEIGHT, not two corners" in refused.value.hint
    assert "--ignore-area 100,40,60,56" in refused.value.hint


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        ({"between": [[5.0, 6.0]]}, "between"),
        ({"ignored": [[10.0, 10.0, 5.0, 20.0]]}, "ignored"),
        ({"elsewhere": []}, "elsewhere"),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(
    everything: Plan, scope: dict[str, Any], where: str
) -> None:
    document = json.loads(dump_plan(everything))
    document["settings"]["scope"] = scope
    with pytest.raises(Exception, match=where):
        parse_plan(json.dumps(document).encode(), "plan")


def test_a_plan_of_another_search_is_not_reused(
    redact, street: Path, everything: Plan, tmp_path: Path
) -> None:
    write_plan(everything, tmp_path / "p.json")
    options = ("--plan", tmp_path / "p.json")
    for more in (("--ignore-area", "0,0,9,9"), ("--rotate", "90")):
        done = redact("run", street, "-o", tmp_path / "out.mp4", *options, *more)
        assert done.returncode == ExitCode.EXISTS and more[0] in done.stderr
