"""Regression gate: redact on a few clips made of package pictures, with fixed limits.

The whole benchmark is `python -m lab.leak`; this is the part of it that always runs.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.leak.redact_tools import RedactTool
from lab.leak.runner import Measured, Runner
from lab.leak.scenes.build import film
from lab.leak.scenes.catalogue import specs
from lab.leak.scenes.stills import Library
from lab.leak.summary import Summary, summarise

SPARED = 1
"""Frames that may leak. In one of the clips a face comes in behind another one: half of it is in
view for one frame, between two looks, and it is found when it comes out again."""

CLIPS = ("face-pan-1", "face-pillars-1", "face-street-1", "plate-pan-1", "plate-zoom-in-2")
SECONDS = 1.0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    folder = tmp_path_factory.mktemp("gate")
    library = Library(None)
    runner = Runner(folder)
    tool = RedactTool("balanced", "balanced", folder / "seen")
    clips = []
    for spec in specs():
        if spec.name in CLIPS:
            path = folder / f"{spec.name}.mp4"
            clips.append((path, film(replace(spec, seconds=SECONDS), library, 1, path)))
    results: list[Measured] = [runner.one(tool, path, truth) for path, truth in clips]
    return summarise(tool.name, tool.targets, results)


def test_no_track_leaks(measured: Summary) -> None:
    for target, leaks in measured.headline.items():
        assert leaks.tracks >= 3, target
        assert leaks.leaked <= SPARED, (target, leaks.where)


def test_masks_stay_small(measured: Summary) -> None:
    assert measured.over < 0.15
