"""Jumps in the recording of a still camera are told from flicker and shaking."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from redact.track.jolts import Jolts
from redact.track.small_pictures import SmallFrame

from .scenes import HEIGHT, WIDTH, Grey, texture

GROUND, PEOPLE = texture(1, HEIGHT, WIDTH), texture(2, HEIGHT, WIDTH)
JUMP, COUNT = 12, 30
CALM, MOVES = 0.99, 0.7
"""Share of corners that follow the camera, while hardly anybody moves and while many do."""


def scene(place: int) -> Grey:
    """A crowd that fills a third of the picture, shifted to the right by so much."""
    out = GROUND.copy()
    out[:, place : place + WIDTH // 3] = PEOPLE[:, : WIDTH // 3]
    return out


def jolts_of(place: Callable[[int], int], agreed: Callable[[int], float]) -> list[int]:
    """Pictures that were a jolt."""
    jolts = Jolts()
    pictures = (SmallFrame(n, n / 25, (scene(place(n)),), 1.0, False) for n in range(COUNT))
    return [small.index for small in pictures if jolts.push(small, agreed(small.index))]


def at_the_jump(n: int) -> float:
    return MOVES if n == JUMP else CALM


def jumps(n: int) -> int:
    return 20 if n < JUMP else 120


def test_a_jump_is_found() -> None:
    assert jolts_of(jumps, at_the_jump) == [JUMP]


@pytest.mark.parametrize(
    "agreed",
    [
        pytest.param(lambda n: 0.93 if n == JUMP else CALM, id="too few corners are lost"),
        pytest.param(lambda n: MOVES if n >= JUMP - 3 else CALM, id="as many were lost before"),
        pytest.param(lambda n: MOVES if n in (JUMP - 6, JUMP) else CALM, id="a moment before"),
    ],
)
def test_constantly_lost_corners_are_no_evidence(agreed: Callable[[int], float]) -> None:
    assert jolts_of(jumps, agreed) == []


def test_corners_lost_long_before_hide_no_jump() -> None:
    assert jolts_of(jumps, lambda n: MOVES if n in (2, JUMP) else CALM) == [JUMP]


def test_a_small_change_is_no_jolt() -> None:
    assert jolts_of(lambda n: 20, at_the_jump) == []


def test_the_first_picture_is_no_jolt() -> None:
    jolts = Jolts()
    assert not jolts.push(SmallFrame(0, 0.0, (scene(20),), 1.0, False), 0.0)


def test_among_many_that_jump_none_stands_out() -> None:
    """As in a shaky clip."""
    assert jolts_of(lambda n: 20 + 70 * (n % 2), lambda n: 0.5 if n == JUMP else CALM) == []


@pytest.mark.parametrize(
    ("usual", "beside", "now", "one"),
    [
        (0.03, 0.03, 0.11, False),
        (0.03, 0.03, 0.13, True),  # four times as unlike as usual
        (0.01, 0.09, 0.13, False),
        (0.01, 0.09, 0.14, True),  # and one and a half times as unlike as any
        (0.01, 0.01, 0.07, False),
    ],
)
@pytest.mark.parametrize("where", [JUMP - 4, JUMP - 1])
def test_how_much_it_stands_out(
    monkeypatch: pytest.MonkeyPatch, usual: float, beside: float, now: float, one: bool, where: int
) -> None:
    told = {JUMP: now, where: beside}
    monkeypatch.setattr(
        "redact.track.jolts.likeness", lambda _, small: 1 - told.get(small.index, usual)
    )
    assert jolts_of(jumps, at_the_jump) == ([JUMP] if one else [])
