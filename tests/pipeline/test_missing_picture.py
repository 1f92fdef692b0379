"""A coded picture is missing: what players show instead is scanned and written, with masks held
over it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe
from redact.plan import read_plan
from redact.settings import Damaged

from ..media.footage import Clip, make, remux, samples
from ..program import QUICK
from ..side_files import plan_of, record_of


@pytest.mark.parametrize("damage", Damaged)
def test_whole_pictures_are_hidden_only_on_request(redact, tmp_path: Path, damage: Damaged) -> None:
    """Nobody is in the clip, so no mask is near enough to be held."""
    whole = make(tmp_path / "whole.mp4", Clip(options={"preset": "ultrafast", "g": "12"}))
    gap, output = tmp_path / "gap.mp4", tmp_path / "new.mp4"
    remux(whole, gap, lambda number, data: None if number == 5 else data)
    before = [samples(f.picture) for f in Decode(probe(gap))]
    asked = () if damage is Damaged.HOLD else ("--damage", damage.value)
    done = redact("run", gap, "-o", output, "--crf", "0", *QUICK, *asked)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "frames are damaged" in " ".join(done.stderr.split())
    plan = read_plan(plan_of(output))
    record = json.loads(record_of(output).read_bytes())
    assert plan.settings.damaged is damage
    assert record["run"]["settings"]["detect"]["damaged"] == damage.value
    assert {*range(5, 11)} <= {*plan.unchecked} and 0 not in plan.unchecked
    assert tuple(record["damaged_frames"]) == plan.unchecked
    shown = [samples(f.picture) for f in Decode(probe(output))]
    pairs = zip(before, shown, strict=True)
    same = [np.abs(np.subtract(a[0], b[0], dtype=int)).mean() < 2 for a, b in pairs]
    assert same == [damage is Damaged.HOLD or n not in plan.unchecked for n in range(11)]
