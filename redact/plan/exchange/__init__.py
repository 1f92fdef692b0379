"""Tracks of other tools: import into a plan, and export from one.

Coordinates are upright source pixels, corners from 0, and frames count from 0, as in plans.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...types import Target
from ..plan import Plan
from .coco import export_coco, read_coco
from .imported import ImportedTrack, add_imported, coinciding


@dataclass(frozen=True, slots=True)
class Format:
    """One exchange format: extension, reader of bytes, writer of bytes."""

    extension: str
    read: Callable[[bytes, str, Target | None], list[ImportedTrack]]
    export: Callable[[Plan], bytes]


FORMATS = {
    "coco": Format(".json", read_coco, export_coco),
}

__all__ = ["FORMATS", "Format", "ImportedTrack", "add_imported", "coinciding"]
