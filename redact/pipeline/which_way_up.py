"""Finds out which way is up, if a camera lay on its side, hung upside down, or was turned by hand,
and the file does not say so.

No network detects a face or a body that lies on its side. So a few frames are scanned in all four
orientations. If people are clearly upright in an orientation other than the file's, every scan also
uses that one. Faces reveal it for people nearby, bodies for those far away or turned away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, get_args

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..detection import (
    CENTERFACE,
    NANODET,
    CenterFace,
    People,
    Scale,
    Scaler,
    default_threads,
    is_missing,
    threads_each,
    views,
)
from ..media import SourceInfo, sample_frames
from ..progress import Stage
from ..settings import DetectSettings, Rotate
from ..track import Remembered, shrink
from ..types import Frame
from ..words import Message
from .journal import Journal

SHOWN: Final = Scale(640)
"""Size of the picture given to CenterFace, which cannot tell how very large faces are turned."""

TELLING_BODY_SCORE: Final = 0.4
"""Body score that is no evidence; what a score exceeds it by is evidence for an orientation."""


@dataclass(frozen=True, slots=True)
class TurnRule:
    """How much evidence of one network proves an orientation.

    Attributes:
        lead: least lead over every other orientation for a picture to count; two must count.
        least: least evidence for the orientation itself.
        clear: evidence with which a single picture is enough.
    """

    lead: float
    least: float
    clear: float


BY_FACES: Final = TurnRule(lead=0.1, least=0.5, clear=0.8)
"""For the highest face score. On dev, 65 of 68 labelled frames with such a face are right."""

BY_BODIES: Final = TurnRule(lead=0.2, least=0.2, clear=0.5)
"""For the sum by which the scores of bodies exceed `TELLING_BODY_SCORE`. Of 247 frames of 76
upright clips (dev and other footage), 107 count for upright and one for another orientation (.43:
a person slides); no clip is taken for turned. Of their 228 turned versions 123 are recognised, by
faces alone 78; in nearly all others nobody is large enough."""

_PLAINLY_UPRIGHT: Final = BY_FACES.clear, BY_BODIES.least + BY_BODIES.lead
"""Evidence, from faces and from bodies, for a picture being upright as it is from which the other
three ways are not scanned: a single person with a score of .8 is enough. On 192 pictures of 67
clips, laid in all four ways, 116 of 201 turned clips are recognised, as many as with
`BY_BODIES.clear`; 117 if every way is always scanned."""

Degrees = Literal[90, 180, 270]
_TURNED: Final[tuple[Degrees, ...]] = get_args(Degrees)

Ways = NDArray[np.float64]
"""Evidence in one picture, float64 [2, 4]: rows for faces and bodies; columns for the picture as it
is, and turned clockwise by 90, 180 and 270 degrees."""


def turned_by(info: SourceInfo, settings: DetectSettings, journal: Journal) -> tuple[Degrees, ...]:
    """Degrees clockwise by which pictures must also be scanned turned; warns the user of each.

    Raises:
        ModelError, DependencyError: see `CenterFace`.
        UnsafeError: a network fails.
    """
    if settings.rotate is not Rotate.AUTO:
        return tuple(degrees for degrees in _TURNED if settings.rotate.value == f"{degrees}")
    for network in (CENTERFACE, NANODET):
        if is_missing(network.file):  # a search for plates alone works without it
            journal.warn(Message("way_up_unknown", network=network.name))
            return ()
    with journal.stage("upright", None) as stage:
        pictures = list(_ways(info, stage))
    found = decided_ways(pictures)
    for degrees in found:
        journal.warn(Message("turned", degrees=degrees))
    return found if found or not info.photograph else of_photograph(pictures)


def decided_ways(pictures: Iterable[Ways]) -> tuple[Degrees, ...]:
    """Degrees clockwise by which turning some of the pictures clearly makes people upright."""
    evidence: dict[tuple[TurnRule, int], list[float]] = defaultdict(list)
    for ways in pictures:
        for kind, way, given in _counts_for(ways):
            evidence[kind, way].append(given)
    sure = {way for (kind, way), best in evidence.items() if len(best) > 1 or best[0] >= kind.clear}
    return _degrees(sure)


def of_photograph(pictures: Iterable[Ways]) -> tuple[Degrees, ...]:
    """Degrees clockwise by which a photograph is scanned turned that shows nobody clearly upright.

    No second picture can confirm the only one, so what counts decides at once; if nothing does, as
    in a photograph of cars alone, all orientations are scanned.
    """
    counts = {way for ways in pictures for _, way, _ in _counts_for(ways)}
    return _degrees(counts) if counts else _TURNED


def _counts_for(ways: Ways) -> Iterator[tuple[TurnRule, int, float]]:
    """Yield each network's orientation of a picture, in quarter turns, with the evidence for it."""
    for kind, given in zip((BY_FACES, BY_BODIES), ways, strict=True):
        way, other = int(given.argmax()), float(np.sort(given)[-2])
        if given[way] >= max(kind.least, other + kind.lead):
            yield kind, way, float(given[way])


def _degrees(ways: Container[int]) -> tuple[Degrees, ...]:
    return tuple(degrees for turns, degrees in enumerate(_TURNED, 1) if turns in ways)


def _ways(info: SourceInfo, stage: Stage) -> Iterable[Ways]:
    """Yield the evidence in sample pictures; a picture that shows nothing new repeats the last."""
    scan, shrinker = _Scan(info.video.presentations[0].aspect), VideoReformatter()
    said = Remembered[Ways](lambda _: np.zeros((0, 4), np.float32), math.inf)
    for frame in sample_frames(info):
        yield said.of(shrink(frame, shrinker), partial(scan.ways, frame))
        stage.advance()


class _Scan:
    """The networks that give evidence of orientation.

    Args:
        aspect: width of a source pixel divided by its height.
    """

    def __init__(self, aspect: float) -> None:
        self._faces, self._people = CenterFace(threads_each()), People(default_threads())
        self._scaler, self._aspect = Scaler(), aspect

    def ways(self, frame: Frame) -> Ways:
        """The evidence in a frame. Once it is clearly upright nothing more is asked, not even whose
        faces show it: nothing could then speak for a turn."""
        (view,) = views(*frame.size, (SHOWN,), self._aspect)
        rgb = self._scaler.frame(frame.picture).view(view.area, view.size)
        ways = np.zeros((2, 4))
        for turns in range(4):
            shown = np.ascontiguousarray(np.rot90(rgb, -turns))
            bodies = self._people.bodies(self._scaler.array(shown))
            likely = bodies.score[~bodies.vehicle] - TELLING_BODY_SCORE
            ways[1, turns] = likely.clip(0).sum()
            if ways[1, 0] >= _PLAINLY_UPRIGHT[1]:
                break
            ways[0, turns] = self._faces.run(shown).score.max(initial=0.0)
            if ways[0, 0] >= _PLAINLY_UPRIGHT[0]:
                break
        return ways
