"""The allow-list of tags and values in a result: those that say nothing about who made the file.

No other tag is copied: the reader lists it for the user, and the audit refuses it in a result. The
inspection, which also reads files of other programs, knows a few more harmless values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LAVF: Final = r"(?:Lavf|Lavc)[\d.]{0,20}"
"""Pattern of the name that FFmpeg leaves, with or without its version."""

HANDLERS: Final = ("VideoHandler", "SoundHandler")
"""FFmpeg's names of tracks."""

NEUTRAL_HANDLERS: Final = frozenset(("", *HANDLERS, "DataHandler", "videohandler"))
"""Names of tracks, by any program, that say nothing about it."""

VENDORS: Final = r"\[0\]\[0\]\[0\]\[0\]|FFMP"
"""Pattern of QuickTime's vendor code, as FFmpeg returns it: none, or FFmpeg."""

LANGUAGE: Final = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}"
"""Pattern of a language code (ISO 639, BCP 47)."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a result may have.

    Attributes:
        values: pattern of its allowed values.
        container, stream: whether the file may have it, and whether a stream may.
        structural: FFmpeg derives it from the structure of the container; nobody wrote it as a tag,
            and an output has it too if its format requires it.
    """

    values: str
    container: bool
    stream: bool
    structural: bool = True


ALLOWED: Final = {
    "major_brand": Tag(r"[ -~]{0,4}", True, False),
    "minor_version": Tag(r"\d{1,6}", True, False),
    "compatible_brands": Tag(r"[ -~]{0,64}", True, False),
    "duration": Tag(r"[\d:.]+", True, True),
    "handler_name": Tag("|".join((*HANDLERS, "")), False, True),
    "vendor_id": Tag(VENDORS, False, True),
    "encoder": Tag(r"(Lavf|Lavc)[\d.]* ?[\w.-]*", True, True, structural=False),
    "language": Tag(LANGUAGE, False, True, structural=False),
}
"""Name in lower case → tag."""


def not_allowed(tags: Mapping[str, str], stream: bool) -> Iterator[str]:
    """Yield the names of tags that a result must not have; no values, so that none gets into a
    report.

    Args:
        tags: name → value, as FFmpeg returns them.
        stream: whether they belong to a stream; else to the file.
    """
    for key, value in tags.items():
        tag = ALLOWED.get(key.lower())
        here = tag is not None and (tag.stream if stream else tag.container)
        if tag is None or not here or not re.fullmatch(tag.values, value):
            yield key


def is_structural(key: str) -> bool:
    """Whether FFmpeg derives a tag of this name from the container's structure."""
    tag = ALLOWED.get(key.lower())
    return tag is not None and tag.structural
