"""Networks of heads and people: complete answers or an error, and each person once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from redact.detection.ensemble import with_heads
from redact.detection.eye import EYE_CHANNELS, Eye
from redact.detection.people import PEOPLE_SIDE, People, whole_in
from redact.detection.scaling import Scaler
from redact.detection.views import Scale, View
from redact.errors import UnsafeError
from redact.types import Detections, Rect, Target


def found(target: Target, *rows: tuple[float, ...]) -> Detections:
    """Boxes and scores of one kind."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Detections(table[:, :4], table[:, 4], np.full(len(table), target, np.int8))


BODY = (100.0, 50.0, 160.0, 250.0, 0.6)


def test_a_head_and_its_body_are_one_person_that_covers_both() -> None:
    people = with_heads(
        found(Target.PERSON, BODY), found(Target.HEAD, (115.0, 40.0, 140.0, 75.0, 0.9))
    )
    assert people.xyxy.tolist() == [[100, 40, 160, 250]]
    assert people.score == pytest.approx([0.9])
    assert set(people.target.tolist()) == {Target.PERSON}


def test_a_head_without_a_body_is_a_person_of_usual_size() -> None:
    (box,) = with_heads(
        found(Target.PERSON), found(Target.HEAD, (100.0, 100.0, 120.0, 130.0, 0.7))
    ).xyxy
    assert box == pytest.approx([80, 97, 140, 325])


def test_the_second_head_in_a_body_is_somebody_else() -> None:
    """A detector often takes two people side by side for one."""
    heads = found(Target.HEAD, (102.0, 52.0, 122.0, 80.0, 0.8), (135.0, 52.0, 155.0, 80.0, 0.9))
    people = with_heads(found(Target.PERSON, BODY), heads)
    assert len(people) == 2
    union = [*people.xyxy[:, :2].min(axis=0), *people.xyxy[:, 2:].max(axis=0)]
    assert union[0] <= 82 and union[3] >= 262


def test_part_of_a_surer_body_is_dropped() -> None:
    half = (100.0, 150.0, 160.0, 250.0, 0.3)
    people = with_heads(found(Target.PERSON, half, BODY), found(Target.HEAD))
    assert people.score == pytest.approx([0.6])


def test_a_body_cut_by_a_tile_is_left_to_the_next_tile() -> None:
    view = View(Rect(0, 0, 416, 400), (416, 400))
    bodies = found(
        Target.PERSON, (300, 50, 415, 300, 0.5), (0, 50, 80, 300, 0.5), (200, 50, 280, 399, 0.5)
    )
    assert whole_in(bodies, view, (800, 400)).xyxy[:, 0].tolist() == [0, 200]


@pytest.mark.parametrize("number", [np.nan, np.inf, None])
def test_a_network_that_fails_is_never_an_empty_answer(
    monkeypatch: pytest.MonkeyPatch, number: float | None
) -> None:
    class Broken:
        def __init__(self, shapes: list[tuple[int, ...]]) -> None:
            self._shapes = shapes

        def run(self, *_: object) -> list[Any]:
            if number is None:
                raise RuntimeError("out of memory")
            return [np.full(shape, number, np.float32) for shape in self._shapes]

    picture = np.zeros((64, 64, 3), np.uint8)
    eye, people = Eye(1), People(1)
    maps: list[tuple[int, ...]] = [
        (1, len(EYE_CHANNELS), 16, 16),
        (1, len(EYE_CHANNELS), 4, 16, 16),
    ]
    monkeypatch.setattr(eye._network, "_session", Broken(maps))
    grids: list[tuple[int, ...]] = [(1, n * n, 80) for n in (52, 26, 13)]
    grids += [(1, n * n, 44) for n in (52, 26, 13)]
    monkeypatch.setattr(people._network, "_session", Broken(grids))
    for network in (eye, people):
        with pytest.raises(UnsafeError, match=r"unusable|failed"):
            network.run(picture)


def test_nobody_is_detected_in_an_empty_picture() -> None:
    picture = Scaler().array(np.full((300, 400, 3), 90, np.uint8))
    for seen in (
        Eye(1).scan(picture, Scale(416)),
        People(1).scan(picture, (Scale(PEOPLE_SIDE, tile=PEOPLE_SIDE),)),
    ):
        assert (seen.score < 0.3).all()
