"""The first view of a long video: its survey, which fills while it works, and on which a person
marks the excerpts that are searched."""

from __future__ import annotations

import glob
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2

from ..errors import PlanError
from ..files import PLAN, WORK_ENDING
from ..media import SourceInfo
from ..plan import is_own_plan, read_plan
from ..record import checked_cuts
from ..survey import Survey, survey
from ..types import clock
from .actions import seconds_of
from .jobs import Job
from .refused_error import RefusedError
from .session import place_of

Cut = tuple[float, float]
"""Start and end of an excerpt, in seconds after the first picture of its video."""


class FirstLook:
    """The survey of a video, from its beginning on.

    Args:
        info: of the whole video.

    Attributes:
        job: that makes it.
    """

    def __init__(self, info: SourceInfo) -> None:
        self.info = info
        self._found: Survey | None = None
        self.job = Job("survey", self._look).start()

    def _look(self, job: Job) -> None:
        self._take(survey(self.info, job, self._take))

    def _take(self, found: Survey) -> None:
        self._found = found

    def stop(self) -> None:
        """Leave it as it is."""
        self.job.ask_to_stop()

    def close(self) -> None:
        """Stop, and wait for that: a network that still runs would bring down the process."""
        self.stop()
        self.job.over.wait(30)

    def for_page(self) -> dict[str, Any]:
        """What was found so far. Of each picture: since when and when, and how much it shows."""
        found = self._found
        told: dict[str, Any] = {
            "seconds": float(self.info.duration or 0),
            "sound": bool(self.info.audio),
            "job": self.job.state(),
        }
        if found is None:
            return told | {"rows": {}, "pictures": [], "excerpts": []}
        rows = {kind.value: spans for kind, spans in found.spans.items()}
        cuts = [(cut, cut) for cut in found.cuts]
        return told | {
            "seconds": found.seconds,
            "rows": rows | {"cuts": cuts},
            "pictures": [
                (c.start, c.best.time, c.best.people, c.best.vehicles)
                for c in found.cells
                if c.best.thumbnail is not None
            ],
            "excerpts": [(one.start, one.end) for one in found.excerpts],
        }

    def picture(self, time: float) -> bytes:
        """The picture that was looked at then, as JPEG; empty if it is not kept."""
        cells = () if self._found is None else self._found.cells
        small = next((c.best.thumbnail for c in cells if c.best.time == time), None)
        if small is None:
            return b""
        return cv2.imencode(".jpg", small[..., ::-1])[1].tobytes()

    def checked(self, cuts: object) -> list[Cut]:
        """Excerpts that a person marked, in order, to a tenth of a second. Raises RefusedError if
        one lies outside the video, UsageError as `checked_cuts`, ValueError if they are none."""
        if not isinstance(cuts, list):
            raise ValueError("no list of excerpts")
        length = float(self.info.duration or 0)
        wanted = [(round(seconds_of(a), 1), round(seconds_of(b), 1)) for a, b in cuts]
        for start, end in wanted:
            if not 0 <= start < length or end > length + 0.1:
                raise RefusedError("cut_outside", length=clock(length))
        return list(checked_cuts(wanted, self.info.path.name))


def cuts_searched(info: SourceInfo, folder: Path | None) -> list[Cut]:
    """Excerpts of a video that were searched before, in order of time.

    Args:
        info: of the whole video.
        folder: of the results, see `place_of`.
    """
    place, found = place_of(info, folder).parent, list[Cut]()
    for plan in place.glob(f"{glob.escape(info.path.stem)}.*{WORK_ENDING}/{PLAN}"):
        with suppress(PlanError):
            if is_own_plan(plan):
                read = read_plan(plan)
                if read.settings.scope.cut and read.source.size == info.size:
                    start, end = read.settings.scope.cut
                    found += [] if end is None else [(start, end)]
    return sorted(found)
