"""Every picture in the file is one of the frames that the audit sees."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.auditing.file_checks import check_all_shown
from redact.auditing.result import Check
from redact.media import Decode, VideoWriter, coded_pictures, probe
from redact.settings import EncodeSettings

from .conftest import FRAMES, Clip
from .test_mp4_boxes import put

SIZE = 64
TICKS, MOVIE = 12800, 1000
"""Ticks a second of the track and of the movie in what FFmpeg writes at 25 frames a second."""


def moving(number: int) -> av.VideoFrame:
    """A picture that differs from the one before, so that the encoder uses B-frames."""
    frame = av.VideoFrame(SIZE, SIZE, "yuv420p")
    for plane in frame.planes:
        row = bytes((x * 3 + number * 5) % 256 for x in range(plane.line_size))
        plane.update(row * plane.height)
    return frame


def clip_of(path: Path, times: list[int], sound: bool = False) -> Path:
    """Pictures at these times in 1/25 s, from an encoder that may reorder them, with AAC sound."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = SIZE, SIZE, "yuv420p"
        video.codec_context.time_base = Fraction(1, 25)
        heard = out.add_stream("aac", rate=48000, layout="mono") if sound else None
        for number, time in enumerate(times):
            frame = moving(number)
            frame.pts, frame.time_base = time, Fraction(1, 25)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if heard is not None:
            for n in range(20):
                tone = av.AudioFrame("fltp", "mono", 1024)
                tone.sample_rate, tone.pts, tone.time_base = 48000, n * 1024, Fraction(1, 48000)
                tone.planes[0].update(bytes(tone.planes[0].buffer_size))
                out.mux(heard.encode(tone))
            out.mux(heard.encode(None))
    return path


def edited(data: bytes, first: int, frames: int) -> bytes:
    """The same MP4 with an edit list that shows `frames` frames from number `first` on."""
    at = data.index(b"elst") + 12
    _, start = struct.unpack_from(">Ii", data, at)
    entry = struct.pack(">Ii", frames * MOVIE // 25, start + first * TICKS // 25)
    return data[:at] + entry + data[at + 8 :]


def shown(path: Path) -> Check:
    info = probe(path)
    return check_all_shown(info, sum(1 for _ in Decode(info)))


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = clip_of(tmp_path_factory.mktemp("shown") / "forty.mp4", list(range(40)))
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    assert any(p.pts != p.dts for p in packets)  # there are B pictures
    return path.read_bytes()


@settings(max_examples=15)
@given(st.integers(0, 39), st.integers(0, 39))
def test_what_an_edit_list_cuts_off_is_counted(
    tmp_path_factory: pytest.TempPathFactory, forty: bytes, before: int, after: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "cut.mp4"
    path.write_bytes(edited(forty, min(before, 39 - after), 40 - min(39, before + after)))
    info = probe(path)
    assert coded_pictures(info) == 40
    frames = sum(1 for _ in Decode(info))
    check = shown(path)
    assert check.passed is (frames == 40)
    assert check.passed or f"contains 40 pictures and shows {frames}" in check.detail
    if before or after > 4:  # some B pictures behind the end are shown all the same
        assert not check.passed


def test_an_audit_fails_on_frames_hidden_by_an_edit_list(clip: Clip, tmp_path: Path) -> None:
    """Fifteen visible frames after 25 that no player shows and that anybody can extract."""
    path = tmp_path / "source.mp4"
    path.write_bytes(clip.info.path.read_bytes())
    path.write_bytes(edited(path.read_bytes(), 25, FRAMES - 25))
    # What is shown is the same in both files, whatever it is: this is about the rest.
    checks = {c.name: c for c in clip.audit(path, clip.plan()).checks}
    assert not checks["all_shown"].passed
    assert f"contains {FRAMES} pictures and shows 15" in checks["all_shown"].detail


UNEVEN, LATE = [n * n // 7 + n for n in range(25)], range(17, 40)


@pytest.mark.parametrize(
    ("codec", "suffix", "sound", "times"),
    [
        ("h264", "mp4", True, LATE),
        ("h264", "mov", False, UNEVEN),
        ("h264", "mkv", True, UNEVEN),
        ("hevc", "mp4", False, LATE),
        ("hevc", "mkv", True, range(30)),
        ("av1", "mp4", True, UNEVEN),
        ("vp9", "webm", True, LATE),
        ("vp9", "mkv", False, range(30)),
    ],
)
def test_what_redact_writes_shows_all_it_holds(
    tmp_path: Path, codec: str, suffix: str, sound: bool, times: Any
) -> None:
    """Even with reordered pictures, uneven times, a late start, and sound."""
    source = probe(clip_of(tmp_path / "source.mp4", list(times), sound=sound))
    path = tmp_path / f"out.{suffix}"
    with VideoWriter(path, source, EncodeSettings(codec=codec)) as writer:
        for frame in Decode(source):
            writer.write(frame)
    check = shown(path)
    assert check.passed, check.detail
    assert f"all its {len(times)} pictures" in check.detail


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov", "negative_cts_offsets"])
def test_what_ffmpeg_writes_shows_all_it_holds(tmp_path: Path, flags: str) -> None:
    source = probe(clip_of(tmp_path / "source.mp4", list(range(30))))
    path = tmp_path / "out.mp4"
    options = {"movflags": flags}
    with av.open(str(source.path)) as given, av.open(str(path), "w", options=options) as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    check = shown(path)
    assert check.passed, check.detail


def test_samples_of_another_description_are_counted(tmp_path: Path) -> None:
    """FFmpeg skips them; a player that knows two sample descriptions would show them."""
    path = clip_of(tmp_path / "two.mp4", list(range(40)), sound=True)
    data = path.read_bytes()
    entry = data.index(b"avc1", data.index(b"stsd")) - 4
    size = int.from_bytes(data[entry : entry + 4], "big")
    second = data[entry : entry + size].replace(b"avc1", b"hvc1", 1)
    data = bytearray(put(data, "moov/trak/mdia/minf/stbl/stsd", second, 8 + size))
    data[data.index(b"stsd") + 11] = 2  # entries
    runs = data.index(b"stsc") + 8
    count = int.from_bytes(data[runs : runs + 4], "big")
    assert count > 1  # sound lies between the pictures
    data[runs + 4 + 12 * count - 1] = 2  # those of the last chunks
    path.write_bytes(data)
    check = shown(path)
    assert not check.passed and "contains 40 pictures and shows " in check.detail
