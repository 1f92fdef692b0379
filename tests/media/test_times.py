"""Every output frame has the source's own time, and sound stays where it was."""

from __future__ import annotations

import itertools
import re
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redact.errors import InputError, OutputError, UnsafeError
from redact.media import Decode, VideoWriter, probe
from redact.media.frame_times import FrameTimes
from redact.settings import Audio, EncodeSettings

from .footage import FAST, Clip, Sound, audio_packets, changing_sound, make, rewrite, times

B_FRAMES = {"preset": "veryfast", "bf": "3"}
CLOCKS = {
    "constant": Clip(),
    "variable": Clip(
        pts=[0, 3003, 9009, 9010, 50000, 90000, 90001, 95000, 200000, 900000, 900001],
        time_base=Fraction(1, 90000),
        options=B_FRAMES,
    ),
    "ntsc": Clip(time_base=Fraction(1001, 30000), options=B_FRAMES),
    "late": Clip(
        pts=[126000 + 3600 * i for i in range(12)], time_base=Fraction(1, 90000), options=B_FRAMES
    ),
    "odd": Clip(time_base=Fraction(1, 7), options=B_FRAMES),
    "fine": Clip(pts=[33333 * i + i * i for i in range(12)], time_base=Fraction(1, 1000000)),
}


@pytest.mark.parametrize("kind", ["mp4", "ts"])
@pytest.mark.parametrize("clock", CLOCKS)
def test_mp4_and_mov_keep_every_time_exactly(tmp_path: Path, clock: str, kind: str) -> None:
    source = make(tmp_path / f"in.{kind}", CLOCKS[clock])
    expected = times(source)
    assert len(expected) == len(CLOCKS[clock].pts)
    for suffix in ("mp4", "mov"):
        writer = rewrite(source, tmp_path / f"out.{suffix}")
        assert times(tmp_path / f"out.{suffix}") == expected
        assert writer.notes == []


@given(
    steps=st.lists(st.integers(1, 200_000), min_size=1, max_size=8),
    first=st.integers(0, 500_000),
    den=st.sampled_from([600, 1000, 12800, 30000, 44100, 90000, 1_000_000]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_mp4_keeps_times_of_any_clock(
    tmp_path: Path, steps: list[int], first: int, den: int
) -> None:
    pts = [first]
    for step in steps:
        pts.append(pts[-1] + step)
    clip = Clip(pts=pts, time_base=Fraction(1, den), options=B_FRAMES, size=(32, 32))
    clip.container_options = {"movie_timescale": str(den), "video_track_timescale": str(den)}
    source = make(tmp_path / "in.mp4", clip)
    rewrite(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == times(source) == [Fraction(p, den) for p in pts]


def test_matroska_rounds_to_the_millisecond_and_reports_it(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", CLOCKS["ntsc"])
    writer = rewrite(source, tmp_path / "out.mkv")
    for was, now in zip(times(source), times(tmp_path / "out.mkv"), strict=True):
        assert abs(was - now) <= Fraction(1, 2000)
    assert [n for n in writer.notes if n.code == "times_in_milliseconds"]


def test_two_frames_in_one_millisecond_are_refused_by_matroska(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", CLOCKS["variable"])
    with pytest.raises(OutputError, match="millisecond"):
        rewrite(source, tmp_path / "out.mkv")


@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_a_gap_that_mp4_cannot_hold_is_refused_and_matroska_keeps_it(
    tmp_path: Path, kind: str
) -> None:
    """FFmpeg gives everything after it another time."""
    hours = 7 * 3600 * 90000
    pts = [0, 3600, 7200, hours, hours + 3600]
    source = make(tmp_path / "in.ts", Clip(pts=pts, time_base=Fraction(1, 90000)))
    with pytest.raises(OutputError, match="no picture") as refused:
        rewrite(source, tmp_path / f"out.{kind}")
    assert ".mkv" in refused.value.hint
    rewrite(source, tmp_path / "out.mkv")
    assert times(tmp_path / "out.mkv") == times(source)


def test_a_raw_stream_is_timed_by_its_headers_and_this_is_reported(tmp_path: Path) -> None:
    source = make(tmp_path / "in.h264", Clip(options=B_FRAMES))
    info = probe(source)
    assert not info.video.timestamps
    assert any("carries no timestamps" in str(w) for w in info.warnings)
    assert times(source) == [Fraction(i, 25) for i in range(12)]
    rewrite(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == times(source)


@pytest.mark.parametrize(("codec", "options"), [("libx264", B_FRAMES), ("mpeg4", {"bf": "2"})])
def test_avi_with_reordered_frames_keeps_an_even_clock(
    tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    source = make(tmp_path / "in.avi", Clip(codec=codec, options=options, pts=range(40)))
    seen = times(source)
    assert [b - a for a, b in itertools.pairwise(seen)] == [Fraction(1, 25)] * 39
    decode = Decode(probe(source))
    assert sum(1 for _ in decode) == 40
    assert decode.moved == 0


def test_frames_hidden_by_an_edit_list_stay_hidden(tmp_path: Path) -> None:
    """Frames before zero are cut by the edit list that the muxer writes."""
    clip = Clip(pts=[-80 + 40 * i for i in range(12)], time_base=Fraction(1, 1000))
    source = make(tmp_path / "in.mp4", clip)
    assert times(source)[0] == 0
    assert len(times(source)) == 10
    rewrite(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == times(source)


def frame_times(tmp_path: Path) -> FrameTimes:
    return FrameTimes(probe(make(tmp_path / "in.mp4", Clip())))


def test_a_repeated_time_moves_by_one_unit_and_is_counted(tmp_path: Path) -> None:
    stamps = frame_times(tmp_path)
    given_pts = [0, 512, 512, 1024]
    assert [stamps.next_pts(p, None, 512, False) for p in given_pts] == [0, 512, 513, 1024]
    assert stamps.moved == 1


def test_a_missing_time_follows_from_the_frame_before(tmp_path: Path) -> None:
    stamps = frame_times(tmp_path)
    assert [stamps.next_pts(p, None, 512, False) for p in (0, None, 1024)] == [0, 512, 1024]
    assert stamps.moved == 1


def test_a_clock_that_jumps_back_is_refused(tmp_path: Path) -> None:
    stamps = frame_times(tmp_path)
    stamps.next_pts(128000, None, 512, True)
    with pytest.raises(InputError, match="jumps back"):
        stamps.next_pts(0, None, 512, True)


def test_frames_out_of_order_are_refused(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "in.mp4", Clip()))
    frames = list(Decode(info))
    with (
        pytest.raises(UnsafeError, match="does not follow"),
        VideoWriter(tmp_path / "out.mp4", info, FAST) as writer,
    ):
        writer.write(frames[1])
        writer.write(frames[0])


def offset(path: Path) -> Fraction:
    """Start of the sound relative to the picture, in seconds."""
    return audio_packets(path)[0][0][0] - times(path)[0]


@pytest.mark.parametrize("start", [Fraction(1, 3), Fraction(2)])
@pytest.mark.parametrize("kind", ["mp4", "ts"])
def test_sound_keeps_its_offset_to_the_picture(tmp_path: Path, kind: str, start: Fraction) -> None:
    sound = Sound(start=start, seconds=0.5)
    source = make(tmp_path / f"in.{kind}", Clip(sounds=[sound], pts=range(25)))
    rewrite(source, tmp_path / "out.mp4")
    # One sample of the sound is the finest step that its own track can express.
    assert abs(offset(tmp_path / "out.mp4") - offset(source)) <= Fraction(1, 48000)


def onset(path: Path) -> Fraction:
    """Time at which the tone becomes audible, as decoded, relative to the first frame."""
    first = times(path)[0]
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            wave = abs(frame.to_ndarray()).max(axis=0) > 0.02
            if frame.format.name.startswith("s16"):
                wave = abs(frame.to_ndarray()).max(axis=0) > 600
            if wave.any():
                return frame.pts * frame.time_base + Fraction(int(wave.argmax()), 48000) - first
    raise AssertionError("no tone")


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_transcoded_sound_stays_in_sync(tmp_path: Path, suffix: str) -> None:
    sound = Sound("pcm_s16le", start=Fraction(1, 2), seconds=0.5)
    source = make(tmp_path / "in.mkv", Clip(sounds=[sound], pts=range(25)))
    quick = EncodeSettings() if suffix == "mp4" else EncodeSettings(preset="8")
    writer = rewrite(source, tmp_path / f"out.{suffix}", quick)
    assert any("pcm_s16le →" in str(n) for n in writer.notes)
    # A lossy coder smears the attack of a tone over a part of one of its blocks.
    assert abs(onset(tmp_path / f"out.{suffix}") - onset(source)) < Fraction(1, 100)


@pytest.mark.parametrize("kind", ["ts", "mpg"])
def test_sound_that_starts_long_after_the_picture_is_kept(tmp_path: Path, kind: str) -> None:
    """Such files describe their sound where it starts, not at their beginning."""
    codec, sound = ("libx264", "aac") if kind == "ts" else ("mpeg2video", "mp2")
    late = Sound(sound, start=Fraction(12))
    source = make(tmp_path / f"in.{kind}", Clip(codec, options={}, pts=range(350), sounds=[late]))
    assert [audio.sample_rate for audio in probe(source).audio] == [48000]
    rewrite(source, tmp_path / "out.mp4")
    assert audio_packets(tmp_path / "out.mp4")[0]


def test_a_gap_in_the_sound_stays_a_gap(tmp_path: Path) -> None:
    """Transcoding must not pull later sound forward over a hole."""
    source = tmp_path / "in.mkv"
    whole = make(tmp_path / "whole.mkv", Clip(sounds=[Sound("pcm_s16le")]))
    with av.open(str(whole)) as old, av.open(str(source), "w") as new:
        video = new.add_stream_from_template(old.streams.video[0], opaque=True)
        audio = new.add_stream_from_template(old.streams.audio[0], opaque=True)
        for packet in old.demux():
            if not packet.size:
                continue
            sound = packet.stream.type == "audio"
            if sound and 0.3 < packet.pts * packet.time_base < 0.7:
                continue
            packet.stream = audio if sound else video
            new.mux(packet)
    rewrite(source, tmp_path / "out.mp4")
    ends = [p[-1][0] for p in (audio_packets(source)[0], audio_packets(tmp_path / "out.mp4")[0])]
    assert abs(ends[0] - ends[1]) < Fraction(1, 10)


def test_sound_whose_channels_change_midway_is_encoded_to_the_end(tmp_path: Path) -> None:
    source = changing_sound(tmp_path)
    rewrite(source, tmp_path / "out.mp4", release=True)
    assert abs(onset(tmp_path / "out.mp4") - onset(source)) < Fraction(1, 100)
    ends = [audio_packets(path)[0][-1][0] for path in (source, tmp_path / "out.mp4")]
    assert ends[0] > 1.8 and abs(ends[0] - ends[1]) < Fraction(1, 20)


def two_spans(whole: Path, path: Path) -> Path:
    """An MP4 whose edit lists show 1.6 to 2.6 s and 3.6 to 4.6 s of another file, which has
    none."""

    def box(content: bytes) -> bytes:
        return struct.pack(">I", 4 + len(content)) + content

    data = whole.read_bytes()
    begin = data.index(b"moov") - 4
    movie = data[begin:]
    second = int.from_bytes(movie[movie.index(b"mvhd") + 16 :][:4])
    for at in reversed([found.start() - 4 for found in re.finditer(b"trak", movie)]):
        size, head = (int.from_bytes(movie[n : n + 4]) for n in (at, at + 8))
        clock = int.from_bytes(movie[movie.index(b"mdhd", at) + 16 :][:4])
        spans = [struct.pack(">IiI", second, round(s * clock), 1 << 16) for s in (1.6, 3.6)]
        edits = box(b"edts" + box(b"elst" + struct.pack(">II", 0, 2) + b"".join(spans)))
        middle, end = at + 8 + head, at + size
        track = box(movie[at + 4 : middle] + edits + movie[middle:end])
        movie = movie[:at] + track + movie[end:]
    path.write_bytes(data[:begin] + box(movie[4:]))
    return path


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_sound_that_edit_lists_cut_off_is_not_in_the_result(tmp_path: Path, kind: str) -> None:
    """FFmpeg returns a second of it before each part, which a copy would contain, hidden or
    audible."""
    plain = {"use_editlist": "0", "avoid_negative_ts": "make_zero"}
    sound = Sound("aac", seconds=6.0)
    clip = Clip(pts=range(150), sounds=[sound], container_options=plain)
    source = two_spans(make(tmp_path / "whole.mp4", clip), tmp_path / "in.mp4")
    output = tmp_path / f"out.{kind}"
    notes = rewrite(source, output).notes
    assert [n.code for n in notes if n.code.startswith("audio")] == ["audio_cut"]
    with av.open(str(output), options={"ignore_editlist": "1"} if kind == "mp4" else {}) as new:
        held = sum(p.duration * p.time_base for p in new.demux(audio=0) if p.size)
    assert held < 2.15
    ordinary = make(tmp_path / "ordinary.mp4", Clip(pts=range(25), sounds=[sound]))
    assert rewrite(ordinary, output).notes == [], "what coders put before the sound is copied"


def test_mute_drops_all_sound(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(sounds=[Sound()]))
    settings_ = EncodeSettings(preset="ultrafast", audio=Audio.MUTE)
    rewrite(source, tmp_path / "out.mp4", settings_)
    assert audio_packets(tmp_path / "out.mp4") == []


class _Swallows:
    """An encoder that never returns the frames that it still holds at the end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def encode(self, frame: Any) -> list[Any]:
        return self._stream.encode(frame) if frame is not None else []


def test_frames_that_an_encoder_loses_are_reported(tmp_path: Path) -> None:
    """A file without its last pictures would look complete."""
    info = probe(make(tmp_path / "in.mp4", Clip(options=B_FRAMES)))
    writer = VideoWriter(tmp_path / "out.mp4", info, FAST)
    for frame in Decode(info):
        writer.write(frame)
    writer._stream = _Swallows(writer._stream)
    assert 0 < len(writer._pending) < 12
    with pytest.raises(UnsafeError, match=rf"{len(writer._pending)} of 12 frames were not written"):
        writer.close()
