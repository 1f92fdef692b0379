"""A source that ends before its headers say: told last, with an exit code of its own."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from redact.case import missing_words
from redact.errors import ExitCode
from redact.media import probe

from ..cli.conftest import call
from ..pipeline.conftest import SAMPLE, shorten


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MP4 whose index comes first and names 16 pictures, cut off behind some of them."""
    folder = tmp_path_factory.mktemp("cut")
    whole = shorten(SAMPLE, folder / "whole.mp4", 16, skip=70)
    first = folder / "first.mp4"
    with (
        av.open(str(whole)) as src,
        av.open(str(first), "w", options={"movflags": "+faststart"}) as out,
    ):
        stream = out.add_stream_from_template(src.streams.video[0])
        for packet in src.demux(src.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    path = folder / "cut.mp4"
    data = first.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    assert probe(path).missing > 0
    return path


def test_it_is_said_last_and_has_a_code_of_its_own(cut: Path, tmp_path: Path) -> None:
    words = ("run", cut, "-o", f"{tmp_path}/", "--sensitivity", "fast", "--json")
    for state in ("source incomplete", "done before"):
        done = call(*words)
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        result = json.loads(done.stdout)
        assert result["exit_code"] == ExitCode.INCOMPLETE and result["state"] == state
        last = done.stderr.splitlines()[-1]
        assert last.startswith("SOURCE INCOMPLETE: cut.mp4 has ")
        assert " of 16 pictures" in last
    assert (tmp_path / "cut.redacted.mp4").exists()


def test_what_is_whole_is_not_called_incomplete() -> None:
    assert missing_words("a.mp4", 36, 36, 0) == ""
    assert missing_words("a.mp4", 36, None, 0) == ""
    assert missing_words("a.mp4", 37, 36, 0) == ""
    assert missing_words("a.mp4", 13, 36, 0).startswith("a.mp4 has 13 of 36 pictures")
    assert missing_words("a.mkv", 13, None, 1).startswith("a.mkv ends early")
