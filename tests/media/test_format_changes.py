"""Videos whose pixel format changes midway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from redact.errors import UnsafeError
from redact.media import Decode, probe
from redact.media.conversion import fits
from redact.media.pixel_formats import WORKING, layout
from redact.words import Message

from .footage import Clip, make, picture, rewrite, samples

SIZE = (64, 48)


def joined(path: Path, codec: str, formats: Sequence[str]) -> Path:
    """One stream of single pictures, several of each format, declared in the first format."""
    each = 3
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, formats[0]
        packets: list[Any] = []
        for part, fmt in enumerate(formats):
            context: Any = av.CodecContext.create(codec, "w")
            context.width, context.height, context.pix_fmt = *SIZE, fmt
            context.time_base = Fraction(1, 25)
            for number in range(each):
                frame = picture("yuv444p", SIZE, number).reformat(format=fmt)
                frame.pts = part * each + number
                packets += context.encode(frame)
            packets += context.encode(None)
        for packet in packets:
            packet.stream = stream
            output.mux(packet)
    return path


def strung(path: Path, codec: str, formats: Iterable[str]) -> Path:
    """Raw streams of several formats concatenated in one file."""
    options = {"preset": "ultrafast"}
    whole = b""
    for fmt in formats:
        part = path.with_name(f"{fmt}{path.suffix}")
        make(part, Clip(codec, fmt, SIZE, range(4), options=options))
        whole += part.read_bytes()
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize(
    ("codec", "formats"),
    [
        ("mjpeg", ("yuvj420p", "yuvj444p")),
        ("mjpeg", ("yuvj422p", "yuvj420p", "yuvj444p")),
        ("png", ("gray", "rgb24")),
        ("png", ("rgb24", "gray")),
        ("png", ("rgb24", "rgb48be")),
    ],
)
def test_a_change_to_a_richer_format_stops_the_run(
    tmp_path: Path, codec: str, formats: tuple[str, ...]
) -> None:
    source = joined(tmp_path / "in.mov", codec, formats)
    with pytest.raises(UnsafeError, match="pixel format") as caught:
        list(Decode(probe(source)))
    assert caught.value.code == "format_changes"
    assert str(source) in caught.value.message and formats[-1] in caught.value.message
    assert f"frame {3 * (len(formats) - 1)}" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(("codec", "suffix"), [("libx264", "h264"), ("libx265", "hevc")])
def test_a_change_to_a_higher_bit_depth_stops_the_run(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    """Otherwise ten bits would silently become eight."""
    source = strung(tmp_path / f"in.{suffix}", codec, ("yuv420p", "yuv420p10le"))
    with pytest.raises(UnsafeError, match="pixel format"):
        list(Decode(probe(source)))


def test_a_change_to_a_poorer_format_loses_nothing(tmp_path: Path) -> None:
    source = joined(tmp_path / "in.mkv", "mjpeg", ("yuvj444p", "yuvj420p", "yuvj422p"))
    with av.open(str(source)) as container:
        stored = [samples(f) for f in container.decode(video=0)]
    decode = Decode(probe(source))
    frames = [samples(frame.picture) for frame in decode]
    assert len(frames) == 9 and decode.warnings == []
    for before, after in zip(stored, frames, strict=True):
        assert np.array_equal(before[0], after[0])
        for small, large in zip(before[1:], after[1:], strict=True):
            down, right = (a // b for a, b in zip(large.shape, small.shape, strict=True))
            assert np.array_equal(small, large[::down, ::right])
    rewrite(source, tmp_path / "out.mkv")


def test_bits_lost_midway_are_reported(tmp_path: Path) -> None:
    source = strung(tmp_path / "in.hevc", "libx265", ("yuv420p10le", "yuv420p12le"))
    info = probe(source)
    assert not any(w.code == "bits_reduced" for w in info.warnings)
    decode = Decode(info)
    assert [f.picture.format.name for f in decode] == ["yuv420p10le"] * 8
    assert Message("bits_reduced", format="yuv420p12le", was=12, now=10) in decode.warnings


@pytest.mark.parametrize("first", WORKING)
@pytest.mark.parametrize("stored", WORKING)
def test_a_format_that_fits_has_no_more_of_anything(stored: str, first: str) -> None:
    one, other = layout(stored), layout(first)
    more = one.bits > other.bits or (other.grey and not one.grey)
    if not one.grey and not other.grey:
        more = more or one.right < other.right or one.down < other.down
    assert fits(stored, first) is not more
