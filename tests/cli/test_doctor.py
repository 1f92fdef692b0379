"""`redact doctor` tries the installation on a video of its own, and says which stage fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from redact import api
from redact.cli import trial
from redact.cli.doctor import doctor
from redact.errors import ExitCode
from redact.media import Decode, SourceInfo, VideoWriter
from redact.media.frame_planes import plane_array
from redact.render import Renderer
from redact.words import told


def ask(*words: str) -> Any:
    """What doctor answers, and the code it ends with."""
    # The exit code is what the command returns; the group that calls it hands it on.
    return CliRunner().invoke(doctor, list(words), standalone_mode=False)


def test_every_stage_works_here() -> None:
    done = ask("--json")
    report = json.loads(done.output)
    assert report["trial"] == dict.fromkeys(trial.STAGES, "")
    assert report["ready"] and done.return_value == ExitCode.DONE
    assert "trial encode: works" in ask().output


def raises(*_: Any, **__: Any) -> None:
    raise TypeError("open() got an unexpected keyword argument")


def one_missing(self: Decode, whole: Callable[[Decode], Any] = Decode.__iter__) -> Any:
    return (frame for frame in whole(self) if frame.index)


def finds_nobody(*words: Any, whole: Callable[..., Any] = api.detect) -> Any:
    plan = whole(*words)
    return replace(plan, tracks=())


def draws_nothing(self: Renderer, frame: Any, regions: Any) -> Any:
    return frame


def writes_black(
    self: VideoWriter, frame: Any, whole: Callable[..., None] = VideoWriter.write
) -> None:
    plane_array(frame.picture, 0)[:] = np.uint8(16)
    whole(self, frame)


@pytest.mark.parametrize(
    ("stage", "where", "name", "broken"),
    [
        ("open", trial, "probe", raises),
        ("open", SourceInfo, "expected_frames", property(lambda self: None)),
        ("decode", Decode, "__iter__", one_missing),
        ("search", trial.api, "detect", finds_nobody),
        ("draw", Renderer, "draw", draws_nothing),
        ("encode", VideoWriter, "write", raises),
        ("encode", VideoWriter, "write", writes_black),
    ],
)
def test_what_is_broken_is_named(
    monkeypatch: pytest.MonkeyPatch, stage: str, where: Any, name: str, broken: Any
) -> None:
    monkeypatch.setattr(where, name, broken)
    done = ask("--json")
    report = json.loads(done.output)
    assert list(report["trial"])[-1] == stage and report["trial"][stage]
    assert not report["ready"] and report["ready_for"] == []
    assert done.return_value == report["exit_code"] != ExitCode.DONE
    failed = list(trial.try_stages())[-1].error
    assert failed is not None and told(failed, "fr") != told(failed, "en")
