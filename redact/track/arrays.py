"""N objects as a struct of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Which = NDArray[np.bool_] | NDArray[np.intp]


class Arrays:
    """Base of dataclasses whose fields are arrays with a row for each object, or such
    dataclasses."""

    def _columns(self) -> list[Any]:
        return [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]

    def __len__(self) -> int:
        first = fields(self)[0]  # type: ignore[arg-type]
        return len(getattr(self, first.name))

    def select(self, which: Which) -> Self:
        """The rows at a boolean mask or an index array."""
        rows = (c.select(which) if isinstance(c, Arrays) else c[which] for c in self._columns())
        return type(self)(*rows)

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts, in order; at least one part."""
        columns = zip(*(part._columns() for part in parts), strict=True)
        return cls(
            *(
                type(each[0]).concat(each) if isinstance(each[0], Arrays) else np.concatenate(each)
                for each in columns
            )
        )
