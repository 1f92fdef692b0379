"""Keeps the detectors' answers during a search, so that a stopped run can continue.

The networks take most of the time of a search, and what they answer is a few numbers. Each answer
is written down as it is given, in a hidden file beside the plan that the search is for. A run that
is given again reads the answers from there and asks the networks only about what follows. All else
is done anew from the video (decoding, following), so that the plan is the one of an undisturbed
run, and no picture is ever written down.

A file of answers is only believed where it fits: same redact, libraries, models, settings, source,
and the same questions in the same order. What does not fit, and all behind it, is thrown away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..detection import Bodies, Detector, Verifier, device_now
from ..errors import InputError, UnsafeError
from ..files import Answer, AnswerFile, beside
from ..reading import Reader
from ..record import library_versions
from ..settings import DetectSettings
from ..track import Ask, Eyes, LookAtParts, LookForHeads, Read
from ..types import Detections, Frame, Rect


class KeptLooks:
    """The answers of one search; a context manager, behind which a file with answers stays.

    Args:
        path: of the file, for its owner alone; None, or one that cannot be written or that another
            search has open: nothing is kept.
        made_by: JSON values of all that the answers depend on besides the frames.

    Attributes:
        taken_up: looks of an earlier run that were used.
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

    def __enter__(self) -> KeptLooks:
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

    def looking(self, look: LookAtParts) -> LookAtParts:
        """`look`, which is spared what it answered before."""

        def answer(frame: Frame, areas: Sequence[Rect] | None) -> Detections:
            question = _digest(b"look", _name(frame), repr(areas).encode())
            known = self._known(question, 4)
            if known is not None:
                self.taken_up += 1
                return _detections(known)
            seen = look(frame, areas)
            self._keep(question, _bytes_of(seen))
            return seen

        return answer

    def eyes(self, eyes: Eyes) -> Eyes:
        """The detectors of bodies, heads and plates of vehicles, which answer from the file where
        it holds the answer."""

        def bodies(frame: Frame) -> Bodies:
            question = _digest(b"bodies", _name(frame))
            known = self._known(question, 3)
            if known is not None:
                xyxy, score, vehicle = known
                return Bodies(
                    np.frombuffer(xyxy, np.float32).reshape(-1, 4).copy(),
                    np.frombuffer(score, np.float32).copy(),
                    np.frombuffer(vehicle, np.bool_).copy(),
                )
            seen = eyes.bodies(frame)
            parts = seen.xyxy, seen.score, seen.vehicle
            self._keep(question, [part.tobytes() for part in parts])
            return seen

        def closer(what: bytes, look: LookForHeads) -> LookForHeads:
            def answer(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
                if not len(boxes):
                    return look(frame, boxes)
                question = _digest(what, _name(frame), boxes.tobytes())
                known = self._known(question, 4)
                if known is not None:
                    return _detections(known)
                seen = look(frame, boxes)
                self._keep(question, _bytes_of(seen))
                return seen

            return answer

        plates = None if eyes.plates is None else closer(b"plates", eyes.plates)
        return Eyes(bodies, closer(b"heads", eyes.heads), eyes.target, plates)

    def asking(self, ask: Ask) -> Ask:
        """`ask`, which is spared what it answered before."""

        def answer(
            frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
        ) -> NDArray[np.float32]:
            if not len(boxes):
                return ask(frame, boxes, target)
            question = _digest(b"ask", _name(frame), boxes.tobytes(), target.tobytes())
            known = self._known(question, 1)
            if known is not None:
                return np.frombuffer(known[0], np.float32).copy()
            odds = np.asarray(ask(frame, boxes, target), np.float32)
            self._keep(question, [odds.tobytes()])
            return odds

        return answer

    def reading(self, read: Read) -> Read:
        """`read`, which is spared what it answered before."""

        def answer(frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
            if not len(boxes):
                return read(frame, boxes)
            question = _digest(b"read", _name(frame), boxes.tobytes())
            known = self._known(question, 1)
            if known is not None:
                return np.frombuffer(known[0], np.bool_).copy()
            legible = read(frame, boxes)
            self._keep(question, [legible.tobytes()])
            return legible

        return answer

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


def _detections(parts: list[bytes]) -> Detections:
    """Inverse of `_bytes_of`."""
    xyxy, score, target, fringe = parts
    return Detections(
        np.frombuffer(xyxy, np.float32).reshape(-1, 4).copy(),
        np.frombuffer(score, np.float32).copy(),
        np.frombuffer(target, np.int8).copy(),
        np.frombuffer(fringe, np.float32).reshape(-1, 4).copy(),
    )


def _bytes_of(seen: Detections) -> list[bytes]:
    return [part.tobytes() for part in (seen.xyxy, seen.score, seen.target, seen.fringe)]


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


def looks_kept(
    plan_file: Path | None, source_sha256: str, settings: DetectSettings, detector: Detector
) -> KeptLooks:
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
    return KeptLooks(None if plan_file is None else looks_path(plan_file), made_by)


def looks_path(plan_file: Path) -> Path:
    """Path of the file that keeps the detectors' answers for a plan."""
    return beside(plan_file, "looks")


def forget_looks(plan_file: Path) -> None:
    """Remove the answers of the search for a plan, which is there or not wanted any more."""
    with contextlib.suppress(OSError):
        looks_path(plan_file).unlink()
