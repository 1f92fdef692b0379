"""The first pass over a video, frame by frame: when the networks look, and who is followed."""

from __future__ import annotations

from ..detection import Detector, load_detector, load_plugin, own_name
from ..errors import UsageError
from ..media import SourceInfo
from ..settings import DetectSettings
from ..track import Look, Looks, Tracker, settings_of
from ..types import Frame
from .kept_looks import Ask


class Search:
    """Takes the frames of a video in order, all of them or those of a range.

    Args:
        settings: of the search.
        look: the detector.
        ask: takes close looks (`redact.detection.CloseUp`).
        parts: the detector knows how to look at parts of a picture.
        zero: PTS of the first frame of the video; None: the first frame taken is that.

    Attributes:
        tracker, looks: what follows, and what asks the detector.
    """

    def __init__(
        self,
        settings: DetectSettings,
        look: Look,
        ask: Ask,
        parts: bool,
        zero: int | None = None,
    ) -> None:
        numbers = settings_of(settings.sensitivity, settings.caution)
        self.tracker = Tracker(settings=numbers, ask=ask)
        every = numbers.whole_every if parts else 0.0
        self.looks = Looks(look, every, numbers.meet_every)
        self._scope, self._zero = settings.scope, zero

    def see(self, frame: Frame) -> None:
        """Take the next frame; raises as the detector does."""
        if self._zero is None:
            self._zero = frame.pts
        found = None
        if self.tracker.wants_detection(frame) and self._inside(frame, self._zero):
            found = self.looks.at(frame, self.tracker.small_picture(frame))
        self.tracker.observe(frame, None if found is None else self._scope.select(found))

    def _inside(self, frame: Frame, zero: int) -> bool:
        """Whether it is looked at this time of the video."""
        return self._scope.at(float((frame.pts - zero) * frame.time_base))


def looking(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None
) -> tuple[Detector, Look, bool]:
    """What the settings say is to look, how it is asked, and whether it knows parts of pictures.

    Args:
        info: of the video.
        settings: of the search.
        detector: looks instead of redact's own networks; None: none.

    Raises:
        UsageError: nobody looks for what is wanted.
    """
    detector = _of_others(info, settings, detector)
    if detector is not None:  # of others, who know nothing of looks at parts of a picture
        look = detector.detect_frame
        return detector, lambda frame, _: look(frame), False
    strange = [t.word for t in settings.targets if not t.spec.own]
    if strange:
        raise UsageError(
            f"--targets {','.join(strange)}: redact's own networks do not find it",
            "Name a detector of another package that does, with --detector.",
        )
    ours = load_detector(
        settings.sensitivity,
        settings.targets,
        sample_aspect=float(info.video.upright_sample_aspect),
        centerface=settings.centerface,
    )
    return ours, ours.detect_frame, True


def who_looks(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None
) -> tuple[tuple[str, str], ...]:
    """Name of each detector that `looking` chooses, with the SHA-256 of its weights.

    A result is only one that was made in the same way where the same detector looked. Of redact's
    own networks this is known without loading them; what a package brings must say it itself.

    Args:
        info, settings, detector: as for `looking`.

    Raises:
        UsageError, DependencyError: see `redact.detection.load_plugin`.
    """
    detector = _of_others(info, settings, detector)
    if detector is not None:
        return ((detector.name, detector.weights_sha256),)
    return (own_name(settings.sensitivity, settings.targets, centerface=settings.centerface),)


def _of_others(
    info: SourceInfo, settings: DetectSettings, detector: Detector | None
) -> Detector | None:
    """The detector that was passed in or, without one, is named; None where redact's own look."""
    if detector is not None or not settings.detector:
        return detector
    aspect = float(info.video.upright_sample_aspect)
    return load_plugin(settings.detector, settings.sensitivity, settings.targets, aspect)
