"""Files crafted to keep an inspection busy are inspected within seconds, and not called clean."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from redact.inspect import inspect_file
from redact.inspect.disclosures import Disclosures, Kind
from redact.inspect.matroska import inspect_matroska
from redact.inspect.streams import inspect_h264

from ..formats.test_walks import element
from ..media.footage import Clip, make

SECONDS = 5  # some hundred times what it takes; without a limit it is minutes


@pytest.fixture(autouse=True)
def quick() -> object:
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def test_a_unit_of_a_million_messages() -> None:
    found = Disclosures()
    inspect_h264(b"\6" + 1_000_000 * b"\1\0" + b"\5\x15" + bytes(16) + b"hello\x80", "v", found)
    assert [f.value for f in found.found] == ["hello"]


@pytest.mark.parametrize("size", [0, 7, 9, 100_000])
def test_a_date_of_the_wrong_size_is_no_date(size: int) -> None:
    data = element("EBML") + element("Segment", element("Info", element("DateUTC", b"\x7f" * size)))
    found = Disclosures()
    inspect_matroska(io.BytesIO(data), len(data), found)
    assert [(f.kind, str(f.value)) for f in found.found] == [
        (Kind.DATE, f"{size} bytes that are no date")
    ]


def test_a_file_with_such_a_date_is_inspected(tmp_path: Path) -> None:
    clip = make(tmp_path / "a.mkv", Clip())
    clip.write_bytes(
        clip.read_bytes() + element("Segment", element("Info", element("DateUTC", b"\x7f" * 4000)))
    )
    assert "4000 bytes that are no date" in [str(f.value) for f in inspect_file(clip).found]
