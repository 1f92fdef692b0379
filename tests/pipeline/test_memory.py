"""Memory does not grow with the length of a clip (the full-size figures: `lab.memory`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, SAMPLE, shorten


def peak(source: Path, output: Path) -> int:
    """Peak resident memory of one run, in bytes."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "run", str(source), "-o", str(output)),
            *("--targets", "plate"),
            *("--preset", "ultrafast", "--no-manifest"),
        ],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss * 1024


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not count a child's memory")
def test_a_clip_four_times_as_long_needs_no_more_memory(tmp_path: Path) -> None:
    # Both are longer than every bounded buffer (encoder look-ahead, the tracker's ring). Kept
    # pictures would show: 180 of them take 35 MB, as RGB 70 MB.
    short = shorten(SAMPLE, tmp_path / "short.mp4", 60, size="480x270")
    loop = tmp_path / "long.mp4"
    repeat(short, loop, 4)
    first, second = peak(short, tmp_path / "a.mp4"), peak(loop, tmp_path / "b.mp4")
    assert second < 1.05 * first + 10e6, f"{first / 1e6:.0f} MB, then {second / 1e6:.0f} MB"


def repeat(source: Path, target: Path, times: int) -> None:
    """The clip `times` times in a row, by copying packets."""
    import av

    with av.open(str(source)) as src, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(src.streams.video[0])
        packets = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in src.demux(video=0) if p.size]
        base = src.streams.video[0].time_base
        length = max(p[1] for p in packets) + packets_step(packets)
        for round_ in range(times):
            for data, pts, dts, key in packets:
                packet = av.Packet(data)
                packet.stream, packet.time_base, packet.is_keyframe = stream, base, key
                packet.pts, packet.dts = pts + round_ * length, dts + round_ * length
                out.mux(packet)


def packets_step(packets: list[tuple[bytes, int, int, bool]]) -> int:
    times = sorted(p[1] for p in packets)
    return times[1] - times[0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_command_leaves_its_memory_on_a_disk_when_it_crashes() -> None:
    """It contains faces. A size limit does not apply to dumps that are piped to a program."""
    ask = "import resource, sys; from redact.cli import main; sys.argv = ['redact', '--version']"
    ask += """
try:
    main()
except SystemExit:
    print(resource.getrlimit(resource.RLIMIT_CORE))
    print(open('/proc/self/coredump_filter').read())
"""
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split("\n")[1:3] == ["(0, 0)", "00000000"], done
