"""Files that are not plans are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from redact.errors import PlanError
from redact.plan import read_plan


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("cam.mp4", b"\0\0\0\x20ftypisom", "is a video, not a plan"),
        ("cam", b"\x1a\x45\xdf\xa3" + bytes(9000), "is a video, not a plan"),
        ("cam.MOV", b"no video", "is a text file, not a plan"),
        ("cam.mp4", "à l’aide\n".encode() * 900, "is a text file, not a plan"),
        ("cam.mts", b"\x47\x40" + bytes(900), "is a video, not a plan"),
        ("notes.txt", b"call the court", "is not a plan"),
        ("list.json", b"[1, 2]", "is not a plan"),
        ("p.json", b"", "is empty, no plan"),
    ],
)
def test_a_file_that_is_no_plan_is_recognised(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    other = tmp_path / name
    other.write_bytes(data)
    with pytest.raises(PlanError) as caught:
        read_plan(other)
    assert caught.value.message == f"{other}: {what}"
    assert "the order is SOURCE PLAN" in caught.value.hint
