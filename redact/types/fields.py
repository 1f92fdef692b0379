"""Field types of the files that redact writes and reads, and the base class of values in them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from msgspec import Meta, Struct
from msgspec.structs import replace

from .target import Target, pattern_of

_LARGEST_NUMBER: Final = 2**63 - 1
"""No video holds larger numbers; a forged file could hold one of hundreds of digits."""

Natural = Annotated[int, Meta(ge=0, le=_LARGEST_NUMBER)]
Positive = Annotated[int, Meta(ge=1, le=_LARGEST_NUMBER)]
Milliseconds = Annotated[int, Meta(ge=-_LARGEST_NUMBER, le=_LARGEST_NUMBER)]
Probability = Annotated[float, Meta(ge=0, le=1)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
TargetWord = Annotated[str, Meta(pattern=pattern_of(tuple(Target)))]

_MOMENT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
Utc = Annotated[str, Meta(pattern=f"^{_MOMENT}$", description="UTC, ISO 8601")]
UtcOrNone = Annotated[
    str, Meta(pattern=f"^({_MOMENT})?$", description="UTC, ISO 8601; empty: not on record")
]


class Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value stored in a file. A misspelt field is an error, not a default."""

    def but(self, **changes: Any) -> Self:
        """A copy with other values in some fields."""
        return replace(self, **changes)
