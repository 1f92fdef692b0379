"""Decodes a source again and pairs each frame with the regions that its plan hides. A frame that
the plan does not know stops the run.

Everything that draws a plan gets its frames here. So a mask can only land on the picture that it
was made for, and the masks on record are those that are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import UnsafeError
from ..media import Decode, SourceInfo
from ..plan import DAMAGE_REACH, Plan
from ..settings import Damaged
from ..types import Frame, Region
from ..words import Message, problem


class CheckedFrames:
    """Iterable of a source's frames with their regions; each iteration decodes from the start.

    Args:
        info: of the source.
        plan: made for it.

    Attributes:
        unknown_damage: indices, ascending, of frames in which this iteration kept masks in place
            because of damage that the plan does not know. Decoders report damage late, so two
            passes over one file may see it at different frames.
        warnings: of a completed iteration, for the user.
        source: what a completed iteration showed of the source, see `redact.media.Decode.found`.
    """

    def __init__(self, info: SourceInfo, plan: Plan) -> None:
        self._info = info
        self._plan = plan
        self.source = info
        self.unknown_damage: list[int] = []
        self.warnings: list[Message] = []

    def __iter__(self) -> Iterator[tuple[Frame, list[Region]]]:
        """Decode from the start.

        Raises:
            InputError: the file cannot be read any more.
            UnsafeError: the frames are not exactly those that the plan was made from, so masks
                could land on pictures that nobody checked.
        """
        times, known = self._plan.source.timeline.pts, frozenset(self._plan.unchecked)
        self.unknown_damage, self.warnings = [], []
        decoded, count = Decode(self._info), 0
        for frame in decoded:
            if frame.index >= len(times) or frame.pts != times[frame.index]:
                raise problem(UnsafeError, "other_frame", path=self._info.path, frame=frame.index)
            if frame.damaged and frame.index not in known:
                self.unknown_damage.append(frame.index)
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
        if self.unknown_damage:
            self.warnings.append(Message("damaged_when_drawn", count=len(self.unknown_damage)))

    def _untrusted(self, frame: Frame) -> bool:
        """Whether the plan would hide the whole picture, had it known of the damage."""
        return frame.broken or (frame.damaged and self._plan.settings.damaged is Damaged.HIDE)

    def _stop_where_masks_are_too_old(self, frame: int) -> None:
        """Stop if unknown damage lasts so long that held masks are too old. The plan hides whole
        pictures only where it knows of the damage."""
        if self.unknown_damage[-DAMAGE_REACH - 1 :] == list(range(frame - DAMAGE_REACH, frame + 1)):
            self._stop(frame - DAMAGE_REACH, frame)

    def _stop(self, first: int, last: int) -> None:
        """Raise UnsafeError for damage that the plan does not know and no recent mask hides."""
        path = f"{self._info.path}"
        raise problem(UnsafeError, "new_damage", path=path, first=first, last=last)
