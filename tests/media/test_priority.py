"""An encoder takes no real-time priority, which would stall the rest of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .footage import Clip, make

ROOT = Path(__file__).resolve().parents[2]
WRITES_AV1 = """
import os, sys
from pathlib import Path
from redact.media import Decode, VideoWriter, probe
from redact.settings import EncodeSettings
info = probe(Path(sys.argv[1]))
with VideoWriter(Path(sys.argv[2]), info, EncodeSettings("av1", preset="10")) as writer:
    for frame in Decode(info):
        writer.write(frame)
    threads = os.listdir("/proc/self/task")
    print(len(threads), *{os.sched_getscheduler(int(thread)) for thread in threads})
print(os.sched_getscheduler(0))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="the encoder asks for real-time priority only of Linux, and only as root",
)
def test_writing_av1_takes_no_real_time_priority(tmp_path: Path) -> None:
    source = make(tmp_path / "s.mkv", Clip(pts=range(4)))
    done = subprocess.run(
        [sys.executable, "-c", WRITES_AV1, str(source), str(tmp_path / "o.mkv")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    within, after = done.stdout.splitlines()
    threads, *policies = map(int, within.split())
    assert threads > 8 and policies == [os.SCHED_OTHER], "the encoder's threads were not seen"
    assert int(after) == os.SCHED_OTHER
