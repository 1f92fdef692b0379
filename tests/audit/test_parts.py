"""Single parts: covered shares, suspects, wording, fix commands, the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from redact.auditing import AuditResult, Check, fix_command, hiding_places
from redact.auditing.what_is_hidden import (
    share_of_middle,
    shares_covered,
    shares_of_bodies,
    with_boxes,
)
from redact.cli.plan import plan as plan_command
from redact.plan import read_plan, write_plan
from redact.record import DetectorPart, LookedPart
from redact.render import mask_of
from redact.settings import Sensitivity
from redact.types import (
    COLUMNS,
    INSIDE_SHARE,
    ROWS,
    Box,
    Finding,
    FindingKind,
    Region,
    Silhouette,
    State,
    Target,
    box_on_the_way,
    clock,
)
from redact.words import Message

from .conftest import FRAMES, Clip


def test_share_covered() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[:, :50] = 1
    assert shares_covered(mask, np.array([Box(40, 10, 60, 20)]))[0] == pytest.approx(0.5)
    assert (
        shares_covered(mask, np.array([Box(-50, 0, -10, 10)]))[0] == 1.0
    )  # nothing of it is visible


@given(
    seed=st.integers(0, 99),
    corner=st.tuples(st.floats(-20, 45), st.floats(-20, 45)),
    side=st.tuples(st.floats(2, 60), st.floats(2, 60)),
)
def test_shares_are_those_of_the_pixels(
    seed: int, corner: tuple[float, float], side: tuple[float, float]
) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random((40, 30)) < 0.5).astype(np.uint8) * np.uint8(rng.choice([1, 255]))
    x1, y1, x2, y2 = *corner, corner[0] + side[0], corner[1] + side[1]
    inside = mask[max(0, int(np.floor(y1))) : max(0, int(np.ceil(y2)))]
    inside = inside[:, max(0, int(np.floor(x1))) : max(0, int(np.ceil(x2)))]
    expected = (inside != 0).mean() if inside.size else 1.0
    assert shares_covered(mask, np.array([Box(x1, y1, x2, y2)]))[0] == pytest.approx(expected)


def test_a_person_beside_a_silhouette_is_not_hidden_with_it() -> None:
    """A person's box belongs to them where their shape is hidden, and to nobody else."""
    cells = np.zeros((ROWS, COLUMNS), np.bool_)
    cells[:, :8] = True
    box, shape = Box(100, 50, 200, 250), Silhouette.of(cells)
    regions = [Region(1, Target.PERSON, box, State.DETECTED, silhouette=shape)]
    hidden = mask_of(regions, 320, 300, 0.0).view(np.uint8)
    boxed = with_boxes(hidden, regions)
    bodies = np.array([box, Box(150, 50, 200, 250), Box(220, 50, 280, 250)], np.float64)
    assert shares_covered(hidden, bodies)[0] < 0.5
    assert np.allclose(shares_of_bodies(hidden, boxed, bodies), [1, 0, 0], atol=0.02)
    plain = [Region(1, Target.PERSON, box, State.DETECTED)]
    mask = mask_of(plain, 320, 300, 0.0).view(np.uint8)
    assert np.array_equal(with_boxes(mask, plain), mask)


def test_the_middle_of_a_face_is_its_ellipse_and_of_a_plate_its_box() -> None:
    box = Box(20, 20, 80, 100)
    region = Region(1, Target.FACE, box, State.DETECTED)
    mask = mask_of([region], 100, 120, 0.0).view(np.uint8)
    assert share_of_middle(mask, box, Target.FACE) > 0.99
    assert share_of_middle(mask, box, Target.PLATE) < 0.85
    assert share_of_middle(mask, Box(80, 20, 140, 100), Target.FACE) < 0.01
    assert share_of_middle(mask, Box(200, 200, 220, 220), Target.FACE) == 1.0


def test_a_plate_must_be_hidden_to_its_edges() -> None:
    """A face's box may be a tenth too wide; on a plate that would be a letter."""
    mask = np.zeros((60, 200), np.uint8)
    mask[10:40, 40:125] = 1
    box = Box(40, 10, 140, 40)
    assert share_of_middle(mask, box, Target.PLATE) == pytest.approx(0.85)
    assert share_of_middle(mask, box, Target.FACE) > 0.94
    mask[10:40, 115:] = 0
    assert share_of_middle(mask, box, Target.PLATE) < INSIDE_SHARE


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
        "scores": (("probability", 0.81),),
        "rule": "probable",
        "track": None,
    } | changes
    return Finding(**values)  # type: ignore[arg-type]


def test_fix_commands_hide_every_place_along_the_path(clip: Clip, tmp_path: Path) -> None:
    """The commands are really run, and the plan then covers every finding."""
    plan_path = tmp_path / "a plan.json"
    write_plan(clip.plan(), plan_path)
    finding = _finding(first=3, path=tuple(p for p in _finding().path if p[0] >= 3))
    *added, applied = fix_command([finding], plan_path, Path("clip.mp4"), FRAMES - 1).splitlines()
    assert shlex.split(applied) == ["redact", "apply", "clip.mp4", str(plan_path)]
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
        assert here is not None and here.box.grown(0.01).contains(box)


@given(st.integers(2, 90), st.floats(0.05, 0.6), st.floats(5, 80))
@example(60, 0.25, 60.0)
def test_fix_masks_contain_every_place_of_a_curved_path(
    count: int, turn: float, radius: float
) -> None:
    """A face on a round path: only some of its places are written, and masks between them are
    straight, so that they must reach out to the curve."""
    at = [(200 + radius * np.cos(turn * n), 200 + radius * np.sin(turn * n)) for n in range(count)]
    path = tuple((n, Box(x - 15, y - 20, x + 15, y + 20)) for n, (x, y) in enumerate(at))
    places = hiding_places(_finding(last=count - 1, path=path), count - 1)
    for frame, box in path:
        assert box_on_the_way(places, frame).grown(1e-6).contains(box)


def test_fix_masks_follow_a_moving_face_and_stay_small() -> None:
    """A face that moves by six times its size: the masks follow it."""
    (line, _) = fix_command([_finding()], "p.json", "clip.mp4", FRAMES - 1).splitlines()
    corners = [w.split("=")[1].split(",") for w in shlex.split(line) if "=" in w]
    widths = [int(x2) - int(x1) for x1, _, x2, _ in corners]
    assert len(widths) > 4
    assert max(widths) <= 30 * 1.2 + 2  # the face is 30 wide


def test_a_finding_that_the_plan_hides_is_only_redrawn() -> None:
    undrawn = _finding(kind=FindingKind.UNDRAWN)
    assert fix_command([undrawn], "p.json", "a.mp4", 24) == "redact apply a.mp4 p.json"
    both = fix_command([undrawn, _finding()], "p.json", "a.mp4", 24).splitlines()
    assert [line.split()[1] for line in both] == ["plan", "apply"]


def test_without_findings_there_is_nothing_to_fix() -> None:
    assert fix_command([], "p.json", "clip.mp4", 24) == ""


def test_findings_of_detectors_can_be_accepted_but_failed_checks_cannot() -> None:
    looked = LookedPart(25, 5, 12, (DetectorPart("redact", "ab"),), ())
    good, bad = Check("times", True, ()), Check("times", False, ())

    def result(kind: FindingKind, check: Check) -> AuditResult:
        found = (_finding(kind=kind),)
        return AuditResult(Sensitivity.BALANCED, found, (check,), (), looked)

    assert result(FindingKind.UNCOVERED, good).may_be_accepted
    assert result(FindingKind.MISFIT, good).may_be_accepted
    assert not result(FindingKind.UNDRAWN, good).may_be_accepted
    assert not result(FindingKind.UNCOVERED, bad).may_be_accepted


def test_result_in_words_and_json() -> None:
    looked = LookedPart(25, 5, 12, (DetectorPart("redact", "ab"),), ())
    checks = (Check("times", False, (Message("times_wrong", count=1, list="3 (+0.04 s)"),)),)
    result = AuditResult(Sensitivity.BALANCED, (_finding(),), checks, (), looked)
    words = result.in_words()
    assert words[0] == "needs review: 1 span to look at; 1 failed test"
    assert "face at 0:00.000–0:00.960 (25 frames from 0)" in words[1]
    assert "failed test: frame times: 1 frame at the wrong time: 3 (+0.04 s)" in words
    assert json.loads(json.dumps(result.to_json()))["findings"][0]["frames"] == [0, 24]
    assert clock(3723.5) == "1:02:03.500"
