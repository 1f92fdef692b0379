"""A source decoded again under its plan: each frame with what is hidden in it. Any other picture
stops the run.

Everything that draws a plan goes through here, so that a mask can only land on the picture that
it was made for, and so that the masks on record are those that are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import UnsafeError
from ..media import Decode, SourceInfo
from ..plan import HELD_REACH, Plan
from ..settings import Damaged
from ..types import Frame, Region
from ..words import Message, problem


class CheckedFrames:
    """Iterable of a source's frames with their regions; every iteration starts anew.

    Args:
        info: the source.
        plan: made for it.

    Attributes:
        held: frames, rising, in which the iteration so far held the masks because it met damage
            that the plan does not know. Decoders report damage late, so two passes over one
            file may be told of it at different frames.
        warnings: what a person should know about the iteration so far.
        source: as a whole iteration found it, see `redact.media.Decode.found`.
    """

    def __init__(self, info: SourceInfo, plan: Plan) -> None:
        self._info = info
        self._plan = plan
        self.source = info
        self.held: list[int] = []
        self.warnings: list[Message] = []

    def __iter__(self) -> Iterator[tuple[Frame, list[Region]]]:
        """Decode from the start.

        Raises:
            InputError: the file cannot be read any more.
            UnsafeError: the decoder did not yield exactly the frames that the plan was made on,
                so masks could land on other pictures than those that were checked.
        """
        times, known = self._plan.source.timeline.pts, frozenset(self._plan.unchecked)
        self.held, self.warnings = [], []
        decoded, count = Decode(self._info), 0
        for frame in decoded:
            if frame.index >= len(times) or frame.pts != times[frame.index]:
                raise problem(UnsafeError, "other_frame", path=self._info.path, frame=frame.index)
            if frame.damaged and frame.index not in known:
                self.held.append(frame.index)
                if self._untrusted(frame):
                    self._stop_where_masks_are_too_old(frame.index)
            regions = self._plan.regions_at(frame.index, frame.damaged)
            if self._untrusted(frame) and not regions and frame.index not in known:
                self._stop(frame.index, frame.index)
            yield frame, regions
            count += 1
        if count != len(times):
            raise problem(
                UnsafeError,
                "other_count",
                path=self._info.path,
                decoded=count,
                checked=len(times),
            )
        self.warnings = list(decoded.warnings)
        self.source = decoded.found()
        if self.held:
            self.warnings.append(Message("damaged_when_drawn", count=len(self.held)))

    def _untrusted(self, frame: Frame) -> bool:
        """Whether the whole picture would be hidden, had the plan known of the damage."""
        return frame.broken or (frame.damaged and self._plan.settings.damaged is Damaged.HIDE)

    def _stop_where_masks_are_too_old(self, frame: int) -> None:
        """The plan hides whole pictures where damage lasts, but only damage that it knows of."""
        if self.held[-HELD_REACH - 1 :] == list(range(frame - HELD_REACH, frame + 1)):
            self._stop(frame - HELD_REACH, frame)

    def _stop(self, first: int, last: int) -> None:
        """Damage that the plan does not know, and that no mask, or only old ones, would hide."""
        path = f"{self._info.path}"
        raise problem(UnsafeError, "new_damage", path=path, first=first, last=last)
