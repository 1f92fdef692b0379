"""Decoding in a thread changes nothing but the time it takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import UnsafeError
from redact.media import Decode, probe, read_ahead

from ..pipeline.conftest import SAMPLE, shorten


class Broken:
    """Numbers from 0, until an error is raised at number `at`."""

    def __init__(self, at: int, error: BaseException | None) -> None:
        self._at, self._error = at, error
        self.closed = False

    def __iter__(self) -> Iterator[int]:
        try:
            yield from range(self._at)
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


@given(st.integers(0, 12), st.integers(1, 4), st.booleans())
def test_items_and_the_error_arrive_in_order(count: int, most: int, fails: bool) -> None:
    source = Broken(count, UnsafeError("not checked", "") if fails else None)
    got: list[int] = []
    with read_ahead(source, most) as numbers:
        if fails:
            with pytest.raises(UnsafeError, match="not checked"):
                got.extend(numbers)
        else:
            got.extend(numbers)
    assert source.closed and got == list(range(count))


def test_stopping_early_leaves_no_thread_and_no_open_file() -> None:
    source = Broken(10**9, None)
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="enough"), read_ahead(source) as numbers:
        for number in numbers:
            if number == 5:
                raise RuntimeError("enough")
    assert set(threading.enumerate()) <= before and source.closed


def test_the_frames_equal_the_decoders(tmp_path: Path) -> None:
    info = probe(shorten(SAMPLE, tmp_path / "a.mp4", 20, size="160x90"))
    plain = [(f.index, f.pts, f.picture.to_ndarray().tobytes()) for f in Decode(info)]
    with read_ahead(Decode(info)) as frames:
        ahead = [(f.index, f.pts, f.picture.to_ndarray().tobytes()) for f in frames]
    assert plain == ahead
