"""One row for each kind of target: every room handles it, or refuses it."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

import redact
from redact.auditing.audit_detectors import AuditDetectors
from redact.auditing.still_visible import StillVisible
from redact.auditing.what_is_hidden import share_of_middle
from redact.detection import CLOSE_SCANNED, load_calibration, load_close_up, load_detector
from redact.detection.networks import DETECTORS, in_use
from redact.detection.presentations import SAME_OBJECT_IOU
from redact.errors import ExitCode
from redact.mask_size import BEYOND_MEAN
from redact.pipeline.remarks import SMALL_HEIGHTS
from redact.plan import Plan, SourceRef, dump_plan, parse_plan
from redact.render import mask_of
from redact.report.report_words import ReportWords
from redact.review.server import page_files
from redact.risk import LEAST_HEIGHTS
from redact.settings import DetectSettings
from redact.track.belief import ORDINARY_SHARE, Clues, probability_of
from redact.track.starting_score import STARTING_LOG_ODDS, STARTING_PROBABILITY
from redact.types import (
    DEFAULT_TARGETS,
    DETECTED_TARGETS,
    Box,
    Detections,
    Frame,
    PerKind,
    Presentation,
    Region,
    State,
    Target,
    Timeline,
    widened,
    with_nested,
    without_nested,
)
from redact.words import LANGUAGES, Words

from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import program

HEAD = Target.HEAD
PLACE = (40.0, 50.0, 70.0, 90.0)


@pytest.mark.parametrize("target", list(Target))
def test_every_room_knows_every_target(target: Target) -> None:
    """A row in the table is enough: a new kind needs nothing else."""
    assert Target.from_word(target.word) is target
    for language in LANGUAGES:
        names = Words(language)
        for table in [table for table in names.tables if table.startswith("target")]:
            assert names.tables[table].keys() == {t.word for t in Target}, table
        told = ReportWords(language).word("target", target.word)
        assert told == names.word("target", target.word)
        page = msgspec.json.decode(page_files()[f"/{language}.json"].body)
        assert page[f"target.{target.word}"]
    for name in ("plan", "manifest"):
        schema = (ROOT / "docs" / f"{name}.schema.json").read_text()
        patterns = re.findall(r'"\^\(([a-z|]+)\)\$"', schema)
        words = {word for pattern in patterns for word in pattern.split("|")}
        assert target.word in words, f"{name}.schema.json"


def test_words_of_targets_are_unique() -> None:
    assert len({t.spec.option for t in DETECTED_TARGETS}) == len(DETECTED_TARGETS)
    for language in LANGUAGES:
        assert len(set(Words(language).tables["target"].values())) == len(Target)
    assert DEFAULT_TARGETS == (Target.FACE, Target.PLATE) and set(DEFAULT_TARGETS) < set(
        DETECTED_TARGETS
    )


TABLES = (
    STARTING_LOG_ODDS,
    STARTING_PROBABILITY,
    CLOSE_SCANNED,
    ORDINARY_SHARE,
    LEAST_HEIGHTS,
    SMALL_HEIGHTS,
)
"""One value for each kind that is searched for."""


@pytest.mark.parametrize("target", DETECTED_TARGETS)
def test_every_room_handles_every_searchable_kind(target: Target) -> None:
    """From the networks to the messages for users, in the order of a run."""
    assert in_use(DETECTORS, [target])
    weights = load_calibration()
    assert target.word in weights.looks and target.word in weights.tracks
    for table in (*TABLES, SAME_OBJECT_IOU):
        assert table.of(np.array([target], np.int8)).shape[0] == 1
    assert BEYOND_MEAN[target]
    clues = Clues.of_new(np.array([target], np.int8), np.float32([6]), np.array([PLACE]), 1e5)
    clues.scanned_closely(np.array([0]), np.float32([6]))
    assert probability_of(clues, weights.tracks)[0] > 0.5
    region = Region(1, target, Box(*PLACE), State.DETECTED)
    mask = mask_of([region], 160, 120, 0.12)
    assert share_of_middle(mask.astype(np.uint8), region.box, target) == 1
    corner = mask[48, 38]
    assert corner == (0 if target.spec.round else 1), "a round thing's corners show what is behind"


@pytest.mark.parametrize("target", DETECTED_TARGETS)
def test_the_audit_can_suspect_every_searchable_kind(target: Target) -> None:
    """A detection outside the masks is scanned closely, if a network for the kind exists."""
    picture = av.VideoFrame.from_ndarray(data.astronaut(), format="rgb24")
    frame = Frame(0, 0, Fraction(1, 30), picture)
    eyes = AuditDetectors((target,), [Presentation()])
    source = SourceRef("a.mp4", "0" * 64, 1, 512, 512, Timeline(Fraction(1, 30), (0,)))
    plan = Plan(source, DetectSettings((target,)), ())
    looking = StillVisible(plan, NothingHidden(), eyes)
    kind = np.array([target], np.int8)
    seen = Detections(
        np.array([[170, 60, 290, 200]], np.float32), np.array([0.9], np.float32), kind
    )
    ((probability, what, *_),) = looking.suspects(frame, seen)
    assert what is target and 0 < probability < 1
    assert eyes.close_scans == CLOSE_SCANNED[target]


class NothingHidden:
    """There is no mask and no decision."""

    def mask(self, index: int, width: int, height: int) -> NDArray[np.uint8]:
        return np.zeros((height, width), np.uint8)

    def kept(self, index: int) -> list[Region]:
        return []


def test_a_detector_without_close_scans_is_refused_when_loaded() -> None:
    lacking = load_detector(targets=(HEAD,), threads=1)
    lacking.close_networks = {k: v for k, v in lacking.close_networks.items() if k is not HEAD}
    with pytest.raises(LookupError, match="no network closely scans head"):
        load_close_up(lacking, (HEAD,), threads=1)


@pytest.mark.parametrize("target", [t for t in Target if t not in DETECTED_TARGETS])
def test_kinds_that_nothing_searches_for_are_refused_in_every_room(target: Target) -> None:
    with pytest.raises(ValueError, match=target.word):
        redact.DetectSettings((target,))
    with pytest.raises(ValueError, match=target.word):
        load_detector(targets=(target,))
    for table in TABLES:
        with pytest.raises(LookupError, match=target.word):
            table.of(np.array([Target.FACE, target], np.int8))
    clues = Clues.of_new(np.array([target], np.int8), np.float32([0]), np.array([PLACE]), 1e5)
    with pytest.raises(LookupError, match=target.word):
        probability_of(clues, load_calibration().tracks)


def test_a_room_that_lacks_a_row_for_a_kind_cannot_be_imported() -> None:
    with pytest.raises(LookupError, match=r"a room has nothing for head, person"):
        PerKind("a room", {Target.FACE: 1.0, Target.PLATE: 2.0})


def test_a_face_is_part_of_a_head_and_a_head_of_a_person() -> None:
    """Each is therefore one target, and what is hidden with it counts as searched for."""
    face, plate, person = Target.FACE, Target.PLATE, Target.PERSON
    assert without_nested((HEAD, face, plate)) == (plate, HEAD) and without_nested(
        (person, face)
    ) == (person,)
    assert redact.DetectSettings((face, HEAD)) == redact.DetectSettings((HEAD,))
    assert with_nested((HEAD,)) == (face, HEAD) and with_nested((person,)) == (face, HEAD, person)
    box = np.array([[10, 10, 20, 30]], np.float32)
    assert widened(box, face) == pytest.approx(np.array([[8, 2.8, 22, 32]]), abs=1e-4)


class Heads:
    """A stand-in detector: one head, always in the same place."""

    name = "heads, also from behind"
    weights_sha256 = "2" * 64
    targets = (HEAD, Target.PLATE)

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return Detections(
            np.array([PLACE], np.float32),
            np.array([0.99], np.float32),
            np.array([HEAD], np.int8),
        )

    def detect_frame(self, frame: Frame) -> Detections:
        return self.detect(np.zeros((1, 1, 3), np.uint8))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(SAMPLE, tmp_path_factory.mktemp("heads") / "a.mp4", 6, skip=70, size="320x180")


def test_a_head_found_by_another_packages_detector_is_hidden_and_on_record(
    clip: Path, tmp_path: Path
) -> None:
    """In every frame, as an ellipse, from the plan to the report."""
    settings = redact.Settings(
        redact.DetectSettings((HEAD, Target.PLATE), redact.Sensitivity.BALANCED),
        redact.RenderSettings(style=redact.Style.SOLID, colour=(0, 0, 0)),
    )
    result = redact.run(clip, tmp_path / "o.mp4", settings, detector=Heads())
    assert result.plan is not None and result.manifest is not None and result.audit is not None
    track = next(t for t in result.plan.tracks if t.target is HEAD)
    assert (track.first, track.last) == (0, 5)
    assert parse_plan(dump_plan(result.plan), "p.json") == result.plan
    assert result.audit.looked.targets == ("plate", "head")
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


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cats", "'cats' is not one of faces, plates, heads, people"),
        ("region", "'region' is not one of faces, plates, heads, people"),
        (",", "name at least one target"),
    ],
)
def test_kinds_that_no_detector_finds_are_refused_before_anything_is_read(
    tmp_path: Path, asked: str, said: str
) -> None:
    done = program("run", SAMPLE, "-o", tmp_path / "o.mp4", "--targets", asked)
    assert done.returncode == ExitCode.USAGE
    assert said in done.stderr
    assert not list(tmp_path.iterdir())
