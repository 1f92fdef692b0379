"""A result, plan or held-back result is reused only if the same detector, with the same weights,
made it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import redact
from redact import errors
from redact.detection import load_detector
from redact.media import probe
from redact.pipeline import ResultState, save_plan
from redact.pipeline.search_detectors import detectors_used
from redact.schedule import schedule_of
from redact.types import Detections, Frame, Target

from ..pipeline.conftest import SAMPLE, shorten
from ..side_files import plan_of

FAST = redact.Settings(redact.DetectSettings((redact.Target.FACE,)))


class Always:
    """Gives the same answer for every picture, and counts the calls."""

    def __init__(
        self,
        name: str = "weak",
        weights: str = "1",
        *,
        face: tuple[int, ...] = (),
        target: Target = Target.FACE,
        score: float = 0.95,
    ) -> None:
        self.name, self.weights_sha256, self.targets = name, weights * 64, tuple(Target)
        self._face, self._target, self._score, self.asked = face, target, score, 0

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        self.asked += 1
        if not self._face:
            return Detections.empty()
        box, score = np.array([self._face], np.float32), np.array([self._score], np.float32)
        return Detections(box, score, np.array([self._target], np.int8))

    def detect_frame(self, frame: Frame) -> Detections:
        return self.detect(frame.picture.to_ndarray(format="rgb24"))


OTHERS = [
    pytest.param(Always(weights="2", face=(20, 20, 80, 80)), id="other weights"),
    pytest.param(None, id="redact's own"),
]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second without anybody."""
    path = tmp_path_factory.mktemp("empty") / "a.mp4"
    picture = np.repeat(np.linspace(60, 180, 320, dtype=np.uint8)[None], 180, axis=0)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(6):
            rgb = np.repeat(picture[..., None], 3, axis=2)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("other", OTHERS)
def test_another_detectors_result_is_not_reused(
    empty: Path, tmp_path: Path, other: Always | None
) -> None:
    weak, out = Always(), tmp_path / "o.mp4"
    assert redact.run(empty, out, FAST, detector=weak).state is ResultState.DONE
    assert weak.asked
    same, before = Always(), files_of(tmp_path)
    again = redact.run(empty, out, FAST, detector=same)
    assert again.state is ResultState.DONE_BEFORE and not same.asked
    with pytest.raises(errors.OutputExistsError, match="it was made with another detector"):
        redact.run(empty, out, FAST, detector=other)
    assert files_of(tmp_path) == before


def test_redacts_own_result_is_not_reused_for_another_detector(empty: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.mp4"
    assert redact.run(empty, out, FAST).state is ResultState.DONE
    assert redact.run(empty, out, FAST).state is ResultState.DONE_BEFORE
    with pytest.raises(errors.OutputExistsError, match="it was made with another detector"):
        redact.run(empty, out, FAST, detector=Always())


@pytest.mark.parametrize("other", OTHERS)
def test_another_detectors_plan_is_not_published(
    empty: Path, tmp_path: Path, other: Always | None
) -> None:
    """As left by a run that was killed while it drew."""
    out, plan = tmp_path / "o.mp4", plan_of(tmp_path / "o.mp4")
    plan.parent.mkdir()
    save_plan(redact.detect(empty, FAST.detect, detector=Always()), plan)
    with pytest.raises(errors.OutputExistsError, match="another detector"):
        redact.run(empty, out, FAST, detector=other)
    assert not out.exists()
    made = redact.run(empty, out, FAST, redact.Delivery(force=True), detector=other)
    assert made.plan is not None
    assert made.plan.detectors == detectors_used(probe(empty), FAST.detect, other)
    assert other is None or other.asked


def test_the_same_detectors_plan_is_reused(empty: Path, tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "o.mp4")
    plan.parent.mkdir()
    save_plan(redact.detect(empty, FAST.detect, detector=Always()), plan)
    same = Always()
    made = redact.run(empty, tmp_path / "o.mp4", FAST, detector=same)
    assert made.state is ResultState.DONE and not same.asked


def test_another_detectors_held_back_result_is_not_reused(tmp_path: Path) -> None:
    clip = shorten(SAMPLE, tmp_path / "a.mp4", 6, skip=70)
    blind, out = Always("blind"), tmp_path / "o.mp4"
    assert redact.run(clip, out, FAST, detector=blind).needs_review
    same = Always("blind")
    assert redact.run(clip, out, FAST, detector=same).needs_review and not same.asked
    for other in (Always("strong"), None):
        with pytest.raises(errors.OutputExistsError, match="another detector"):
            redact.run(clip, out, FAST, detector=other)
    assert not out.exists()


@pytest.mark.parametrize("sensitivity", redact.Sensitivity)
@pytest.mark.parametrize("targets", [(Target.FACE,), (Target.PLATE,), (Target.FACE, Target.PLATE)])
def test_redacts_own_networks_are_named_without_being_loaded(
    empty: Path, sensitivity: redact.Sensitivity, targets: tuple[Target, ...]
) -> None:
    wanted = redact.DetectSettings(targets, sensitivity)
    loaded = load_detector(schedule_of(sensitivity).sizes, targets, threads=1)
    (name, weights), *readers = detectors_used(probe(empty), wanted, None)
    assert (name, weights) == (loaded.name, loaded.weights_sha256)
    assert [reader for reader, _ in readers] == ["PP-OCRv4"] * (Target.PLATE in targets)
    beside = Target.FACE in targets
    # NanoDet detects bodies, and the vehicles that plates are on.
    assert ("CenterFace" in name) == beside and "redact eye" in name and "NanoDet" in name
    assert len(weights.split("+")) == 3 + beside


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_a_custom_detectors_boxes_are_hidden_whatever_our_networks_say(
    empty: Path, target: Target
) -> None:
    """Plates were lost: there is nothing that our verifier could confirm."""
    settings = redact.DetectSettings(targets=(target,))
    plan = redact.detect(empty, settings, detector=Always(face=(20, 20, 80, 80), target=target))
    (track,) = plan.tracks
    assert track.target is target and (track.first, track.last) == (0, 5)
    for frame in range(6):
        (region,) = plan.regions_at(frame)
        x1, y1, x2, y2 = region.box
        assert x1 <= 20 and y1 <= 20 and x2 >= 80 and y2 >= 80


def test_detections_of_a_kind_not_asked_for_are_refused_by_name(empty: Path) -> None:
    marked = Always(face=(20, 20, 80, 80), target=Target.REGION)
    with pytest.raises(errors.DependencyError, match="region"):
        redact.detect(empty, detector=marked)


def test_a_detector_is_not_asked_for_what_it_cannot_find(empty: Path) -> None:
    """Its empty answer passed for a picture without plates."""
    faces = Always(face=(20, 20, 80, 80))
    faces.targets = (Target.FACE,)
    with pytest.raises(errors.DependencyError, match="plate"):
        redact.detect(empty, detector=faces)
    assert redact.detect(
        empty, redact.DetectSettings(targets=(Target.FACE,)), detector=faces
    ).tracks


@pytest.mark.parametrize(
    ("box", "score"), [((80, 80, 20, 20), 0.95), ((20, 20, 20, 80), 0.95), ((20, 20, 80, 80), -1)]
)
def test_answers_that_would_hide_nothing_are_refused(
    empty: Path, box: tuple[int, ...], score: float
) -> None:
    """A box whose corners were swapped passed for found, and nothing was hidden."""
    with pytest.raises(errors.DependencyError, match="wrong order"):
        redact.detect(empty, FAST.detect, detector=Always(face=box, score=score))
