"""Stopped midway: nothing under the final name, and no unredacted frame on disk."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from redact.errors import ExitCode

from .conftest import SAMPLE, shorten


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(SAMPLE, tmp_path_factory.mktemp("longer") / "longer.mp4", 190, size="480x270")


def start(source: Path, plan: Path, output: Path) -> subprocess.Popen[bytes]:
    """A run that was killed while drawing: its search is already done."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "apply", str(source), str(plan)),
            *("-o", str(output), "--preset", "veryslow", "--no-manifest"),
        ],
        stderr=subprocess.PIPE,
        # Tests may themselves run in the background, where Ctrl-C is ignored and inherited so.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_partial(folder: Path, process: subprocess.Popen[bytes], size: int) -> Path:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for path in folder.iterdir():
            # A file may have another name by the time that its size is asked.
            with contextlib.suppress(FileNotFoundError):
                if path.name.startswith(".") and path.stat().st_size > size:
                    return path
        time.sleep(0.02)
    raise AssertionError("no partial file grew: the run ended first")


@pytest.fixture(scope="module")
def plan(longer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hides the whole picture, so that any source pixel on disk is a leak."""
    from redact.media import Decode, probe, sha256_of
    from redact.plan import SourceRef, build_plan, write_plan
    from redact.progress import Silent
    from redact.settings import DetectSettings
    from redact.types import Box, Keyframe, Origin, State, Target, Timeline, Track

    info = probe(longer)
    pts = tuple(f.pts for f in Decode(info))
    width, height = info.video.upright_size
    box = Box(0, 0, width, height)
    keys = tuple(Keyframe(n, box, State.MANUAL) for n in (0, len(pts) - 1))
    ref = SourceRef(
        longer.name,
        sha256_of(longer, Silent()),
        info.size,
        width,
        height,
        Timeline(info.video.time_base, pts),
    )
    track = Track(1, Target.REGION, keys, origin=Origin.MANUAL)
    path = tmp_path_factory.mktemp("plan") / "whole.plan.json"
    write_plan(
        build_plan(ref, DetectSettings((Target.PLATE,)), [track], (), ()),
        path,
    )
    return path


def test_kill_leaves_no_final_name_and_no_unredacted_frame(
    longer: Path, plan: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.mkv"
    process = start(longer, plan, output)
    partial = wait_for_partial(tmp_path, process, 1)
    # A file that holds no picture yet would pass whatever is drawn. It does not go on while
    # somebody looks: on a busy machine it would be ready before it is killed.
    process.send_signal(signal.SIGSTOP)
    while not spreads_of_frames(partial) and process.poll() is None:
        process.send_signal(signal.SIGCONT)
        time.sleep(0.1)
        process.send_signal(signal.SIGSTOP)
    process.kill()
    process.wait()
    assert not output.exists()
    assert partial.exists(), "killed too late to show anything"
    assert partial.stat().st_mode & 0o777 == 0o600, "nobody has checked what it shows"
    spreads = {path.name: spreads_of_frames(path) for path in tmp_path.iterdir()}
    assert spreads[partial.name], "not one frame on disk can be decoded"
    for name, found in spreads.items():
        assert max(found, default=0.0) < 4, f"{name} shows a picture although all of it is hidden"


def spreads_of_frames(path: Path) -> list[float]:
    """Standard deviation of luma of every frame that can still be decoded from a truncated file."""
    spreads: list[float] = []
    # The end of an incomplete file cannot be decoded; only the pictures before it count.
    with contextlib.suppress(av.FFmpegError, IndexError), av.open(str(path)) as container:
        spreads.extend(
            float(np.std(f.to_ndarray(format="gray"))) for f in container.decode(video=0)
        )
    return spreads


def test_a_termination_signal_cleans_up(longer: Path, plan: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mkv"
    process = start(longer, plan, output)
    wait_for_partial(tmp_path, process, 1)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=200)
    assert process.returncode == ExitCode.INTERRUPTED
    assert b"Traceback" not in stderr
    assert list(tmp_path.iterdir()) == []
