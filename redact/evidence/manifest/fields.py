"""Types of single fields of a manifest, and what all its parts are based on."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from ...messages import Value
from ...types import Target, pattern_of

Natural = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Seconds = Annotated[float, Meta(description="seconds")]
Utc = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
        description="UTC, ISO 8601",
    ),
]
FileName = Annotated[str, Meta(pattern=r"^[^/\\]+$", description="file name without folders")]
TargetWord = Annotated[str, Meta(pattern=pattern_of(tuple(Target)))]
Certainty = Annotated[
    str,
    Meta(
        pattern="^(seen|bridged|held|manual)$",
        description="seen: detected or followed in the frame itself; bridged: between or just "
        "outside frames in which it was seen; held: in or next to a damaged frame; manual: "
        "drawn by a person",
    ),
]


class Part(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class MessagePart(Part):
    """A statement of the program; `redact.messages` has the words for its code."""

    code: str
    values: dict[str, Value] = field(default_factory=dict)
