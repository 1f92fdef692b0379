"""The audit's detectors with the answers of others: taken in a run, written down by a helper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..auditing import AuditDetectors, Limits
from ..detection import Area, device_now
from ..evidence import library_versions
from ..messages import Message
from ..types import Detections, Frame, Target
from .board import AUDIT, Board
from .kept_looks import KeptLooks
from .looks_ahead import LooksAhead
from .questions import array_name


class AuditAhead(AuditDetectors):
    """`AuditDetectors` that ask through something.

    Args:
        targets, sample_aspect, limits, centerface: see `AuditDetectors`.
        through: makes what they ask through, of `made_by`.

    Attributes:
        through: that.
        made_by: JSON values of all that the answers depend on besides the pictures.
    """

    def __init__(
        self,
        targets: tuple[Target, ...],
        sample_aspect: float,
        limits: Limits,
        centerface: bool,
        through: Callable[[object], KeptLooks | LooksAhead],
    ) -> None:
        super().__init__(targets, sample_aspect, limits, centerface)
        self.made_by: object = {
            "redact": __version__,
            "libraries": library_versions(),
            "targets": [target.word for target in self.targets],
            "aspect": sample_aspect,
            "limits": repr(limits),
            "networks": self.names,
            "device": device_now(),
        }
        self.through = through(self.made_by)

    def come_to(self, time: float) -> None:
        if isinstance(self.through, LooksAhead):
            self.through.come_to(time)

    def look(self, rgb: NDArray[np.uint8], only: Sequence[Area] | None = None) -> Detections:
        looks = self.looks + 1
        found = self.through.looking(super().look)(rgb, only)
        self.looks = looks  # of the audit, whoever made them
        return found

    def ask(
        self,
        rgb: NDArray[np.uint8],
        frame: Frame,
        boxes: NDArray[np.float64],
        target: NDArray[np.int8],
    ) -> NDArray[np.float32]:
        close, ask = self.close + len(boxes), super().ask
        found = self.through.asking(lambda rgb, b, t: ask(rgb, frame, b, t))(rgb, boxes, target)
        self.close = close
        return found


class AuditsAhead:
    """Loads the detectors of a run's audit, which take what helpers answered.

    Args:
        board: of the run.
    """

    def __init__(self, board: Board | None) -> None:
        self._board = board
        self._made: list[LooksAhead] = []

    def load(
        self, targets: tuple[Target, ...], sample_aspect: float, limits: Limits, centerface: bool
    ) -> AuditDetectors:
        """See `AuditDetectors`."""
        return AuditAhead(targets, sample_aspect, limits, centerface, self._through)

    def _through(self, made_by: object) -> LooksAhead:
        self._made.append(LooksAhead(self._board, AUDIT, made_by, array_name))
        return self._made[-1]

    def told(self) -> Iterator[Message]:
        """What helpers did, for the record."""
        for one in self._made:
            yield from one.told()
