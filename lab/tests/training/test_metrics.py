"""The measure that accuracy figures rest on."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from lab.detect.metrics import ImageResult, summary, tally


def result(
    truth: list[list[float]],
    boxes: list[list[float]],
    scores: list[float],
    ignore: list[bool] | None = None,
) -> ImageResult:
    return ImageResult(
        np.asarray(truth, np.float32).reshape(-1, 4),
        np.asarray(ignore or [False] * len(truth), bool),
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray(scores, np.float32),
    )


def test_average_precision_by_hand() -> None:
    # hit at .9, false alarm at .8, hit at .7: precision 1 up to recall 1/2, then 2/3.
    r = result(
        [[0, 0, 40, 40], [100, 0, 140, 40]],
        [[0, 0, 40, 40], [300, 0, 340, 40], [100, 0, 140, 40]],
        [0.9, 0.8, 0.7],
    )
    got = summary(tally([r], 0.5, 24), 0.75)
    assert got["ap"] == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert got["ar"] == 1.0
    assert got["recall"] == 0.5


def test_a_second_detection_of_the_same_object_is_a_false_alarm() -> None:
    r = result([[0, 0, 40, 40]], [[0, 0, 40, 40], [2, 0, 42, 40]], [0.9, 0.8])
    assert summary(tally([r], 0.5, 24), 0.0)["precision"] == 0.5


def test_ignored_and_small_truths_count_neither_way() -> None:
    r = result(
        [[0, 0, 40, 40], [100, 0, 110, 10]],
        [[0, 0, 40, 40], [100, 0, 110, 10]],
        [0.9, 0.8],
        [True, False],
    )
    t = tally([r], 0.5, 24)
    assert t.truths == 0 and not t.scores
