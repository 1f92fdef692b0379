"""A person's silhouette in a box: stored exactly, measured as it is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.types import COLUMNS, ROWS, Box, Shaped, Silhouette

silhouettes = st.binary(min_size=100, max_size=100).filter(any).map(Silhouette)
BOX = Box(10, 20, 10 + 3 * COLUMNS, 20 + 2 * ROWS)


@given(silhouettes)
def test_it_survives_a_file(silhouette: Silhouette) -> None:
    assert Shaped.at(7, silhouette).silhouette() == silhouette
    assert Silhouette.of(silhouette.cells) == silhouette


@given(silhouettes, silhouettes)
def test_a_union_has_the_cells_of_both(one: Silhouette, other: Silhouette) -> None:
    assert np.array_equal(one.union(other).cells, one.cells | other.cells)


@given(silhouettes)
def test_the_area_in_common_with_a_box_is_that_of_its_cells(silhouette: Silhouette) -> None:
    assert silhouette.common(BOX, BOX) == pytest.approx(6 * silhouette.cells.sum())
    row, column = np.argwhere(silhouette.cells)[0].tolist()
    cell = Box(10 + 3 * column, 20 + 2 * row, 13 + 3 * column, 22 + 2 * row)
    assert silhouette.common(BOX, cell) == pytest.approx(6)
    assert silhouette.common(BOX, cell.grown(-0.25)) == pytest.approx(1.5)
    assert silhouette.common(BOX, Box(0, 0, 10, 20)) == 0


def test_an_empty_silhouette_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Silhouette(bytes(100))
    with pytest.raises(ValueError, match="bytes"):
        Silhouette(b"x")
    assert Shaped.at(0, None).silhouette() is None
