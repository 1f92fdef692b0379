"""A jump to any frame gives the same frame as decoding from the start."""

from __future__ import annotations

import hashlib
import random
import threading
from fractions import Fraction
from pathlib import Path

import av
import pytest

from redact.follow_drawn import Frames, PacketIndex, Superseded, index_packets
from redact.media import Decode, plane_array, probe
from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings
from redact.types import Frame, Target, Timeline

from ..media.footage import Clip, make

JUMPS = 100


def digest(frame: Frame) -> str:
    """Of all samples and of the time."""
    hashed = hashlib.sha256(str(frame.pts).encode())
    for number in range(len(frame.picture.planes)):
        hashed.update(plane_array(frame.picture, number).tobytes())
    return hashed.hexdigest()


def plan_of(path: Path) -> tuple[Plan, list[str]]:
    """A plan as `detect` makes it, without tracks, and the digest of every frame."""
    info = probe(path)
    pts, unchecked, digests = [], [], []
    for frame in Decode(info):
        pts.append(frame.pts)
        digests.append(digest(frame))
        if frame.damaged:
            unchecked.append(frame.index)
    timeline = Timeline(info.video.time_base, tuple(pts))
    source = SourceRef(path.name, "0" * 64, info.size, *info.video.upright_size, timeline)
    settings = DetectSettings((Target.FACE,))
    return Plan(source, settings, (), unchecked=tuple(unchecked)), digests


def check(path: Path, jumps: int = JUMPS, most_bytes: int = 1 << 20) -> tuple[Frames, PacketIndex]:
    plan, digests = plan_of(path)
    info = probe(path)
    index = index_packets(info, plan)
    frames = Frames(info, plan, index, most_bytes)
    dice = random.Random(path.name)
    for _ in range(jumps):
        wanted = dice.randrange(len(digests))
        frame = frames.get(wanted)
        assert frame.index == wanted and frame.pts == plan.source.timeline.pts[wanted]
        # What a decoder makes up for a damaged picture differs from one time to the next.
        assert frame.damaged == (wanted in plan.unchecked)
        assert frame.damaged or digest(frame) == digests[wanted], wanted
    return frames, index


GROUPS = {"preset": "ultrafast", "g": "12", "bf": "0"}
VFR = [0, 1, 4, 5, 9, 10, 11, 20, 21, 25, 26, 40, 41, 44, 45, 46, 60, 61, 62, 63, 70, 72, 75, 76]

CLIPS = {
    "b-frames.mp4": Clip(pts=range(60), options={"preset": "medium", "g": "12", "bf": "3"}),
    "open-groups.mkv": Clip(
        pts=range(60),
        options={"preset": "medium", "g": "10", "bf": "3", "x264-params": "open-gop=1"},
    ),
    "variable.mp4": Clip(pts=VFR, time_base=Fraction(1, 30), options=GROUPS | {"g": "5"}),
    "early.mp4": Clip(pts=range(-6, 50), options={"preset": "medium", "g": "12", "bf": "2"}),
    "mpeg4-b.avi": Clip("mpeg4", pts=range(40), options={"g": "10", "bf": "2"}),
    "hevc.mp4": Clip(
        "libx265",
        pts=range(48),
        options={"preset": "ultrafast", "x265-params": "keyint=12:log-level=0"},
    ),
    "stream.ts": Clip(
        "mpeg2video", pts=range(50), time_base=Fraction(1, 25), options={"g": "10", "bf": "2"}
    ),
}


@pytest.mark.parametrize("name", CLIPS)
def test_jumps_give_the_exact_frame(tmp_path: Path, name: str) -> None:
    check(make(tmp_path / name, CLIPS[name]))


def test_decoding_really_starts_in_the_middle(tmp_path: Path) -> None:
    """Otherwise the test above would only test decoding from the start."""
    _, index = check(make(tmp_path / "b-frames.mp4", CLIPS["b-frames.mp4"]), jumps=5)
    assert index.direct and len(index.starts) == 5


def test_a_rotated_picture_is_upright(tmp_path: Path) -> None:
    path = make(tmp_path / "plain.mp4", CLIPS["b-frames.mp4"])
    turned = tmp_path / "turned.mp4"
    with av.open(str(path)) as source, av.open(str(turned), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    data = bytearray(turned.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    quarter = (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    data[at : at + 36] = b"".join(v.to_bytes(4, "big", signed=True) for v in quarter)
    turned.write_bytes(data)
    assert probe(turned).video.upright_size == (96, 160)
    check(turned)


@pytest.mark.parametrize("seed", range(4))
def test_jumps_in_a_damaged_file_give_the_exact_frame(tmp_path: Path, seed: int) -> None:
    path = make(tmp_path / f"whole{seed}.mp4", CLIPS["b-frames.mp4"])
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov")
    dice = random.Random(seed)
    for _ in range(3):
        at = dice.randrange(start + 2000, end - 40)
        data[at : at + 24] = dice.randbytes(24)
    path.write_bytes(data)
    check(path)


def test_the_newest_request_wins(tmp_path: Path) -> None:
    path = make(tmp_path / "b-frames.mp4", CLIPS["b-frames.mp4"])
    plan, digests = plan_of(path)
    frames = Frames(probe(path), plan, index_packets(probe(path), plan))
    results: dict[int, str] = {}
    frames._lock.acquire()  # all wait behind this

    def ask(number: int) -> None:
        try:
            results[number] = digest(frames.get(number, newest_wins=True))
        except Superseded:
            results[number] = "superseded"

    threads = []
    for number in (10, 50, 20):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        while frames._newest < len(threads):
            pass
    frames._lock.release()
    for thread in threads:
        thread.join(10)
    assert results == {10: "superseded", 50: "superseded", 20: digests[20]}


@pytest.mark.parametrize(
    "name",
    [
        "metadata_extractor__100_0306.AVI",
        "metadata_extractor__Sony_ILCE-7M3_A7M3.mts",
        "torchcodec__h264_10bits.mp4",
        "intel_sample__walk.mkv",
    ],
)
def test_jumps_in_real_files_give_the_exact_frame(
    shared_clips: Path, tmp_path: Path, name: str
) -> None:
    check(shared_clips / name, jumps=12, most_bytes=32 << 20)
