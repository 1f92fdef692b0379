"""No text in the header of a sound track gets into an output."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import OutputError
from redact.formats.sound_headers import bare_header, comments, flac_comments
from redact.inspect import inspect_file, prepare_release
from redact.media import Decode, VideoWriter, probe
from redact.settings import EncodeSettings

from .footage import FAST, Clip, Sound, commented, make, rewrite

SECRETS = (b"AcmeBodycam serial 4711", b"48.8566N 2.3522E", b"Jane Roe")
SAID = {"LOCATION": SECRETS[1].decode(), "ARTIST": SECRETS[2].decode()}


def block(kind: int, body: bytes, last: bool = False) -> bytes:
    return bytes((kind | 128 * last,)) + len(body).to_bytes(3, "big") + body


def samples(path: Path) -> np.ndarray[Any, Any]:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)


def silence(codec: str, layout: str) -> Callable[[Any, Any], None]:
    """Add a silent track with this channel layout."""

    def add(output: Any, video: Any) -> None:
        voice = output.add_stream(codec, rate=48000, layout=layout)
        for number in range(8):
            frame = av.AudioFrame(voice.codec_context.format.name, layout, 1024)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts = 48000, 1024 * number
            frame.time_base = Fraction(1, 48000)
            output.mux(voice.encode(frame))
        output.mux(voice.encode(None))

    return add


def test_vorbis_comments_are_listed_and_dropped(tmp_path: Path) -> None:
    source = tmp_path / "in.mkv"
    commented(make(tmp_path / "plain.mkv", Clip(sounds=[Sound("vorbis")])), source, SAID)
    assert all(secret in source.read_bytes() for secret in SECRETS)
    told = " ".join(f"{f.kind} {f.value}" for f in inspect_file(source).found)
    assert all(
        s in told for s in (f"location {SAID['LOCATION']}", f"encoder {SECRETS[0].decode()}")
    )
    dropped = " ".join(str(d.what) for d in probe(source).dropped)
    assert all(secret.decode() in dropped for secret in SECRETS)
    output = tmp_path / "out.mkv"
    assert [note.code for note in rewrite(source, output).notes] == ["audio_converted"]
    assert not [s for s in SECRETS if s in output.read_bytes()]
    with av.open(str(output)) as container:
        assert not list(comments(container.streams.audio[0].codec_context.extradata or b""))


def test_a_comment_among_the_channels_of_aac_is_not_copied(tmp_path: Path) -> None:
    """FFmpeg describes unnumbered channel layouts in full, and writes its name into the comment."""
    source = tmp_path / "in.mkv"

    make(source, Clip(prepare=silence("aac", "quad")))
    with av.open(str(source)) as container:
        assert b"Lavc" in (container.streams.audio[0].codec_context.extradata or b"")
    writer = rewrite(source, tmp_path / "out.mkv")
    assert [str(n) for n in writer.notes] == ["audio track 1: aac → aac"]
    assert not re.search(rb"Lavc\d", (tmp_path / "out.mkv").read_bytes())
    assert probe(tmp_path / "out.mkv").audio[0].channels == 6  # as 5.1, which has a number


@pytest.mark.parametrize("suffix", ["mov", "webm"])
@pytest.mark.parametrize("layout", ["mono", "2.1", "quad", "5.1(side)", "6.1", "octagonal"])
def test_transcoded_sound_names_no_program(tmp_path: Path, layout: str, suffix: str) -> None:
    """FFmpeg's AAC encoder writes its name beside unnumbered layouts; Opus refuses some of them."""
    source = make(tmp_path / "in.mov", Clip(prepare=silence("pcm_s16le", layout)))
    info, output = probe(source), tmp_path / f"out.{suffix}"
    settings = EncodeSettings(preset="8") if suffix == "webm" else FAST
    with VideoWriter(output, info, settings, release=True) as writer:
        for frame in Decode(info):
            writer.write(frame)
    assert prepare_release(output).clean
    assert probe(output).audio[0].channels >= info.audio[0].channels


def test_channels_with_unknown_positions_are_refused(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", Clip(prepare=silence("pcm_s16le", "hexadecagonal")))
    with pytest.raises(OutputError, match="16 channels"):
        VideoWriter(tmp_path / "out.mkv", probe(source), FAST, release=True)


@pytest.mark.parametrize(
    "codec", ["libopus", "flac", "alac", "tta", "wavpack", "ac3", "mp2", "aac"]
)
def test_headers_without_text_lose_nothing(tmp_path: Path, codec: str) -> None:
    source = make(tmp_path / "in.mkv", Clip(sounds=[Sound(codec)]))
    assert rewrite(source, tmp_path / "out.mkv").notes == []
    assert np.array_equal(samples(source), samples(tmp_path / "out.mkv"))


def test_bytes_after_a_header_are_cut_off() -> None:
    opus = b"OpusHead\1\2" + bytes(9)
    surround = b"OpusHead\1\6" + bytes(8) + b"\1\4\2" + bytes(6)
    for head in (opus, surround):
        assert bare_header("opus", head + b"OpusTags" + SECRETS[0]) == head
        assert list(comments(head)) == []
    assert dict(comments(opus + SECRETS[0])) == {"bytes after the header": SECRETS[0]}
    assert bare_header("flac", bytes(34) + SECRETS[0]) == bytes(34)
    assert bare_header("mp3", SECRETS[0]) == b""
    assert bare_header("aac", b"\x11\x90" + SECRETS[2]) is None
    assert bare_header("wmav2", SECRETS[0][:20]) is None
    assert bare_header("vorbis", SECRETS[0]) is None


def test_flac_comments_are_listed() -> None:
    size = (4).to_bytes(4, "little")
    text = size + b"Acme" + (1).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"A=Roe"
    blocks = block(0, bytes(34)) + block(4, text) + block(1, bytes(9)) + block(1, b"x")
    told = dict(flac_comments(blocks + block(2, b"app") + block(6, b"jpg", last=True) + b"tail"))
    assert told == {"vendor": b"Acme", "A": b"Roe", "padding that is not empty": b"x",
                    "application": b"app", "picture": b"jpg",
                    "bytes after the header": b"tail"}  # fmt: skip
    assert dict(comments(b"fLaC" + blocks)) == dict(flac_comments(blocks))
    assert list(flac_comments(block(0, bytes(34), last=True))) == []


HEADS = (b"\2\x1e\x10\1vorbis", b"\3vorbis", b"OpusHead", b"OpusTags", b"fLaC", b"")
CODECS = ("vorbis", "opus", "flac", "alac", "aac", "mp3", "tta")


@given(st.sampled_from(CODECS), st.sampled_from(HEADS), st.binary(max_size=80))
def test_any_bytes_have_a_bare_header_or_none(codec: str, head: bytes, data: bytes) -> None:
    bare = bare_header(codec, head + data)
    assert bare is None or not bare or bare in head + data
    list(comments(head + data))
