"""Every encoder takes the options that redact gives it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from redact.media import CODECS, choose_encoding, probe
from redact.media.codecs import CODECS_BY_NAME, LARGE_PICTURE
from redact.settings import EncodeSettings

from .footage import Clip, make


@pytest.mark.parametrize("width", [640, 2600])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_every_preset_opens_at_every_size(tmp_path: Path, codec: str, width: int) -> None:
    """10-bit 4K, as phones record HDR, could not be written with any slow preset of x265."""
    assert codec in CODECS and 640 * 1500 < LARGE_PICTURE < 2600 * 1500
    info = probe(make(tmp_path / "a.mkv", Clip("ffv1", "yuv420p10le", pts=range(2), options={})))
    info = replace(info, video=replace(info.video, width=width, height=1500))
    for preset in CODECS_BY_NAME[codec].presets:
        chosen = choose_encoding(info, EncodeSettings(codec, preset=preset), "mp4")
        context: Any = av.CodecContext.create(chosen.codec.encoder, "w")
        context.width, context.height, context.pix_fmt = width, 1500, chosen.pixel_format
        context.time_base, context.options = Fraction(1, 25), chosen.options
        context.open()
