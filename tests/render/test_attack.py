"""The attackers of the bench see through the usual redactions and not through ours."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skimage", reason="needs scikit-image, of the extra 'samples'")

from benchmarks.attack.attackers import Hits, learned, nearest
from benchmarks.attack.bench import Sizes, faces
from benchmarks.attack.redactions import REDACTIONS

SMALL = Sizes(known=7, unknown=4)
TRIED = ("box blur as in deface", "mosaic, 8 blocks", "**redact blur**", "**redact mosaic**")


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


def test_ours_is_at_chance_and_the_usual_ones_are_not() -> None:
    tried = {name: REDACTIONS[name] for name in TRIED}
    count, rows = faces(None, 12, SMALL, tried)
    chance = 1 / count
    for name, row in rows.items():
        low, high = row["learned"].interval
        if "redact" in name:
            assert low <= chance <= high, name
        else:
            assert low > 2 * chance, name
