"""What the detectors saw so far, kept while a video is searched: a run that was stopped goes on.

The networks take most of the time of a search, and what they answer is a few numbers. Each answer
is written down as it is given, in a hidden file beside the plan that the search is for. A run that
is given again reads the answers from there and asks the networks only about what follows. All else
is done anew from the video (decoding, following), so that the plan is the one of an undisturbed
run, and no picture is ever written down.

A file of answers is only believed where it fits: same redact, libraries, models, settings, source,
and the same questions in the same order. What does not fit, and all behind it, is thrown away.

Questions are named so that an answer fits the very same question and no other. What a network says
depends on nothing but the picture and what is asked about it. So a question that is named by the
pixels themselves has one answer, whoever gives it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..detection import Detector, Verifier, device_now
from ..files import Answer, AnswerFile
from ..media import plane_array
from ..record import library_versions
from ..settings import DetectSettings
from ..types import Detections, Frame
from .board import forget_answers

_DIGEST = 16


def by_number(frame: Frame) -> bytes:
    """A frame by its place in the video; means something within one video alone."""
    return digest(repr((frame.index, frame.pts, frame.damaged, frame.size)).encode())


def by_pixels(frame: Frame) -> bytes:
    """A frame by all its samples and what they mean; its number and time do not matter."""
    picture = frame.picture
    meaning = (
        *(picture.format.name, picture.width, picture.height),
        *map(int, (picture.colorspace, picture.color_trc, picture.color_range)),
    )
    planes = [array_name(plane_array(picture, i)) for i in range(len(picture.planes))]
    return digest(repr(meaning).encode(), *planes)


def array_name(array: NDArray[np.generic]) -> bytes:
    """An array by its shape, its type and all its values."""
    about = repr((array.shape, array.dtype.str)).encode()
    return digest(about, np.ascontiguousarray(array).data.cast("B"))


def digest(*parts: bytes | memoryview) -> bytes:
    """16 bytes that stand for some parts in their order."""
    found = blake2b(digest_size=_DIGEST)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def parts_of(seen: Detections) -> list[bytes]:
    """Detections as bytes."""
    return [seen.xyxy.tobytes(), seen.score.tobytes(), seen.target.tobytes()]


def seen_in(parts: list[bytes]) -> Detections:
    """What `parts_of` was given. Raises ValueError where the bytes are no detections."""
    xyxy, score, target = parts
    return Detections(
        np.frombuffer(xyxy, np.float32).reshape(-1, 4).copy(),
        np.frombuffer(score, np.float32).copy(),
        np.frombuffer(target, np.int8).copy(),
    )


Look = Callable[..., Detections]
"""As `redact.detection.Detector.detect_frame`."""

THE_END = b"the end"
"""Stands in a file where the search came to its end."""

Ask = Callable[[Frame, NDArray[np.float64], NDArray[np.int8]], NDArray[np.float32]]
"""As `redact.track.tracker.Ask`."""


class KeptLooks:
    """The answers of one search; a context manager, behind which a file with answers stays.

    Args:
        path: of the file, for its owner alone; None, or one that cannot be written or that another
            search has open: nothing is kept.
        made_by: JSON values of all that the answers depend on besides the frames.
        name: how frames, or whatever is asked about, are named in questions.

    Attributes:
        taken_up: looks of an earlier run that were used.
    """

    def __init__(
        self,
        path: Path | None,
        made_by: object,
        name: Callable[[Any], bytes] = by_number,
    ) -> None:
        self.taken_up = 0
        self._name = name
        self._file: AnswerFile | None = None
        if path is not None:
            with contextlib.suppress(OSError):
                self._file = AnswerFile.opened(path)
        head = head_of(made_by)
        if self._known(head, 0) is None:
            self._keep(head, [])
        self._used = False

    @property
    def keeps(self) -> bool:
        """Whether there is a file, and it is this search's alone."""
        return self._file is not None

    def __enter__(self) -> KeptLooks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        if self._used or self._file.peek() is not None:
            self._file.close()
        else:
            self._file.remove()  # nothing was asked, as where a video has no picture in a span

    def looking(self, look: Look) -> Look:
        """`look`, which is spared what it answered before; a question is a frame and whatever
        else it is asked with."""

        def answer(frame: Any, *about: object) -> Detections:
            question = look_at(self._name(frame), *about)
            known = self._known(question, 3)
            if known is not None:
                self.taken_up += 1
                return seen_in(known)
            seen = look(frame, *about)
            self._keep(question, parts_of(seen))
            return seen

        return answer

    def asking(self, ask: Ask) -> Ask:
        """`ask`, which is spared what it answered before."""

        def answer(
            frame: Any, boxes: NDArray[np.float64], target: NDArray[np.int8]
        ) -> NDArray[np.float32]:
            if not len(boxes):
                return ask(frame, boxes, target)
            question = ask_about(self._name(frame), boxes, target)
            known = self._known(question, 1)
            if known is not None:
                return np.frombuffer(known[0], np.float32).copy()
            odds = np.asarray(ask(frame, boxes, target), np.float32)
            self._keep(question, [odds.tobytes()])
            return odds

        return answer

    def end(self) -> None:
        """Say in the file that the search came to its end."""
        if self._known(THE_END, 0) is None:
            self._keep(THE_END, [])

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
        self._used = True
        if self._file is not None:
            self._file.put(Answer(question, parts))


def looks_kept(
    plan_file: Path | None,
    source_sha256: str,
    settings: DetectSettings,
    detector: Detector,
) -> KeptLooks:
    """The answers of the search for a plan, with those of a run that was stopped.

    Args:
        plan_file: where the plan goes; None keeps nothing.
        source_sha256, settings, detector: that the answers depend on.
    """
    made_by = {"source": source_sha256, **what_answers(settings, detector)}
    return KeptLooks(None if plan_file is None else looks_path(plan_file), made_by)


def what_answers(settings: DetectSettings, detector: Detector) -> dict[str, object]:
    """JSON values of all that the answers of a search depend on besides the frames."""
    return {
        "redact": __version__,
        "libraries": library_versions(),
        "settings": repr(settings),
        "detector": [detector.name, detector.weights_sha256],
        "device": device_now(),
        "verifier": [Verifier.name, Verifier.weights_sha256],
    }


def looks_path(plan_file: Path) -> Path:
    """Where the answers of the search for a plan are kept."""
    return plan_file.with_name(f".{plan_file.name}.looks")


def forget_looks(plan_file: Path) -> None:
    """Remove the answers of the search for a plan, which is there or not wanted any more."""
    with contextlib.suppress(OSError):
        looks_path(plan_file).unlink()
    forget_answers(plan_file)


def head_of(made_by: object) -> bytes:
    """The first question of a file of answers, which has no answer."""
    return digest(msgspec.json.encode(made_by, order="deterministic"))


def look_at(picture: bytes, *about: object) -> bytes:
    """The question what is seen in a picture, or in what else is said of it."""
    return digest(b"look", picture, repr(about).encode())


def ask_about(picture: bytes, boxes: NDArray[np.float64], target: NDArray[np.int8]) -> bytes:
    """The question whether boxes of a picture hold what they are taken for."""
    return digest(b"ask", picture, array_name(boxes), array_name(target))
