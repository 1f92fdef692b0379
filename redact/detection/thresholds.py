"""Scores at which a detection counts. To be measured anew with every change of weights.

Weights of this release: face-plate.int8.onnx, SHA-256 01b79934…
Recall / precision, `balanced`:

    python -m tests.detect.calibrate stills --every 3 --detectors balanced
        score              0.06        0.1         0.2         0.3         0.4
        207 faces ≥ 24 px  1.00/.042   .995/.127   .976/.479   .937/.819   .865/.968
        122 plates ≥ 8 px  .992/.054   .992/.143   .967/.423   .934/.722   .910/.925
    python -m tests.detect.calibrate pasted --every 3 --detectors balanced   (recall, 1080p)
        88 faces of 20 px  .977        .977        .909        .841        .784
        88 faces of 32 px  1.00        .989        .943        .886        .807

Both use the folder of annotated stills given with --eval. Faces match at IoU 0.35, plates at 0.5.
"""

from __future__ import annotations

from typing import Final

from ..types import Target

CANDIDATE_SCORE: Final[dict[Target, float]] = {Target.FACE: 0.06, Target.PLATE: 0.06}
"""Our network's answer of one picture ends here, before it is weighed. Meaning: above what is noise
at every place of a picture; the calibration decides what a score is worth."""

NETWORK_SCORE: Final = 0.05
"""From here on what the network says of one view takes part in the merging of scales.
Meaning: just below `CANDIDATE_SCORE`, which the mean of the scales may reach from there."""

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object. Meaning: as in
training."""

BLAZEFACE_SCORE: Final = 0.3
"""MediaPipe's detections below this are not returned. Meaning: its scores are near 0 or near 1,
and below this nearly all are no faces."""
