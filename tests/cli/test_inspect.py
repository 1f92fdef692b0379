"""`redact inspect`: plain words for people, exact values for programs."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner

from redact.cli.inspect import inspect
from redact.media.encoders import priority_kept

NTSC = Fraction(30000, 1001)


def clip(path: Path, encoder: str, frames: int = 30) -> Path:
    picture = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=NTSC)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        with priority_kept():
            stream.codec_context.open()
        for n in range(frames):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = n, 1 / NTSC
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "encoder", "known", "count"),
    [
        ("a.mp4", "libx264", "H.264", "30 frames"),
        ("a.mp4", "libsvtav1", "AV1", "30 frames"),
        ("a.mkv", "libx265", "H.265 (HEVC)", "about 30 frames"),
        ("a.webm", "libvpx-vp9", "VP9", "about 30 frames"),
    ],
)
def test_people_get_names_rates_and_length(
    tmp_path: Path, name: str, encoder: str, known: str, count: str
) -> None:
    path = clip(tmp_path / name, encoder)
    said = CliRunner().invoke(inspect, [str(path)], standalone_mode=False)
    assert said.exception is None, said.exception
    text = " ".join(said.output.split())
    assert f"{known}, 96×64 upright" in text
    assert "29.97 frames/s" in text and "/1001" not in text
    assert f"0:01.0{'01' if 'about' not in count else ''}" in text
    assert f", {count} " in text
    exact = json.loads(
        CliRunner().invoke(inspect, [str(path), "--json"], standalone_mode=False).output
    )
    if name == "a.mp4":
        assert exact["video"]["picture"]["average_rate"] == "30000/1001"
        assert exact["video"]["picture"]["frames"] == 30
    else:
        assert exact["video"]["picture"]["frames"] is None
