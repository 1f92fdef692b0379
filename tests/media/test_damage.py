"""Damaged or truncated files: frames that cannot be trusted are marked, and no others."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import InputError, RedactError
from redact.media import Decode, VideoWriter, probe
from redact.media.damage import CONCEALED, Damage, Harm

from .footage import FAST, Clip, Sound, make, remux, rewrite, samples

GROUPS = {"preset": "veryfast", "g": "12", "bf": "2", "crf": "20"}


def spoil(path: Path, share: float, count: int) -> Path:
    """Overwrite `count` bytes at a place in the file."""
    data = bytearray(path.read_bytes())
    at = int(len(data) * share)
    data[at : at + count] = b"\xff" * count
    path.write_bytes(data)
    return path


def marks(path: Path) -> tuple[list[bool], Decode]:
    decode = Decode(probe(path))
    return [f.damaged for f in decode], decode


def test_an_intact_file_has_no_damaged_frame(tmp_path: Path) -> None:
    for suffix in ("mp4", "mkv", "ts", "avi"):
        source = make(tmp_path / f"in.{suffix}", Clip(options=GROUPS, pts=range(48)))
        damaged, decode = marks(source)
        assert damaged == [False] * 48
        assert decode.errors == 0
        assert decode.warnings == []


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_damage_is_marked_up_to_the_next_key_frame(tmp_path: Path, suffix: str) -> None:
    source = make(tmp_path / f"in.{suffix}", Clip(options=GROUPS, pts=range(48)))
    clean = {f.pts: samples(f.picture) for f in Decode(probe(source))}
    spoil(source, 0.4, 700)
    decode = Decode(probe(source))
    wrong = marked = 0
    for frame in decode:
        before = clean.get(frame.pts)
        differs = before is None or any(
            (a != b).any() for a, b in zip(before, samples(frame.picture), strict=True)
        )
        assert frame.damaged or not differs
        wrong += differs
        marked += frame.damaged
    assert wrong
    assert decode.errors
    assert decode.warnings
    assert marked < 40, "a later key frame ends the damage"


def test_a_lossless_codec_with_checksums_finds_every_flip(tmp_path: Path) -> None:
    options = {"level": "3", "g": "1"}
    source = make(tmp_path / "in.mkv", Clip("ffv1", pts=range(20), options=options))
    clean = {f.pts: samples(f.picture) for f in Decode(probe(source))}
    spoil(source, 0.5, 3)
    found = 0
    for frame in Decode(probe(source)):
        pairs = zip(clean[frame.pts], samples(frame.picture), strict=True)
        assert frame.damaged or all((a == b).all() for a, b in pairs)
        found += frame.damaged
    assert 1 <= found < 10, "the error is reported within a few frames, on several threads"


def test_a_stream_that_starts_midway_is_damaged_up_to_its_first_key_frame() -> None:
    damage = Damage()
    seen = []
    for index, key in enumerate([False, False, True, False]):
        damage.packet(index, False)
        seen.append(damage.frame(index, index, key, False) > Harm.NONE)
    assert seen == [True, True, False, False]


@given(
    keys=st.lists(st.booleans(), min_size=1, max_size=40),
    errors=st.sets(st.integers(0, 39)),
    delay=st.integers(0, 8),
)
def test_all_frames_from_an_error_to_the_next_key_frame_are_damaged(
    keys: list[bool], errors: set[int], delay: int
) -> None:
    """With `delay` frames inside the decoder, and errors reported when the packet is sent."""
    damage, marked = Damage(), {}

    def leave(index: int) -> None:
        marked[index] = damage.frame(index, index, keys[index], False) > Harm.NONE

    for index in range(len(keys)):
        damage.packet(index, index in errors)
        if index >= delay:
            leave(index - delay)
    for index in range(max(0, len(keys) - delay), len(keys)):
        leave(index)
    tainted = True
    for index, key in enumerate(keys):
        if key and index not in errors:
            tainted = False
        if index in errors:
            tainted = True
        assert marked[index] or not tainted


def test_both_passes_yield_the_same_frames_of_a_damaged_file(tmp_path: Path) -> None:
    source = make(tmp_path / "in.ts", Clip(options=GROUPS, pts=range(48), sounds=[Sound()]))
    spoil(source, 0.3, 3000)
    info = probe(source)
    first, second = ([(f.index, f.pts) for f in Decode(info)] for _ in range(2))
    assert first == second
    assert [i for i, _ in first] == list(range(len(first)))
    rewrite(info, tmp_path / "out.mp4")
    again = [(f.index, f.pts) for f in Decode(probe(tmp_path / "out.mp4"))]
    assert len(again) == len(first)


def with_broken_sound(source: Path, path: Path, spoilt: int | None = None) -> Path:
    """The same file, with two of three sound packets, and one video packet, overwritten."""
    rng = random.Random(3)
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        streams: dict[int, Any] = {s.index: new.add_stream_from_template(s) for s in old.streams}
        counts = {"video": 0, "audio": 0}
        for packet in filter(lambda p: p.size, old.demux()):
            kind, fresh = packet.stream.type, packet
            number, counts[kind] = counts[kind], counts[kind] + 1
            if number == spoilt if kind == "video" else number % 3:
                # The whole of it: what else a decoder notices depends on the encoder's build.
                fresh = av.Packet(rng.randbytes(packet.size))
                fresh.pts, fresh.dts, fresh.time_base = packet.pts, packet.dts, packet.time_base
            fresh.stream = streams[packet.stream.index]
            new.mux(fresh)
    return path


def test_damaged_sound_is_not_damage_to_the_picture(tmp_path: Path) -> None:
    source = make(
        tmp_path / "in.mkv", Clip(options=GROUPS, pts=range(48), sounds=[Sound(seconds=2)])
    )
    info = probe(with_broken_sound(source, tmp_path / "broken.mkv"))
    before = av.logging.get_last_error()[0]
    decode = Decode(info)
    with VideoWriter(tmp_path / "out.mkv", info, FAST, release=True) as writer:
        for frame in decode:
            assert not frame.damaged, f"frame {frame.index}"
            writer.write(frame)
    assert decode.errors == 0 and decode.warnings == []
    assert av.logging.get_last_error()[0] > before, "the sound was not broken at all"


def test_damaged_sound_does_not_hide_damage_to_the_picture(tmp_path: Path) -> None:
    source = make(
        tmp_path / "in.mkv", Clip(options=GROUPS, pts=range(48), sounds=[Sound(seconds=2)])
    )
    clean = {f.pts: samples(f.picture) for f in Decode(probe(source))}
    # FFmpeg says nothing of some spoilt pictures; of this one it does.
    info = probe(with_broken_sound(source, tmp_path / "broken.mkv", spoilt=19))
    differing = 0
    with VideoWriter(tmp_path / "out.mkv", info, FAST, release=True) as writer:
        for frame in Decode(info):
            pairs = zip(clean[frame.pts], samples(frame.picture), strict=True)
            differs = any((a != b).any() for a, b in pairs)
            assert frame.damaged or not differs
            differing += differs
            writer.write(frame)
    assert differing


def test_a_file_that_vanishes_between_the_passes(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip())
    info = probe(source)
    source.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        list(Decode(info))


@given(seed=st.integers(0, 10**6), flips=st.integers(1, 30))
def test_every_file_raises_only_our_own_errors(
    tmp_path_factory: pytest.TempPathFactory, seed: int, flips: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = folder / "whole.mkv"
    if not whole.exists():
        make(whole, Clip(size=(64, 48), sounds=[Sound(seconds=0.3)]))
    data = bytearray(whole.read_bytes())
    for step in range(flips):
        at = (seed * 7919 + step * step * 104729) % len(data)
        data[at] = (data[at] + 1 + seed + step) % 256
    broken = folder / "broken.mkv"
    broken.write_bytes(data)
    try:
        info = probe(broken)
        count = sum(1 for _ in Decode(info))
    except RedactError as error:
        assert error.hint
    else:
        assert count > 0


def nameless(path: Path, codec: str, form: str, group: int = 12) -> Path:
    """A 12-frame clip whose codec's decoder does not mark key frames."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(codec, rate=25, options={"g": str(group)})
        stream.width, stream.height, stream.pix_fmt = 160, 96, form
        for number in range(12):
            shown = np.full((96, 160, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format=form)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("codec", "form"),
    [("cfhd", "yuv422p10le"), ("qtrle", "rgb24"), ("svq1", "yuv410p"), ("rpza", "rgb555le")],
)
def test_an_intact_clip_without_marked_key_frames_is_not_damaged(
    tmp_path: Path, codec: str, form: str
) -> None:
    damaged, _ = marks(nameless(tmp_path / "in.mov", codec, form))
    assert damaged == [False] * 12


def test_without_marked_key_frames_the_containers_key_frames_count(tmp_path: Path) -> None:
    def spoilt(number: int, data: bytes) -> bytes:
        return b"\xff" * len(data) if number == 6 else data

    whole = nameless(tmp_path / "whole.mov", "svq1", "yuv410p", group=5)
    damaged, decoded = marks(remux(whole, tmp_path / "in.mov", spoilt))
    assert decoded.errors and damaged == [False] * 6 + [True] * 3 + [False] * 2


@pytest.mark.parametrize(("parts", "broken"), [(1, False), (3, True)])
def test_a_picture_is_broken_from_a_share_of_concealed_blocks(
    tmp_path: Path, parts: int, broken: bool
) -> None:
    """20 of 1,200 blocks, or 60, are lost: 1.7 or 5 hundredths."""
    options = {**GROUPS, "bf": "0", "x264-params": "slice-max-mbs=20"}

    def lost(number: int, data: bytes) -> bytes:
        ends = [0]
        while ends[-1] < len(data):
            ends.append(ends[-1] + 4 + int.from_bytes(data[ends[-1] :][:4]))
        return data if number != 5 else data[: ends[-1 - parts]]

    whole = make(tmp_path / "whole.mkv", Clip(size=(640, 480), pts=range(10), options=options))
    frames = list(Decode(probe(remux(whole, tmp_path / "lost.mkv", lost))))
    assert [f.index for f in frames if f.damaged] == [5, 6, 7, 8, 9]
    assert {f.broken for f in frames if f.damaged} == {broken}


def test_concealed_shares_add_up_until_a_key_frame() -> None:
    damage = Damage()
    assert damage.frame(0, 0, True, False) is Harm.NONE
    harms = []
    for number in range(1, 5):
        damage.packet(number, False)
        damage.error(0.6 * CONCEALED)
        harms.append(damage.frame(number, number, False, True))
    assert harms == [Harm.DOUBTFUL, Harm.BROKEN, Harm.BROKEN, Harm.BROKEN]
    damage.packet(5, False)
    assert damage.frame(5, 5, True, False) is Harm.NONE
    damage.missing()
    assert damage.frame(6, 6, False, False) is Harm.DOUBTFUL
    # A decoder that says it of a picture, and not why.
    assert damage.frame(7, 7, False, True) is Harm.BROKEN
