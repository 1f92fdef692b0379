"""A raw H.265 stream that ends within a picture is told from one that ends behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe

from ..cli.conftest import call
from .footage import Clip, make

X265 = "log-level=none:keyint=6:bframes=2"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    options = {"preset": "ultrafast", "x265-params": X265}
    path = tmp_path_factory.mktemp("raw") / "whole.h265"
    return make(path, Clip(codec="libx265", options=options)).read_bytes()


def test_wherever_it_ends(whole: bytes, tmp_path: Path) -> None:
    # Start codes of units with parts of pictures (ITU-T H.265, table 7-1).
    starts = [m.start() for m in re.finditer(rb"(?s)\0?\0\0\1(?=[\x00-\x3f])", whole)]
    path = tmp_path / "cut.h265"
    assert len(starts) == 12
    for start in starts[1:]:
        for end, torn in ((start, False), (start - 7, True)):
            path.write_bytes(whole[:end])
            decode = Decode(probe(path))
            told = sum(1 for _ in decode) > 0 and decode.found()
            assert told and told.torn is torn, (end, decode.warnings)


def test_it_is_incomplete(whole: bytes, tmp_path: Path) -> None:
    source = tmp_path / "cut.h265"
    source.write_bytes(whole[:-9])
    done = call("run", source, "-o", tmp_path / "out.mp4", "--sensitivity", "fast")
    assert done.returncode == ExitCode.INCOMPLETE, done.stderr
