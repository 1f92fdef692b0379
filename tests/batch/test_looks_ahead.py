"""Answers of others: taken where the question is the very same, and never believed beyond that."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
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

from redact.pipeline import SEARCH, Board, KeptLooks, LooksAhead
from redact.pipeline.board import answers_place
from redact.pipeline.kept_looks import by_pixels
from redact.types import Detections, Frame

MADE_BY = {"redact": "this"}
COUNT = 14


def frame(number: int, picture: int) -> Frame:
    """A frame of a video with few different pictures: the number of a picture is its grey."""
    made = av.VideoFrame.from_ndarray(np.full((24, 32), 40 + picture, np.uint8), "gray")
    return Frame(number, number, Fraction(1, 5), made.reformat(format="yuv420p"), False)


def look(seen: Frame, areas: Sequence[int] | None = None) -> Detections:
    """What is seen depends on the picture and on what is asked, as with a network."""
    grey = int(seen.picture.to_ndarray(format="gray")[0, 0]) - 40
    boxes = np.full((grey % 3, 4), grey + len(areas or ()) / 8, np.float32)
    score = np.full(len(boxes), 0.5 + grey / 100, np.float32)
    return Detections(boxes, score, np.zeros(len(boxes), np.int8))


def ask(seen: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]) -> NDArray[np.float32]:
    return (boxes.sum(axis=1) + look(seen).score.sum()).astype(np.float32)


def answers_of(
    frames: list[Frame], look: Callable[..., Detections], ask: Callable[..., NDArray[np.float32]]
) -> list[bytes]:
    """Everything that a search of these frames is told, as bytes."""
    told = []
    for one in frames:
        for areas in (None, [1, 2]):
            found = look(one, areas)
            told += [found.xyxy.tobytes(), found.score.tobytes(), found.target.tobytes()]
            told.append(ask(one, found.xyxy.astype(np.float64), found.target).tobytes())
    return told


def write_down(plan_file: Path, frames: list[Frame], made_by: object = MADE_BY) -> Path:
    """The file of a helper that looked at these."""
    place = answers_place(plan_file, SEARCH, 0)
    with KeptLooks(place, made_by, by_pixels) as kept:
        answers_of(frames, kept.looking(look), kept.asking(ask))
        kept.end()
    return place


def asked_with_help(
    plan_file: Path, frames: list[Frame], look: Callable[..., Detections] = look
) -> tuple[list[bytes], int, int]:
    """What a run is told; looks taken from others, and ranges refused."""
    ahead = LooksAhead(Board(plan_file), SEARCH, MADE_BY)

    def come(one: Frame, areas: Sequence[int] | None) -> Detections:
        ahead.come_to(float(one.time))
        return ahead.looking(look)(one, areas)

    return answers_of(frames, come, ahead.asking(ask)), ahead.taken, ahead.refused


pictures = st.lists(st.integers(0, 8), min_size=COUNT, max_size=COUNT)


@given(pictures, pictures, st.data())
def test_whatever_lies_there_the_run_is_told_what_it_would_be_alone(
    mine: list[int], others: list[int], data: st.DataObject
) -> None:
    frames = [frame(n, p) for n, p in enumerate(mine)]
    alone = answers_of(frames, look, ask)
    with TemporaryDirectory() as folder:
        plan_file = Path(folder) / "p"
        place = write_down(plan_file, [frame(n + 3, p) for n, p in enumerate(others)])
        whole = place.read_bytes()
        assert asked_with_help(plan_file, frames)[0] == alone
        at = data.draw(st.integers(0, len(whole) - 1))
        place.write_bytes(whole[:at])
        assert asked_with_help(plan_file, frames)[0] == alone
        flipped = bytearray(whole)
        flipped[at] ^= data.draw(st.integers(1, 255))
        place.write_bytes(flipped)
        assert asked_with_help(plan_file, frames)[0] == alone


def test_the_same_pictures_are_answered_by_others_after_the_first(tmp_path: Path) -> None:
    frames = [frame(n, n % 9) for n in range(COUNT)]
    write_down(tmp_path / "p", frames)
    told, taken, refused = asked_with_help(tmp_path / "p", frames)
    assert told == answers_of(frames, look, ask)
    # Picture 0 shows nothing, picture 1 something: its first answer proves the range.
    assert (taken, refused) == (2 * COUNT - 3, 0)


def test_one_sample_more_or_less_is_another_question() -> None:
    here = frame(0, 5)
    assert by_pixels(here) == by_pixels(replace(here, index=7, pts=9, damaged=True))
    names = {by_pixels(here)}
    for plane in range(3):
        other = frame(0, 5)
        samples = np.frombuffer(other.picture.planes[plane], np.uint8)
        memoryview(other.picture.planes[plane]).cast("B")[3] = int(samples[3]) + 1
        names.add(by_pixels(other))
    bright = frame(0, 5)
    bright.picture.color_range = 2
    names |= {by_pixels(bright), by_pixels(frame(0, 6))}
    assert len(names) == 6


def test_networks_that_answer_differently_are_not_used(tmp_path: Path) -> None:
    frames = [frame(n, n % 9) for n in range(COUNT)]
    write_down(tmp_path / "p", frames)

    def rounded(seen: Frame, areas: Sequence[int] | None = None) -> Detections:
        found = look(seen, areas)
        return replace(found, score=np.nextafter(found.score, np.float32(1)))

    told, taken, refused = asked_with_help(tmp_path / "p", frames, rounded)
    assert told == answers_of(frames, rounded, ask)
    assert (taken, refused) == (0, 1)


@pytest.mark.skipif(os.name != "posix", reason="no such rights or files there")
def test_files_of_others_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    frames = [frame(n, n % 9) for n in range(COUNT)]
    place = write_down(tmp_path / "p", frames)
    kept = place.rename(tmp_path / "kept")

    def taken() -> int:
        return asked_with_help(tmp_path / "p", frames)[1]

    assert taken() == 0
    place.symlink_to(kept)
    assert taken() == 0
    place.unlink()
    os.mkfifo(place, 0o600)
    assert taken() == 0, "and does not wait"
    place.unlink()
    write_down(tmp_path / "p", frames, {"redact": "another"})
    assert taken() == 0
    place.unlink()
    kept.rename(place)
    assert taken() > 0
    place.chmod(0o644)
    assert taken() == 0, "others may have seen it, and may have written it"
