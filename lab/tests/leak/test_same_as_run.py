"""redact as the laboratory runs it is redact as users run it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.leak.redact_tools import RedactTool
from lab.leak.scenes.build import film
from lab.leak.scenes.catalogue import specs
from lab.leak.scenes.stills import Library
from redact.media import probe
from redact.pipeline import Journal, detect
from redact.progress import Silent


@pytest.mark.parametrize("name", ["face-pan-1", "plate-pan-1"])
def test_first_pass_makes_the_plan_of_a_run(name: str, tmp_path: Path) -> None:
    spec = replace(next(s for s in specs() if s.name == name), seconds=0.5)
    clip = tmp_path / "clip.mp4"
    film(spec, Library(None), 1, clip)
    tool = RedactTool("redact-balanced", "balanced", tmp_path / "seen")
    run = detect(probe(clip), tool.settings.detect, Journal(Silent()))
    for _ in ("from the detector", "from what an earlier run saw"):
        plan = tool.planned(clip).plan
        assert plan.tracks == run.tracks and plan.cuts == run.cuts
    assert run.tracks
