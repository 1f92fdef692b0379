"""Stores the detectors' answers during a search, so that a stopped run can continue.

The networks take most of the time of a search, and their answers are a few numbers. Each answer is
written at once to a hidden file beside the future plan. When the run is repeated, it reads the
answers from there, and runs the networks only from where the file ends. Decoding and tracking are
repeated from the start, so the plan equals that of an uninterrupted run, and no picture is ever
stored.

Stored answers are used only if redact, libraries, models, settings and source are the same, and the
same questions come in the same order. From the first that differs, the rest is discarded.
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
from ..track import Ask, BodyScanners, Read, ScanParts
from ..types import Detections, Frame, Rect

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Stored(Generic[A]):
    """How to store an answer: as arrays of these types, from which `make` restores it."""

    make: Callable[..., A]
    arrays: Callable[[A], tuple[NDArray[Any], ...]]
    types: tuple[DTypeLike, ...]


_BOX: Final = np.dtype((np.float32, 4))

_DETECTIONS: Final = _Stored(
    Detections,
    lambda seen: (seen.xyxy, seen.score, seen.target),
    (_BOX, np.float32, np.int8),
)
_BODIES: Final = _Stored(
    Bodies, lambda seen: (seen.xyxy, seen.score, seen.vehicle), (_BOX, np.float32, np.bool_)
)


def _alone(answer: A) -> A:
    return answer


def _one(answer: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    return (answer,)


class StoredScans:
    """The answers of one search: a context manager that leaves their file in place on exit.

    Args:
        path: of the file, readable by its owner alone. Nothing is stored if it is None, cannot be
            written, or is open in another search.
        made_by: everything that the answers depend on besides the frames, as JSON values.

    Attributes:
        taken_up: number of scans reused from an earlier run.
        caught_up: whether all answers of an earlier run have been used.
    """

    def __init__(self, path: Path | None, made_by: object) -> None:
        self.reused = 0
        self.caught_up = False
        self._file: AnswerFile | None = None
        if path is not None:
            with contextlib.suppress(OSError):
                self._file = AnswerFile.opened(path)
        head = _digest(msgspec.json.encode(made_by, order="deterministic"))
        if self._known(head, 0) is None:
            self._keep(head, [])
        self._used = False

    def __enter__(self) -> StoredScans:
        return self

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if self._file is None:
            return
        if isinstance(error, InputError | UnsafeError):
            self._file.remove()  # the source was refused, and would be refused again
        elif self._used or self._file.peek() is not None:
            self._file.close()
        else:
            self._file.remove()  # nothing was scanned, as when the scope holds no picture

    def scanning(self, scan: ScanParts) -> ScanParts:
        """Wrap `scan` so that it takes answers of an earlier run from the file."""

        def answer(frame: Frame, areas: Sequence[Rect] | None) -> Detections:
            question = _digest(b"scan", _name(frame), repr(areas).encode())
            found, known = self._answered(question, lambda: scan(frame, areas), _DETECTIONS)
            self.reused += known
            return found

        return answer

    def body_scanners(self, body_scanners: BodyScanners) -> BodyScanners:
        """Wrap the detectors of bodies, of heads on them, and of plates and numbers on vehicles
        likewise."""

        def bodies(frame: Frame) -> Bodies:
            question = _digest(b"bodies", _name(frame))
            return self._answered(question, lambda: body_scanners.bodies(frame), _BODIES)[0]

        heads, plates, numbers = body_scanners.heads, body_scanners.plates, body_scanners.numbers
        if heads is not None:
            heads = self._at_places(b"heads", heads, _DETECTIONS)
        if plates is not None:
            plates = self._at_places(b"plates", plates, _DETECTIONS)
        if numbers is not None:
            numbers = self._at_places(b"numbers", numbers, _DETECTIONS)
        return BodyScanners(bodies, heads, plates, numbers)

    def asking(self, ask: Ask) -> Ask:
        """Wrap close scans likewise."""
        return self._at_places(b"ask", ask, _Stored(_alone, _one, (np.float32,)))

    def reading(self, read: Read) -> Read:
        """Wrap the reader likewise."""
        return self._at_places(b"read", read, _Stored(_alone, _one, (np.bool_,)))

    def _at_places(
        self, what: bytes, ask: Callable[..., A], stored: _Stored[A]
    ) -> Callable[..., A]:
        """Wrap a function of a frame, boxes in it and, optionally, their targets."""

        def answer(frame: Frame, *about: NDArray[Any]) -> A:
            if not len(about[0]):
                return ask(frame, *about)
            question = _digest(what, _name(frame), *(part.tobytes() for part in about))
            return self._answered(question, lambda: ask(frame, *about), stored)[0]

        return answer

    def _answered(
        self, question: bytes, ask: Callable[[], A], stored: _Stored[A]
    ) -> tuple[A, bool]:
        """The answer to a question, and whether it came from the file."""
        known = self._known(question, len(stored.types))
        if known is not None:
            arrays = (np.frombuffer(x, t).copy() for x, t in zip(known, stored.types, strict=True))
            return stored.make(*arrays), True
        answer = ask()
        self._keep(question, [part.tobytes() for part in stored.arrays(answer)])
        return answer, False

    def _known(self, question: bytes, parts: int) -> list[bytes] | None:
        """The next answer in the file, if it belongs to this question."""
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
    """Identifies a frame by its place in the video."""
    return repr((frame.index, frame.pts, frame.damaged, frame.size)).encode()


def _digest(*parts: bytes) -> bytes:
    """A 16-byte hash of parts in their order."""
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def open_scans(
    plan_file: Path | None, source_sha256: str, settings: DetectSettings, detector: Detector
) -> StoredScans:
    """Open the stored answers of a search, including those of a stopped run.

    Args:
        plan_file: where the plan will be saved; None stores nothing.
        source_sha256, settings, detector: of the search; others' answers are not used.
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
    return StoredScans(None if plan_file is None else scans_path(plan_file), made_by)


def scans_path(plan_file: Path) -> Path:
    """Path of the file with the detectors' answers for a plan."""
    return beside(plan_file, "scans")


def delete_scans(plan_file: Path) -> None:
    """Delete the stored answers of a search, once its plan exists or is no longer wanted."""
    with contextlib.suppress(OSError):
        scans_path(plan_file).unlink()
