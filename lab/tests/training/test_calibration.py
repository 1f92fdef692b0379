"""The fits behind `calibration.json`: known weights come back, and more never means less."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.training import calibration_file
from lab.training.calibrate_looks import fit_all, judged
from lab.training.calibrate_tracks import CLUES, fit
from lab.training.labelled import Labelled, boxes, dev_labels
from lab.training.looks import LookedAt
from lab.training.regression import answers, held_out, logistic
from lab.training.tracklets import Tracklet
from redact.detection.calibration import Calibration
from redact.detection.weights import SHA256
from redact.types import Detections, Target

NONE = {"left": 0, "top": 0, "right": 0, "bottom": 0}
UNMOVED = dict.fromkeys(("ours", "centerface", "centerface small", "ours plate"), NONE)
TRUE = {"bias": 1.5, "size": 0.0, "ours": 1.2, "centerface": 0.8, "centerface small": 0.0}


def test_known_weights_come_back() -> None:
    rng = np.random.default_rng(4)
    columns = rng.normal(size=(20_000, 2))
    odds = -0.5 + columns @ [1.4, -0.7]
    truth = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    assert logistic(columns, truth) == pytest.approx([-0.5, 1.4, -0.7], abs=0.08)
    alone = logistic(columns, truth, rising=[False, True])
    assert alone[2] == 0, "what may only rise does not fall"


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_surer_network_never_makes_an_object_less_probable(seed: int) -> None:
    """Whatever the material, absurd labels included."""
    rng = np.random.default_rng(seed)
    columns, truth = rng.normal(size=(30, 3)), rng.integers(0, 2, 30).astype(float)
    weights = logistic(columns, truth, ridge=5e-4, rising=[False, True, True])
    assert (weights[2:] >= 0).all()


def scene(count: int) -> list[LookedAt]:
    """Pictures of one object each, 32 pixels high, seen with scores that mean what `TRUE` says."""
    rng, pictures = np.random.default_rng(9), []
    box = boxes([[10, 10, 42, 42]])
    for number in range(count):
        z = rng.uniform(-3, 3, 3)
        odds = TRUE["bias"] + TRUE["ours"] * z[0] + TRUE["centerface"] * z[1]
        real = rng.random() < 1 / (1 + np.exp(-odds))
        here = box if real else boxes([])
        seen = {}
        for name, value in zip(("ours", "centerface", "centerface small"), z, strict=True):
            score = np.float32([1 / (1 + np.exp(-value))])
            seen[name] = Detections(np.float32(box), score, np.int8([Target.FACE]))
        plate = Detections(np.float32(box) + 200, seen["ours"].score, np.int8([Target.PLATE]))
        seen["ours"] = Detections.concat([seen["ours"], plate])
        label = Labelled("drawn", number, here, here + 200, boxes([]))
        pictures.append(LookedAt(label, seen))
    return pictures


def test_looks_are_fitted_through_the_detector_s_own_joining() -> None:
    file = {"boxes": dict(UNMOVED), "looks": {}}
    looks = fit_all(scene(2000), ("face", "plate"), file)
    assert looks["face"] == pytest.approx(TRUE, abs=0.25)
    weak = np.float32([0.1, 0.3, 0.6, 0.9])
    odds = Calibration(looks, {}, {}).odds("plate", {"ours": weak}, np.full(4, 32, np.float32))
    assert (np.diff(odds) > 0).all()


def test_second_boxes_and_heads_count_for_neither_side() -> None:
    face, head = [10.0, 10, 40, 40], [100.0, 100, 130, 130]
    found = boxes([face, [12, 12, 42, 42], head, [200, 200, 230, 230]])
    verdict, missed = judged(found, boxes([face, [300, 300, 310, 320]]), boxes([head]))
    assert verdict.tolist() == [1, -1, -1, 0] and missed == [20.0]


def test_tracks_of_known_clues_are_fitted() -> None:
    rng = np.random.default_rng(2)
    names = list(dict.fromkeys((*CLUES["face"], *CLUES["plate"])))
    tracklets = []
    for number in range(4000):
        clues = dict(zip(names, rng.normal(size=len(names)).tolist(), strict=True))
        odds = -1 + 1.5 * clues["best"] + 0.8 * clues["hits"]
        real = int(rng.random() < 1 / (1 + np.exp(-odds)))
        clip = f"clip{number % 40}"
        tracklets += [Tracklet(clip, word, 0, real, clues) for word in ("face", "plate")]
    face, plate = fit(tracklets, "face"), fit(tracklets, "plate")
    expected = {"bias": -1, **dict.fromkeys(CLUES["face"], 0), "best": 1.5, "hits": 0.8}
    assert face == pytest.approx(expected, abs=0.2)
    assert plate["best"] > 0.9 and set(plate) == {"bias", *CLUES["plate"]}


def test_held_out_rows_did_not_take_part() -> None:
    """What tells only of its own clip is worth nothing there; what tells of every clip is."""
    truth = np.tile([0.0, 1.0], 50)
    groups = [f"clip{i // 2}" for i in range(100)]
    own = np.zeros((100, 50))
    own[np.arange(100), np.arange(100) // 2] = truth * 9
    assert np.ptp(answers(own, logistic(own, truth, ridge=1e-3))) > 1, (
        "it tells where it was fitted"
    )
    assert np.ptp(held_out(own, truth, groups, 1e-3)) < 0.05
    everywhere = held_out(truth[:, None], truth, groups, 1e-3)
    assert everywhere[truth == 1].min() > 1 > -1 > everywhere[truth == 0].max()


def test_the_file_says_how_it_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, name = tmp_path / "calibration.json", "face-plate.int8.onnx"
    old = {"weights": {"verifier.int8.onnx": "of an earlier network"}, "boxes": {"ours": NONE}}
    path.write_text(json.dumps({"looks": {"plate": {"bias": 1}}, **old}))
    argv = [
        "/home/me/lab/training/calibrate_looks.py",
        "/data/labels_dev.json",
        "--clips",
        "/d/clips",
    ]
    monkeypatch.setattr("sys.argv", argv)
    calibration_file.write(path, {"looks": {"face": {"bias": 2}}}, "looks", "3 frames", [name])
    file = json.loads(path.read_text())
    assert file["looks"] == {"plate": {"bias": 1}, "face": {"bias": 2}}
    assert file["boxes"] == {"ours": NONE} and file["tracks"] == {}
    command = "python -m lab.training.calibrate_looks labels_dev.json --clips clips"
    assert file["fitted"] == {"looks": f"{command}: 3 frames"}
    assert file["weights"] == {name: SHA256[name]}


def test_frames_on_which_results_are_reported_cannot_be_fitted_on() -> None:
    home = Path(__file__).parents[2] / "real"
    assert not dev_labels(sorted(home.glob("labels_test*.json"))).frames
    assert dev_labels(sorted(home.glob("labels_dev*.json"))).frames
