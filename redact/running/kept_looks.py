"""What the detectors saw so far, kept while a video is searched: a run that was stopped goes on.

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
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

import msgspec
import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..detection import Detector, Verifier, device_now
from ..evidence import library_versions
from ..files import Answer, AnswerFile
from ..settings import DetectSettings
from ..types import Detections, Frame

Look = Callable[..., Detections]
"""As `redact.detection.Detector.detect_frame`."""

Ask = Callable[[Frame, NDArray[np.float64], NDArray[np.int8]], NDArray[np.float32]]
"""As `redact.track.tracker.Ask`."""


class KeptLooks:
    """The answers of one search; a context manager, behind which the file stays where it is.

    Args:
        path: of the file, for its owner alone; None, or one that cannot be written or that another
            search has open: nothing is kept.
        made_by: JSON values of all that the answers depend on besides the frames.

    Attributes:
        taken_up: looks of an earlier run that were used.
    """

    def __init__(self, path: Path | None, made_by: object) -> None:
        self.taken_up = 0
        self._file: AnswerFile | None = None
        if path is not None:
            with contextlib.suppress(OSError):
                self._file = AnswerFile.opened(path)
        head = _digest(msgspec.json.encode(made_by, order="deterministic"))
        if self._known(head, 0) is None:
            self._keep(head, [])

    def __enter__(self) -> KeptLooks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def looking(self, look: Look) -> Look:
        """`look`, which is spared what it answered before; a question is a frame and whatever
        else it is asked with."""

        def answer(frame: Frame, *about: object) -> Detections:
            question = _digest(b"look", *_about(frame), repr(about).encode())
            known = self._known(question, 3)
            if known is not None:
                self.taken_up += 1
                xyxy, score, target = known
                return Detections(
                    np.frombuffer(xyxy, np.float32).reshape(-1, 4).copy(),
                    np.frombuffer(score, np.float32).copy(),
                    np.frombuffer(target, np.int8).copy(),
                )
            seen = look(frame, *about)
            parts = [seen.xyxy.tobytes(), seen.score.tobytes(), seen.target.tobytes()]
            self._keep(question, parts)
            return seen

        return answer

    def asking(self, ask: Ask) -> Ask:
        """`ask`, which is spared what it answered before."""

        def answer(
            frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
        ) -> NDArray[np.float32]:
            if not len(boxes):
                return ask(frame, boxes, target)
            question = _digest(b"ask", *_about(frame), boxes.tobytes(), target.tobytes())
            known = self._known(question, 1)
            if known is not None:
                return np.frombuffer(known[0], np.float32).copy()
            odds = np.asarray(ask(frame, boxes, target), np.float32)
            self._keep(question, [odds.tobytes()])
            return odds

        return answer

    def _known(self, question: bytes, parts: int) -> list[bytes] | None:
        """The next answer in the file, if it is one to this question."""
        if self._file is None:
            return None
        answer = self._file.peek()
        if answer is None or answer.question != question or len(answer.parts) != parts:
            return None
        self._file.accept()
        return answer.parts

    def _keep(self, question: bytes, parts: list[bytes]) -> None:
        if self._file is not None:
            self._file.put(Answer(question, parts))


def looks_kept(
    plan_file: Path | None,
    source_sha256: str,
    settings: DetectSettings,
    detector: Detector,
    verifier: Verifier,
) -> KeptLooks:
    """The answers of the search for a plan, with those of a run that was stopped.

    Args:
        plan_file: where the plan goes; None keeps nothing.
        source_sha256, settings, detector, verifier: that the answers depend on.
    """
    made_by = {
        "redact": __version__,
        "libraries": library_versions(),
        "source": source_sha256,
        "settings": repr(settings),
        "detector": [detector.name, detector.weights_sha256],
        "device": device_now(),
        "verifier": [verifier.name, verifier.weights_sha256],
    }
    return KeptLooks(None if plan_file is None else looks_path(plan_file), made_by)


def looks_path(plan_file: Path) -> Path:
    """Where the answers of the search for a plan are kept."""
    return plan_file.with_name(f".{plan_file.name}.looks")


def forget_looks(plan_file: Path) -> None:
    """Remove the answers of the search for a plan, which is there or not wanted any more."""
    with contextlib.suppress(OSError):
        looks_path(plan_file).unlink()


def _about(frame: Frame) -> tuple[bytes, bytes]:
    return repr((frame.index, frame.pts, frame.damaged)).encode(), repr(frame.size).encode()


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
