"""Speech is found in every channel, muted, and looked for again in the finished file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from redact.auditing.speech_left import check_speech
from redact.errors import ExitCode
from redact.media import mute_samples, probe, read_sound
from redact.pipeline import Delivery, find_held, fix_held, redact_video
from redact.plan import MutedSpan, read_plan, write_plan
from redact.progress import Silent
from redact.settings import (
    Audio,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Rotate,
    Settings,
)
from redact.speech import LISTEN_AGAIN, speech_in
from redact.types import Muted, Origin, Target

from ..program import QUICK, ROOT, program
from ..side_files import plan_of, record_of
from .spoken import Sound, film, with_voice

AT, LASTS = 4.0, 4.7
SLOW = pytest.mark.slow


def loudness(path: Path, start: float, end: float) -> float:
    """Mean of a span's samples, without sign."""
    info, loud = probe(path), []
    for time, samples in read_sound(info, info.audio[0].index, 8000):
        at = float(time) + np.arange(len(samples)) / 8000
        loud.append(np.abs(samples[(at >= start) & (at < end)]))
    return float(np.concatenate(loud).mean())


def noise(seconds: float, rate: int = 16000) -> Sound:
    return with_voice(seconds, seconds - 0.01, rate, level=0.0)


def assert_found(found: list[tuple[Fraction, Fraction]]) -> None:
    """That exactly the sentence was found, with its margin."""
    ((start, end),) = found
    assert AT - 0.8 < start < AT and AT + LASTS - 0.2 < end < AT + LASTS + 1


@pytest.mark.parametrize(
    ("rate", "layout", "number"),
    [(8000, "mono", 0), (48000, "stereo", 1), (192000, "7.1", 6), (44100, "5.1", 2)],
)
def test_a_voice_in_one_channel_alone_is_heard(
    tmp_path: Path, rate: int, layout: str, number: int
) -> None:
    count = {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}[layout]
    channels = [noise(12, rate)] * count
    channels[number] = with_voice(12, AT, rate)
    info = probe(film(tmp_path / "cam.mkv", channels, rate, layout=layout))
    assert_found(speech_in(info))


def test_a_voice_with_opposite_signs_in_two_channels_is_heard(tmp_path: Path) -> None:
    """Mixed, it would be silent."""
    voice = with_voice(12, AT, 48000)
    info = probe(film(tmp_path / "cam.mkv", [voice, -voice], 48000, layout="stereo"))
    assert_found(speech_in(info))


def test_a_quiet_voice_is_heard(tmp_path: Path) -> None:
    """30 dB below one in front of a microphone, in a quiet room."""
    info = probe(film(tmp_path / "cam.mkv", [with_voice(12, AT) / 30]))
    assert_found(speech_in(info))


def test_noise_and_silence_are_no_speech(tmp_path: Path) -> None:
    info = probe(film(tmp_path / "cam.mkv", [noise(20)]))
    assert speech_in(info) == []
    assert speech_in(probe(film(tmp_path / "dumb.mkv", [np.zeros(160_000, np.float32)]))) == []


def test_samples_that_are_no_numbers_hide_no_voice(tmp_path: Path) -> None:
    voice = with_voice(12, AT)
    voice[::4000] = np.nan
    assert speech_in(probe(film(tmp_path / "cam.mkv", [voice])))


def test_run_mutes_speech_and_leaves_the_rest(street: Path, tmp_path: Path) -> None:
    clip = film(tmp_path / "cam.mkv", [with_voice(12, AT)], pictures=street)
    output, words = tmp_path / "out.mkv", ("--audio", "mute-speech", *QUICK)
    done = program("run", clip, "-o", output, *words)
    assert done.returncode == ExitCode.DONE, done.stderr
    (span,) = read_plan(plan_of(tmp_path / "out.mkv")).muted
    assert span.origin is Origin.AUTO and span.reason == "speech" and not span.decided_by
    assert loudness(output, AT, AT + LASTS) < 0.001 < 0.005 < loudness(output, 0.5, AT - 1)
    record = json.loads(record_of(tmp_path / "out.mkv").read_bytes())
    assert [c["passed"] for c in record["audit"]["checks"] if c["name"] == "speech"] == [True]
    assert [m["reason"] for m in record["muted"]] == ["speech"]
    assert "listen" in [step["name"] for step in record["run"]["steps"]]
    again = program("run", clip, "-o", output, *words)
    assert again.returncode == ExitCode.DONE and "already done" in again.stderr
    checked = program("verify", clip, output)
    assert checked.returncode == ExitCode.DONE, checked.stderr


def test_apply_mutes_speech_that_a_plan_does_not_mute(street: Path, tmp_path: Path) -> None:
    clip = film(tmp_path / "cam.mkv", [with_voice(12, AT)], pictures=street)
    plan = tmp_path / "cam.plan.json"
    assert program("detect", clip, "-o", plan, *QUICK).returncode == ExitCode.DONE
    write_plan(replace(read_plan(plan), muted=(MutedSpan(0, 1000),)), plan, force=True)
    output = tmp_path / "out.mkv"
    done = program("apply", clip, plan, "-o", output, "--audio", "mute-speech")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert loudness(output, AT, AT + LASTS) < 0.001 and loudness(output, 0, 0.9) < 0.001


@pytest.mark.slow
def test_fix_mutes_what_the_audit_heard(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search hears nothing, as if only the encoder had made the voice clear."""
    clip = film(tmp_path / "cam.mkv", [with_voice(12, AT)], pictures=street)
    monkeypatch.setattr("redact.pipeline.mute_speech.speech_to_mute", lambda *given: [])
    quick = DetectSettings((Target.FACE,), rotate=Rotate.NOT)
    settings = Settings(quick, RenderSettings(), EncodeSettings(audio=Audio.MUTE_SPEECH))
    held = redact_video(clip, settings, Delivery(tmp_path / "out.mkv"), Silent())
    assert held.needs_review
    fixed = fix_held(find_held(tmp_path / "out.mkv"), Silent())
    assert not fixed.needs_review
    assert loudness(fixed.output, AT, AT + LASTS) < 0.001 < loudness(fixed.output, 0.5, AT - 1)


def planted(number: int) -> tuple[Sound, Muted]:
    """Muted sound of 12 s with a voice in it, at one of 20 levels, places and lengths."""
    sound, at = noise(12), 2 + number % 5
    span = Muted(Fraction(1), Fraction(11))
    mute_samples(sound[None], Fraction(0), 16000, [span])
    level = 0.3 / 10 ** (number / 20)  # down to 19 dB below, the sentence or half of it
    voice = with_voice(12, at, level=level) - noise(12)
    voice[round((at + (4.7 if number % 2 else 2.4)) * 16000) :] = 0
    return sound + voice, span


@pytest.mark.parametrize("numbers", [range(0, 20, 5), pytest.param(range(20), marks=SLOW)])
def test_the_audit_finds_planted_speech(tmp_path: Path, numbers: range) -> None:
    """In a span that was to be silent, and anywhere with `mute-speech`."""
    found = []
    for number in numbers:
        sound, span = planted(number)
        info = probe(film(tmp_path / "out.mkv", [sound]))
        inside = check_speech(info, (span,), everywhere=False)
        anywhere = check_speech(info, (), everywhere=True)
        found.append(not inside[0].passed and not anywhere[0].passed)
    assert all(found)


def test_speech_beside_a_muted_span_is_no_finding(tmp_path: Path) -> None:
    """A name is taken out of a sentence, and the rest stays to be heard."""
    sound = with_voice(12, AT)
    span = Muted(Fraction(11, 2), Fraction(6))
    mute_samples(sound[None], Fraction(0), 16000, [span])
    info = probe(film(tmp_path / "out.mkv", [sound]))
    assert [c.passed for c in check_speech(info, (span,), everywhere=False)] == [True]
    assert [c.passed for c in check_speech(info, (span,), everywhere=True)] == [False]


def test_a_bleep_is_no_speech(tmp_path: Path) -> None:
    sound = with_voice(12, AT)
    span = Muted(Fraction(3), Fraction(10), "tone")
    mute_samples(sound[None], Fraction(0), 16000, [span])
    info = probe(film(tmp_path / "out.mkv", [sound]))
    assert speech_in(info, (), LISTEN_AGAIN) == []
    assert [c.passed for c in check_speech(info, (span,), everywhere=True)] == [True]


def test_a_network_that_does_not_load_stops_before_the_search(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of redact whose network was changed by one byte."""
    shutil.copytree(ROOT / "redact", tmp_path / "redact")
    model = tmp_path / "redact" / "models" / "silero" / "silero-vad-16k.onnx"
    clip = film(tmp_path / "cam.mkv", [noise(3)], pictures=street)
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    words = ("run", str(clip), "--audio", "mute-speech", "-o", str(tmp_path / "out.mkv"))
    done = subprocess.run(
        [sys.executable, "-m", "redact", *words, *QUICK],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert done.returncode == ExitCode.MODEL, done.stderr
    assert "silero" in done.stderr and not list(tmp_path.glob("out*"))
