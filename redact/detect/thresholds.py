"""Scores at which a detection counts. To be measured anew with every change of weights.

Measured with the int8 weights whose SHA-256 begins with 21d8cda6, `balanced`, recall / precision:

    python -m tests.detect.calibrate stills --every 6 --detectors balanced
        score              0.1         0.2         0.3         0.4
        107 faces ≥ 24 px  .991/.076   .963/.308   .907/.688   .776/.976
        61 plates ≥ 8 px   .984/.056   .967/.206   .934/.401   .902/.679
    python -m tests.detect.calibrate pasted --every 3 --detectors balanced   (recall, 1080p)
        88 faces of 20 px  .989        .932        .830        .750
        88 faces of 32 px  1.000       .898        .852        .761

Both use the folder of annotated stills given with --eval. Faces match at IoU 0.35, plates at 0.5.
"""

from __future__ import annotations

from typing import Final

from ..types import Target

CANDIDATE_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.10, Target.PLATE: 0.10}
"""Detectors return nothing below this. May continue a track, not begin one."""

NETWORK_SCORE: Final = 0.05
"""From here on what the network says of one view takes part in the merging of scales."""

SURE_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.30, Target.PLATE: 0.30}
"""From here on one detection alone may begin a track."""

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object (as in training)."""

BLAZEFACE_SCORE: Final = 0.3
"""MediaPipe's detections below this are not returned."""
