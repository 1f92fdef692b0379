"""Coded pictures missing from an H.264 stream: FFmpeg puts others in their place."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import InputError
from redact.media import Decode, probe
from redact.media.h264_gaps import Gaps, gaps_in
from redact.words import Message

from .footage import Clip, make, remux, samples
from .h264_streams import Coded, I, P, Stream

COUNT, GROUP = 60, 30
MISSING = Message("pictures_missing")


def clip(x264: str, fmt: str = "yuv420p", preset: str = "veryfast") -> Clip:
    options = {"preset": preset, "g": f"{GROUP}", "x264-params": f"scenecut=0:{x264}"}
    return Clip(fmt=fmt, pts=range(COUNT), options=options)


def without(source: Path, path: Path, missing: Collection[int]) -> Path:
    """The same file with some coded pictures removed."""
    return remux(source, path, lambda number, data: None if number in missing else data)


CODINGS = {
    "no B pictures": ("bframes=0", "yuv420p", "mkv"),
    "one reference": ("bframes=0:ref=1", "yuv420p", "ts"),
    "B pictures": ("bframes=2:b-pyramid=none", "yuv420p", "mkv"),
    "B pictures that others refer to": ("bframes=3:ref=4:b-pyramid=normal", "yuv420p", "mp4"),
    "an open group": ("bframes=2:open-gop=1", "yuv420p", "ts"),
    "interlaced": ("bframes=0:interlaced=1", "yuv420p", "mkv"),
    "10 bits": ("bframes=0", "yuv420p10le", "mkv"),
    "slices": ("bframes=0:slices=4", "yuv422p", "ts"),
    "no group": ("bframes=0:intra-refresh=1", "yuv420p", "mkv"),
}


@pytest.mark.parametrize(
    ("coding", "missing"),
    [(coding, ({10}, {28, 29, 30})[n % 2]) for n, coding in enumerate(CODINGS)],
)
def test_frames_after_a_missing_picture_are_damaged(
    tmp_path: Path, coding: str, missing: set[int]
) -> None:
    x264, fmt, suffix = CODINGS[coding]
    whole = make(tmp_path / f"whole.{suffix}", clip(x264, fmt))
    intact = Decode(probe(whole))
    before = {f.pts: samples(f.picture) for f in intact if not f.damaged}
    assert (len(before), intact.errors, intact.warnings) == (COUNT, 0, [])
    decode = Decode(probe(without(whole, tmp_path / f"lost.{suffix}", missing)))
    wrong, last = 0, False
    for frame in decode:
        pairs = zip(before[frame.pts], samples(frame.picture), strict=True)
        differs = any((a != b).any() for a, b in pairs)
        assert frame.damaged or not differs, f"frame {frame.index}"
        # What the decoder makes of it is a picture like any other.
        assert not frame.broken, f"frame {frame.index}"
        wrong += differs
        last = frame.damaged
    assert wrong and MISSING in decode.warnings and decode.errors
    if coding != "no group" and missing != {28, 29, 30}:
        assert not last, "the next key picture ends the damage"


def test_a_lost_picture_that_no_other_refers_to_is_no_damage(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mkv", clip("bframes=2:b-pyramid=none:b-adapt=0"))
    before = {f.pts: samples(f.picture) for f in Decode(probe(whole))}
    decode = Decode(probe(without(whole, tmp_path / "lost.mkv", {12, 15})))
    frames = list(decode)
    assert len(frames) == COUNT - 2 and decode.warnings == []
    for frame in frames:
        assert not frame.damaged
        pairs = zip(before[frame.pts], samples(frame.picture), strict=True)
        assert all((a == b).all() for a, b in pairs)


def hits(path: Path) -> tuple[int, int]:
    """All packets, and those before which a picture is reported as missing."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        gaps = gaps_in(stream.codec_context)
        assert gaps is not None
        found = [gaps.before(packet) for packet in container.demux(stream) if packet.size]
    return len(found), sum(found)


PRESETS, SUFFIXES = ("ultrafast", "medium"), ("mp4", "ts", "avi")
X264 = (
    "bframes=8:ref=16:b-pyramid=strict",
    "open-gop=1:keyint=9",
    "intra-refresh=1",
    "interlaced=1:slices=3",
    "weightp=2:weightb=1:bframes=5",
    "keyint=1",
    "aud=1:nal-hrd=vbr:vbv-maxrate=300:vbv-bufsize=300:stitchable=1",
)


@pytest.mark.parametrize(("number", "x264"), enumerate(X264))
def test_nothing_is_missing_from_a_whole_file(tmp_path: Path, number: int, x264: str) -> None:
    coded = clip(x264, preset=PRESETS[number % 2])
    source = make(tmp_path / f"in.{SUFFIXES[number % 3]}", coded)
    assert hits(source) == (COUNT, 0)


def test_nothing_is_missing_from_real_recordings(shared_clips: Path) -> None:
    looked = 0
    for path in sorted(shared_clips.iterdir()):
        try:
            codec = probe(path).video.codec
        except InputError:  # what else is in the folder is not this test's business
            continue
        if codec == "h264":
            assert hits(path)[1] == 0, path.name
            looked += 1
    assert looked > 20


def test_a_change_of_configuration_is_no_gap(tmp_path: Path) -> None:
    """FLV repeats the codec's configuration where it changes; frame numbers have fewer bits from
    there."""
    first = make(tmp_path / "a.flv", clip("bframes=8:ref=16")).read_bytes()
    second = make(tmp_path / "b.flv", clip("bframes=0:ref=1")).read_bytes()
    joined, at = first, 13
    while at < len(second):
        size = int.from_bytes(second[at + 1 : at + 4])
        time = int.from_bytes(second[at + 4 : at + 7]) + COUNT * 40
        tag = second[at : at + 4] + time.to_bytes(3) + second[at + 7 : at + 15 + size]
        joined += tag if second[at] == 9 else b""
        at += 15 + size
    (tmp_path / "ab.flv").write_bytes(joined)
    with av.open(str(tmp_path / "ab.flv")) as container:
        anew = sum(p.has_sidedata("new_extradata") for p in container.demux(video=0) if p.size)
    assert anew == 1
    packets, found = hits(tmp_path / "ab.flv")
    assert packets == 2 * COUNT and found == 0


def of(gaps: Gaps, data: bytes) -> bool:
    return gaps.before(av.Packet(data))


def fields(count: int, missing: Collection[int] = ()) -> list[bytes]:
    """A stream of single fields, two packets for each picture."""
    stream, packets = Stream(), []
    for n in range(count):
        top = Coded(n, P if n else I, idr=n == 0, order=2 * n, field=1)
        bottom = Coded(n, order=2 * n + 1, field=2)
        if n not in missing:
            packets += [top.written(stream), bottom.written(stream)]
    return [stream.head() + packets[0], *packets[1:]]


def test_single_fields(tmp_path: Path) -> None:
    for missing in ((), (5,), (16, 17, 18)):
        packets = fields(24, missing)
        (tmp_path / "in.h264").write_bytes(b"".join(packets))
        decode = Decode(probe(tmp_path / "in.h264"))
        damaged = [frame.damaged for frame in decode]
        assert len(damaged) == 24 - len(missing), "FFmpeg cannot read it"
        assert decode.warnings == ([MISSING] if missing else [])
        assert any(damaged) is bool(missing)
        gaps = Gaps(None)
        found = [number for number, packet in enumerate(packets) if of(gaps, packet)]
        assert found == ([2 * missing[0]] if missing else [])


def test_nothing_is_reported_for_streams_that_may_skip_numbers() -> None:
    for allowed in (False, True):
        stream = Stream(gaps=allowed)
        gaps = Gaps(stream.head())
        assert not of(gaps, Coded(0, I, idr=True).written(stream))
        assert of(gaps, Coded(5).written(stream)) is not allowed


def test_a_picture_that_restarts_the_count() -> None:
    """Both fields have the old number, and those after them start at zero."""
    stream = Stream()
    gaps = Gaps(stream.head())
    restart = ((1, 0), (5,))
    for picture in (
        *(Coded(n, I if n == 0 else P, idr=n == 0) for n in range(7)),
        Coded(7, field=1, operations=restart),
        Coded(7, field=2),
        *(Coded(n) for n in range(1, 4)),
    ):
        assert not of(gaps, picture.written(stream))
    assert of(gaps, Coded(5).written(stream))


@given(
    references=st.lists(st.booleans(), min_size=3, max_size=60),
    lost=st.integers(1, 58),
    run=st.integers(1, 14),
)
def test_a_gap_is_reported_at_the_first_picture_after_it(
    references: list[bool], lost: int, run: int
) -> None:
    stream, number, pictures = Stream(), 0, [Coded(0, I, idr=True)]
    for reference in references:
        last = pictures[-1].reference
        number = number + 1 if last else number
        pictures.append(Coded(number, reference=reference))
    gone = range(lost, lost + run)
    gaps = Gaps(stream.head())
    found = [n for n, p in enumerate(pictures) if n not in gone and of(gaps, p.written(stream))]
    spoilt = any(pictures[n].reference for n in gone if n < len(pictures))
    seen = spoilt and gone.stop < len(pictures)
    assert found == ([gone.stop] if seen else [])


@given(st.binary(max_size=300), st.integers(0, 60))
def test_no_bytes_stop_it(data: bytes, at: int) -> None:
    whole = b"".join(fields(4))
    for extradata in (None, data, whole, b"\1" + data):
        gaps = Gaps(extradata)
        of(gaps, whole[:at] + data + whole[at:])
        of(gaps, data)
