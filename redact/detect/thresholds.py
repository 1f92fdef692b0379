"""Scores at which a detection counts, for the weights that are shipped now."""

from __future__ import annotations

from typing import Final

from ..types import Target

CANDIDATE_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.10, Target.PLATE: 0.10}
"""Detectors return nothing below this. May continue a track, not begin one."""

SURE_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.30, Target.PLATE: 0.30}
"""From here on one detection alone may begin a track."""

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object (as in training)."""

BLAZEFACE_SCORE: Final = 0.3
"""MediaPipe's detections below this are not returned."""
