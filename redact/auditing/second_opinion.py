"""A second opinion on the plan: while the first pass compares the frames, detectors and reader scan
the moments and places at which somebody was most probably missed."""

from __future__ import annotations

from ..plan import Plan
from ..reading import NumberReader
from ..record import BodiesPart
from ..schedule import Schedule
from ..types import DOUBTFUL, Box, Frame, Target, Track
from .audit_detectors import AuditDetectors
from .headcount import Headcount, Suspicion
from .legible import Legible, Number
from .scan_schedule import Span, scheduled_scans, spans_to_rescan
from .still_visible import Misfit, Scan, StillVisible, part_at, probable
from .what_is_hidden import Covers, MakeMask


class SecondOpinion:
    """Scans some frames of a clip, which must come in order.

    Args:
        plan: of the clip.
        covers: says what is hidden where.
        detectors: of the audit.
        schedule: of the audit.
        reader: for plate numbers; None to read none.

    Attributes:
        wanted: frame → places to scan in it, see `scheduled_scans`.
        seen: frame → what was seen in it, for each frame of `wanted` that has been taken.
    """

    def __init__(
        self,
        plan: Plan,
        covers: Covers,
        detectors: AuditDetectors,
        schedule: Schedule,
        reader: NumberReader | None,
    ) -> None:
        self._plan, self._schedule = plan, schedule
        self.wanted: dict[int, list[Box] | None] = {}
        if detectors.targets:
            self.wanted = scheduled_scans(plan, schedule)
        self._visible = StillVisible(plan, covers, detectors, unless_same=True)
        self._legible = None if reader is None else Legible(plan, covers, detectors, reader)
        self._headcount: Headcount | None = None
        if detectors.sought is not None:
            scope = plan.settings.scope
            self._headcount = Headcount(detectors, detectors.sought, covers, plan.regions_at, scope)
        self._suspicions: list[Suspicion] = []
        self.seen: dict[int, Scan] = {}

    def take(self, shown: Frame, mask: MakeMask) -> None:
        """Scan and read a frame of the source, if it is due.

        Args:
            shown: the frame, which equals the output outside the masks.
            mask: makes its mask.
        """
        if shown.index in self.wanted:
            places = self.wanted[shown.index]
            parts = None if places is None else [part_at(box, *shown.size) for box in places]
            found = self._visible.scan(shown, mask, parts)
            if found is not None:
                self.seen[shown.index] = found, parts
                self._suspicions += self._visible.suspects(shown, found)
                if self._headcount is not None and parts is None:
                    self._headcount.scan(shown, mask)
        if self._legible is not None and shown.index in self._legible.frames:
            numbers = self._legible.read(shown, mask())
            self._suspicions += [(n.probability, Target.PLATE, n.frame, n.box) for n in numbers]

    @property
    def misfits(self) -> list[Misfit]:
        """Subjects that their masks do not cover."""
        return self._visible.misfits

    @property
    def spans(self) -> list[Span]:
        """Spans around everything that is probably visible."""
        beliefs = [(m.frame, probable([m])) for m in self.misfits]
        counted = [] if self._headcount is None else self._headcount.suspicions
        beliefs += [(frame, seen) for seen, _, frame, _ in (*self._suspicions, *counted)]
        believed = [frame for frame, probability in beliefs if probability >= DOUBTFUL]
        return spans_to_rescan(believed, self._plan, self._schedule.audit_every)

    def uncounted(self, seen: list[Track]) -> list[Track]:
        """A track for each person whom the headcount found visible and who is in none of the tracks
        `seen`."""
        return [] if self._headcount is None else self._headcount.tracks(seen)

    @property
    def bodies(self) -> BodiesPart | None:
        """The counts of the headcount; None if bodies are not searched for."""
        return None if self._headcount is None else self._headcount.counted

    @property
    def open(self) -> list[Number]:
        """Visible plate numbers."""
        return [] if self._legible is None else self._legible.open

    @property
    def repeated(self) -> list[Number]:
        """Visible texts that repeat the number of a hidden plate."""
        return [] if self._legible is None else self._legible.repeated()
