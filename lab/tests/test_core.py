"""Answers on file, and the cost of labelled frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np

from lab.core.answers import Answers, StoredFrame
from lab.core.cost import FIGURES, cost_of, difference
from lab.real.judge import FrameScore, ObjectScore
from redact.detection.presentations import turned
from redact.types import Frame


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


def test_a_network_is_shown_the_frame_itself_which_may_be_turned(tmp_path: Path) -> None:
    """Of a file that lies about its rotation, every picture is turned before it is scanned."""
    whole = Frame(0, 0, Fraction(1), av.VideoFrame(16, 8, "yuv420p"))
    pictures: Any = SimpleNamespace(decoded=lambda _: whole)
    stored = StoredFrame(pictures, 0, 0, Fraction(1), (16, 8), False, False, 0, 1, None)
    answers = Answers(tmp_path / "answers.pkl")
    assert answers.about("size", lambda frame: turned(frame, 1).size)(stored) == (8, 16)


def test_cost_counts_what_is_open_and_what_is_hidden_for_nothing() -> None:
    assert cost_of(frame("a", 0.5, 0.01)) == 12
    before = [frame(c, 0.5, 0.0) for c in "abcd"]
    after = [frame(c, 0.0, 0.0) for c in "abcd"]
    assert difference(FIGURES["cost"], before, before) == (0, (0, 0))
    assert difference(FIGURES["cost"], before, after) == (-10, (-10, -10))
