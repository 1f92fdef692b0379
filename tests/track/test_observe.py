"""What one frame's detections become before they are tracked."""

from __future__ import annotations

import numpy as np

from redact.track.observe import Rank, observations_of
from redact.track.settings import TrackSettings
from redact.types import Detections, Target


def seen(*rows: tuple[list[float], float, Target]) -> Detections:
    return Detections(
        np.array([r[0] for r in rows], np.float32),
        np.array([r[1] for r in rows], np.float32),
        np.array([r[2] for r in rows], np.int8),
    )


FACE = ([573.0, 190.0, 656.0, 282.0], 0.64, Target.FACE)
BUST = [557.0, 144.0, 675.0, 302.0]


def test_the_faint_outline_of_a_sure_face_is_no_object() -> None:
    found = observations_of(seen(FACE, (BUST, 0.11, Target.FACE)), TrackSettings(), 960)
    assert len(found) == 1
    assert found.rank[0] == Rank.SURE


def test_what_could_be_another_object_stays() -> None:
    for other in (
        (BUST, 0.40, Target.FACE),  # not faint enough
        (BUST, 0.11, Target.PLATE),  # something else
        ([600.0, 150.0, 680.0, 240.0], 0.11, Target.FACE),  # beside it
        ([580.0, 200.0, 600.0, 220.0], 0.11, Target.FACE),  # within it: covered anyway
    ):
        assert len(observations_of(seen(FACE, other), TrackSettings(), 960)) == 2
    alone = observations_of(seen((BUST, 0.11, Target.FACE)), TrackSettings(), 960)
    assert len(alone) == 1
