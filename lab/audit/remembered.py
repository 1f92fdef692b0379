"""The audit's detectors with a cache, so that another limit needs no new detections.

A sweep audits the same outputs dozens of times. Networks take most of the time, and their answers
depend on the picture alone. So every answer is stored in one file, by the hash of the question.
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redact.auditing.audit_detectors import AUDIT_SIZES, AuditDetectors
from redact.media import plane_array
from redact.types import Detections, Frame, Rect


class Memory:
    """Answers by question, in a file that only this program writes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.execute("create table if not exists seen (key text primary key, answer blob)")
        self.asked = self.known = 0

    def answer(self, question: tuple[Any, ...], ask: Callable[[], Any]) -> Any:
        """The stored answer of `ask`, or else its answer now."""
        digest = hashlib.blake2b(digest_size=20)
        for part in question:
            digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        key = digest.hexdigest()
        self.asked += 1
        row = self._file.execute("select answer from seen where key = ?", (key,)).fetchone()
        if row is not None:
            self.known += 1
            return pickle.loads(row[0])
        found = ask()
        self._file.execute("insert into seen values (?, ?)", (key, pickle.dumps(found)))
        self._file.commit()
        return found


def by_pixels(frame: Frame) -> bytes:
    """Hash of a frame's samples and of what they mean; its number and time do not matter."""
    picture = frame.picture
    meaning = (
        *(picture.format.name, picture.width, picture.height),
        *map(int, (picture.colorspace, picture.color_trc, picture.color_range)),
    )
    digest = hashlib.blake2b(repr(meaning).encode(), digest_size=16)
    for plane in range(len(picture.planes)):
        digest.update(np.ascontiguousarray(plane_array(picture, plane)).data.cast("B"))
    return digest.digest()


def remembering(memory: Memory) -> type[AuditDetectors]:
    """The audit's detectors, with a cache."""

    class Remembering(AuditDetectors):
        def seen(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
            question = (AUDIT_SIZES, self.targets, self.names, by_pixels(frame), only)
            found: Detections = memory.answer(
                question, lambda: super(Remembering, self).seen(frame, only)
            )
            return found

        def ask(
            self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
        ) -> NDArray[np.float32]:
            if not len(boxes):
                return np.zeros(0, np.float32)
            found: NDArray[np.float32] = memory.answer(
                (by_pixels(frame), boxes, target),
                lambda: super(Remembering, self).ask(frame, boxes, target),
            )
            return found

    return Remembering
