"""Keeps the detectors' answers during a search, so that a stopped run can continue.

The networks take most of the time of a search, and their answers are a few numbers. Each answer is
written at once to a hidden file beside the plan that the search is for. A run that is given again
reads the answers there, and runs the networks only for what follows. All else is done anew from the
video (decoding, tracking), so that the plan is that of an undisturbed run, and no picture is ever
stored.

Stored answers are used only where they fit: same redact, libraries, models, settings and source,
and the same questions in the same order. What does not fit, and all after it, is thrown away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from .. import __version__
from ..detection import Bodies, Detector, Verifier, device_now
from ..errors import InputError, UnsafeError
from ..files import Answer, AnswerFile, beside
from ..reading import Reader
from ..record import library_versions
from ..settings import DetectSettings
from ..track import Ask, Eyes, Read, ScanParts
from ..types import Detections, Frame, Rect

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Stored(Generic[A]):
    """How an answer is stored: as arrays of these types."""

    make: Callable[..., A]
    arrays: Callable[[A], tuple[NDArray[Any], ...]]
    types: tuple[DTypeLike, ...]


_BOX: Final = np.dtype((np.float32, 4))

_DETECTIONS: Final = _Stored(
    Detections,
    lambda seen: (seen.xyxy, seen.score, seen.target, seen.fringe),
    (_BOX, np.float32, np.int8, _BOX),
)
_BODIES: Final = _Stored(
    Bodies, lambda seen: (seen.xyxy, seen.score, seen.vehicle), (_BOX, np.float32, np.bool_)
)


def _alone(answer: A) -> A:
    return answer


def _one(answer: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    return (answer,)


class KeptScans:
    """The answers of one search; a context manager, behind which a file with answers stays.

    Args:
        path: of the file, for its owner alone; None, or one that cannot be written or that another
            search has open: nothing is kept.
        made_by: JSON values of all that the answers depend on besides the frames.

    Attributes:
        taken_up: scans of an earlier run that were used.
        caught_up: there is nothing more of an earlier run to use.
    """

    def __init__(self, path: Path | None, made_by: object) -> None:
        self.taken_up = 0
        self.caught_up = False
        self._file: AnswerFile | None = None
        if path is not None:
            with contextlib.suppress(OSError):
                self._file = AnswerFile.opened(path)
        head = _digest(msgspec.json.encode(made_by, order="deterministic"))
        if self._known(head, 0) is None:
            self._keep(head, [])
        self._used = False

    def __enter__(self) -> KeptScans:
        return self

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if self._file is None:
            return
        if isinstance(error, InputError | UnsafeError):
            self._file.remove()  # the source is refused, and would be again
        elif self._used or self._file.peek() is not None:
            self._file.close()
        else:
            self._file.remove()  # nothing was asked, as where a video has no picture in a span

    def scanning(self, scan: ScanParts) -> ScanParts:
        """`scan`, whose answers of an earlier run are taken from the file."""

        def answer(frame: Frame, areas: Sequence[Rect] | None) -> Detections:
            question = _digest(b"scan", _name(frame), repr(areas).encode())
            found, known = self._answered(question, lambda: scan(frame, areas), _DETECTIONS)
            self.taken_up += known
            return found

        return answer

    def eyes(self, eyes: Eyes) -> Eyes:
        """The same for the detectors of bodies, of heads on them and of plates on vehicles."""

        def bodies(frame: Frame) -> Bodies:
            question = _digest(b"bodies", _name(frame))
            return self._answered(question, lambda: eyes.bodies(frame), _BODIES)[0]

        plates = eyes.plates
        if plates is not None:
            plates = self._at_places(b"plates", plates, _DETECTIONS)
        heads = self._at_places(b"heads", eyes.heads, _DETECTIONS)
        return Eyes(bodies, heads, eyes.target, plates)

    def asking(self, ask: Ask) -> Ask:
        """The same for close scans."""
        return self._at_places(b"ask", ask, _Stored(_alone, _one, (np.float32,)))

    def reading(self, read: Read) -> Read:
        """The same for the reader."""
        return self._at_places(b"read", read, _Stored(_alone, _one, (np.bool_,)))

    def _at_places(
        self, what: bytes, ask: Callable[..., A], stored: _Stored[A]
    ) -> Callable[..., A]:
        """The same for a function of a frame, boxes in it, and perhaps their targets."""

        def answer(frame: Frame, *about: NDArray[Any]) -> A:
            if not len(about[0]):
                return ask(frame, *about)
            question = _digest(what, _name(frame), *(part.tobytes() for part in about))
            return self._answered(question, lambda: ask(frame, *about), stored)[0]

        return answer

    def _answered(
        self, question: bytes, ask: Callable[[], A], stored: _Stored[A]
    ) -> tuple[A, bool]:
        """The answer to a question, and whether the file held it."""
        known = self._known(question, len(stored.types))
        if known is not None:
            arrays = (np.frombuffer(x, t).copy() for x, t in zip(known, stored.types, strict=True))
            return stored.make(*arrays), True
        answer = ask()
        self._keep(question, [part.tobytes() for part in stored.arrays(answer)])
        return answer, False

    def _known(self, question: bytes, parts: int) -> list[bytes] | None:
        """The next answer in the file, if it is one to this question."""
        if self._file is None:
            return None
        answer = self._file.peek()
        if answer is None or answer.question != question or len(answer.parts) != parts:
            return None
        self._file.accept()
        self._used = True
        return answer.parts

    def _keep(self, question: bytes, parts: list[bytes]) -> None:
        self._used = self.caught_up = True
        if self._file is not None:
            self._file.put(Answer(question, parts))


def _name(frame: Frame) -> bytes:
    """A frame by its place in the video."""
    return repr((frame.index, frame.pts, frame.damaged, frame.size)).encode()


def _digest(*parts: bytes) -> bytes:
    """16 bytes that stand for some parts in their order."""
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def scans_kept(
    plan_file: Path | None, source_sha256: str, settings: DetectSettings, detector: Detector
) -> KeptScans:
    """The answers of the search for a plan, with those of a run that was stopped.

    Args:
        plan_file: where the plan goes; None keeps nothing.
        source_sha256, settings, detector: that the answers depend on.
    """
    made_by = {
        "source": source_sha256,
        "redact": __version__,
        "libraries": library_versions(),
        "settings": repr(settings),
        "detector": [detector.name, detector.weights_sha256],
        "device": device_now(),
        "verifier": [Verifier.name, Verifier.weights_sha256],
        "reader": [Reader.name, Reader.weights_sha256],
    }
    return KeptScans(None if plan_file is None else scans_path(plan_file), made_by)


def scans_path(plan_file: Path) -> Path:
    """Path of the file that keeps the detectors' answers for a plan."""
    return beside(plan_file, "scans")


def forget_scans(plan_file: Path) -> None:
    """Remove the answers of the search for a plan, which is there or not wanted any more."""
    with contextlib.suppress(OSError):
        scans_path(plan_file).unlink()
