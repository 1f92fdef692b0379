"""Single parts: drawn-or-not, covers, suspects, words, fix commands, command."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from redact.audit import AuditResult, Check, Finding, FindingKind, Looked, fix_command
from redact.audit.close import Window, turned_back
from redact.audit.hidden import Packed, share_covered
from redact.audit.judge import strength
from redact.audit.result import clock
from redact.audit.suspects import Sighting, gather
from redact.cli.plan import plan as plan_command
from redact.cli.verify import verify as command
from redact.errors import ExitCode
from redact.plan import read_plan, write_plan
from redact.settings import Sensitivity
from redact.types import Box, Target

from .conftest import FRAMES, Clip


@given(st.integers(0, 3), st.integers(1, 60), st.integers(1, 60), st.data())
def test_turning_back_undoes_rot90(
    turns: int, width: int, height: int, data: st.DataObject
) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    upright = np.zeros((height, width), bool)
    upright[y, x] = True
    v, u = map(int, np.argwhere(np.rot90(upright, turns))[0])
    assert turned_back(Box(u, v, u + 1, v + 1), turns, width, height) == Box(x, y, x + 1, y + 1)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_strength_lies_between_zero_and_the_best(scores: list[float]) -> None:
    value = strength(scores)
    assert 0 <= value <= max(scores, default=0) + 1e-9


def test_share_covered() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[:, :50] = 1
    assert share_covered(mask, Box(40, 10, 60, 20)) == pytest.approx(0.5)
    assert share_covered(mask, Box(-50, 0, -10, 10)) == 1.0  # nothing of it is visible


@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    seed=st.integers(0, 99),
    corner=st.tuples(st.floats(-20, 45), st.floats(-20, 45)),
    side=st.tuples(st.floats(0.1, 60), st.floats(0.1, 60)),
)
def test_a_packed_mask_covers_what_the_mask_covers(
    shape: tuple[int, int],
    seed: int,
    corner: tuple[float, float],
    side: tuple[float, float],
) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random(shape) < 0.5).astype(np.uint8) * rng.choice([1, 2, 255], shape)
    mask = mask.astype(np.uint8)
    box = Box(*corner, corner[0] + side[0], corner[1] + side[1])
    assert share_covered(Packed(mask), box) == share_covered(mask, box)


def _sighting(frame: int, x: float) -> Sighting:
    return Sighting(frame, Box(x, 50, x + 30, 90), 0.6, 0.0, Target.FACE, 0.0)


def test_sightings_of_a_walker_are_one_suspect_and_two_people_are_two() -> None:
    walker = [_sighting(n, 10 + 2 * n) for n in range(0, 30, 5)]
    other = [_sighting(n, 200) for n in range(0, 30, 5)]
    found = gather([*other, *walker])
    assert sorted(len(s.sightings) for s in found) == [6, 6]
    (moving,) = [s for s in found if s.first == 0 and s.sightings[0].box.x1 == 10]
    assert moving.box_at(7).x1 == pytest.approx(24)
    assert moving.box_at(30).x1 == pytest.approx(70)  # on in the same direction


def _finding(**changes: object) -> Finding:
    path = tuple((n, Box(10 + 8 * n, 50, 40 + 8 * n, 90)) for n in range(25))
    values = {
        "number": 1,
        "kind": FindingKind.UNCOVERED,
        "target": Target.FACE,
        "first": 0,
        "last": 24,
        "start": 0.0,
        "end": 0.96,
        "path": path,
        "scores": (("redact", 0.81),),
        "rule": "our detector is sure",
        "track": None,
    } | changes
    return Finding(**values)  # type: ignore[arg-type]


def test_fix_commands_hide_every_place_on_the_way(clip: Clip, tmp_path: Path) -> None:
    """The commands are run for real, and the plan then contains all that was found."""
    plan_path = tmp_path / "a plan.json"
    write_plan(clip.plan(), plan_path)
    finding = _finding(first=3, path=tuple(p for p in _finding().path if p[0] >= 3))
    options = ["--audio", "mute", "--label", "No. {track}"]
    *added, applied = fix_command(
        [finding], plan_path, Path("clip.mp4"), FRAMES - 1, options
    ).splitlines()
    assert shlex.split(applied) == ["redact", "apply", "clip.mp4", str(plan_path), *options]
    for line in added:
        program, group, *words = shlex.split(line)
        assert (program, group) == ("redact", "plan")
        CliRunner().invoke(plan_command, words, standalone_mode=False, catch_exceptions=False)
    changed = read_plan(plan_path)
    track = changed.tracks[-1]
    assert track.target is Target.FACE
    assert (track.first, track.last) == (1, 26)
    for frame, box in finding.path:
        here = track.at(frame)
        assert here is not None and here.box.contains(box, slack=0.5)


def test_a_repair_is_not_larger_than_what_it_hides() -> None:
    """A face that moves on by six times its size: the masks follow it."""
    (line, _) = fix_command([_finding()], "p.json", "clip.mp4", FRAMES - 1).splitlines()
    corners = [w.split("=")[1].split(",") for w in shlex.split(line) if "=" in w]
    widths = [int(x2) - int(x1) for x1, _, x2, _ in corners]
    assert len(widths) > 4
    assert max(widths) <= 30 * 1.2 + 2  # the face is 30 wide


def test_what_the_plan_hides_already_is_only_drawn_again() -> None:
    undrawn = _finding(kind=FindingKind.UNDRAWN)
    assert fix_command([undrawn], "p.json", "a.mp4", 24) == "redact apply a.mp4 p.json"
    both = fix_command([undrawn, _finding()], "p.json", "a.mp4", 24).splitlines()
    assert [line.split()[1] for line in both] == ["plan", "apply"]


def test_without_findings_there_is_nothing_to_fix() -> None:
    assert fix_command([], "p.json", "clip.mp4", 24) == ""


def test_detectors_may_err_but_facts_cannot_be_accepted() -> None:
    looked = Looked(25, 5, 1, 12, (("redact", "ab"),))
    good, bad = Check("times", True, ""), Check("times", False, "1 frame at another time")

    def result(kind: FindingKind, check: Check) -> AuditResult:
        found = (_finding(kind=kind),)
        return AuditResult(Sensitivity.BALANCED, True, found, (check,), (), looked)

    assert result(FindingKind.UNCOVERED, good).may_be_accepted
    assert result(FindingKind.MISFIT, good).may_be_accepted
    assert not result(FindingKind.UNDRAWN, good).may_be_accepted
    assert not result(FindingKind.UNCOVERED, bad).may_be_accepted


def test_result_in_words_and_json() -> None:
    looked = Looked(25, 5, 1, 12, (("redact", "ab"),))
    checks = (Check("times", False, "1 frame at another time"),)
    result = AuditResult(Sensitivity.BALANCED, True, (_finding(),), checks, (), looked)
    words = result.in_words()
    assert words[0] == "needs review: 1 span to look at and 1 failed check"
    assert "face at 00:00.000–00:00.960 (25 frames from 0)" in words[1]
    assert json.loads(json.dumps(result.to_json()))["findings"][0]["frames"] == [0, 24]
    assert clock(3723.5) == "1:02:03.500"


def test_command_without_plan(clip: Clip, clean: Path) -> None:
    answer = CliRunner().invoke(
        command, [str(clip.info.path), str(clean), "--json"], standalone_mode=False
    )
    assert answer.exception is None, answer.output
    assert answer.return_value == ExitCode.DONE
    assert json.loads(answer.stdout)["passed"] is True


def test_command_on_a_leaking_file(clip: Clip) -> None:
    answer = CliRunner().invoke(
        command, [str(clip.info.path), str(clip.info.path)], standalone_mode=False
    )
    assert answer.exception is None, answer.output
    assert answer.return_value == ExitCode.NEEDS_REVIEW


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_close_look_knows_where_it_looked(turns: int, mirrored: bool) -> None:
    """A bright spot off the middle of a window is found again at its place in the picture."""
    rgb = np.zeros((400, 400, 3), np.uint8)
    rgb[150:170, 230:260] = 255
    window = Window.around(Box(180, 130, 260, 210), 2.0)
    cell = window.cut(rgb, turns, mirrored)[..., 0]
    ys, xs = np.nonzero(cell > 128)
    here = Box(float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    back = window.to_source(here, turns, mirrored)
    assert list(back) == pytest.approx([230, 150, 260, 170], abs=1.5)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("slant", [-12.0, 12.0])
def test_a_slanted_look_knows_where_it_looked(slant: float, mirrored: bool) -> None:
    """What it says encloses the spot, and is hardly larger than the spot's turned outline."""
    rgb = np.zeros((400, 400, 3), np.uint8)
    rgb[150:170, 230:260] = 255
    window = Window.around(Box(180, 130, 260, 210), 2.0)
    cell = window.cut(rgb, 0, mirrored, slant)[..., 0]
    ys, xs = np.nonzero(cell > 128)
    here = Box(float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    back = window.to_source(here, 0, mirrored, slant)
    assert back.centre == pytest.approx((245, 160), abs=1.5)
    assert back.grown(0.05).common(Box(230, 150, 260, 170)) >= 0.99 * 30 * 20
    assert back.width < 45 and back.height < 40
