"""Pictures in a file that no decoder returns are counted if its headers do not state how many there
are."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import av
import pytest

from redact.media import Decode, probe
from redact.words import Message

from .footage import Clip, Sound, make, remux

CODINGS = {
    "mkv": Clip(),
    "mp4": Clip(container_options={"movflags": "frag_keyframe+empty_moov"}),
    "ts": Clip(options={"preset": "ultrafast", "bf": "2"}),
    "webm": Clip("libvpx", options={"deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "1"}),
    "vp9.webm": Clip("libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"}),
    "h265": Clip("libx265", options={"preset": "ultrafast", "x265-params": "log-level=none"}),
}


def refused(numbers: Collection[int], kept: int = 0) -> Callable[[int, bytes], bytes]:
    """A change for `remux`: of some packets, only the first bytes are kept."""

    def changed(number: int, data: bytes) -> bytes:
        return data[:kept] + b"\xff" * (len(data) - kept) if number in numbers else data

    return changed


@pytest.mark.parametrize("ending", CODINGS)
def test_each_lost_picture_is_reported(tmp_path: Path, ending: str) -> None:
    whole = make(tmp_path / f"whole.{ending}", CODINGS[ending])
    sound = Decode(probe(whole))
    assert (sum(1 for _ in sound), sound.lost, sound.torn) == (12, 0, False)
    assert sound.found() == sound.info

    kept = 0 if "webm" in ending else 6
    options = CODINGS[ending].container_options
    lost = remux(whole, tmp_path / f"lost.{ending}", refused({4, 7}, kept), options=options)
    decode = Decode(probe(lost))
    count = sum(1 for _ in decode)
    assert count < 12
    if ending in ("ts", "h265"):
        # Where no packets are stored, FFmpeg cuts them, and joins what it does not recognise.
        assert decode.torn and Message("file_torn") in decode.warnings
    else:
        assert count + decode.lost == 12 == decode.found().video.frames
        assert Message("frames_lost", coded=12, shown=count) in decode.warnings


def test_a_skipped_fragment_is_reported(tmp_path: Path) -> None:
    """With one wrong letter in the list of its pictures, FFmpeg goes on with the next fragment."""
    clip = replace(CODINGS["mp4"], options={"preset": "ultrafast", "g": "4"}, sounds=[Sound()])
    whole = make(tmp_path / "whole.mp4", clip)
    sound = Decode(probe(whole))
    assert sum(1 for _ in sound) == 12 and not sound.torn
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(whole.read_bytes().replace(b"trun", b"tr?n", 1))
    decode = Decode(probe(broken))
    assert sum(1 for _ in decode) < 12 and decode.torn


@pytest.mark.parametrize(("ending", "code"), [("ts", "bytes_missing"), ("h265", "no_end")])
def test_a_truncated_end_is_reported(tmp_path: Path, ending: str, code: str) -> None:
    """In the middle of a picture of which the decoder returns a part, without an error."""
    data = make(tmp_path / f"whole.{ending}", CODINGS[ending]).read_bytes()
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(data[: len(data) * 2 // 3])
    info = probe(cut)
    assert code in {warning.code for warning in info.warnings}
    assert bool(info.missing) == (ending == "ts")
    assert not probe(tmp_path / f"whole.{ending}").missing


def test_an_error_in_one_thread_loses_no_intact_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one of several decoding threads has an error, PyAV drops the finished pictures of the
    others."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    whole = make(tmp_path / "whole.webm", CODINGS["vp9.webm"])
    decode = Decode(probe(remux(whole, tmp_path / "lost.webm", refused({5}))))
    assert (sum(1 for _ in decode), decode.lost) == (11, 1)


def test_data_that_a_demuxer_silently_skips_is_reported(tmp_path: Path) -> None:
    """An element claims to reach beyond its parent: FFmpeg skips to the end of the file."""
    whole = make(tmp_path / "whole.mkv", Clip(pts=range(0, 50)))
    data, told = whole.read_bytes(), 0
    for share in (0.3, 0.4, 0.5):
        at = int(len(data) * share)
        broken = tmp_path / f"{at}.mkv"
        broken.write_bytes(data[:at] + data[at - 300 : at] + data[at:])
        decode = Decode(probe(broken))
        if sum(1 for _ in decode) < 40:
            assert decode.torn or decode.lost
            told += 1
    assert told


def test_pictures_before_the_first_key_frame_are_reported(tmp_path: Path) -> None:
    """As in a recording that begins in the middle of a broadcast, or whose beginning was
    damaged."""
    options = {"b": "900k", "g": "6", "bf": "0"}
    whole = make(tmp_path / "whole.ts", Clip("mpeg2video", options=options))
    assert not [w for d in [Decode(probe(whole))] for _ in d for w in d.warnings]
    spoilt = remux(whole, tmp_path / "spoilt.ts", lambda n, data: data if n else b"\xff" * 64)
    decode = Decode(probe(spoilt))
    assert sum(1 for _ in decode) == 6
    assert Message("before_key", count=5) in decode.warnings


def test_streams_that_begin_midway_are_reported(tmp_path: Path) -> None:
    """A recorder changes the number of its stream: no decoder gets the packets of the new one."""
    options = {"preset": "ultrafast", "g": "12", "bf": "0"}
    whole = make(tmp_path / "whole.ts", Clip(pts=range(60), options=options))
    sound = Decode(probe(whole))
    assert (sum(1 for _ in sound), sound.torn) == (60, False)
    data = bytearray(whole.read_bytes())
    video = [at for at in range(0, len(data), 188) if data[at + 1 : at + 3] in (b"\1\0", b"A\0")]
    begins = [at for at in video if data[at + 1] == 0x41]  # a picture
    for at in video[video.index(begins[36]) :]:
        data[at + 2] = 0x7A
    (tmp_path / "changed.ts").write_bytes(data)
    decode = Decode(probe(tmp_path / "changed.ts"))
    assert sum(1 for _ in decode) == 36 and decode.torn
    assert Message("streams_midway") in decode.warnings


@pytest.mark.parametrize("kept", [2, 3])
def test_data_skipped_while_opening_a_short_matroska_file_is_reported(
    tmp_path: Path, kept: int
) -> None:
    """One block claims to be longer than the rest of the file: six of eight pictures were lost."""
    whole = make(tmp_path / "whole.mkv", Clip(pts=range(8)))
    with av.open(str(whole)) as container:
        blocks = [packet.pos for packet in container.demux(video=0) if packet.size]
    data = bytearray(whole.read_bytes())
    data[blocks[kept] - 2 : blocks[kept]] = b"\x7f\xfe"  # its size (RFC 8794, 4)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(data)
    decode = Decode(probe(broken))
    assert sum(1 for _ in decode) == kept and decode.torn
    decode = Decode(probe(whole))
    assert sum(1 for _ in decode) == 8 and not decode.torn
