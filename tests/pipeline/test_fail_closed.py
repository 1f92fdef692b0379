"""A frame that could not be checked is never passed through as clean."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import redact.pipeline as pipeline
from redact.errors import ModelError, RedactError, UnsafeError
from redact.media import Decode, probe
from redact.pipeline import Delivery, run
from redact.plan import read_plan
from redact.progress import Silent
from redact.settings import DetectSettings, Sensitivity, Settings
from redact.types import Detections, Frame, State

FAST = Settings(DetectSettings(sensitivity=Sensitivity.FAST))


class FailsAt:
    """The real detector, until it meets one frame that it cannot look at."""

    def __init__(self, detector: Any, frame: int) -> None:
        self._detector, self._frame = detector, frame
        self.name, self.weights_sha256 = detector.name, detector.weights_sha256

    def detect_frame(self, frame: Frame) -> Detections:
        if frame.index == self._frame:
            raise UnsafeError("frame could not be checked", "")
        found: Detections = self._detector.detect_frame(frame)
        return found


def test_a_detector_that_fails_once_stops_the_run(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.load_detector
    monkeypatch.setattr(pipeline, "load_detector", lambda *a, **k: FailsAt(real(*a, **k), frame=0))
    with pytest.raises(UnsafeError):
        run(street, FAST, Delivery(tmp_path / "out.mp4"), Silent())
    assert list(tmp_path.iterdir()) == []


def test_weights_that_were_changed_are_not_used(tmp_path: Path, street: Path) -> None:
    from redact.detect import weights

    folder = tmp_path / "models"
    shutil.copytree(Path(weights.__file__).parents[1] / "models", folder)
    for path in folder.glob("*.onnx"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(ModelError) as caught:
            weights.read_weights(path.name, folder)
        assert path.name in caught.value.message


def test_scores_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(ValueError, match="not finite"):
        Detections(
            np.zeros((1, 4), np.float32), np.array([np.nan], np.float32), np.zeros(1, np.int8)
        )


def test_damaged_frames_hold_the_masks_around_them(street: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.mp4"
    data = bytearray(street.read_bytes())
    media = data.index(b"mdat") + 8
    # Somewhere in the later pictures: the first one must stay whole for the decoder to start.
    for at in range(media + (len(data) - media) // 2, media + (len(data) - media) // 2 + 400, 7):
        data[at] ^= 0x5A
    torn.write_bytes(data)
    info = probe(torn)
    damaged = [f.index for f in Decode(info) if f.damaged]
    if not damaged:
        pytest.skip("this decoder repaired the damage without a word")
    plan_file = tmp_path / "torn.plan.json"
    journal = pipeline.Journal(Silent())
    plan = pipeline.detect(info, FAST.detect, journal)
    # Decoders report damage late: which frames are marked may differ from pass to pass, so the
    # second pass holds masks in frames that either of them has marked.
    assert plan.unchecked
    for frame, known in ((plan.unchecked[0], False), (damaged[0], True)):
        held = [r for r in plan.regions_at(frame, damaged=known) if r.state is State.HELD]
        assert held, "two people and two plates are in view around the damage"
    assert not plan_file.exists()


def test_the_second_pass_stops_when_it_meets_other_frames(street: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from redact.types import Timeline

    info = probe(street)
    plan = pipeline.detect(info, FAST.detect, pipeline.Journal(Silent()))
    line = plan.source.timeline
    shorter = replace(
        plan, source=replace(plan.source, timeline=Timeline(line.time_base, line.pts[:-3]))
    )
    moved = replace(
        plan,
        source=replace(
            plan.source, timeline=Timeline(line.time_base, (*line.pts[:-1], line.pts[-1] + 1))
        ),
    )
    for wrong in (shorter, moved):
        with pytest.raises(UnsafeError):
            pipeline.apply(
                info, wrong, FAST, Delivery(tmp_path / "out.mp4"), pipeline.Journal(Silent())
            )
        assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_is_refused_or_marked(street: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(street.read_bytes()[: street.stat().st_size // 2])
    with pytest.raises(RedactError) as caught:
        run(cut, FAST, Delivery(tmp_path / "out.mp4"), Silent())
    assert "cut.mp4" in caught.value.message
    assert [p.name for p in tmp_path.iterdir()] == ["cut.mp4"]


def test_unreadable_plans_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(RedactError) as caught:
        read_plan(tmp_path / "absent.plan.json")
    assert "absent.plan.json" in caught.value.message
