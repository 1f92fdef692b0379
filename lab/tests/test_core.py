"""Answers on file, and the cost of labelled frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lab.core.answers import Answers
from lab.core.cost import FIGURES, cost_of, difference
from lab.real.judge import FrameScore, ObjectScore


def frame(clip: str, open_share: float, stray: float) -> FrameScore:
    face = ObjectScore(clip, 0, "face", (0, 0, 20, 20), open_share)
    return FrameScore(clip, 0, (face,), (), stray, stray, (), (), (), ())


def test_an_answer_is_asked_for_once_and_survives_a_file_that_was_cut(tmp_path: Path) -> None:
    asked = []

    def ask(_: object, boxes: np.ndarray) -> float:
        asked.append(boxes)
        return float(boxes.sum())

    for _ in range(2):
        answers = Answers(tmp_path / "answers")
        said = answers.about("sum", ask)
        assert [said(None, np.full(2, v)) for v in (1.0, 2.0, 1.0)] == [2, 4, 2]
    assert len(asked) == 2
    whole = (tmp_path / "answers").read_bytes()
    (tmp_path / "answers").write_bytes(whole[:-3])
    assert Answers(tmp_path / "answers").about("sum", ask)(None, np.full(2, 2.0)) == 4
    assert len(asked) == 3


def test_cost_counts_what_is_open_and_what_is_hidden_for_nothing() -> None:
    assert cost_of(frame("a", 0.5, 0.01)) == 12
    before = [frame(c, 0.5, 0.0) for c in "abcd"]
    after = [frame(c, 0.0, 0.0) for c in "abcd"]
    assert difference(FIGURES["cost"], before, before) == (0, (0, 0))
    assert difference(FIGURES["cost"], before, after) == (-10, (-10, -10))
