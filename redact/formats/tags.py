"""Tags that say nothing about who made a file, and the values that they then have.

This is the one allow-list of what may stand in a result: the reader drops all other tags and tells
the user, and the audit lets no other pass. The inspection, which also reads what others wrote,
knows a few more names that say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LAVF: Final = r"(?:Lavf|Lavc)[\d.]{0,20}"
"""The name that FFmpeg leaves, with or without its version."""

HANDLERS: Final = ("VideoHandler", "SoundHandler")
"""What FFmpeg calls every track."""

NEUTRAL_HANDLERS: Final = frozenset(("", *HANDLERS, "DataHandler", "videohandler"))
"""The same by any writer: names of tracks that say nothing."""

VENDORS: Final = r"\[0\]\[0\]\[0\]\[0\]|FFMP"
"""The code of QuickTime's vendor, as FFmpeg reads it: none, or FFmpeg."""

LANGUAGE: Final = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}"
"""A language code (ISO 639, BCP 47)."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that may stand in a result.

    Attributes:
        values: pattern of what it may say.
        container, stream: whether it may stand on the file, on a stream.
        structural: FFmpeg reports it for what the structure of the container says. Nobody wrote it
            to say something, and an output has it too where its format demands it.
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
"""By name in small letters."""


def not_allowed(tags: Mapping[str, str], stream: bool) -> Iterator[str]:
    """Names of tags that say more than the format; their values end up in no report.

    Args:
        tags: as FFmpeg reads them.
        stream: those of a stream, not of the file.
    """
    for key, value in tags.items():
        tag = ALLOWED.get(key.lower())
        here = tag is not None and (tag.stream if stream else tag.container)
        if tag is None or not here or not re.fullmatch(tag.values, value):
            yield key


def is_structural(key: str) -> bool:
    """Whether a tag of this name is what a container's structure says, not what somebody wrote."""
    tag = ALLOWED.get(key.lower())
    return tag is not None and tag.structural
