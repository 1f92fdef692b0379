"""Files that are no readable video are refused with an explanation, before any work."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from redact.errors import InputError
from redact.inspect import inspect_file
from redact.media import probe
from redact.words import Message

from .footage import Clip, make, rewrite

SAMPLE = Path(__file__).parents[2] / "samples" / "street.mp4"


def unreadable(path: Path, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        probe(path)
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert caught.value.code  # by which it is said in other languages, too


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "e.mp4").touch()
    unreadable(tmp_path / "e.mp4", "empty")


@pytest.mark.parametrize("name", ["t.mp4", "t.txt", "t.bin", "t.adf", "t.idf", "t.xb", "t.nfo"])
def test_a_text_file_named_as_something_else(tmp_path: Path, name: str) -> None:
    """FFmpeg would draw the letters of some of them, as it does with text art."""
    (tmp_path / name).write_text("meeting at ten\n" * 50)
    unreadable(tmp_path / name, "text file")


def test_a_recording_cut_off_behind_its_index(tmp_path: Path) -> None:
    whole = tmp_path / "w.mp4"
    whole.write_bytes(SAMPLE.read_bytes())
    assert (probe(whole).missing, probe(whole).warnings) == (0, ())
    cut = tmp_path / "c.mp4"
    cut.write_bytes(whole.read_bytes()[:300_000])
    info = probe(cut)
    assert (info.video.frames, info.missing) == (200, 495_184)
    words = Message("index_beyond_end", beyond=135, indexed=200)
    assert words in info.warnings


def test_a_matroska_recording_cut_off(tmp_path: Path) -> None:
    whole = make(tmp_path / "w.mkv", Clip(pts=range(50)))
    assert (probe(whole).missing, probe(whole).warnings) == (0, ())
    cut = tmp_path / "c.mkv"
    cut.write_bytes(whole.read_bytes()[:-1000])
    info = probe(cut)
    assert info.missing == 1000
    assert info.warnings == (Message("bytes_missing", missing=1000),)


def test_a_recording_cut_off_before_its_index(tmp_path: Path) -> None:
    whole = make(tmp_path / "w.mp4", Clip(pts=range(50))).read_bytes()
    (tmp_path / "c.mp4").write_bytes(whole[: len(whole) // 2])
    unreadable(tmp_path / "c.mp4", "index")


def silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
    frame.sample_rate, frame.pts = 48000, 0
    return frame


def test_a_decoder_that_cannot_be_opened(tmp_path: Path) -> None:
    """The length of one part of the decoder's own header is wrong."""
    options = {"preset": "ultrafast", "x265-params": "log-level=none"}
    data = bytearray(make(tmp_path / "a.mp4", Clip("libx265", options=options)).read_bytes())
    header = data.index(b"hvcC") + 4
    data[header + 26 : header + 28] = b"\xff\xff"
    (tmp_path / "a.mp4").write_bytes(data)
    unreadable(tmp_path / "a.mp4", "not one frame of the video can be decoded")


def test_sound_without_picture(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.m4a"), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48000)
        frame = silence()
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    unreadable(tmp_path / "a.m4a", "only sound")


@pytest.mark.parametrize("suffix", ["bmp", "tiff"])
def test_a_picture_in_an_unsupported_format(tmp_path: Path, suffix: str) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / f"p.{suffix}")
    unreadable(tmp_path / f"p.{suffix}", "picture")


def test_subtitles(tmp_path: Path) -> None:
    (tmp_path / "s.mp4").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    unreadable(tmp_path / "s.mp4", "is a text file")


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    make(tmp_path / "secret.ts", Clip())
    (tmp_path / "list.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(InputError):
        probe(tmp_path / "list.mp4")


def test_a_name_with_a_colon_is_a_file(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip()).rename(tmp_path / "http:1 %d.mp4")
    rewrite(source, tmp_path / "tcp:out %03d.mp4")
    assert probe(tmp_path / "tcp:out %03d.mp4").video.frames == 12


def test_cover_art_is_not_a_video(tmp_path: Path) -> None:
    def add_cover(output: Any, video: Any) -> None:
        cover = output.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 640, 480, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        art = av.VideoFrame(640, 480, "yuvj420p")
        art.pts, art.time_base = 0, Fraction(1, 1)
        output.mux(cover.encode(art))
        output.mux(cover.encode(None))

    info = probe(make(tmp_path / "c.mp4", Clip(prepare=add_cover)))
    assert info.video.upright_size == (160, 96)
    assert [str(d.what) for d in info.dropped if d.kind == "cover art"] == ["mjpeg 640x480"]
    rewrite(info, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert len(container.streams) == 1


@pytest.mark.parametrize("read", [probe, inspect_file])
def test_a_url_is_not_opened(read: Callable[[Path], object]) -> None:
    address = "https://example.org/a.mp4"  # of which `Path` keeps one slash
    with pytest.raises(InputError, match="never goes to the network") as refused:
        read(Path(address))
    assert refused.value.message.startswith(f"{address}: ")
