"""The ledger of a manifest: every track, from when to when, and what was done with it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ...types import Action, Origin
from .fields import Certainty, Natural, Part, Seconds, TargetWord


class SpanPart(Part):
    """Frames in a row that have one certainty; both ends are included."""

    certainty: Certainty
    first: Natural
    last: Natural


class TrackPart(Part):
    """One object and what was done with it. Times count from the first picture."""

    track: Annotated[int, Meta(ge=1)]
    target: TargetWord
    action: Action
    origin: Origin
    method: Annotated[
        str, Meta(description="style of the mask; none where nothing of the track is hidden")
    ]
    found_by: tuple[str, ...]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: decided by the program's rule")]
    first_frame: Natural
    last_frame: Natural
    first_seconds: Seconds
    last_seconds: Seconds
    frames_per_state: dict[str, int]
    spans: tuple[SpanPart, ...]
    score: Annotated[
        float | None,
        Meta(
            description="how surely it is what it seems, 0 to 1: the certainty of the plan, else "
            "the best score of a detector; null: neither is known"
        ),
    ] = None
    subject: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="first track of the subject that it belongs to; null: of its own"),
    ] = None
    shown: Annotated[
        tuple[tuple[Natural, Natural], ...] | None,
        Meta(
            description="first and last frame of each span in which it is visible by decision; in "
            "all its other frames it is hidden. null, in older records: in all if it is kept"
        ),
    ] = None
