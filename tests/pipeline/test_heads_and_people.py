"""People who walk away from the camera: `--targets heads` and `people` hide them in every frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import redact
from redact.media import Decode, probe
from redact.render import mask_of
from redact.types import Target

from ..conftest import SHARED

FIRST, FRAMES = 60, 6
CROP = 780, 90, 480, 270
"""Left, top, width and height of the two in the street, who show no face."""

HEADS = ((903, 173, 915, 187), (962, 181, 980, 200))
"""Labelled by eye in frame 63 (`lab/real/labels_dev_shared.json`)."""

LABELLED = 63 - FIRST


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six frames of the two people, at twice their size."""
    source = SHARED / "clips" / "aiguy__test.mp4"
    if not source.exists():
        pytest.skip("needs the folder 'clips' of shared test footage (REDACT_SHARED)")
    path = tmp_path_factory.mktemp("away") / "away.mp4"
    left, top, width, height = CROP
    with av.open(str(source)) as film, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "14"})
        stream.width, stream.height, stream.pix_fmt = 2 * width, 2 * height, "yuv420p"
        for number, frame in enumerate(film.decode(video=0)):
            if number >= FIRST + FRAMES:
                break
            if number >= FIRST:
                rgb = frame.to_ndarray(format="rgb24")[top : top + height, left : left + width]
                small = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
                large = small.reformat(2 * width, 2 * height, format="yuv420p")
                large.pts, large.time_base = number - FIRST, Fraction(1, 25)
                out.mux(stream.encode(large))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    "target", [Target.HEAD, pytest.param(Target.PERSON, marks=pytest.mark.slow)]
)
def test_people_without_a_visible_face_are_hidden(
    away: Path, tmp_path: Path, target: Target
) -> None:
    asked = redact.DetectSettings((target, Target.FACE))
    result = redact.run(away, tmp_path / "out.mp4", redact.Settings(asked))
    assert result.plan is not None and result.audit is not None
    assert {t.target for t in result.plan.tracks} == {target}, "a face is no second target"
    assert result.audit.looked.targets == (target.word,)
    assert any("eye" in d.name for d in result.audit.looked.detectors)
    drawn = mask_of(result.plan.regions_at(LABELLED), 2 * CROP[2], 2 * CROP[3], 0.12)
    before, after = (
        [f.picture.to_ndarray(format="gray").astype(int) for f in Decode(probe(path))][LABELLED]
        for path in (away, result.output)
    )
    for box in HEADS:
        x1, y1, x2, y2 = (2 * (v - o) for v, o in zip(box, CROP[:2] * 2, strict=True))
        below = (y2 - y1) * (3 if target is Target.PERSON else 0)  # the back as well
        middle = np.s_[y1 + 6 : y2 - 6 + below, x1 + 6 : x2 - 6]
        assert drawn[middle].all(), (target, box)
        assert np.abs(before[middle] - after[middle]).mean() > 10
    assert drawn.mean() < 0.5
