"""Loads detectors that are ready to use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Final, TypeVar

from ..types import (
    DEFAULT_TARGETS,
    Detections,
    Frame,
    Presentation,
    Rect,
    Target,
    with_nested,
    without_nested,
)
from .body_close_up import BodyCloseUp
from .calibration import load_calibration
from .centerface import TILTS, CenterFace
from .close_up import CLOSE_SCANNED, CloseUp, ScanImage
from .detector import Detector
from .device import default_threads, threads_each
from .ensemble import (
    CENTERFACE_LARGE,
    CENTERFACE_SMALL,
    CENTERFACE_TILTED,
    EYE_LARGE,
    EYE_SMALL,
    PEOPLE,
    Ensemble,
    Scan,
)
from .eye import Eye
from .face_plate import CHANNELS, OurNetwork
from .networks import BALANCED_SIZES, CENTERFACE, DETECTORS, EYE, NETWORKS, Sizes, in_use
from .people import People
from .presentations import InEveryWay
from .scaling import Scaler
from .verifier import Verifier
from .views import scan_view, to_source, views
from .weights_for_processor import read_network

T = TypeVar("T")

SMALL_SCAN: Final = replace(BALANCED_SIZES.faces[1], most_zoom=1.0)
"""A clear face of 60 pixels in 1280 has 20 there. Small pictures are not enlarged."""


class Networks:
    """The networks for some kinds of target, loaded once.

    Args:
        targets: what to search for.
        threads: processors for each network; None for all that this process may use, at most 8, of
            which each network gets half if two run at the same time.
        keep_memory: see `redact.detection.device.open_network`.

    Attributes:
        targets: what is searched for, none part of another.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        ValueError: for targets that no network finds.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        threads: int | None = None,
        *,
        keep_memory: bool = False,
    ) -> None:
        self.targets = without_nested(targets)
        known = with_nested(self.targets)
        used = in_use(DETECTORS, self.targets)
        beside = CENTERFACE in used
        each = threads or (threads_each() if beside else default_threads())
        self._ours = OurNetwork([t for t in CHANNELS if t in known], each, keep_memory)
        self._faces = CenterFace(each) if beside else None
        # Loaded for the first face or plate to be scanned, or for the first picture without plates:
        # many clips have none.
        # That may happen in a thread, which does not inherit the device (`on_device`).
        here = copy_context()
        self._eye = once(lambda: here.run(Eye, each)) if EYE in used else None
        self._faces_alone = once(lambda: here.run(CenterFace, threads or default_threads()))
        self._people = People(each) if Target.PERSON in known else None

    def ensemble(
        self, sizes: Sizes, sample_aspect: float, said: tuple[str, str] = ("", "")
    ) -> Ensemble:
        """A detector of all networks; scores are probabilities.

        Args:
            sizes: at which each network scans a picture.
            sample_aspect: width of a source pixel divided by its height.
            said: names and SHA-256 of all networks, for reports.
        """
        ours = self._ours.detector(*sizes.ours, sample_aspect=sample_aspect)
        others: dict[Target, dict[str, Scan]] = {}
        closely: dict[Target, ScanImage] = {Target.FACE: self._ours.run}
        kind, large, small = "face", *sizes.faces
        if (faces := self._faces) is not None:
            closely[Target.FACE] = faces.run
            others[Target.FACE] = {
                CENTERFACE_LARGE: lambda picture: faces.scan(picture, large, sample_aspect),
                CENTERFACE_SMALL: lambda picture: faces.scan(picture, small, sample_aspect),
            }
            if (tilted := sizes.tilted) is not None:
                kind = "face thorough"
                others[Target.FACE][CENTERFACE_TILTED] = lambda picture: faces.scan(
                    picture, tilted, sample_aspect, TILTS
                )
        if (eye := self._eye) is not None:
            closely[Target.PLATE] = lambda rgb: eye().see(rgb, Target.PLATE)
            closely[Target.HEAD] = lambda rgb: eye().heads_and_faces(rgb)
        if eye is not None and Target.HEAD in with_nested(self.targets):
            heads = eye()
            others[Target.HEAD] = {
                EYE_LARGE: lambda picture: heads.scan(picture, large, sample_aspect),
                EYE_SMALL: lambda picture: heads.scan(picture, small, sample_aspect),
            }
        if (people := self._people) is not None:
            others[Target.PERSON] = {
                PEOPLE: lambda picture: people.scan(picture, sizes.people, sample_aspect)
            }
        known, rest = load_calibration(), tuple(t for t in self.targets if t is not Target.PLATE)
        fewer: Ensemble | None = None
        # What is known of faces is evidence for heads, which few networks see from behind.
        no_heads = Target.HEAD not in with_nested(self.targets)
        if faces is not None and sizes.without_plates and rest and no_heads:
            ours_fewer = self._ours.detector(*sizes.without_plates, sample_aspect=sample_aspect)
            alone, beside = self._faces_alone, others[Target.FACE][CENTERFACE_SMALL]
            scans = {
                CENTERFACE_LARGE: lambda picture: alone().scan(picture, large, sample_aspect),
                CENTERFACE_SMALL: beside,
            }
            fewer = Ensemble(
                *(ours_fewer, {Target.FACE: scans}, "face without plates", known, *said),
                *(closely, rest),
                alone=CENTERFACE_LARGE,
            )
        return Ensemble(ours, others, kind, known, *said, closely, self.targets, fewer)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Calls `make` when the value is first needed; other threads wait for it."""
    made, lock = cache(make), Lock()

    def get() -> T:
        with lock:
            return made()

    return get


def load_detector(
    sizes: Sizes = BALANCED_SIZES,
    targets: Sequence[Target] = DEFAULT_TARGETS,
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
) -> Ensemble:
    """The main detector: our network; for faces CenterFace too; for heads also the eye, and for
    people NanoDet.

    Its scores are probabilities (`redact.detection.calibration`).

    Args:
        sizes: at which each network scans a picture.
        targets: what to search for; `Target.REGION` cannot be detected.
        sample_aspect: width of a source pixel divided by its height.
        threads: see `Networks`.

    Raises:
        ModelError, DependencyError, ValueError: see `Networks`.
    """
    networks = Networks(targets, threads, keep_memory=sizes.keep_memory)
    return networks.ensemble(sizes, sample_aspect, ensemble_name(sizes, targets))


def ensemble_name(sizes: Sizes, targets: Sequence[Target]) -> tuple[str, str]:
    """Name of the detector of `load_detector`, and SHA-256 of its weights; loads nothing."""
    first, *others = in_use(DETECTORS, targets)
    names = (f"{first.name} ({sizes.name})", *(n.name for n in others))
    return " + ".join(names), "+".join(n.weights_sha256 for n in (first, *others))


def load_close_up(
    detector: Detector, targets: Sequence[Target] = DEFAULT_TARGETS, threads: int | None = None
) -> CloseUp:
    """Scanner for single places: the verifier for plates; for faces, heads and plates that fill the
    picture the detector's best network, or ours if the detector is not ours.

    Args:
        targets: what the detector searches for.
        threads: processors for the verifier, None for all that this process may use, at most 8.

    Raises:
        LookupError: the detector has no network for a kind that is scanned closely.
        ModelError, DependencyError: see `load_detector`.
    """
    presentations: Sequence[Presentation] = (Presentation(),)
    if isinstance(detector, InEveryWay):
        # For ordinary pixel aspects, close scans were measured on the picture as stored.
        presentations = [Presentation(), *detector.presentations]
        detector = detector.first
    networks: Mapping[Target, ScanImage]
    if isinstance(detector, Ensemble):
        networks = detector.close_networks
    else:
        networks = {Target.FACE: OurNetwork([Target.FACE], threads).run}
        if Target.HEAD in with_nested(targets):
            networks = {**networks, Target.HEAD: Eye(threads or default_threads()).run}
    # The verifier handles plates.
    alone = [t for t in with_nested(targets) if CLOSE_SCANNED[t] and t is not Target.PLATE]
    if missing := [t.word for t in alone if t not in networks]:
        raise LookupError(f"no network closely scans {', '.join(missing)}")
    return CloseUp(Verifier(threads), networks, presentations)


def load_body_close_up(
    detector: Detector,
    targets: Sequence[Target],
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
) -> BodyCloseUp | None:
    """Detector of bodies that scans their heads, and vehicles for plates, closely, with another
    detector's networks. None if that has no network for heads, or if none of faces, heads and
    plates are searched for, or if whole people are.

    Args:
        targets: what the detector searches for.
        sample_aspect: width of a source pixel divided by its height.
        threads: processors for the network of bodies, None for all that this process may use, at
            most 8.

    Raises:
        ModelError, DependencyError: see `load_detector`.
    """
    if isinstance(detector, InEveryWay):
        detector = detector.first
    sought = without_nested(targets)
    if Target.PERSON in sought or not isinstance(detector, Ensemble) or not detector.knows_heads:
        return None
    on_bodies = next((t for t in sought if t in (Target.FACE, Target.HEAD)), None)
    if on_bodies is None and Target.PLATE not in sought:
        return None
    networks = detector.close_networks
    people = People(threads or default_threads())
    return BodyCloseUp(
        people,
        networks[Target.FACE],
        networks[Target.HEAD],
        on_bodies,
        detector.scan_image,
        sample_aspect,
    )


def load_small_scan(
    detector: Detector, sample_aspect: float = 1.0
) -> Callable[[Frame, Sequence[Rect] | None], Detections] | None:
    """A scan of a frame, or of parts of it, for faces at a small size, by the network that scans
    faces closely; None if a detector has none. Scores are the network's own, and there are
    duplicates.

    Args:
        sample_aspect: width of a source pixel divided by its height.
    """
    if isinstance(detector, InEveryWay):
        detector = detector.first
    if not isinstance(detector, Ensemble) or Target.FACE not in detector.close_networks:
        return None
    faces, scaler = detector.close_networks[Target.FACE], Scaler()

    def scan(frame: Frame, only: Sequence[Rect] | None) -> Detections:
        picture = scaler.frame(frame.picture, only)
        (view,) = views(*picture.size, (SMALL_SCAN,), sample_aspect)
        return to_source(scan_view(picture, view, faces), view)

    return scan


def require_models(targets: Sequence[Target]) -> None:
    """Raise now if the networks of a search could not be loaded later. Takes a second and little
    memory.

    Args:
        targets: what is to be searched for.

    Raises:
        ModelError: a model is missing or is not the pinned one.
        DependencyError: the engine contacts a server.
    """
    for network in in_use(NETWORKS, targets):
        if network.required:
            for file in network.files:
                read_network(file)
    load_calibration()
