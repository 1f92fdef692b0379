"""What `lab.speed` starts is there: its transcode was once deleted unnoticed."""

from __future__ import annotations

from pathlib import Path

from lab.speed.runs import transcode

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "street.mp4"


def test_a_plain_transcode_is_measured(tmp_path: Path) -> None:
    took = transcode(SAMPLE, tmp_path)
    assert took.processor > 0 and took.memory > 10
    assert (tmp_path / "transcoded.mp4").stat().st_size > 1000
