"""Elements of MKV and WebM: those that redact and FFmpeg write pass, all others are findings."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.file_checks import check_container
from redact.auditing.matroska_elements import wrong_elements
from redact.auditing.result import Check
from redact.formats.matroska import Element, element_at
from redact.inspect import prepare_release
from redact.media import Decode, SourceInfo, VideoWriter, probe
from redact.settings import EncodeSettings

from .test_mp4_boxes import SECRET, talking_clip

SEGMENT, INFO, TRACKS, ENTRY, VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
CLUSTER, GROUP, TAGS, TAG, SIMPLE_TAG = 0x1F43B675, 0xA0, 0x1254C367, 0x7373, 0x67C8
VOID, CHAPTERS, ATTACHMENTS = 0xEC, 0x1043A770, 0x1941A469


def element(number: int, content: bytes) -> bytes:
    """Id, length in eight bytes, content."""
    head = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return head + (1 << 56 | len(content)).to_bytes(8, "big") + content


def put(data: bytes, path: tuple[int, ...], more: bytes, endless: bool = False) -> bytes:
    """`more` as the first thing in the first element at `path`; all lengths are made anew.

    `endless` leaves the length of the last parent unknown.
    """
    out, at = b"", 0
    done = False
    while at < len(data):
        found = _header(data, at)
        content = data[found.body : found.end]
        if found.id == (path[0] if path else None) and not done:
            done = True
            last = len(path) == 1
            content = more + content if last else put(content, path[1:], more, endless)
            whole = element(found.id, content)
            if last and endless:
                size = len(whole) - len(content) - 8
                whole = whole[:size] + b"\x01" + b"\xff" * 7 + content
            out += whole
        else:
            out += data[at : found.end]
        at = found.end
    assert done
    return out


def _header(data: bytes, at: int) -> Element:
    found = element_at(io.BytesIO(data), at, len(data))
    assert found is not None
    return found


def elements(source: SourceInfo, path: Path) -> Check:
    return next(c for c in check_container(source, path, None) if c.name == "elements")


def remuxed(source: Path, path: Path, **options: str) -> Path:
    with av.open(str(source)) as given, av.open(str(path), "w", options=options) as out:
        kept: Any = [s for s in given.streams if s.type in ("video", "audio")]
        streams = {s.index: out.add_stream_from_template(s) for s in kept}
        for packet in given.demux(kept):
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    return path


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> SourceInfo:
    return talking_clip(tmp_path_factory.mktemp("elements") / "talking.mkv", "yuv420p")


@pytest.fixture(scope="module")
def plain(talking: SourceInfo, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What FFmpeg writes by itself: its name and version as tags."""
    path = remuxed(talking.path, tmp_path_factory.mktemp("elements") / "plain.mkv")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("codec", "suffix", "copy", "release"),
    [
        ("h264", "mkv", True, False),
        ("h264", "mkv", False, True),
        ("hevc", "mkv", False, False),
        ("av1", "mkv", True, False),
        ("av1", "webm", False, True),
        ("vp9", "webm", True, False),
        ("ffv1", "mkv", False, False),
    ],
)
def test_what_redact_writes_passes(
    talking: SourceInfo, tmp_path: Path, codec: str, suffix: str, copy: bool, release: bool
) -> None:
    path = tmp_path / f"out.{suffix}"
    with VideoWriter(path, talking, EncodeSettings(codec=codec), release=not copy) as writer:
        for frame in Decode(talking):
            writer.write(frame)
    if release:
        prepare_release(path)
    check = elements(talking, path)
    assert check.passed, check.detail


@pytest.mark.parametrize(
    "sound", ["libopus", "libmp3lame", "flac", "ac3", "alac", "pcm_s16le", "pcm_f32le"]
)
def test_copied_sound_of_every_kind_passes(tmp_path: Path, sound: str) -> None:
    source = talking_clip(tmp_path / "source.mkv", "yuv420p", sound)
    path = tmp_path / ("out.webm" if sound == "libopus" else "out.mkv")
    with VideoWriter(path, source, EncodeSettings(codec="vp9")) as writer:
        for frame in Decode(source):
            writer.write(frame)
    assert len(probe(path).audio) == 1
    check = elements(source, path)
    assert check.passed, check.detail


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_what_redact_writes_about_hdr_and_fields_passes(
    talking: SourceInfo, tmp_path: Path, codec: str
) -> None:
    colour = replace(talking.video.colour, transfer="smpte2084", primaries="bt2020")
    video = replace(
        talking.video,
        colour=replace(colour, matrix="bt2020nc"),
        field_order="tt" if codec == "h264" else "",
    )
    source = replace(talking, video=video)
    path = tmp_path / "out.mkv"
    with VideoWriter(path, source, EncodeSettings(codec=codec)) as writer:
        for frame in Decode(source):
            writer.write(frame)
    check = elements(source, path)
    assert check.passed, check.detail


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("mkv", {}),
        ("webm", {"reserve_index_space": "20000"}),
        ("mkv", {"cues_to_front": "1", "reserve_index_space": "200"}),
        ("webm", {"write_crc32": "0"}),
        ("mkv", {"cluster_size_limit": "200"}),
        ("mkv", {"live": "1"}),
    ],
)
def test_what_ffmpeg_writes_passes(
    talking: SourceInfo, tmp_path: Path, suffix: str, options: dict[str, str]
) -> None:
    """A live recording has a segment, and clusters, without a stated length."""
    source = tmp_path / f"source.{suffix}"
    with VideoWriter(source, talking, EncodeSettings(codec="vp9")) as writer:
        for frame in Decode(talking):
            writer.write(frame)
    path = remuxed(source, tmp_path / f"out.{suffix}", **options)
    check = elements(talking, path)
    assert check.passed, check.detail


ADDED = {
    "Segment/Void": ((SEGMENT,), element(VOID, SECRET)),
    "Segment/Tags/Void": ((SEGMENT, TAGS), element(VOID, bytes(99) + SECRET)),
    "Segment/Cluster/Void": ((SEGMENT, CLUSTER), element(VOID, SECRET)),
    "Segment/CRC-32": ((SEGMENT,), element(0xBF, SECRET)),
    "Segment/Attachments": ((SEGMENT,), element(ATTACHMENTS, element(0x61A7, SECRET))),
    "Segment/Chapters": ((SEGMENT,), element(CHAPTERS, SECRET)),
    "Segment/4ABC": ((SEGMENT,), element(0x4ABC, SECRET)),
    "Segment/Info/Title": ((SEGMENT, INFO), element(0x7BA9, SECRET)),
    "Segment/Info/DateUTC": ((SEGMENT, INFO), element(0x4461, bytes(8))),
    "Segment/Info/MuxingApp": ((SEGMENT, INFO), element(0x4D80, b"Lavf62\0" + SECRET)),
    "Segment/Info/SegmentUUID": ((SEGMENT, INFO), element(0x73A4, SECRET[:16])),
    "Segment/Info/TimestampScale": ((SEGMENT, INFO), element(0x2AD7B1, SECRET)),
    "Segment/Tracks/TrackEntry/Name": ((SEGMENT, TRACKS, ENTRY), element(0x536E, SECRET)),
    "Segment/Tracks/TrackEntry/Language": ((SEGMENT, TRACKS, ENTRY), element(0x22B59C, SECRET)),
    "Segment/Tracks/TrackEntry/ContentEncodings": ((SEGMENT, TRACKS, ENTRY), element(0x6D80, b"")),
    "Segment/Tracks/TrackEntry/Video/Projection": (
        (SEGMENT, TRACKS, ENTRY, VIDEO),
        element(0x7670, b""),
    ),
    "Segment/Tracks/TrackEntry/Video/54BB": (  # cropping
        (SEGMENT, TRACKS, ENTRY, VIDEO),
        element(0x54BB, b"\x10"),
    ),
    "Segment/Tags/Tag/SimpleTag/TagName": (
        (SEGMENT, TAGS, TAG),
        element(SIMPLE_TAG, element(0x45A3, b"LOCATION")),
    ),
    "Segment/Tags/Tag/SimpleTag/TagString": (
        (SEGMENT, TAGS, TAG),
        element(SIMPLE_TAG, element(0x45A3, b"ENCODER") + element(0x4487, SECRET)),
    ),
    "Segment/Tags/Tag/SimpleTag/TagBinary": (
        (SEGMENT, TAGS, TAG),
        element(SIMPLE_TAG, element(0x45A3, b"ENCODER") + element(0x4485, SECRET)),
    ),
    # Players pass over blocks of a track that is not declared, and over hidden ones.
    "Segment/Cluster/SimpleBlock": ((SEGMENT, CLUSTER), element(0xA3, b"\x85\0\0\0" + SECRET)),
    "Segment/Cluster/BlockGroup/Block": (
        (SEGMENT, CLUSTER),
        element(GROUP, element(0xA1, b"\x81\0\0\x08" + SECRET)),
    ),
    "Segment/Cluster/BlockGroup/BlockAdditions": (
        (SEGMENT, CLUSTER),
        element(GROUP, element(0x75A1, SECRET)),
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_what_does_not_belong_there_is_found(
    talking: SourceInfo, plain: bytes, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "out.mkv"
    parents, more = ADDED[name]
    path.write_bytes(put(plain, parents, more))
    wrong = wrong_elements(path, 2)
    assert len(wrong) == 1 and f"'{name}'" in str(wrong[0]), wrong
    assert "Anna" not in str(wrong[0])  # reports must not spread it
    path.write_bytes(put(plain, parents, element(VOID, bytes(200))))
    assert wrong_elements(path, 2) == []


def test_a_frame_in_a_lace_is_found(plain: bytes, tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    path.write_bytes(put(plain, (SEGMENT, CLUSTER), element(0xA3, b"\x81\0\0\x06" + SECRET)))
    (wrong,) = wrong_elements(path, 2)
    assert "lacing" in str(wrong)


@pytest.mark.parametrize("end", [b"\0", SECRET])
def test_padding_is_read_to_its_end(plain: bytes, tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "out.mkv"
    path.write_bytes(put(plain, (SEGMENT,), element(VOID, bytes((1 << 20) + 100) + end)))
    assert bool(wrong_elements(path, 2)) is (end == SECRET)


@pytest.mark.parametrize(
    "more", [SECRET, b"\0", element(VOID, b""), element(SEGMENT, b""), b"\x1a\x45", bytes(5000)]
)
def test_anything_after_the_segment_is_found(
    talking: SourceInfo, plain: bytes, tmp_path: Path, more: bytes
) -> None:
    path = tmp_path / "out.mkv"
    path.write_bytes(plain + more)
    check = elements(talking, path)
    assert not check.passed
    assert f"at byte {len(plain)}" in check.detail


def test_a_track_that_ffmpeg_skips_is_found(
    talking: SourceInfo, plain: bytes, tmp_path: Path
) -> None:
    """A DVD's buttons track, and a track that names no codec."""
    path = tmp_path / "out.mkv"
    for kind, words in ((b"\x12", "TrackType"), (b"\x01", "3 tracks, of which 2")):
        track = element(0xD7, b"\x07") + element(0x73C5, b"\x07") + element(0x83, kind)
        path.write_bytes(put(plain, (SEGMENT, TRACKS), element(ENTRY, track)))
        check = elements(talking, path)
        assert not check.passed and words in check.detail, check.detail


def test_a_cluster_without_a_length_ends_where_another_begins(plain: bytes, tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    path.write_bytes(put(plain, (SEGMENT, CLUSTER), b"", endless=True))
    assert wrong_elements(path, 2) == []
    path.write_bytes(put(plain, (SEGMENT, CLUSTER), element(VOID, SECRET), endless=True))
    assert len(wrong_elements(path, 2)) == 1
    path.write_bytes(put(plain, (SEGMENT, TRACKS), b"", endless=True))
    assert any("does not state its length" in str(w) for w in wrong_elements(path, 2))


@given(st.integers(0, 1 << 30), st.binary(min_size=1, max_size=40))
def test_no_file_stops_the_check(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, seed: int, junk: bytes
) -> None:
    """With bytes overwritten, cut off or inserted anywhere, it terminates, and its message can be
    printed."""
    rng = random.Random(seed)
    at = rng.randrange(len(plain))
    torn = rng.choice(
        (plain[:at], plain[:at] + junk + plain[at:], plain[:at] + junk + plain[at + len(junk) :])
    )
    path = tmp_path_factory.mktemp("torn") / "out.mkv"
    path.write_bytes(torn)
    wrong = wrong_elements(path, 2)
    assert all(str(w).isprintable() for w in wrong)
    if len(torn) != len(plain):
        assert wrong  # lengths no longer add up
