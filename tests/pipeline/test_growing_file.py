"""The file of stored answers: whatever a kill or a disk leaves of it, complete answers are used."""

from __future__ import annotations

import importlib
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import redact.files.growing_file as answer_file
from redact.detection import Bodies
from redact.files import Answer, AnswerFile
from redact.pipeline import StoredScans
from redact.track import BodyScanners, ScanForHeads
from redact.types import DEFAULT_TARGETS, Detections, Frame

answers = st.lists(
    st.builds(Answer, st.binary(max_size=8), st.lists(st.binary(max_size=40), max_size=3)),
    max_size=6,
)


def written(path: Path, these: list[Answer]) -> None:
    file = AnswerFile.opened(path)
    assert file is not None
    for answer in these:
        file.put(answer)
    file.close()


def read(path: Path) -> list[Answer]:
    file = AnswerFile.opened(path)
    assert file is not None
    found = []
    while (answer := file.peek()) is not None:
        found.append(answer)
        file.accept()
    file.close()
    return found


@given(answers, st.data())
def test_answers_are_read_up_to_the_first_damaged_one(
    these: list[Answer], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        written(path, these)
        assert read(path) == these
        whole = path.read_bytes()
        if not whole:
            return
        at = data.draw(st.integers(0, len(whole) - 1))
        path.write_bytes(whole[:at])
        assert read(path) == these[: len(read(path))]
        flipped = bytearray(whole)
        flipped[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(flipped)
        found = read(path)
        assert found == these[: len(found)] and len(found) < len(these)


@given(answers, answers, st.data())
def test_a_new_answer_replaces_those_that_were_not_accepted(
    before: list[Answer], after: list[Answer], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        written(path, before)
        kept = data.draw(st.integers(0, len(before)))
        file = AnswerFile.opened(path)
        assert file is not None
        for _ in range(kept):
            assert file.peek() is not None
            file.accept()
        for answer in after:
            file.put(answer)
            assert file.peek() is None
        file.close()
        assert read(path) == (before[:kept] + after if after else before)


def test_it_is_private_and_open_in_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a"
    file = AnswerFile.opened(path)
    assert file is not None and path.stat().st_mode & 0o777 == 0o600
    assert AnswerFile.opened(path) is None
    file.close()
    path.chmod(0o620)
    assert AnswerFile.opened(path) is None, "others may have written into it"
    kept = tmp_path / "dear"
    kept.write_bytes(b"dear")
    link = tmp_path / "link"
    link.symlink_to(kept)
    assert AnswerFile.opened(link) is None and kept.read_bytes() == b"dear"


def test_another_users_answers_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an unpacked archive the file is the receiver's: a forged "nobody detected" would show
    faces."""
    marks = importlib.import_module("redact.files.own_mark")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(marks, "_secret", lambda: bytes(32))
        written(tmp_path / "a", [Answer(b"question", [b"nobody"])])
        assert len(read(tmp_path / "a")) == 1
    assert read(tmp_path / "a") == []


def test_a_full_disk_or_a_large_file_only_ends_the_storing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    these = [Answer(bytes([n]), [bytes(100)]) for n in range(9)]
    monkeypatch.setattr(answer_file, "MOST_ANSWER_BYTES", 500)
    written(tmp_path / "large", these)
    assert (tmp_path / "large").stat().st_size <= 500
    assert read(tmp_path / "large") == these[:4]
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    handle = os.open(full, os.O_RDWR)
    file = AnswerFile(answer_file.LockedFile(full, handle))
    for answer in these:
        file.put(answer)
    file.close()


class Counting:
    """A detector that counts its calls. What it detects depends on the frame."""

    name, weights_sha256, targets = "counting", "0", DEFAULT_TARGETS

    def __init__(self) -> None:
        self.asked: list[int] = []

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        raise AssertionError

    def detect_frame(self, frame: Frame, only: object = None) -> Detections:
        self.asked.append(frame.index)
        rng = np.random.default_rng(frame.index)
        n = frame.index % 3
        return Detections(
            rng.random((n, 4), np.float32), rng.random(n, np.float32), np.zeros(n, np.int8)
        )


def frames(count: int, shift: int = 0) -> list[Frame]:
    picture = av.VideoFrame(64, 48, "yuv420p")
    return [Frame(n, n + shift * (n > 5), Fraction(1, 25), picture, False) for n in range(count)]


def searched(
    path: Path | None, made_by: object, these: list[Frame]
) -> tuple[list[bytes], int, int]:
    """The answers, the number of new scans, and the number of stored ones that were used."""
    detector, asked = Counting(), list[tuple[str, int]]()

    def ask(
        frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        asked.append(("ask", frame.index))
        return np.full(len(boxes), frame.index + 0.1, np.float32)

    def read(frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        asked.append(("read", frame.index))
        return np.arange(len(boxes)) % 2 == frame.index % 2

    def bodies(frame: Frame) -> Bodies:
        asked.append(("bodies", frame.index))
        seen = Counting().detect_frame(frame)
        return Bodies(seen.xyxy, seen.score, seen.score > 0.5)

    def closer(what: str) -> ScanForHeads:
        def scan(frame: Frame, boxes: NDArray[np.float64]) -> Detections:
            asked.append((what, frame.index))
            return replace(Counting().detect_frame(frame), score=np.float32(boxes[:, 0] % 1))

        return scan

    told = []
    with StoredScans(path, made_by) as kept:
        body_scanners = kept.body_scanners(
            BodyScanners(bodies, closer("heads"), closer("plates"), closer("numbers"))
        )
        scan, ask, read = kept.scanning(detector.detect_frame), kept.asking(ask), kept.reading(read)
        assert body_scanners.plates is not None and body_scanners.numbers is not None
        for frame in these:
            seen, body = scan(frame, None), body_scanners.bodies(frame)
            parts = [seen.xyxy, seen.score, body.xyxy, body.score, body.vehicle]
            boxes = body.xyxy.astype(np.float64)
            if len(boxes):
                more = [body_scanners.heads(frame, boxes)]
                more += [body_scanners.plates(frame, boxes + 1 / 3)]
                more += [body_scanners.numbers(frame, boxes + 2 / 3)]
                parts += [ask(frame, boxes, seen.target), read(frame, boxes)]
                parts += [part for one in more for part in (one.xyxy, one.score, one.target)]
            told.append(b"".join(part.tobytes() for part in parts))
    anew = [frame.index for frame in these[kept.reused :]]
    assert [n for what, n in asked if what == "bodies"] == anew
    for other in ("ask", "read", "heads", "plates", "numbers"):
        assert [n for what, n in asked if what == other] == [n for n in anew if n % 3]
    return told, len(detector.asked), kept.reused


def test_only_the_scans_after_the_stored_ones_are_made_again(tmp_path: Path) -> None:
    path, made_by = tmp_path / "looks", {"source": "a"}
    calm, _, _ = searched(None, made_by, frames(12))
    first, asked, taken = searched(path, made_by, frames(8))
    assert (first, asked, taken) == (calm[:8], 8, 0)
    again, asked, taken = searched(path, made_by, frames(12))
    assert (again, asked, taken) == (calm, 4, 8)
    # Another source, or settings: nothing of it is believed, and it is replaced.
    assert searched(path, {"source": "b"}, frames(3))[1:] == (3, 0)
    assert searched(path, {"source": "b"}, frames(12))[1:] == (9, 3)
    # A frame differs from the one that was scanned: nothing is reused from there on.
    assert searched(path, {"source": "b"}, frames(12, shift=1))[1:] == (6, 6)


def test_nothing_is_stored_if_nothing_can_be_written(tmp_path: Path) -> None:
    told, asked, taken = searched(tmp_path / "missing" / "looks", {}, frames(4))
    assert (len(told), asked, taken) == (4, 4, 0)
