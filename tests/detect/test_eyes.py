"""The table of eyes: evidence adds up, and precision is read off at the recall that is asked."""

from __future__ import annotations

import numpy as np
import pytest

from lab.detect.evalset import Detector
from lab.detect.eyes import BetterScore, LogOdds, at_recall
from lab.detect.metrics import ImageResult

PICTURE = np.zeros((100, 200, 3), np.uint8)
FACE, OTHER = (10.0, 10.0, 50.0, 60.0), (120.0, 20.0, 150.0, 60.0)


def eye(*seen: tuple[tuple[float, ...], float]) -> Detector:
    boxes = np.asarray([b for b, _ in seen], np.float32).reshape(-1, 4)
    scores = np.asarray([s for _, s in seen], np.float32)
    return lambda _: (boxes, scores, np.zeros(len(seen), np.int64))


def test_two_doubts_are_more_than_one_and_one_alone_is_less() -> None:
    shifted = (12.0, 11.0, 52.0, 61.0)
    boxes, scores, _ = LogOdds(eye((FACE, 0.6), (OTHER, 0.6)), eye((shifted, 0.6)))(PICTURE)
    assert len(boxes) == 2
    assert scores[0] == pytest.approx(0.36 / (0.36 + 0.16), abs=1e-3) and scores[1] < 0.1
    assert scores.argmax() == 0


def test_the_better_score_stays() -> None:
    boxes, scores, _ = BetterScore(eye((FACE, 0.3)), eye((FACE, 0.8), (OTHER, 0.2)))(PICTURE)
    assert sorted(scores.tolist()) == pytest.approx([0.2, 0.8])
    assert len(boxes) == 2


def test_nothing_seen_is_no_error() -> None:
    boxes, scores, _ = LogOdds(eye(), eye())(PICTURE)
    assert boxes.shape == (0, 4) and len(scores) == 0


def test_precision_at_a_recall() -> None:
    truth = np.asarray([FACE, OTHER], np.float32)
    away = (60.0, 10.0, 100.0, 60.0)
    boxes = np.asarray([FACE, away, OTHER], np.float32)
    one = ImageResult(truth, np.zeros(2, bool), boxes, np.asarray([0.9, 0.5, 0.4], np.float32))
    found = at_recall([one], "face", 24, 1e9)
    assert found["0.99"] == (pytest.approx(2 / 3), pytest.approx(1.0), pytest.approx(0.4))
    half = ImageResult(truth, np.zeros(2, bool), boxes[:1], one.scores[:1])
    assert at_recall([half], "face", 24, 1e9)["0.95"] is None
