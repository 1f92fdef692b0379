"""Answers that other machines gave ahead, used where this run asks the very same question: those of
the search, and those of the audit's detectors, which a helper writes down with the same parts.

The run goes through the video in order, as it does alone, and asks its questions. Where the answer
to the very same question, named by the pixels, lies there already, it is taken; whatever is missing
the run asks its own networks. So others change how soon it is done, and nothing else. It never
waits for them: its own answer comes as soon as that of a machine that has only begun.

Another machine might round differently. So the first answers of each range are asked here as well,
and a range that differs in a single bit is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..auditing import AuditDetectors, Limits
from ..detection import Area, device_now
from ..files import AnswerReader
from ..record import library_versions
from ..types import Detections, Frame, Target
from ..words import Message
from .board import AUDIT, RANGE, Board, answers_place
from .kept_looks import (
    Ask,
    KeptLooks,
    Look,
    ask_about,
    by_pixels,
    head_of,
    look_at,
    parts_of,
    seen_in,
)

T = TypeVar("T")

EMPTY_PROOFS: Final = 3
"""Answers without any box that prove a range as well as one with boxes does. Meaning: next to
every look has faint boxes; a picture in which there are none must not be asked about twice."""


class LooksAhead:
    """What others answered for one stage of a run.

    Args:
        board: of the run; None: nobody helps.
        stage: see `Note`.
        made_by: JSON values of all that the answers depend on besides the pictures.

    Attributes:
        taken: looks that were not asked here, because others had answered.
        refused: ranges that were not used, because they answered something differently.
    """

    def __init__(self, board: Board | None, stage: str, made_by: object) -> None:
        self.taken = self.refused = 0
        self._board, self._stage = board, stage
        self._head = head_of(made_by)
        self._number: int | None = None
        self._range = _Range(None, self._head)

    def come_to(self, time: float) -> None:
        """Go on to a frame, which is asked about next, by its time in seconds."""
        if self._board is None:
            return
        self._board.come_to(time)
        number = int(time // RANGE)
        if number != self._number:
            self._number = number
            place = answers_place(self._board.plan_file, self._stage, number)
            self._range = _Range(AnswerReader(place), self._head)

    def told(self) -> Iterator[Message]:
        """What others did, for the record."""
        if self.taken:
            yield Message("looks_ahead", count=self.taken)
        if self.refused:
            yield Message("looks_refused", count=self.refused)

    def looking(self, look: Look) -> Look:
        """`look`, which is spared what others answered."""

        def answer(frame: Frame, *about: object) -> Detections:
            def question() -> bytes:
                return look_at(by_pixels(frame), *about)

            return self._seen(question, lambda: look(frame, *about))

        return answer

    def asking(self, ask: Ask) -> Ask:
        """`ask`, which is spared what others answered."""

        def answer(
            frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
        ) -> NDArray[np.float32]:
            def question() -> bytes:
                return ask_about(by_pixels(frame), boxes, target)

            return self._odds(question, lambda: ask(frame, boxes, target), len(boxes))

        return answer

    def _seen(self, question: Callable[[], bytes], look: Callable[[], Detections]) -> Detections:
        """The answer of others to a question about a picture, or that of `look`."""
        parts = self._answered(question, 3)
        if parts is None:
            return look()
        try:
            found = seen_in(parts)
        except ValueError:
            return self._refuse(look())
        if self._range.proven("look"):
            self.taken += 1
            return found
        own = look()
        if parts_of(own) != parts:
            return self._refuse(own)
        self._range.prove("look", 1.0 if len(own) else 1 / EMPTY_PROOFS)
        return own

    def _odds(
        self,
        question: Callable[[], bytes],
        ask: Callable[[], NDArray[np.float32]],
        count: int,
    ) -> NDArray[np.float32]:
        """The same for `count` boxes of a picture."""
        parts = self._answered(question, 1) if count else None
        if parts is None:
            return ask()
        found = np.frombuffer(parts[0], np.uint8)
        if len(found) == 4 * count and self._range.proven("ask"):
            odds = found.view(np.float32).copy()
            if np.isfinite(odds).all():
                return odds
        own = np.asarray(ask(), np.float32)
        if own.tobytes() != parts[0]:
            return self._refuse(own)
        self._range.prove("ask", 1.0)
        return own

    def _answered(self, question: Callable[[], bytes], parts: int) -> list[bytes] | None:
        """What others answered; naming a picture takes time, and is done only if they did."""
        if not self._range.any():
            return None
        found = self._range.answer(question())
        return found if found is not None and len(found) == parts else None

    def _refuse(self, own: T) -> T:
        self.refused += 1
        self._range = _Range(None, self._head)
        return own


class _Range:
    """The answers of one range, as far as they are there: a few MB of a dense crowd."""

    def __init__(self, reader: AnswerReader | None, head: bytes) -> None:
        self._reader, self._head = reader, head
        self._known: dict[bytes, list[bytes]] | None = None
        self._proofs: dict[str, float] = {}

    def any(self) -> bool:
        """Whether there are answers; new ones are looked for only where the known do not do."""
        if not self._known:
            self._read()
        return bool(self._known)

    def answer(self, question: bytes) -> list[bytes] | None:
        known = self._known or {}
        if question not in known:
            self._read()
        return (self._known or {}).get(question)

    def proven(self, kind: str) -> bool:
        """Whether answers of a kind were found to be those of this machine."""
        return self._proofs.get(kind, 0.0) > 0.99

    def prove(self, kind: str, by: float) -> None:
        self._proofs[kind] = self._proofs.get(kind, 0.0) + by

    def _read(self) -> None:
        if self._reader is None:
            return
        new = self._reader.new()
        if self._known is None and new:
            if new[0].question != self._head:
                self._reader = None  # other settings, models or libraries
                return
            self._known = {}
        if self._known is not None:
            self._known |= {answer.question: answer.parts for answer in new}


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

    def look(self, frame: Frame, only: Sequence[Area] | None = None) -> Detections:
        looks = self.looks + 1
        found = self.through.looking(super().look)(frame, only)
        self.looks = looks  # of the audit, whoever made them
        return found

    def ask(
        self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        close = self.close + len(boxes)
        found = self.through.asking(super().ask)(frame, boxes, target)
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
        self._made.append(LooksAhead(self._board, AUDIT, made_by))
        return self._made[-1]

    def told(self) -> Iterator[Message]:
        """What helpers did, for the record."""
        for one in self._made:
            yield from one.told()
