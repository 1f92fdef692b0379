"""Which annotated stills numbers may be chosen on, and on which they are reported.

The halves share no source (data set), so that a number chosen on one meets other cameras, other
countries and other annotators in the other. Sources that redact's own networks were never trained
on are in the test half, except one, so that the dev half has faces of more than one kind.
"""

from __future__ import annotations

from tests.detect.filling import DEV

HALVES = ("dev", "test")
STILL_SOURCES = {
    "dev": DEV,
    "test": ("jolignier_mask", "ealpr_egypt", "asik_india", "nevalsar_web"),
}
"""Sources of the stills by half: names as in `labels.json`, field "source"."""


def in_half(source: str, half: str | None) -> bool:
    """Whether stills of a source belong to a half; to None belong all."""
    return half is None or source in STILL_SOURCES[half]
