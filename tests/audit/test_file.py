"""Structural checks: frames, times, streams, tags, boxes."""

from __future__ import annotations

import random
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from redact.auditing import AuditSettings
from redact.auditing.compared import TimeCheck, pairs
from redact.auditing.file_checks import check_container
from redact.errors import InputError
from redact.media import Decode, SourceInfo, probe

from .conftest import FRAMES, Clip, picture, write_video


def _checks(source: SourceInfo, output: Path) -> dict[str, bool]:
    return {c.name: c.passed for c in check_container(source, output, None)}


def _times(source: SourceInfo, output: Path) -> dict[str, tuple[bool, str]]:
    check = TimeCheck()
    decoded = Decode(probe(output))
    for pair in pairs(iter(Decode(source)), iter(decoded)):
        check.add(pair)
    return {c.name: (c.passed, c.detail) for c in check.checks(decoded.errors)}


@pytest.fixture(scope="module")
def pictures() -> list:  # type: ignore[type-arg]
    return [picture(n) for n in range(FRAMES)]


def test_same_frames_and_times_pass(clip: Clip, clean: Path) -> None:
    assert all(passed for passed, _ in _times(clip.info, clean).values())
    assert all(_checks(clip.info, clean).values())


def test_dropped_frame_is_found_by_its_number(clip: Clip, pictures: list, tmp_path: Path) -> None:
    pts = [n for n in range(FRAMES) if n != 13]
    write_video(tmp_path / "short.mp4", [pictures[n] for n in pts], pts)
    passed, detail = _times(clip.info, tmp_path / "short.mp4")["frames"]
    assert not passed
    assert "1 missing: 13" in detail


def test_extra_frame_is_found(clip: Clip, pictures: list, tmp_path: Path) -> None:
    pts = list(range(FRAMES + 1))
    write_video(tmp_path / "long.mp4", [*pictures, pictures[-1]], pts)
    passed, detail = _times(clip.info, tmp_path / "long.mp4")["frames"]
    assert not passed
    assert f"{FRAMES + 1} of {FRAMES} frames" in detail and "0:01.6000" in detail


def test_frames_at_other_times_are_found(clip: Clip, tmp_path: Path) -> None:
    """One frame is 8 ms late, as from a tool that invents a frame rate."""
    moved = tmp_path / "moved.mp4"
    with av.open(str(clip.info.path)) as source, av.open(str(moved), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        stream.time_base = Fraction(1, 12800)
        for packet in source.demux(video=0):
            if packet.pts is None:
                continue
            packet.stream = stream
            if packet.pts == 20 * 512:
                packet.pts += 102
            out.mux(packet)
    result = _times(clip.info, moved)
    assert result["frames"][0]
    assert not result["times"][0]
    assert result["times"][1] == "1 frame at the wrong time: 20 (+0.007969 s)"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> SourceInfo:
    """24000/1001 frames a second, in ticks of 1/24000 s."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w", options={"video_track_timescale": "24000"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(24000, 1001))
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 24000)
        for n in range(30):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts, frame.time_base = 1001 * n, Fraction(1, 24000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return probe(path)


def _retimed(film: SourceInfo, path: Path, scale: int, late: int) -> Path:
    """The same packets with times rounded to the nearest of `scale` ticks a second, and frame 20
    `late` ticks after that."""
    options = {"video_track_timescale": str(scale)}
    with av.open(str(film.path)) as source, av.open(str(path), "w", options=options) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        stream.time_base = Fraction(1, scale)
        for packet in source.demux(video=0):
            if packet.pts is None or packet.dts is None:
                continue
            moved = late if packet.pts == 20 * 1001 else 0
            packet.pts = round(Fraction(packet.pts * scale, 24000)) + moved
            packet.dts = round(Fraction(packet.dts * scale, 24000))
            packet.stream, packet.time_base = stream, Fraction(1, scale)
            out.mux(packet)
    return path


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("scale", [24000, 48000, 90000, 25000, 16000, 1000])
def test_times_are_those_of_the_source_to_the_nearest_tick(
    film: SourceInfo, tmp_path: Path, scale: int, late: int
) -> None:
    """To the nearest tick if the output's ticks, finer or coarser, cannot express the source's
    times; exactly if they can (24000, 48000). The next tick always counts as another time."""
    output = _retimed(film, tmp_path / "out.mp4", scale, late)
    assert probe(output).video.time_base == Fraction(1, scale)
    result = _times(film, output)
    assert result["frames"][0], result["frames"][1]
    assert result["times"][0] is not bool(late), result["times"][1]


def test_tags_that_are_not_allowed_are_found(clip: Clip, pictures: list, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp4"
    write_video(path, pictures[:3], title="my holiday", location="+48.85+002.35/")
    checks = {c.name: c for c in check_container(clip.info, path, None)}
    assert not checks["tags"].passed
    assert "title" in checks["tags"].detail
    assert "holiday" not in checks["tags"].detail  # reports must not spread it


def test_second_video_stream_and_subtitles_are_found(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("libx264", rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for stream in streams:
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts = 0
            out.mux([*stream.encode(frame), *stream.encode(None)])
    assert not _checks(clip.info, path)["streams"]


def test_sound_that_is_not_in_the_source_is_found(clip: Clip, clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(clean)) as source, av.open(str(path), "w") as out:
        video = out.add_stream_from_template(source.streams.video[0])
        sound = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame("s16", "mono", 800)
        frame.sample_rate, frame.pts = 8000, 0
        out.mux([*sound.encode(frame), *sound.encode(None)])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
    assert not _checks(clip.info, path)["streams"]


@pytest.mark.parametrize(
    ("box", "name"),
    [
        (b"\x00\x00\x00\x20uuid" + 3 * b"secret!!", "uuid"),
        (b"\x00\x00\x00\x10free" + b"secret!!", "free"),
        (b"\x00\x00\x00\x10abcd" + b"secret!!", "abcd"),
        (b"\x01\x02\x03", "after the last box"),
    ],
)
def test_hidden_boxes_are_found(
    clip: Clip, clean: Path, tmp_path: Path, box: bytes, name: str
) -> None:
    path = tmp_path / "boxes.mp4"
    path.write_bytes(clean.read_bytes() + box)
    check = next(c for c in check_container(clip.info, path, None) if c.name == "boxes")
    assert not check.passed
    assert name in check.detail


def torn(clean: Path, path: Path, every: int) -> Path:
    """The same file with the second half of every `every`-th packet overwritten."""
    rng = random.Random(1)
    with av.open(str(clean)) as source, av.open(str(path), "w") as out:
        stream: Any = out.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(filter(lambda p: p.size, source.demux(video=0))):
            fresh: Any = packet
            if number % every == every - 1:
                whole = bytes(packet)
                half = len(whole) // 2
                fresh = av.Packet(whole[:half] + rng.randbytes(len(whole) - half))
                fresh.pts, fresh.dts, fresh.time_base = packet.pts, packet.dts, packet.time_base
            fresh.stream = stream
            out.mux(fresh)
    return path


def test_a_damaged_source_is_not_blamed_on_the_output(clip: Clip, tmp_path: Path) -> None:
    damaged = Clip(probe(torn(clip.info.path, tmp_path / "torn.mp4", 3)), tmp_path)
    assert sum(f.damaged for f in Decode(damaged.info)) > 10
    plan = damaged.plan()
    output = damaged.render(plan, "out.mp4")
    alone = Decode(probe(output))
    assert not any(f.damaged for f in alone) and alone.errors == 0
    decodes = next(c for c in damaged.audit(output, plan).checks if c.name == "decodes")
    assert decodes.passed, decodes.detail


def test_a_damaged_output_is_found(clip: Clip, clean: Path, tmp_path: Path) -> None:
    output = torn(clean, tmp_path / "torn.mp4", 20)
    decodes = next(c for c in clip.audit(output, clip.plan()).checks if c.name == "decodes")
    assert not decodes.passed
    assert "decode errors" in decodes.detail


def test_another_picture_size_fails_and_no_other_claim_is_made(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "small.mp4"
    write_video(path, [picture(n)[::2, ::2] for n in range(3)])
    result = clip.audit(path, clip.plan())
    assert not result.passed
    assert result.looked.frames_compared == 0
    assert any(c.name == "size" and not c.passed for c in result.checks)


TURNED = {
    "flipped over": (1, 0, 0, -1),
    "mirrored": (-1, 0, 0, 1),
    "half a turn": (-1, 0, 0, -1),
    "five degrees": (0.9962, 0.0872, -0.0872, 0.9962),
    "enlarged": (2, 0, 0, 2),
}


@pytest.mark.parametrize("name", ["as it is", *TURNED])
def test_a_display_matrix_is_found(clip: Clip, tmp_path: Path, name: str) -> None:
    path = tmp_path / "turned.mp4"
    write_video(path, [picture(n)[::2, ::2] for n in range(3)])  # of another size: a short audit
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    assert data[at : at + 4] == (1 << 16).to_bytes(4, "big")
    a, b, c, d = (round(v * 65536) for v in TURNED.get(name, (1, 0, 0, 1)))
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    upright = next(c for c in clip.audit(path, clip.plan()).checks if c.name == "upright")
    assert upright.passed is (name not in TURNED), upright.detail


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_an_unreadable_output_is_named(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """A disk that fails after FFmpeg has opened the file."""
    path = tmp_path / f"out.{suffix}"
    write_video(path, [picture(0)])

    opened = Path.open

    def fails(self: Path, *arguments: Any, **named: Any) -> Any:
        if self == path:
            raise OSError(5, "Input/output error")
        return opened(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", fails)
    with pytest.raises(InputError, match=rf"out\.{suffix}.*Input/output error"):
        check_container(clip.info, path, None)


def test_a_file_that_is_not_a_video_is_an_error(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video")
    with pytest.raises(InputError, match=r"text\.mp4"):
        clip.audit(path, clip.plan(), AuditSettings())
