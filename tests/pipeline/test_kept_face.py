"""A kept client is visible in the pixels of the finished file; where he is not, this is
reported."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

import redact
from redact.plan import decisions, edit
from redact.plan.subject import Decision
from redact.types import Box, Decided, Keyframe, State, Target

from .conftest import SAMPLE, shorten

CLIENT, BESIDE = Box(110, 40, 150, 90), Box(150, 44, 190, 94)
"""Two faces beside each other: a margin of each lies on the other."""
FRAMES = 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "a.mp4"
    shorten(SAMPLE, path, FRAMES, skip=70, size="320x180")
    return path


def plan_of(clip: Path, beside: State) -> redact.Plan:
    """One person who is kept, and a neighbour who is hidden, detected or only followed in every
    picture."""
    plan = redact.detect(clip, redact.DetectSettings(targets=(Target.PLATE,)))
    plan = edit.remove_tracks(plan, [t.id for t in plan.tracks], automatic=True)
    for number, (box, state) in enumerate(((CLIENT, State.DETECTED), (BESIDE, beside)), 1):
        keys = [Keyframe(n, box, state, 0.9) for n in range(FRAMES)]
        plan = plan.with_track(redact.Track(number, Target.FACE, keys))
    return decisions.decide(plan, [1], Decision.KEEP, Decided("client", "J. Doe"))


def grey_of(path: Path, box: Box) -> float:
    """Share of the ellipse in a box that has the grey of masks, in the worst picture."""
    worst = 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="gray").astype(int)
            ys, xs = np.mgrid[: luma.shape[0], : luma.shape[1]] + 0.5
            (cx, cy), a, b = box.centre, box.width / 2, box.height / 2
            inside = ((xs - cx) / a) ** 2 + ((ys - cy) / b) ** 2 <= 1
            covered = (abs(luma - 126) < 6) & inside
            worst = max(worst, covered.sum() / inside.sum())
    return worst


def test_a_sure_neighbours_mask_is_cut_back_to_his_own_face(clip: Path, tmp_path: Path) -> None:
    look = redact.DrawSettings(redact.RenderSettings(style=redact.Style.SOLID, margin=0.5))
    result = redact.apply(clip, plan_of(clip, State.DETECTED), tmp_path / "o.mp4", draw=look)
    assert result.record is not None and not result.record.covered
    plain = tmp_path / "plain.mp4"
    shorten(clip, plain, FRAMES, size="320x180")
    before, after = grey_of(plain, CLIENT), grey_of(result.output, CLIENT)
    assert after - before < 0.06, "his face is free"
    middle = Box(156, 54, 184, 84)
    assert grey_of(result.output, middle) > 0.95, "and the neighbour's is hidden"


def test_a_face_under_a_guessed_mask_is_not_called_visible(clip: Path, tmp_path: Path) -> None:
    look = redact.DrawSettings(redact.RenderSettings(style=redact.Style.SOLID, margin=0.5))
    result = redact.apply(clip, plan_of(clip, State.FOLLOWED), tmp_path / "o.mp4", draw=look)
    assert result.record is not None and result.record.covered == {1: ((0, FRAMES - 1),)}
    assert any(m.code == "kept_is_covered" for m in result.record.warnings)
    record = json.loads(Path(str(result.manifest)).read_text("utf-8"))
    assert record["tracks"][0]["covered"] == [[0, FRAMES - 1]]
