"""One table of targets: every room takes from it, and a target that only others find works."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

import redact
from redact.auditing.limits import LIMITS
from redact.detection import load_detector
from redact.plan import dump_plan, parse_plan
from redact.report.catalogue import Catalogue
from redact.review.server import page_files
from redact.track.active import STARTS, _starts
from redact.track.belief import Clues, probability_of
from redact.types import OWN, SEARCHED, Detections, Frame, Target, audited_for
from redact.words import LANGUAGES, Words

from ..pipeline.conftest import ROOT, SAMPLE, shorten

HEAD = Target.HEAD
PLACE = (40.0, 50.0, 70.0, 90.0)


@pytest.mark.parametrize("target", list(Target))
def test_every_room_knows_every_target(target: Target) -> None:
    """A row in the table is enough: nothing else has to be told of a new one."""
    assert Target.from_word(target.word) is target
    assert [t for t in Target if t.spec.category == target.spec.category] == [target]
    for language in LANGUAGES:
        assert Catalogue(language).word("target", target.word) == target.spec.names[language].one
        assert Words(language).word("targets", target.word) == target.spec.names[language].several
        page = msgspec.json.decode(page_files()[f"/{language}.json"].body)
        assert page[f"target.{target.word}"] and page[f"a_target.{target.word}"]
    for name in ("plan", "manifest"):
        schema = (ROOT / "docs" / f"{name}.schema.json").read_text()
        patterns = re.findall(r'"\^\(([a-z|]+)\)\$"', schema)
        words = {word for pattern in patterns for word in pattern.split("|")}
        assert target.word in words, f"{name}.schema.json"


def test_words_and_numbers_are_each_targets_own() -> None:
    assert len({t.spec.category for t in Target}) == len(Target)
    for language in LANGUAGES:
        assert len({t.spec.names[language].one for t in Target}) == len(Target)
    assert OWN == (Target.FACE, Target.PLATE) and set(OWN) < set(SEARCHED)


def test_no_target_gets_the_limits_of_another_by_chance() -> None:
    """A third target had a plate's: the number of its class was clipped."""
    odds = _starts(np.array([int(t) for t in Target], np.int8))
    for target, value in zip(Target, odds, strict=True):
        measured = target.spec.measured
        assert value == (-np.inf if measured is None else STARTS[measured]), target
    assert LIMITS.least_height(HEAD) == LIMITS.least_face
    assert LIMITS.least_height(Target.REGION) == 0


def test_tracks_are_believed_by_the_weights_of_what_they_are_like() -> None:
    weights = {"face": {"bias": 2.0}, "plate": {"bias": -2.0}}
    kinds = np.array([Target.FACE, Target.PLATE, HEAD, Target.REGION], np.int8)
    clues = Clues.of_new(kinds, np.zeros(4, np.float32), np.tile(PLACE, (4, 1)), 1e5)
    face, plate, head, region = probability_of(clues, weights)
    assert head == face > 0.8 and plate < 0.2 and region == 0.5


def test_the_audit_looks_for_what_its_networks_know() -> None:
    assert audited_for((HEAD,)) == (Target.FACE,)
    assert audited_for((Target.PLATE, HEAD, Target.FACE)) == (Target.FACE, Target.PLATE)


class Heads:
    """A stand-in detector: there is one head, always in the same place."""

    name = "heads, also from behind"
    weights_sha256 = "2" * 64

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return Detections(
            np.array([PLACE], np.float32),
            np.array([0.95], np.float32),
            np.array([HEAD], np.int8),
        )

    def detect_frame(self, frame: Frame) -> Detections:
        return self.detect(np.zeros((1, 1, 3), np.uint8))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(SAMPLE, tmp_path_factory.mktemp("heads") / "a.mp4", 6, skip=70, size="320x180")


def test_redacts_own_networks_do_not_pretend_to_find_heads(clip: Path) -> None:
    with pytest.raises(redact.UsageError, match=r"head.*do not find it") as caught:
        redact.detect(clip, redact.DetectSettings((HEAD,)))
    assert "--detector" in caught.value.hint
    with pytest.raises(ValueError, match="needs a target"):
        load_detector("fast", (HEAD,))


def test_a_head_that_a_detector_of_others_finds_is_hidden_and_on_record(
    clip: Path, tmp_path: Path
) -> None:
    """In every frame, as an ellipse, from the plan to the report."""
    settings = redact.Settings(
        redact.DetectSettings((HEAD, Target.PLATE), redact.Sensitivity.FAST),
        redact.RenderSettings(style=redact.Style.SOLID, colour=(0, 0, 0)),
    )
    result = redact.run(clip, tmp_path / "o.mp4", settings, detector=Heads())
    assert result.plan is not None and result.manifest is not None and result.audit is not None
    track = next(t for t in result.plan.tracks if t.target is HEAD)
    assert (track.first, track.last) == (0, 5)
    assert parse_plan(dump_plan(result.plan), "p.json") == result.plan
    assert result.audit.looked.targets == (Target.FACE, Target.PLATE)
    manifest = redact.read_manifest(result.manifest)
    assert [t.target for t in manifest.tracks if t.track == track.id] == ["head"]
    assert not {p.code for p in manifest.not_checked} & {"faces_not_looked_for"}
    assert _dark(result.output, PLACE) and not _dark(clip, PLACE)


def _dark(path: Path, box: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a box is black in every frame."""
    from redact.media import Decode, probe

    x, y = int(box[0] + box[2]) // 2, int(box[1] + box[3]) // 2
    pictures = [f.picture.to_ndarray(format="gray") for f in Decode(probe(path))]
    return all(p[y - 4 : y + 4, x - 4 : x + 4].mean() < 30 for p in pictures)
