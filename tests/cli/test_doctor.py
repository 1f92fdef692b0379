"""`redact doctor` tests the installation on a small video, and names what fails."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from redact.cli.doctor import doctor
from redact.errors import ExitCode
from redact.media import VideoWriter
from redact.media.frame_planes import plane_array
from redact.pipeline import run

from ..program import ROOT


def ask(*words: str) -> Any:
    """The output of doctor, and its exit code."""
    # The exit code is what the command returns; the group that calls it hands it on.
    return CliRunner().invoke(doctor, list(words), standalone_mode=False)


def test_a_run_works_here() -> None:
    done = ask("--json")
    report = json.loads(done.output)
    assert report["tried"] and report["problem"] == ""
    assert report["ready"] and done.return_value == ExitCode.DONE
    assert report["ready_for"] == ["face", "plate", "head", "person"]


def raises(*_: Any, **__: Any) -> None:
    raise TypeError("open() got an unexpected keyword argument")


def finds_nobody(*words: Any, whole: Callable[..., Any] = run.detect) -> Any:
    return replace(whole(*words), tracks=())


def writes_black(
    self: VideoWriter, frame: Any, whole: Callable[..., None] = VideoWriter.write
) -> None:
    plane_array(frame.picture, 0)[:] = np.uint8(16)
    whole(self, frame)


@pytest.mark.parametrize(
    ("where", "name", "broken", "said"),
    [
        (run, "probe_excerpt", raises, "unexpected keyword"),
        (run, "detect", finds_nobody, "not found"),
        (VideoWriter, "write", writes_black, "not drawn"),
    ],
)
def test_what_is_broken_is_named(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, broken: Any, said: str
) -> None:
    monkeypatch.setattr(where, name, broken)
    done = ask("--json")
    report = json.loads(done.output)
    assert said in report["problem"]
    assert not report["ready"] and report["ready_for"] == []
    assert done.return_value == report["exit_code"] != ExitCode.DONE


def test_it_says_at_once_what_it_does_and_can_be_stopped() -> None:
    """On a slow machine it takes minutes, and there is no search that could be continued."""
    command = [sys.executable, "-m", "redact", "doctor"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # Tests may themselves run in the background, where Ctrl-C is ignored and inherited so.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert "tiny video" in first
    assert process.returncode == ExitCode.INTERRUPTED
    assert "stopped" in rest and "continues" not in rest
