"""Planted leaks are found, and clean outputs are clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.leak.fills import STYLES
from lab.leak.truth import Truth

from .planted import Change, any_leaked, filmed, leaked_frames, redacted

Clip = tuple[Path, Truth]
PLANTED: dict[int, Change] = {
    0: None,  # late onset: the mask begins two frames after the target
    1: None,
    5: None,  # one frame alone
    7: (-0.16, 0.0),  # shrunk by a sixth of the box on every side
    9: (0.0, 0.3),  # beside the target
}


@pytest.fixture(scope="module", params=["face", "plate"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return filmed(tmp_path_factory.mktemp("planted"), request.param)


@pytest.mark.parametrize("style", STYLES)
def test_planted_leaks_are_found(clip: Clip, style: str, tmp_path: Path) -> None:
    result = redacted(clip, style, tmp_path / "out.mp4", PLANTED)
    assert leaked_frames(result) == set(PLANTED)
    assert any_leaked(result) == set(PLANTED)


@pytest.mark.parametrize("crf", [18, 28])
@pytest.mark.parametrize("style", STYLES)
def test_clean_outputs_are_clean(clip: Clip, style: str, crf: int, tmp_path: Path) -> None:
    result = redacted(clip, style, tmp_path / "out.mp4", {}, crf)
    assert any_leaked(result) == set()
    assert all(c is not None for t in result.tracks for c in t.coverage)
    assert result.over < 0.005


@pytest.mark.parametrize("crf", [18, 23, 28])
def test_nothing_hidden_leaks_everywhere(clip: Clip, crf: int, tmp_path: Path) -> None:
    result = redacted(clip, "solid", tmp_path / "out.mp4", dict.fromkeys(range(12)), crf)
    assert leaked_frames(result) == set(range(12))
    assert result.over < 0.01
