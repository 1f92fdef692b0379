"""Real clips of every kind through the whole run, checked with PyAV alone.

`make test` takes the small ones and looks for plates alone, which is quicker: what is checked here
is the file. `make test-clips` takes every clip of the shared footage and looks for everything.
"""

from __future__ import annotations

import hashlib
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from redact.errors import ExitCode

SMALL = (
    "metadata_extractor__100_0306.AVI",
    "metadata_extractor__with-gps.mov",
    "torchcodec__av1_video.mkv",
    "torchcodec__h265_10bits.mp4",
)
QUICK = ("--targets", "plate", "--rotate", "0")
RAW = (".h264", ".h265")
"""Elementary streams carry no timestamps, so there are none to compare with."""

ALLOWED_TAGS = {"major_brand", "minor_version", "compatible_brands", "encoder", "ENCODER"}
"""Written by the muxers themselves: MP4's file type box, Matroska's muxing application."""

ALLOWED_STREAM_TAGS = {"language", "handler_name", "vendor_id", "DURATION"}


def clips() -> list[str]:
    if not os.environ.get("REDACT_ALL_CLIPS"):
        return list(SMALL)
    root = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("REDACT_SHARED", root)) / "clips"
    return sorted(p.name for p in folder.glob("*.*") if p.suffix != ".json")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", clips())
def test_a_real_clip(redact, shared_clips: Path, tmp_path: Path, name: str) -> None:
    source = shared_clips / name
    everything = os.environ.get("REDACT_ALL_CLIPS")
    hard = ("--sensitivity", "balanced") if everything else QUICK
    done = redact(
        *("run", source, "-o", tmp_path / out_name(source), "--json", "--no-manifest"),
        *("--preset", "ultrafast", *hard),
    )
    assert done.returncode in (ExitCode.DONE, ExitCode.NEEDS_REVIEW), done.stderr
    told = json.loads(done.stdout)
    output = Path(told["output"])
    # A finding is for a person to look at; a check of the file that fails is our defect.
    assert [c for c in told["audit"]["checks"] if not c["passed"]] == []
    before, after = facts(source), facts(output)
    assert after["frames"] == before["frames"]
    assert after["size"] == before["upright_size"]
    if source.suffix not in RAW:
        assert after["times"] == before["times"]
    for tag, value in before["colour"].items():
        assert after["colour"][tag] == value, tag
    assert after["depth"] == before["depth"]
    assert len(after["audio"]) == len(before["audio"])
    for sound_before, sound_after in zip(before["audio"], after["audio"], strict=True):
        if sound_before["codec"] == sound_after["codec"]:
            assert sound_after["packets"] == sound_before["packets"]
    assert after["kinds"] <= {"video", "audio"}
    assert after["kinds_count"].get("video") == 1
    assert set(after["tags"]) <= ALLOWED_TAGS
    # Matroska demands a name; FFmpeg's bit-exact one says neither version nor build.
    assert after["tags"].get("ENCODER", after["tags"].get("encoder", "Lavf")) == "Lavf"
    assert after["stream_tags"] <= ALLOWED_STREAM_TAGS
    assert after["chapters"] == 0


def out_name(source: Path) -> str:
    writable = {".mp4", ".mov", ".mkv", ".webm"}
    suffix = source.suffix.lower()
    return f"{source.stem}{suffix if suffix in writable else '.mp4'}"


def facts(path: Path) -> dict[str, Any]:
    """What a player finds in a file: read with PyAV alone, without redact."""
    with av.open(str(path)) as container:
        video = max(container.streams.video, key=lambda s: s.width * s.height)
        sounds = {s.index: hashlib.sha256() for s in container.streams.audio}
        times: list[Fraction] = []
        first = None
        for packet in container.demux():
            if packet.stream.type == "audio" and packet.size:
                sounds[packet.stream.index].update(bytes(packet))
            elif packet.stream.index == video.index:
                try:
                    for frame in packet.decode():
                        first = first or frame
                        times.append((-1 if frame.pts is None else frame.pts) * frame.time_base)
                except av.error.InvalidDataError:
                    continue
        assert first is not None
        if path.suffix.lower() == ".avi":
            # AVI keeps decoding times alone; the demuxer hands them to B-pictures out of order.
            times.sort()
        turned = round(getattr(first, "rotation", 0)) % 180 != 0
        kinds = [s.type for s in container.streams]
        context = video.codec_context
        return {
            "frames": len(times),
            "times": times,
            "size": (first.width, first.height),
            "upright_size": (first.height, first.width) if turned else (first.width, first.height),
            "depth": first.format.components[0].bits,
            "colour": {
                tag: int(getattr(context, tag))
                for tag in ("color_primaries", "color_trc", "colorspace")
                if int(getattr(context, tag)) != 2
            },
            "audio": [
                {"codec": s.codec_context.name, "packets": sounds[s.index].hexdigest()}
                for s in container.streams.audio
            ],
            "kinds": set(kinds),
            "kinds_count": {k: kinds.count(k) for k in kinds},
            "tags": dict(container.metadata),
            "stream_tags": {tag for s in container.streams for tag in s.metadata},
            "chapters": len(container.chapters()) if hasattr(container, "chapters") else 0,
        }
