"""Which way is up: a camera lay on its side, hung upside down, or was turned by hand, and the file
does not say so.

No network knows a face that lies on its side. So a few frames are shown to one in four ways, and if
faces are plainly seen in another way than the file's, everything is looked at in that way too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..detection import CENTERFACE, CenterFace, Scale, Scaler, is_missing, views
from ..media import SourceInfo, sample_frames
from ..progress import Stage
from ..settings import DetectSettings, Rotate
from ..words import Message
from .journal import Journal

SHOWN: Final = Scale(640)
"""Size of a picture as it is shown to CenterFace: larger faces than it knows lie any way for it."""

CLEAR_FACE_SCORE: Final = 0.8
"""Score from which one face settles which way up a picture is; else two pictures are needed."""

TELLING_SCORE: Final = 0.5
"""Score from which a face tells which way is up, if it leads all other ways by `LEAST_SCORE_LEAD`.
Of 68 labelled frames with such a face, on dev, 65 say what is so."""

LEAST_SCORE_LEAD: Final = 0.1

Degrees = Literal[90, 180, 270]
_TURNED: Final[tuple[Degrees, ...]] = (90, 180, 270)


def turned_by(info: SourceInfo, settings: DetectSettings, journal: Journal) -> tuple[Degrees, ...]:
    """Degrees clockwise by which pictures must be scanned turned as well; warns the user of each.

    Raises:
        ModelError, DependencyError: see `CenterFace`.
        UnsafeError: a network fails.
    """
    if settings.rotate is not Rotate.AUTO:
        return tuple(degrees for degrees in _TURNED if settings.rotate.value == f"{degrees}")
    if CENTERFACE.optional in settings.without:
        return ()
    if is_missing(CENTERFACE.file):  # whoever looks for plates alone can do without it
        journal.warn(Message("way_up_unknown"))
        return ()
    with journal.stage("upright", None) as stage:
        found = plainly(_scores(info, stage))
    for degrees in found:
        journal.warn(Message("turned", degrees=degrees))
    return found


def plainly(scores: Iterable[NDArray[np.float64]]) -> tuple[Degrees, ...]:
    """Degrees by which faces are plainly turned back in some of the pictures.

    Args:
        scores: [4] of each picture: of the surest face as it is, and turned clockwise by 90, 180
            and 270 degrees.
    """
    best: dict[int, list[float]] = {}
    for ways in scores:
        order = np.argsort(ways)
        first, second = int(order[-1]), int(order[-2])
        if ways[first] >= TELLING_SCORE and ways[first] >= ways[second] + LEAST_SCORE_LEAD:
            best.setdefault(first, []).append(float(ways[first]))
    return tuple(
        degrees
        for turns, degrees in enumerate(_TURNED, 1)
        if len(best.get(turns, ())) > 1 or max(best.get(turns, [0.0])) >= CLEAR_FACE_SCORE
    )


def _scores(info: SourceInfo, stage: Stage) -> Iterable[NDArray[np.float64]]:
    network, scaler = CenterFace(2), Scaler()
    aspect = info.video.presentations[0].aspect
    for frame in sample_frames(info):
        (view,) = views(*frame.size, (SHOWN,), aspect)
        rgb = scaler.frame(frame.picture).view(view.area, view.size)
        ways = np.zeros(4)
        for turns in range(4):
            shown = np.ascontiguousarray(np.rot90(rgb, -turns))
            ways[turns] = network.run(shown).score.max(initial=0.0)
            if turns == 0 and ways[0] >= CLEAR_FACE_SCORE:
                break
        stage.advance()
        yield ways
