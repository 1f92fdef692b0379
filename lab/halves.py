"""Which annotated stills may be used to choose numbers, and which only to report results.

The halves share no source (data set): a number chosen on one half meets other cameras, countries
and annotators in the other. Sources that redact's networks were never trained on are in the test
half, except one, so that the dev half has faces of more than one kind.
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
    """Whether stills of a source belong to a half; None stands for both halves."""
    return half is None or source in STILL_SOURCES[half]
