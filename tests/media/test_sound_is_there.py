"""Sound that a container states and that cannot be read is missed, as a picture is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from redact.errors import InputError
from redact.formats import mp4
from redact.media import SourceInfo, excerpt, probe, sound_is_short
from redact.words import Message

from ..conftest import SHARED
from .footage import Clip, Sound, make, rewrite

FASTSTART = {"movflags": "faststart"}
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
SHORT, LONG = Sound(seconds=0.2), Sound(seconds=3)


def short(path: Path, output: Path) -> tuple[SourceInfo, bool]:
    """What is known of a file before its sound is read, and whether less was read than stated."""
    info = probe(path)
    read = rewrite(info, output).sound_read
    return info, any(sound_is_short(a.seconds, a.declared_seconds) for a in read)


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_sound_behind_the_end_of_the_file_is_missed(tmp_path: Path, ending: str) -> None:
    """All pictures are there: the sound of three seconds comes after them."""
    path = make(tmp_path / f"a.{ending}", Clip(sounds=[LONG], container_options=FASTSTART))
    path.write_bytes(path.read_bytes()[:-20_000])
    info, lacks = short(path, tmp_path / "out.mkv")
    assert (info.missing, lacks) == (20_000, True)
    assert [w.code for w in info.warnings] == ["sound_beyond_end"]


def test_a_file_cut_in_its_index_is_cut(tmp_path: Path) -> None:
    """The track of the sound comes last; FFmpeg opens what is left, without a word."""
    path = make(tmp_path / "a.mov", Clip(sounds=[LONG]))
    data = path.read_bytes()
    opened = 0
    for place in range(data.rindex(b"trak") - 40, len(data), 60):
        path.write_bytes(data[:place])
        try:
            info = probe(path)
        except InputError:
            continue  # FFmpeg did notice
        opened += 1
        assert info.missing == len(data) - place
        assert Message("bytes_missing", missing=info.missing) in info.warnings
    assert opened


def test_a_track_that_reaches_beyond_its_index_is_damage(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mov", Clip(sounds=[LONG]))
    data = bytearray(path.read_bytes())
    data[data.rindex(b"trak") - 4] = 1  # 16 MB
    path.write_bytes(data)
    assert probe(path).torn


def test_bytes_after_the_last_box_are_no_cut(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", Clip(sounds=[LONG], container_options=FASTSTART))
    data = path.read_bytes()
    for rest in (b"\0" * 5, b"\0" * 90, b"copied by the archive\n" * 3):
        path.write_bytes(data + rest)
        info = probe(path)
        assert (info.missing, info.torn) == (0, False), rest


def test_a_last_fragment_that_is_cut_says_by_how_much(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", Clip(sounds=[LONG], container_options=FRAGMENTS))
    data = path.read_bytes()
    with path.open("rb") as file:
        last = [box for box in mp4.boxes(file, 0, len(data)) if box.kind == b"mdat"][-1]
    path.write_bytes(data[: last.end - 70])
    assert probe(path).missing == 70


def test_a_live_recording_that_is_cut_says_by_how_much(tmp_path: Path) -> None:
    """Its length as a whole is unknown; that of its parts is not."""
    live = {"live": "1", "cluster_time_limit": "100"}
    path = make(tmp_path / "a.mkv", Clip(sounds=[LONG], container_options=live))
    assert probe(path).missing == 0
    path.write_bytes(path.read_bytes()[:-30])
    assert probe(path).missing == 30


@pytest.mark.parametrize("ending", ["mkv", "avi", "mov"])
def test_sound_that_the_demuxer_skips_is_missed(tmp_path: Path, ending: str) -> None:
    """The file has its full length and all its pictures, but its last two thirds are zeros."""
    codec = "aac" if ending == "mov" else "pcm_s16le"
    clip = Clip("mpeg4", options={}, sounds=[Sound(codec, 8000, "mono", seconds=3)])
    path = make(tmp_path / f"a.{ending}", clip)
    assert not short(path, tmp_path / "whole.mkv")[1]
    data = bytearray(path.read_bytes())
    if ending == "mov":  # as its index says half of the pieces only
        at = data.rindex(b"stsz") + 12
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") // 2).to_bytes(4, "big")
    else:
        with av.open(str(path)) as container:
            packets: list = list(container.demux(container.streams.audio[0]))
        begin = packets[len(packets) // 3].pos
        end = len(data) if ending == "avi" else packets[-2].pos + 9000  # with the index
        data[begin:end] = bytes(end - begin)
    path.write_bytes(data)
    assert short(path, tmp_path / "out.mkv")[1]


LENGTHS = ([SHORT, LONG], [Sound(start=Fraction(2), seconds=1)])


@pytest.mark.parametrize("sounds", LENGTHS, ids=["both", "late"])
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        *(("mp4", FASTSTART), ("mp4", FRAGMENTS), ("mov", {}), ("mkv", {}), ("avi", {})),
        *(("flv", {}), ("ts", {}), ("mxf", {})),
    ],
)
def test_whole_files_are_whole(
    tmp_path: Path, ending: str, options: dict[str, str], sounds: list[Sound]
) -> None:
    """Sound may be longer or shorter than the pictures, or begin later."""
    codec = {"avi": "mp3", "flv": "mp3", "mxf": "pcm_s16le"}.get(ending, "aac")
    picture = "mpeg2video" if ending == "mxf" else "mpeg4" if ending == "avi" else "libx264"
    heard = [Sound(codec, start=s.start, seconds=s.seconds) for s in sounds]
    clip = Clip(picture, sounds=heard[:1] if ending == "flv" else heard, container_options=options)
    if picture != "libx264":
        clip.options = {}
    info, lacks = short(make(tmp_path / f"a.{ending}", clip), tmp_path / "out.mkv")
    assert (info.missing, info.torn, lacks) == (0, False, False)


def test_sound_outside_an_excerpt_is_not_missed(tmp_path: Path) -> None:
    info = probe(make(tmp_path / "a.mp4", Clip(pts=range(75), sounds=[LONG])))
    part = excerpt(info, 1, 2)
    assert [a.seconds for a in rewrite(part, tmp_path / "out.mp4").sound_read] == [None]


def test_a_repeated_picture_is_not_missed(tmp_path: Path) -> None:
    """FFmpeg writes an empty chunk where a picture lasts longer, and counts it."""
    clip = Clip("mpeg4", pts=[0, 1, 2, 4, 5, 7], options={}, sounds=[Sound("mp3")])
    info = probe(make(tmp_path / "a.avi", clip))
    assert info.video.frames == 6
    clip = Clip("mpeg4", options={}, sounds=[Sound("mp3")])
    assert probe(make(tmp_path / "b.avi", clip)).video.frames == 12


def test_sound_that_cannot_be_decoded_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mkv", Clip(sounds=[Sound("flac", 8000, "mono", seconds=1)]))
    with av.open(str(path)) as container:
        packets: list = list(container.demux(container.streams.audio[0]))
    data = bytearray(path.read_bytes())
    data[packets[1].pos + 6 : packets[1].pos + 200] = b"\xff" * 194
    path.write_bytes(data)
    assert (
        Message("audio_damaged", track=1) in rewrite(path, tmp_path / "out.mp4", release=True).notes
    )


@pytest.mark.parametrize(
    ("name", "missing", "frames"),
    [("sound_cut_fast.mp4", 90_000, 24), ("moov_cut.mov", 3000, 24), ("whole.avi", 0, 24)],
)
def test_files_that_broke_redact(name: str, missing: int, frames: int) -> None:
    path = SHARED / "hostile" / name
    if not path.exists():
        pytest.skip("needs the folder 'hostile' of shared test footage (REDACT_SHARED)")
    info = probe(path)
    assert (info.missing, info.video.frames) == (missing, frames)
