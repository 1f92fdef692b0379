"""A raw H.265 stream that ends within a picture is told from one that ends after it."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import av
import pytest

from redact.errors import ExitCode
from redact.media import Decode, probe

from ..cli.conftest import call
from ..program import QUICK
from .footage import Clip, make

X265 = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=6:bframes=2"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("raw") / "whole.h265"
    return make(path, Clip(codec="libx265", options=X265))


def test_truncation_is_noticed_at_every_byte(whole: Path, tmp_path: Path) -> None:
    with av.open(str(whole)) as container:
        ends = list(accumulate(packet.size for packet in container.demux(video=0) if packet.size))
    data, path = whole.read_bytes(), tmp_path / "cut.h265"
    assert len(ends) == 12 and ends[-1] == len(data)
    for number, end in enumerate(ends, 1):
        for last, cut in ((end, False), (end - 7, True)):
            path.write_bytes(data[:last])
            decode = Decode(probe(path))
            assert sum(1 for _ in decode) in (number, number - 1)
            assert (decode.torn or decode.lost > 0) is cut, (number, decode.warnings)


def test_the_result_is_incomplete(whole: Path, tmp_path: Path) -> None:
    source = tmp_path / "cut.h265"
    source.write_bytes(whole.read_bytes()[:-9])
    done = call("run", source, "-o", tmp_path / "out.mp4", *QUICK)
    assert done.returncode == ExitCode.INCOMPLETE, done.stderr
