"""A plan edited by hand must not uncover what it hid: every command refuses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe, sha256_of
from redact.plan import SourceRef, build_plan, write_plan
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track


@pytest.fixture
def plan(street: Path, tmp_path: Path) -> Path:
    """A plan of the clip with one plate."""
    info = probe(street)
    timeline = Timeline(info.video.time_base, tuple(f.pts for f in Decode(info)))
    width, height = info.video.upright_size
    source = SourceRef(street.name, sha256_of(street), info.size, width, height, timeline)
    keys = tuple(Keyframe(f, Box(50, 60, 90, 80), State.DETECTED, 0.9) for f in (3, 12))
    found_by = DetectSettings((Target.PLATE,), Sensitivity.BALANCED)
    path = tmp_path / "street.plan.json"
    write_plan(build_plan(source, found_by, [Track(1, Target.PLATE, keys)], (), ()), path)
    return path


def change(plan: Path, field: str, value: Any, box: list[float] | None = None) -> None:
    document = json.loads(plan.read_text())
    document["source"][field] = value
    for key in document["tracks"][0]["keyframes"]:
        key["box"] = box or key["box"]
    plan.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("field", "value", "box"),
    [
        ("width", 3000, [2000, 100, 2100, 200]),
        ("height", 3000, [100, 2000, 200, 2100]),
        ("time_base", "1/7", None),
        ("size", 1, None),
        ("sha256", "0" * 64, None),
    ],
)
def test_a_plan_whose_source_was_changed_is_refused(
    redact, street: Path, plan: Path, tmp_path: Path, field: str, value: Any, box: Any
) -> None:
    change(plan, field, value, box)
    before = sorted(tmp_path.iterdir())
    done = redact("apply", street, plan, "-o", tmp_path / "out.mp4", "--adopt")
    assert done.returncode == ExitCode.MISMATCH, done.stderr
    assert str(street) in done.stderr
    assert field == "sha256" or field in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_verify_refuses_it_too(redact, street: Path, plan: Path) -> None:
    change(plan, "width", 3000, [2000, 100, 2100, 200])
    done = redact("verify", street, street, "--plan", plan)
    assert done.returncode == ExitCode.MISMATCH, done.stderr
    assert "width" in done.stderr


def test_a_track_outside_the_picture_is_refused_by_its_field(
    redact, street: Path, plan: Path, tmp_path: Path
) -> None:
    change(plan, "name", "street.mp4", [2000, 100, 2100, 200])
    done = redact("apply", street, plan, "-o", tmp_path / "out.mp4")
    assert done.returncode == ExitCode.PLAN, done.stderr
    assert str(plan) in done.stderr and "$.tracks[0].keyframes" in done.stderr
