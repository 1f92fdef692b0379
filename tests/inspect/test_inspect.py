"""What files say about who made them; a release says nothing."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from redact.cli.inspect import inspect
from redact.errors import CheckFailedError, ExitCode, InputError
from redact.inspect import Inspection, inspect_file
from redact.inspect.disclosures import Disclosures, Kind
from redact.inspect.mp4 import inspect_mp4
from redact.inspect.release import (
    CLEARED_TIME,
    clear_times,
    is_release_name,
    neutralise,
    prepare_release,
    release_path,
)
from redact.inspect.streams import _codec_header
from redact.inspect.tag_kinds import add_comments
from redact.media import Decode, VideoWriter, probe
from redact.settings import EncodeSettings


def make_clip(
    path: Path, codec: str = "libx264", sound: str | None = "aac", bare: bool = False, **tags: str
) -> Path:
    """A real half-second clip with tags, as FFmpeg writes it by default."""
    options = {"fflags": "+bitexact"} if bare else {}
    with av.open(str(path), "w", options=options) as out:
        out.metadata.update(tags)
        video = out.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        if codec == "mjpeg":
            video.pix_fmt = "yuvj420p"
        voice = out.add_stream(sound, rate=44100) if sound else None
        if voice is not None:
            voice.metadata["language"] = "fra"
        for n in range(5):
            picture = np.full((48, 64, 3), 40 * n, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 10)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if voice is not None:
            samples = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            samples.sample_rate, samples.pts = 44100, 0
            out.mux(voice.encode(samples))
            out.mux(voice.encode(None))
    return path


def said(result: Inspection, kind: Kind) -> str:
    return " | ".join(str(f.value) for f in result.found if f.kind is kind)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_tags_and_encoders_of_a_usual_file(tmp_path: Path, suffix: str) -> None:
    clip = make_clip(
        tmp_path / f"a{suffix}",
        title="My holiday",
        location="+48.8584+002.2945/",
        creation_time="2024-05-06T07:08:09Z",
    )
    result = inspect_file(clip)
    assert not result.clean
    everything = " | ".join(f"{f.where} {f.value}" for f in result.found)
    assert "My holiday" in everything and "x264 - core" in said(result, Kind.ENCODER)
    assert "2024-05-06" in said(result, Kind.DATE)
    french = "Macintosh language 1" if suffix == ".mov" else "fra"
    assert french in said(result, Kind.LANGUAGE)
    if suffix != ".mov":  # FFmpeg writes no place into QuickTime without being asked to
        assert "+48.8584" in said(result, Kind.LOCATION)


def test_avi_and_mpeg4_user_data(tmp_path: Path) -> None:
    result = inspect_file(make_clip(tmp_path / "a.avi", "mpeg4", "mp2", title="Hello"))
    assert "Lavf" in said(result, Kind.ENCODER) and "Lavc" in said(result, Kind.ENCODER)
    assert "Hello" in said(result, Kind.TAG)


@pytest.mark.parametrize("suffix", [".avi", ".ts", ".mp4", ".mkv"])
def test_a_container_that_is_not_walked_is_never_called_clean(tmp_path: Path, suffix: str) -> None:
    """The user is told which formats are: in a file like this, a name may be anywhere."""
    clip = make_clip(tmp_path / f"a{suffix}", "mpeg4", None, bare=True)
    walked = suffix in (".mp4", ".mkv")
    assert inspect_file(clip).walked is walked
    done = CliRunner().invoke(inspect, [str(clip)], standalone_mode=False)
    assert ("exiftool" in done.output) is not walked
    if not walked:
        assert not inspect_file(clip).clean and done.return_value == ExitCode.CHECK_FAILED


def test_a_name_in_the_codec_header_is_found(tmp_path: Path) -> None:
    """FFmpeg's MPEG-4 encoder writes its name there, and nowhere else in a raw stream."""
    result = inspect_file(make_clip(tmp_path / "a.mp4", "mpeg4", None, bare=True))
    where = {str(f.where) for f in result.found if str(f.value).startswith("Lavc")}
    assert "stream 0 codec header user data" in where


def test_a_name_that_is_part_of_another_text_is_listed(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.flv", "flv", None, title="Annual report", artist="Ann")
    values = {str(f.where): f.value for f in inspect_file(clip).found}
    assert (
        values["container tag title"] == "Annual report" and values["container tag artist"] == "Ann"
    )
    found = Disclosures()
    add_comments([("TITLE", b"Annual report"), ("ARTIST", b"Ann"), ("x", b"Ann")], "header", found)
    assert [str(f.where) for f in found.found] == ["header TITLE", "header ARTIST"]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_messages_in_the_codec_header_are_listed(tmp_path: Path, suffix: str) -> None:
    """Even with a name that is in no list of encoders, such as a camera's."""
    clip = make_clip(tmp_path / f"a{suffix}", "mpeg4", None, bare=True)
    clip.write_bytes(re.sub(rb"Lavc(\d+\.\d+)", rb"Jane\1", clip.read_bytes()))
    result = inspect_file(clip)
    assert "Jane" in said(result, Kind.ENCODER)


def test_messages_in_the_header_of_hevc_and_av1() -> None:
    message = b"\x4e\1\5" + bytes([16 + 5]) + bytes(range(16)) + b"hello\x80"
    lists = b"\x20\0\1\0\3\x40\1a" + b"\x27\0\1" + len(message).to_bytes(2, "big") + message
    headers = {
        "hevc": b"\1" + bytes(21) + b"\2" + lists,
        "av1": b"\x81" + bytes(3) + b"\x2a\5\4\xb5\0\x31x",
    }
    for codec, value in (("hevc", "hello"), ("av1", "T.35 b5 00 31")):
        found = Disclosures()
        _codec_header(codec, headers[codec], "header", found)
        assert [str(f.value) for f in found.found] == [value]
        for cut in range(len(headers[codec])):
            _codec_header(codec, headers[codec][:cut], "header", Disclosures())
    endless = b"\1" + bytes(21) + b"\xff" + 255 * b"\x27\xff\xff"
    _codec_header("hevc", endless, "header", Disclosures())


@pytest.mark.parametrize("sound", ["aac", "alac", "pcm_s16le", "pcm_s16be"])
def test_sound_of_a_quicktime_file_reveals_only_its_codec(tmp_path: Path, sound: str) -> None:
    clip = tmp_path / "a.mov"
    with av.open(str(clip), "w", options={"fflags": "+bitexact"}) as out:
        voice = out.add_stream(sound, rate=44100)
        form = voice.codec_context.codec.audio_formats[0].name
        frame = av.AudioFrame(form, "mono", 1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = 44100, 0
        out.mux(voice.encode(frame))
        out.mux(voice.encode(None))
    found = Disclosures()
    with clip.open("rb") as file:
        inspect_mp4(file, clip.stat().st_size, found)
    assert [f.where for f in found.found if f.kind is Kind.UNUSUAL] == []


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
@pytest.mark.timeout(60)
def test_release_is_clean_and_repeatable(tmp_path: Path, suffix: str) -> None:
    source = make_clip(
        tmp_path / "a.mp4", title="My holiday", location="+48.8584+002.2945/", artist="J. Doe"
    )
    info = probe(source)
    digests = Counter[str]()
    # Two writes are alike. On a very busy machine libx264 codes one of some thousand files of these
    # with the same pixels in other bits, with PyAV alone as well: then the third tells.
    for number in range(3):
        path = tmp_path / f"{number}{suffix}"
        with VideoWriter(path, info, EncodeSettings(), release=True) as writer:
            for frame in Decode(info):
                writer.write(frame)
        size = path.stat().st_size
        result = prepare_release(path)
        assert result.clean and result.packets > 0 and path.stat().st_size == size
        digests[hashlib.sha256(path.read_bytes()).hexdigest()] += 1
        assert len(list(Decode(probe(path)))) == 5
        if max(digests.values()) == 2:
            break
    assert max(digests.values()) == 2


def test_a_file_that_is_not_clean_is_not_released(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", title="My holiday")
    with pytest.raises(CheckFailedError, match="still says"):
        prepare_release(clip)


def test_neutralise_keeps_every_other_byte(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mov")
    before = clip.read_bytes()
    neutralise(clip)
    after = clip.read_bytes()
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    assert 0 < changed <= 2 * 2 + 2 * 4  # two languages, two vendor codes


def test_names_and_times(tmp_path: Path) -> None:
    assert release_path(tmp_path, ".mp4").name == "video.mp4"
    (tmp_path / "video.mp4").write_bytes(b"x")
    assert release_path(tmp_path, ".mp4").name == "video-2.mp4"
    assert release_path(tmp_path, ".JPG").name == "photo.jpg", "a camera writes capitals"
    assert is_release_name("photo-3.png") and not is_release_name("photos.png")
    clear_times(tmp_path / "video.mp4")
    assert (tmp_path / "video.mp4").stat().st_mtime_ns == CLEARED_TIME


EXPECTED = {
    "metadata_extractor__with-gps.mp4": {Kind.LOCATION, Kind.DATE, Kind.TAG, Kind.NAME},
    "metadata_extractor__with-gps.mov": {Kind.LOCATION, Kind.DATE, Kind.DEVICE, Kind.ENCODER},
    "metadata_extractor__FLIR_Thermal.mp4": {Kind.LOCATION, Kind.DATE, Kind.TAG},
    "metadata_extractor__MVI_4823.AVI": {Kind.ENCODER, Kind.TAG},
    "metadata_extractor__100_0306.AVI": {Kind.DATE, Kind.USER_DATA},
    "metadata_extractor__Sony_ILCE-7M3_A7M3.mts": {Kind.DATE, Kind.STREAM, Kind.USER_DATA},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_cameras_and_phones(shared_clips: Path, name: str) -> None:
    result = inspect_file(shared_clips / name)
    assert EXPECTED[name] <= {f.kind for f in result.found}


def test_missing_empty_and_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no video at all " * 50)
    for name in ("absent.mp4", "empty.mp4", "text.mp4", "."):
        with pytest.raises(InputError):
            inspect_file(tmp_path / name)
    picture = np.zeros((8, 8, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "still.bmp"), picture)
    with pytest.raises(InputError, match="is a picture") as refused:
        inspect_file(tmp_path / "still.bmp")
    assert "complete" not in refused.value.hint


@pytest.mark.parametrize("seconds", [1e12, -1e12])
def test_a_time_outside_the_calendar_is_none(tmp_path: Path, seconds: float) -> None:
    memory = Path("/dev/shm")  # most disks keep no such time
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        clip = make_clip(Path(folder) / "a.mp4")
        os.utime(clip, (0, seconds))
        if abs(clip.stat().st_mtime) < abs(seconds):
            pytest.skip("this file system keeps no such time")
        assert inspect_file(clip).changed is None


HEADS = [b"\0\0\0\x10ftypisom\0\0\0\0", b"\x1a\x45\xdf\xa3\x84", b"RIFF\xff\0\0\0AVI ", b""]


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_any_bytes_are_inspected_or_refused(head: bytes, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.bin"
        path.write_bytes(head + data)
        try:
            inspect_file(path)
        except InputError as error:
            assert str(path) in error.message


@given(st.data())
def test_damaged_clips_are_inspected_or_refused(clips: list[bytes], data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(clips)))
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.bin"
        path.write_bytes(raw)
        try:
            inspect_file(path)
        except InputError as error:
            assert str(path) in error.message


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("clips")
    return [
        make_clip(folder / "a.mp4", title="x").read_bytes(),
        make_clip(folder / "a.mkv", title="x").read_bytes(),
        make_clip(folder / "a.avi", "mpeg4", "mp2", title="x").read_bytes(),
    ]
