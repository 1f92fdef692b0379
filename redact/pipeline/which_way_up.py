"""Which way is up: a camera lay on its side, hung upside down, or was turned by hand, and the file
does not say so.

No network detects a face, or a body, that lies on its side. So a few frames are scanned in four
ways, and if people are plainly upright in another way than the file's, everything is scanned in
that way too. Faces tell it of who is near, and bodies of who is far off or turned away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

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
"""Size of a picture as it is shown to CenterFace: larger faces than it knows lie any way for it."""

TELLING_BODY_SCORE: Final = 0.4
"""Score of a body; by so much more as it has, it speaks for the way in which it is upright."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """From when on what one network gives for a way tells that it is up.

    Attributes:
        lead: over every other way, for a picture to tell anything; two pictures must.
        least: of the way itself.
        clear: so much in one picture settles it.
    """

    lead: float
    least: float
    clear: float


BY_FACES: Final = Evidence(lead=0.1, least=0.5, clear=0.8)
"""Score of the surest face. Of 68 labelled frames with such a face, on dev, 65 say what is so."""

BY_BODIES: Final = Evidence(lead=0.2, least=0.2, clear=0.5)
"""Sum of what the scores of bodies exceed `TELLING_BODY_SCORE`. In 247 frames of 76 upright clips
(dev and other footage) 107 tell that they are upright and one another way (.43: somebody slides);
none of these clips is turned, and of their 228 turned versions 123 are recognised, by faces alone
78; in nearly all others nobody is large enough."""

Degrees = Literal[90, 180, 270]
_TURNED: Final[tuple[Degrees, ...]] = (90, 180, 270)

Ways = NDArray[np.float64]
"""[2, 4] of a picture: what speaks for it by faces, and by bodies, as it is, and turned clockwise
by 90, 180 and 270 degrees."""


def turned_by(info: SourceInfo, settings: DetectSettings, journal: Journal) -> tuple[Degrees, ...]:
    """Degrees clockwise by which pictures must be scanned turned as well; warns the user of each.

    Raises:
        ModelError, DependencyError: see `CenterFace`.
        UnsafeError: a network fails.
    """
    if settings.rotate is not Rotate.AUTO:
        return tuple(degrees for degrees in _TURNED if settings.rotate.value == f"{degrees}")
    if CENTERFACE.optional in settings.without:  # and NanoDet with it
        return ()
    for network in (CENTERFACE, NANODET):
        if is_missing(network.file):  # whoever searches for plates alone can do without it
            journal.warn(Message("way_up_unknown", network=network.name))
            return ()
    with journal.stage("upright", None) as stage:
        found = plainly(_ways(info, stage))
    for degrees in found:
        journal.warn(Message("turned", degrees=degrees))
    return found


def plainly(pictures: Iterable[Ways]) -> tuple[Degrees, ...]:
    """Degrees by which people are plainly turned back in some of the pictures."""
    told: dict[tuple[Evidence, int], list[float]] = defaultdict(list)
    for ways in pictures:
        for kind, given in zip((BY_FACES, BY_BODIES), ways, strict=True):
            way, other = int(given.argmax()), float(np.sort(given)[-2])
            if given[way] >= max(kind.least, other + kind.lead):
                told[kind, way].append(float(given[way]))
    sure = {way for (kind, way), best in told.items() if len(best) > 1 or best[0] >= kind.clear}
    return tuple(degrees for turns, degrees in enumerate(_TURNED, 1) if turns in sure)


def _ways(info: SourceInfo, stage: Stage) -> Iterable[Ways]:
    """Of some pictures. What shows nothing new says what the picture before it said."""
    scan, shrinker = _Scan(info.video.presentations[0].aspect), VideoReformatter()
    said = Remembered[Ways](lambda _: np.zeros((0, 4), np.float32), math.inf)
    for frame in sample_frames(info):
        yield said.of(shrink(frame, shrinker), partial(scan.ways, frame))
        stage.advance()


class _Scan:
    """The networks that tell which way is up.

    Args:
        aspect: width of a source pixel divided by its height.
    """

    def __init__(self, aspect: float) -> None:
        self._faces, self._people = CenterFace(threads_each()), People(default_threads())
        self._scaler, self._aspect = Scaler(), aspect

    def ways(self, frame: Frame) -> Ways:
        """What they say of a frame; the other ways are not tried if one is plainly up."""
        (view,) = views(*frame.size, (SHOWN,), self._aspect)
        rgb = self._scaler.frame(frame.picture).view(view.area, view.size)
        ways = np.zeros((2, 4))
        for turns in range(4):
            shown = np.ascontiguousarray(np.rot90(rgb, -turns))
            bodies = self._people.bodies(self._scaler.array(shown))
            likely = bodies.score[~bodies.vehicle] - TELLING_BODY_SCORE
            face = self._faces.run(shown).score.max(initial=0.0)
            ways[:, turns] = face, likely.clip(0).sum()
            if turns == 0 and (ways[:, 0] >= (BY_FACES.clear, BY_BODIES.clear)).any():
                break
        return ways
