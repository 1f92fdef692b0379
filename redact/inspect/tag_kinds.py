"""What the tags of any container reveal, by their names."""

from __future__ import annotations

from collections.abc import Iterable

from ..formats import sound_headers
from ..words import Message
from .disclosures import Disclosures, Kind, QuotedOrOurs, readable, size_of

TAG_KINDS = {
    Kind.LOCATION: ("xyz", "loci", "gps", "location"),
    Kind.DATE: ("day", "date"),
    Kind.DEVICE: ("mak", "mod"),
    Kind.ENCODER: ("too", "swr", "enc", "software"),
    Kind.THUMBNAIL: ("thmb", "covr"),
}
"""Parts of tag names, and what a tag with that part reveals; the first match counts."""


def kind_of_tag(name: str) -> Kind:
    """What a tag of this name most likely says."""
    lower = name.lower()
    fits = (kind for kind, parts in TAG_KINDS.items() if any(part in lower for part in parts))
    return next(fits, Kind.TAG)


def add_comments(
    comments: Iterable[tuple[str, bytes]], where: QuotedOrOurs, found: Disclosures
) -> None:
    """Add what `sound_headers` finds in the header of a sound track, unless it is listed
    already."""
    for name, value in comments:
        if name == "picture":
            found.add(Kind.THUMBNAIL, Message("in_picture", where=where), size_of(value))
        elif not found.shows_exactly(value) or not value:
            kind = Kind.ENCODER if name == sound_headers.VENDOR else kind_of_tag(name)
            found.add(kind, Message("in_comment", where=where, name=readable(name)), value)
