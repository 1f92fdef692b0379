"""Stretches that are copied as they were coded, between others that are coded anew."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.formats.nal_units import messages
from redact.media import Decode, SourceInfo, VideoWriter, choose_copies, plane_array, probe
from redact.media.copies import DecodingTimes, stretches_of
from redact.settings import EncodeSettings
from redact.types import Frame

from .footage import FAST, Clip, Sound, make

GROUPS = {"preset": "veryfast", "x264-params": "keyint=10:min-keyint=10:scenecut=0:bframes=3"}
TOUCHED = (12, 13, 27)
"""Frames of the second and third of four groups."""


@pytest.fixture(scope="module", params=["mp4", "mov", "mkv"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SourceInfo:
    """Forty frames in groups of ten, with sound and the user data of x264."""
    path = tmp_path_factory.mktemp("groups") / f"in.{request.param}"
    sounds = [Sound(seconds=1.6)]
    return probe(make(path, Clip(options=dict(GROUPS), pts=range(40), sounds=sounds)))


def frames_of(info: SourceInfo) -> list[Frame]:
    return list(Decode(info))


def write(info: SourceInfo, target: Path, settings: EncodeSettings = FAST) -> SourceInfo:
    frames = frames_of(info)
    untouched = [frame.index not in TOUCHED for frame in frames]
    copies, reasons = choose_copies(info, [frame.pts for frame in frames], untouched)
    assert copies is not None and not reasons
    assert [(c.first, c.last) for c in copies.copied] == [(0, 9), (30, 39)]
    with VideoWriter(target, info, settings, copies=copies) as writer:
        for frame in frames:
            writer.write(frame)
    return probe(target)


def test_copies_are_bit_for_bit_and_all_frames_keep_their_times(
    source: SourceInfo, tmp_path: Path
) -> None:
    output = write(source, tmp_path / f"out{source.path.suffix}")
    pairs = list(zip(frames_of(source), frames_of(output), strict=True))
    same = [
        all(np.array_equal(plane_array(a.picture, n), plane_array(b.picture, n)) for n in range(3))
        for a, b in pairs
    ]
    assert [a.time for a, _ in pairs] == [b.time for _, b in pairs]
    assert not any(b.damaged for _, b in pairs)
    assert all(same[:10]) and all(same[30:]) and not all(same[10:30])
    hashes = [stretch.sha256 for stretch in stretches_of(source)]
    copied = [stretch.sha256 for stretch in stretches_of(output)]
    assert copied[0] == hashes[0] and copied[-1] == hashes[-1]


def test_an_end_of_sequence_within_the_last_slice_is_not_copied(
    source: SourceInfo, tmp_path: Path
) -> None:
    """Some recorders put it there, with a start code; what is written has it as its own unit."""
    ended = tmp_path / f"ended{source.path.suffix}"
    with av.open(str(source.path)) as read, av.open(str(ended), "w") as out:
        stream = out.add_stream_from_template(read.streams.video[0])
        packets = [packet for packet in read.demux(video=0) if packet.size]
        for packet in packets:
            data = bytes(packet)
            if packet is packets[-1]:
                size = len(data) - 4 + 5
                assert int.from_bytes(data[:4]) + 4 == len(data)
                data = size.to_bytes(4) + data[4:] + b"\0\0\0\1\x0a"
            copy = av.Packet(data)
            copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
            copy.is_keyframe, copy.stream = packet.is_keyframe, stream
            out.mux(copy)
    stored = [[s.sha256 for s in stretches_of(i)][-1] for i in (source, probe(ended))]
    assert stored[0] == stored[1]
    output = write(probe(ended), tmp_path / f"out{source.path.suffix}")
    assert [s.sha256 for s in stretches_of(output)][-1] == stored[0]


def test_decoding_can_begin_on_both_sides_of_every_seam(source: SourceInfo, tmp_path: Path) -> None:
    output = write(source, tmp_path / f"out{source.path.suffix}")
    whole = {frame.time: plane_array(frame.picture, 0) for frame in frames_of(output)}
    for frame in (9, 10, 29, 30, 35):
        time = frames_of(source)[frame].time
        with av.open(str(output.path)) as container:
            stream = container.streams.video[0]
            container.seek(round(time / stream.time_base), stream=stream)
            found = next(f for f in container.decode(stream) if f.pts * stream.time_base >= time)
            assert np.array_equal(plane_array(found, 0), whole[time])


def test_what_the_encoder_of_the_source_said_of_itself_is_not_copied(
    source: SourceInfo, tmp_path: Path
) -> None:
    assert b"x264 - core" in source.path.read_bytes()
    output = write(source, tmp_path / f"out{source.path.suffix}")
    assert b"x264 - core" not in output.path.read_bytes()


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (Clip(codec="libx265", options={"preset": "ultrafast"}), "codec"),
        (Clip(fmt="yuv444p"), "codec"),
        (Clip(fields="tt", size=(160, 96)), "turned"),
    ],
)
def test_what_cannot_be_copied_is_told(clip: Clip, reason: str, tmp_path: Path) -> None:
    info = probe(make(tmp_path / "in.mp4", clip))
    times = [frame.pts for frame in frames_of(info)]
    assert choose_copies(info, times, [True] * len(times)) == (None, {reason: 1})


def test_open_groups_are_not_cut(tmp_path: Path) -> None:
    """There a picture of the next group shows before the one that it begins with."""
    options = {"x264-params": "keyint=10:min-keyint=10:scenecut=0:bframes=3:open-gop=1"}
    info = probe(make(tmp_path / "in.mp4", Clip(options=options, pts=range(40))))
    assert len(list(stretches_of(info))) == 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 4))
def test_nothing_is_decoded_after_it_is_shown(steps: list[int], late: int) -> None:
    times = list(np.cumsum(steps))
    decoding = DecodingTimes(times, late)
    given_times = [decoding.next() for _ in times]
    assert all(a < b for a, b in itertools.pairwise(given_times))
    assert all(dts <= pts for dts, pts in zip(given_times, times, strict=True))


def test_messages_that_end_midway_are_not_taken_for_timing() -> None:
    assert list(messages(b"\x06\x01\xc4\x80")) == [(6, b"\xc4")]
    assert [kind for kind, _ in messages(b"\x05\x01\xc4\x06\x01\xc4\x80")] == [5, 6]
    assert -1 in dict(messages(b"\xff"))
