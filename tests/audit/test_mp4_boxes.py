"""Boxes of MP4 and MOV: those that redact and FFmpeg write pass, all others are findings."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from redact.auditing.file_checks import check_container
from redact.auditing.result import Check
from redact.media import Decode, SourceInfo, VideoWriter, probe
from redact.settings import EncodeSettings

from .conftest import Clip, picture, write_video

SECRET = b"Anna Nowak, 12 Hill Street"


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def put(data: bytes, path: str, more: bytes, skip: int = 0) -> bytes:
    """`more` as the first thing in the box at `path`, `skip` bytes into it; sizes are mended.

    Offsets of samples stay true only where `path` lies behind `mdat`.
    """
    at, mend = 0, []
    for name in path.split("/"):
        at = data.index(name.encode("latin-1"), at) + 4
        mend.append(at - 8)
    at += skip
    out = bytearray(data[:at] + more + data[at:])
    for head in mend:
        size = int.from_bytes(out[head : head + 4], "big") + len(more)
        out[head : head + 4] = size.to_bytes(4, "big")
    return bytes(out)


def boxes(source: SourceInfo, path: Path) -> Check:
    return next(c for c in check_container(source, path, None) if c.name == "boxes")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What FFmpeg writes by itself: its name as a tag, and `moov` as the last box."""
    path = tmp_path_factory.mktemp("boxes") / "plain.mp4"
    write_video(path, [picture(n) for n in range(3)])
    return path.read_bytes()


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> SourceInfo:
    return talking_clip(tmp_path_factory.mktemp("boxes") / "talking.mkv", "yuv420p10le")


def talking_clip(path: Path, pixels: str, codec: str = "aac") -> SourceInfo:
    """A few frames with sound, and non-square pixels."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 96, 64, pixels
        video.codec_context.sample_aspect_ratio = Fraction(4, 3)
        sound = out.add_stream(codec, rate=48000, layout="stereo")
        for n in range(5):
            frame = av.VideoFrame(96, 64, pixels)
            frame.pts, frame.time_base = n, Fraction(1, 25)
            for plane in frame.planes:  # what memory held before may be no value of ten bits
                plane.update(bytes(plane.buffer_size))
            out.mux(video.encode(frame))
            heard = av.AudioFrame("fltp", "stereo", 1024)
            heard.sample_rate, heard.pts, heard.time_base = 48000, n * 1024, Fraction(1, 48000)
            for plane in heard.planes:
                plane.update(bytes(plane.buffer_size))
            out.mux(sound.encode(heard))
        out.mux([*video.encode(None), *sound.encode(None)])
    return probe(path)


@pytest.mark.parametrize(
    ("codec", "suffix", "copy"),
    [
        ("h264", "mp4", False),
        ("h264", "mov", True),
        ("hevc", "mp4", True),
        ("hevc", "mov", False),
        ("av1", "mp4", True),
    ],
)
def test_what_redact_writes_passes(
    talking: SourceInfo, tmp_path: Path, codec: str, suffix: str, copy: bool
) -> None:
    path = tmp_path / f"out.{suffix}"
    with VideoWriter(path, talking, EncodeSettings(codec=codec), release=not copy) as writer:
        for frame in Decode(talking):
            writer.write(frame)
    check = boxes(talking, path)
    assert check.passed, check.detail


@pytest.mark.parametrize(
    ("flags", "suffix"),
    [("disable_chpl", "mov"), ("faststart", "mp4"), ("frag_keyframe+empty_moov", "mov"),
     ("dash", "mp4")],
)  # fmt: skip
def test_what_ffmpeg_writes_passes(clip: Clip, tmp_path: Path, flags: str, suffix: str) -> None:
    path = tmp_path / f"out.{suffix}"
    options = {"movflags": flags}
    with av.open(str(clip.info.path)) as source, av.open(str(path), "w", options=options) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    check = boxes(clip.info, path)
    assert check.passed, check.detail


NAME = box(b"data", b"\0\0\0\1\0\0\0\0" + SECRET)


@pytest.mark.parametrize(
    ("path", "more", "skip"),
    [
        ("moov", box(b"skip", SECRET), 0),
        ("moov", box(b"abcd", SECRET), 0),
        ("moov", box(b"uuid", bytes(16) + SECRET), 0),
        ("moov", box(b"meta", bytes(4) + SECRET), 0),
        ("moov/udta", box(b"abcd", SECRET), 0),
        ("moov/udta", box(b"\xa9xyz", SECRET), 0),
        ("moov/udta", box(b"\xa9swr", b"\0\x1a\x55\xc4" + SECRET), 0),
        ("moov/udta/meta/ilst", box(b"\xa9nam", NAME), 0),
        # The second of two tags is all that FFmpeg tells, and of its words those before a zero.
        ("moov/udta/meta/ilst", box(b"\xa9too", NAME), 0),
        ("moov/udta/meta/ilst", box(b"\xa9too", NAME.replace(SECRET, b"Lavf62\0" + SECRET)), 0),
        ("moov/trak", box(b"udta", box(b"name", SECRET)), 0),
        ("moov/trak/mdia", box(b"free", SECRET), 0),
        ("moov/trak/mdia/minf/dinf/dref", box(b"url ", bytes(4) + b"/home/anna/"), 8),
        ("moov/trak/mdia/minf/stbl", box(b"abcd", SECRET), 0),
        ("moov/trak/mdia/minf/stbl/stsd", box(b"abcd", SECRET), 8),
        ("moov/trak/mdia/minf/stbl/stsd/avc1", box(b"abcd", SECRET), 78),
    ],
)
def test_nested_boxes_are_found(
    clip: Clip, plain: bytes, tmp_path: Path, path: str, more: bytes, skip: int
) -> None:
    output = tmp_path / "boxes.mp4"
    output.write_bytes(put(plain, path, more, skip))
    check = boxes(clip.info, output)
    assert not check.passed
    assert f"{path}/{more[4:8].decode('latin-1')}" in check.detail
    assert "Anna" not in check.detail  # reports must not spread it


@pytest.mark.parametrize("kind", ["free", "skip", "wide"])
def test_padding_is_read_to_its_end(clip: Clip, plain: bytes, tmp_path: Path, kind: str) -> None:
    for end, passes in ((b"\0", True), (SECRET, False)):
        padding = box(kind.encode(), bytes(1 << 20) + bytes(100) + end)
        path = tmp_path / "padded.mp4"
        path.write_bytes(plain + padding)
        top = boxes(clip.info, path)
        path.write_bytes(put(plain, "moov", padding))
        nested = boxes(clip.info, path)
        assert top.passed is nested.passed is passes, (top.detail, nested.detail)
    assert f"box '{kind}'" in top.detail and "not empty" in top.detail


def test_bytes_that_are_no_box_are_found_inside_boxes(
    clip: Clip, plain: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "boxes.mp4"
    path.write_bytes(put(plain, "moov/udta", b"Anna"))
    assert "malformed box in 'moov/udta'" in boxes(clip.info, path).detail
    end = plain.index(b"udta") - 4 + int.from_bytes(plain[plain.index(b"udta") - 4 :][:4], "big")
    grown = put(plain, "moov/udta", b"Anna")  # for its sizes; the bytes go to the end
    heads = plain.index(b"udta") + 4
    path.write_bytes(grown[:heads] + plain[heads:end] + b"Anna" + plain[end:])
    assert "4 bytes after the last box in 'moov/udta'" in boxes(clip.info, path).detail


def test_a_handler_with_words_behind_its_name_is_found(
    clip: Clip, plain: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "boxes.mp4"
    at = plain.index(b"VideoHandler\0")
    grown = put(plain, "moov/trak/mdia/hdlr", SECRET, 24 + len(b"VideoHandler\0"))
    assert grown[at + 13 :].startswith(SECRET)
    path.write_bytes(grown)
    check = boxes(clip.info, path)
    assert not check.passed
    assert "moov/trak/mdia/hdlr" in check.detail
