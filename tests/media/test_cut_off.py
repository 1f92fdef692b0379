"""A truncated file is not treated as complete, whatever its container."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from redact.errors import InputError, RedactError
from redact.formats.containers import read_as
from redact.media import Decode, SourceInfo, probe
from redact.words import Message

from .footage import Clip, Sound, make

X264 = {"preset": "ultrafast", "g": "5"}
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
MADE = {
    "h264.flv": Clip(options=X264, sounds=[Sound("libmp3lame", 44100)]),
    "old.flv": Clip("flv"),
    "mpeg2.mxf": Clip("mpeg2video"),
    "mpeg4.avi": Clip("mpeg4"),
    "h264.mkv": Clip(options=X264),
    "h264.mp4": Clip(options=X264, container_options={"movflags": "faststart"}),
    "fragments.mp4": Clip(options=X264, container_options=FRAGMENTS),
}
SAYS_NOTHING = {
    "gif.gif": Clip("gif", "rgb8"),
    "wmv2.wmv": Clip("wmv2", sounds=[Sound("libmp3lame", 44100)]),
    "vp8.ivf": Clip("libvpx", options={}),
    "vp8.ogg": Clip("libvpx", options={}, sounds=[Sound("vorbis")]),
    "mpeg4.nut": Clip("mpeg4"),
    "plain.y4m": Clip("wrapped_avframe", options={}),
    "h264.ts": Clip(options=X264),
    "mpeg2.mpg": Clip("mpeg2video"),
    "h264.h264": Clip(options=X264),
}
NO_END = Message("no_end")
FRAMES = 12


def read(path: Path) -> tuple[int, SourceInfo]:
    """The frames that can be read, and what is known about the file afterwards."""
    frames = Decode(probe(path))
    return sum(1 for _ in frames), frames.found()


def incomplete(path: Path) -> bool:
    count, info = read(path)
    declared = info.video.shown
    return info.missing > 0 or info.torn or (declared is not None and count < declared)


def cuts(path: Path) -> list[Path]:
    """Copies truncated at six places, one of them before the last byte."""
    data, rng = path.read_bytes(), random.Random(1)
    places = [rng.randrange(len(data) // 10, len(data)) for _ in range(5)]
    copies = []
    for place in (*places, len(data) - 1):
        copy = path.with_name(f"{place}-{path.name}")
        copy.write_bytes(data[:place])
        copies.append(copy)
    return copies


@pytest.mark.parametrize("name", MADE)
def test_truncation_is_noticed_in_containers_that_state_their_end(
    tmp_path: Path, name: str
) -> None:
    path = make(tmp_path / name, MADE[name])
    count, info = read(path)
    assert (count, info.missing, info.torn) == (FRAMES, 0, False) and NO_END not in info.warnings
    for copy in cuts(path):
        try:
            assert incomplete(copy), copy.name
        except RedactError:
            continue  # nothing of it can be shown


@pytest.mark.parametrize("name", SAYS_NOTHING)
def test_other_containers_are_never_called_complete(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, SAYS_NOTHING[name])
    count, info = read(path)
    assert (count, info.missing, info.torn) == (FRAMES, 0, False)
    assert NO_END in info.warnings
    for copy in cuts(path):
        with contextlib.suppress(InputError):  # nothing of it can be shown
            assert NO_END in probe(copy).warnings or incomplete(copy), copy.name


def test_a_stated_duration_that_is_not_reached_is_noticed(tmp_path: Path) -> None:
    """In a damaged WMV, FFmpeg skips to the end and shows only what came before the damage."""
    path = make(tmp_path / "wmv2.wmv", Clip("wmv2", pts=range(40)))
    data = bytearray(path.read_bytes())
    begin, end = len(data) // 3, len(data) * 9 // 10
    data[begin:end] = bytes(end - begin)
    path.write_bytes(data)
    assert read(path)[0] < 30 and incomplete(path)


@pytest.mark.parametrize(("length", "before"), [(188, 0), (192, 4), (204, 0)])
def test_a_transport_stream_ends_with_a_whole_packet(
    tmp_path: Path, length: int, before: int
) -> None:
    path = tmp_path / "a.ts"
    packets = (bytes(before) + b"\x47" + bytes(length - before - 1)) * 9
    path.write_bytes(packets)
    assert said(path, "mpegts") == (0, False)
    path.write_bytes(packets[:-7])
    assert said(path, "mpegts") == (7, True)


def said(path: Path, container: str) -> tuple[int, bool]:
    """The number of bytes that the file itself says it lacks, and whether it says so."""
    with path.open("rb") as file:
        end = read_as(container).end_of(file, path.stat().st_size)
    return end.missing, end.cut


@pytest.mark.parametrize("name", [*MADE, *SAYS_NOTHING])
def test_walks_end_on_any_bytes(tmp_path: Path, name: str) -> None:
    """No walk fails, or goes on for ever, whatever the file contains."""
    path = make(tmp_path / name, (MADE | SAYS_NOTHING)[name])
    data, container, rng = path.read_bytes(), probe(path).container, random.Random(1)
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 4, 40))):
            changed[rng.randrange(len(data))] = rng.choice((0, 255, rng.randrange(256)))
        path.write_bytes(changed[: rng.randrange(1, len(data) + 1)])
        with path.open("rb") as file:
            assert read_as(container).end_of(file, path.stat().st_size).missing >= 0
