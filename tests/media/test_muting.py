"""Muted sound is gone from the file, and the audit detects sound that was left."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.muted_sound import check_sound
from redact.media import (
    TONE_AMPLITUDE,
    Decode,
    SourceInfo,
    VideoWriter,
    mute_samples,
    probe,
    read_sound,
)
from redact.types import Muted
from redact.words import Message

from .footage import FAST, Clip, Sound, changing_sound, make, picture

RATE = 8000


def written(folder: Path, spans: tuple[Muted, ...], name: str = "out.mp4", **sound: str) -> Path:
    """A clip with a 440 Hz tone, rewritten with some spans muted."""
    clip = Clip(pts=range(50), sounds=[Sound(seconds=2.0, **sound)])  # type: ignore[arg-type]
    info = probe(make(folder / "source.mkv", clip))
    with VideoWriter(folder / name, info, FAST, muted=spans) as writer:
        for frame in Decode(info):
            writer.write(frame)
    return folder / name


def loudness(path: Path, start: float, end: float) -> float:
    loud = 0.0
    for time, samples in read_sound(probe(path), probe(path).audio[0].index, RATE):
        at = float(time) + np.arange(len(samples)) / RATE
        inside = np.abs(samples[(at >= start) & (at < end)])
        loud = max(loud, float(inside.max(initial=0)))
    return loud


SPAN = Muted(Fraction(1, 2), Fraction(1))


@pytest.mark.parametrize(
    ("codec", "name"),
    [("aac", "out.mp4"), ("pcm_s16le", "out.mkv"), ("libmp3lame", "out.mkv"), ("flac", "out.mp4")],
)
def test_a_muted_span_is_silent_and_the_rest_is_not(tmp_path: Path, codec: str, name: str) -> None:
    path = written(tmp_path, (SPAN,), name, codec=codec)
    assert loudness(path, 0.56, 0.94) < 0.01
    assert loudness(path, 0.1, 0.4) > 0.05 and loudness(path, 1.1, 1.8) > 0.05
    checks = check_sound(probe(path), (SPAN,))
    assert [c.passed for c in checks] == [True]


def test_a_bleep_replaces_the_sound(tmp_path: Path) -> None:
    span = Muted(SPAN.start, SPAN.end, "tone")
    path = written(tmp_path, (span,))
    assert 0.05 < loudness(path, 0.56, 0.94) < 0.2
    assert check_sound(probe(path), (span,))[0].passed


@pytest.mark.parametrize("how", ["mute", "tone"])
def test_the_audit_detects_sound_that_was_left_in(tmp_path: Path, how: str) -> None:
    path = written(tmp_path, ())
    span = Muted(SPAN.start, SPAN.end, how)
    check = check_sound(probe(path), (span,), zero=Fraction(1, 4))[0]
    assert not check.passed and "at 0:00.28 " in check.detail
    half = written(tmp_path, (Muted(SPAN.start, Fraction(3, 4), how),), "half.mp4")
    assert not check_sound(probe(half), (span,))[0].passed


def recording(path: Path, *channels: np.ndarray) -> SourceInfo:
    """A second of pictures with this two-channel sound, 48000 samples a second from -1 to 1."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25, width=160, height=96, pix_fmt="yuv420p")
        sound = output.add_stream("pcm_f32le", rate=48000, layout="stereo")
        for n in range(25):
            frame = picture("yuv420p", (160, 96), n)
            frame.pts, frame.time_base = n, Fraction(1, 25)
            output.mux(video.encode(frame))
        samples = np.stack(channels, axis=1).astype(np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "flt", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = 48000, Fraction(1, 48000), 0
        output.mux([*video.encode(None), *sound.encode(frame), *sound.encode(None)])
    return probe(path)


def wave(hertz: float, level: float) -> np.ndarray:
    return np.asarray(np.sin(2 * np.pi * hertz * np.arange(48000) / 48000) * level)


def test_the_audit_detects_sound_that_a_mono_mix_would_cancel(tmp_path: Path) -> None:
    """The same speech in two channels with opposite signs: the sum is silent, but a listener with
    headphones hears every word."""
    made = recording(tmp_path / "opposite.mkv", wave(380, 0.36), -wave(380, 0.36))
    span = Muted(Fraction(1, 4), Fraction(3, 4))
    assert loudness(made.path, 0.25, 0.75) < 0.01
    assert not check_sound(made, (span,))[0].passed


def test_a_sample_that_is_no_number_hides_no_sound_from_the_audit(tmp_path: Path) -> None:
    speech, span = wave(380, 0.36), Muted(Fraction(1, 4), Fraction(3, 4))
    speech[20_000] = np.nan
    assert not check_sound(recording(tmp_path / "nan.mkv", speech, speech), (span,))[0].passed


@pytest.mark.parametrize("left", [0, 1])
def test_speech_left_under_a_bleep_is_detected(tmp_path: Path, left: int) -> None:
    """The bleep is as loud as it should be, and somebody goes on speaking in one channel."""
    bleep, speech = wave(1000, TONE_AMPLITUDE), wave(440, 0.08)
    span = Muted(Fraction(1, 4), Fraction(3, 4), "tone")
    sides = [bleep + speech, bleep][:: 1 if left else -1]
    assert not check_sound(recording(tmp_path / "under.mkv", *sides), (span,))[0].passed
    assert check_sound(recording(tmp_path / "bleep.mkv", bleep, bleep), (span,))[0].passed


def test_sound_is_measured_in_every_track(tmp_path: Path) -> None:
    sounds = [Sound("pcm_s16le", level=level, seconds=2.0) for level in (0, 0.3)]
    path = make(tmp_path / "s.mkv", Clip(pts=range(50), sounds=sounds))
    assert not check_sound(probe(path), (SPAN,))[0].passed


@pytest.mark.parametrize("length", [Fraction(1, 50), Fraction(1, 20), Fraction(1, 10)])
def test_a_short_span_is_measured_as_well(tmp_path: Path, length: Fraction) -> None:
    """A name takes a moment; at both ends of a long span, what a codec smears is left out."""
    loud = make(tmp_path / "s.mkv", Clip(sounds=[Sound("pcm_s16le")]))
    assert not check_sound(probe(loud), (Muted(SPAN.start, SPAN.start + length),))[0].passed


def test_nothing_is_left_between_adjoining_spans(tmp_path: Path) -> None:
    middle, bit = Fraction(3, 4), Fraction(1, 70)
    around = Muted(SPAN.start, middle - bit), Muted(middle + bit, SPAN.end)
    asked = Muted(SPAN.start, middle), Muted(middle, SPAN.end)
    gap = probe(written(tmp_path, around, "gap.mkv", codec="pcm_s16le"))
    assert check_sound(gap, around)[0].passed and not check_sound(gap, asked)[0].passed


def test_a_span_late_in_a_recording_is_measured_from_its_beginning(tmp_path: Path) -> None:
    """The audit seeks to it, and not beyond."""
    sound = Sound("aac", seconds=7.0, level=0.3)
    path = make(tmp_path / "s.mp4", Clip(pts=range(175), sounds=[sound]))
    for start in (3, 5):
        span = Muted(Fraction(start), Fraction(start) + Fraction(1, 2))
        assert not check_sound(probe(path), (span,))[0].passed


def test_a_sample_cut_by_the_end_of_a_span_is_muted() -> None:
    samples = np.ones((1, 200), np.float32)
    mute_samples(samples, Fraction(0), 44100, (Muted(Fraction(1, 1000), Fraction(2, 1000)),))
    assert np.flatnonzero(samples[0] == 0).tolist() == list(range(44, 89))  # 44.1 to 88.2


@given(st.integers(1, 3999), st.sampled_from(("mute", "tone")))
def test_muting_does_not_depend_on_how_the_sound_is_divided_into_frames(cut: int, how: str) -> None:
    spans = (Muted(Fraction(1, 10), Fraction(2, 5), how),)
    whole, pieces = np.ones((2, 4000), np.float32), np.ones((2, 4000), np.float32)
    mute_samples(whole, Fraction(0), 8000, spans)
    mute_samples(pieces[:, :cut], Fraction(0), 8000, spans)
    mute_samples(pieces[:, cut:], Fraction(cut, 8000), 8000, spans)
    assert np.allclose(whole, pieces, atol=1e-6)


def test_sound_that_cannot_be_read_is_not_called_silent(tmp_path: Path) -> None:
    info = probe(written(tmp_path, (SPAN,)))
    info.path.unlink()
    (check,) = check_sound(info, (SPAN,))
    assert not check.passed and check.said == (Message("sound_unreadable"),)


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le", "libmp3lame"])
def test_sound_before_and_after_the_pictures_is_muted_in_every_track(
    tmp_path: Path, codec: str
) -> None:
    """The pictures last from 0.84 s to 1.84 s. One track begins 0.84 s before them and ends 1.16 s
    after them; the other lies within them."""
    sounds = [Sound(codec, seconds=3.0), Sound(codec, seconds=0.5, start=Fraction(1))]
    info = probe(make(tmp_path / "s.mkv", Clip(pts=range(21, 46), sounds=sounds)))
    assert info.sound[0] is not None and abs(info.sound[0]) < 0.05
    everything = Muted(Fraction(-1000), Fraction(1000))
    for name, spans in (("quiet.mp4", (everything,)), ("loud.mp4", ())):
        with VideoWriter(tmp_path / name, info, FAST, muted=spans) as writer:
            for frame in Decode(info):
                writer.write(frame)
    quiet, loud = probe(tmp_path / "quiet.mp4"), probe(tmp_path / "loud.mp4")
    assert len(quiet.audio) == 2 and check_sound(quiet, (everything,))[0].passed
    assert loudness(quiet.path, 0, 3) < 0.01
    for lead in (Muted(Fraction(0), Fraction(4, 5)), Muted(Fraction(2), Fraction(5, 2))):
        assert check_sound(quiet, (lead,))[0].passed
        assert not check_sound(loud, (lead,))[0].passed


def test_of_overlapping_spans_the_later_one_counts(tmp_path: Path) -> None:
    tone = Muted(Fraction(3, 4), Fraction(3, 2), "tone")
    path = written(tmp_path, (SPAN, tone))
    assert loudness(path, 0.8, 0.95) > 0.05 and loudness(path, 0.55, 0.7) < 0.01
    assert check_sound(probe(path), (SPAN, tone))[0].said == (Message("sound_taken_out", count=2),)
    assert not check_sound(probe(path), (tone, SPAN))[0].passed


def test_a_bleep_reveals_nothing_of_what_was_said(tmp_path: Path) -> None:
    """Two recordings that differ only within the span become the same file."""
    outputs = []
    for hertz, how in ((300, "tone"), (2000, "tone"), (300, "mute"), (2000, "mute")):
        span = Muted(SPAN.start, SPAN.end, how)
        sound = Sound("pcm_s16le", seconds=2.0, said=(0.5, 1.0, hertz))
        info = probe(make(tmp_path / f"{hertz}.mkv", Clip(pts=range(50), sounds=[sound])))
        output = tmp_path / f"{hertz}.{how}.mp4"
        with VideoWriter(output, info, FAST, muted=(span,)) as writer:
            for frame in Decode(info):
                writer.write(frame)
        assert check_sound(probe(output), (span,))[0].passed
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1] != outputs[2] == outputs[3]


@pytest.mark.parametrize("share", [0.3, 3])
def test_a_bleep_at_another_level_is_not_accepted(tmp_path: Path, share: float) -> None:
    """Its level must not follow the voice that it replaces."""
    path, span = tmp_path / "s.mkv", Muted(SPAN.start, SPAN.end, "tone")
    sound = Sound("pcm_s16le", hertz=1000, seconds=2.0, level=TONE_AMPLITUDE * share)
    make(path, Clip(pts=range(50), sounds=[sound]))
    assert not check_sound(probe(path), (span,))[0].passed
    make(path, Clip(pts=range(50), sounds=[replace(sound, level=TONE_AMPLITUDE)]))
    assert check_sound(probe(path), (span,))[0].passed


def test_a_span_without_sound_is_not_counted_as_muted(tmp_path: Path) -> None:
    """The sound lasts two seconds; after that nothing can be muted."""
    late = Muted(Fraction(5), Fraction(6))
    path = written(tmp_path, (SPAN, late))
    (check,) = check_sound(probe(path), (SPAN, late))
    assert check.passed and check.said == (Message("sound_taken_out", count=1),)
    assert check_sound(probe(path), (late,)) == []


def test_the_writer_reports_when_there_was_sound(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "s.mkv", Clip(pts=range(50), sounds=[Sound(seconds=2.0)])))
    for name, spans in (("quiet.mp4", (SPAN,)), ("copied.mp4", ())):
        with VideoWriter(tmp_path / name, info, FAST, muted=spans) as writer:
            for frame in Decode(info):
                writer.write(frame)
        if spans:
            assert writer.sounded is not None
            assert [float(t) for t in writer.sounded] == pytest.approx([0, 2], abs=0.1)
            assert writer.notes == [Message("audio_coded_anew")]
        else:
            assert writer.sounded is None and writer.notes == []


@given(
    st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 2000), st.sampled_from((8000, 44100))
)
def test_all_samples_of_a_span_and_no_others_are_muted(
    start: int, length: int, first: int, rate: int
) -> None:
    """To the sample, wherever a span, and the sound's frames, begin and end."""
    span = Muted(Fraction(start, 1000), Fraction(start + length, 1000))
    samples = np.ones((2, 4000), np.float32)
    mute_samples(samples, Fraction(first, 1000), rate, (span,))
    # Whole numbers: milliseconds times samples a second.
    begins = first * rate + 1000 * np.arange(4000)
    within = (begins < (start + length) * rate) & (begins + 1000 > start * rate)
    assert (samples == np.where(within, 0, 1)).all()


def test_sound_whose_channels_change_midway_is_read_to_the_end(tmp_path: Path) -> None:
    source = changing_sound(tmp_path)
    pieces = list(read_sound(probe(source), probe(source).audio[0].index, 8000))
    assert [time for time, _ in pieces] == sorted(time for time, _ in pieces)
    assert abs(sum(len(samples) for _, samples in pieces) - 16000) < 800
    assert all(abs(samples).max() > 0.1 for _, samples in pieces[2:-2])
