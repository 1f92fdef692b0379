"""`--for-web`: a file that every browser plays, whatever the source, with the source's colours."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from redact.errors import ExitCode, OutputError
from redact.media import WEB, Decode, VideoWriter, choose_encoding, for_web, plane_array, probe
from redact.settings import EncodeSettings

from ..media.footage import Clip, Sound, make
from ..program import QUICK, program
from .conftest import PART

PQ = 16
BT2020 = 9
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Linear BT.709 to linear BT.2020 (ITU-R BT.2087-0)."""


def in_hdr10(sdr: av.VideoFrame) -> av.VideoFrame:
    """The picture in HDR10 with white at 203 cd/m² (ITU-R BT.2100, BT.2408)."""
    rgb = sdr.to_ndarray(format="rgb24") / 255
    light = np.clip(rgb**2.4 @ TO_BT2020.T, 0, 1) * 203 / 10000
    power = light ** (2610 / 16384)
    signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    deep = av.VideoFrame.from_ndarray((signal * 65535).round().astype(np.uint16), format="rgb48le")
    deep.pts, deep.time_base = sdr.pts, Fraction(1, 25)
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=deep.width, height=deep.height, format=deep.format, time_base=deep.time_base
    )
    scaled = graph.add("scale", out_color_matrix="bt2020", out_range="tv")
    graph.link_nodes(
        source, scaled, graph.add("format", "yuv420p10le"), graph.add("buffersink")
    ).configure()
    graph.push(deep)
    made: Any = graph.pull()
    made.color_primaries, made.color_trc, made.colorspace, made.color_range = BT2020, PQ, BT2020, 1
    return made


@pytest.fixture(scope="module")
def hdr(street: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hdr") / "phone.mkv"
    with av.open(str(street)) as sdr, av.open(str(path), "w") as output:
        options = {"preset": "ultrafast", "x265-params": "log-level=none:qp=12"}
        stream: Any = output.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *PART[2:], "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = BT2020, PQ, BT2020
        context.color_range = 1
        for number, frame in enumerate(sdr.decode(video=0)):
            frame.pts = number
            output.mux(stream.encode(in_hdr10(frame)))
        output.mux(stream.encode(None))
    assert probe(path).video.colour.hdr
    return path


@pytest.fixture(scope="module")
def web(hdr: Path) -> Path:
    done = program("run", hdr, "--for-web", *QUICK, "--audio", "mute", "--json")
    assert done.returncode == 0, done.stderr
    assert "HDR is converted to the range" in done.stderr
    return Path(json.loads(done.stdout)["output"])


@pytest.mark.slow
def test_hdr_becomes_playable_in_every_browser(street: Path, web: Path) -> None:
    assert web.name == "phone.mkv.redacted.mp4"
    video = probe(web).video
    assert (video.codec, video.pixel_format) == ("h264", "yuv420p") and not video.colour.hdr
    assert video.colour.matrix == "bt709"
    data = web.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    # Same brightness and colour as the picture that the HDR was made from, except under masks and
    # where the knee dims nearly white areas.
    with av.open(str(web)) as a, av.open(str(street)) as b:
        for shown, meant in zip(a.decode(video=0), b.decode(video=0), strict=True):
            have = shown.to_ndarray(format="rgb24").astype(int)
            want = meant.to_ndarray(format="rgb24").astype(int)
            dark = want.max(axis=2) < 170
            apart = np.abs(have - want)[dark]
            assert np.median(apart) <= 3 and np.mean(apart) < 6


def test_odd_sides_full_chroma_and_pcm(tmp_path: Path) -> None:
    clip = Clip("ffv1", "yuv444p", (161, 97), options={}, sounds=[Sound("pcm_s16le")])
    info = for_web(probe(make(tmp_path / "screen.mkv", clip)))
    frames = list(Decode(info))
    output = tmp_path / "web.mp4"
    with VideoWriter(output, info, EncodeSettings(WEB, crf=4, preset="ultrafast")) as writer:
        for frame in frames:
            writer.write(frame)
    assert {n.code for n in writer.notes} >= {"web_format", "web_even", "audio_converted"}
    made = probe(output)
    assert (made.video.upright_size, made.video.pixel_format) == ((162, 98), "yuv420p")
    assert [sound.codec for sound in made.audio] == ["aac"]
    plain = list(Decode(probe(tmp_path / "screen.mkv")))
    for frame, before in zip(frames, plain, strict=True):
        luma, stored = plane_array(frame.picture, 0), plane_array(before.picture, 0)
        assert np.array_equal(luma[:97, :161], stored)
        assert np.array_equal(luma[-1], luma[-2]) and np.array_equal(luma[:, -1], luma[:, -2])


def test_a_plan_of_odd_pictures_is_not_called_changed(tmp_path: Path) -> None:
    odd = make(tmp_path / "odd.mp4", Clip(fmt="yuv444p", size=(99, 51)))
    plan = tmp_path / "odd.plan.json"
    program("detect", odd, "-o", plan)
    done = program("apply", odd, plan, "--for-web")
    assert done.returncode == ExitCode.MISMATCH
    assert "100x52" in done.stderr and "'redact run'" in done.stderr
    assert "was changed" not in done.stderr


@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv422p", "yuv420p10le"])
def test_nothing_else_is_encoded_for_the_web(tmp_path: Path, pixel_format: str) -> None:
    """Pictures that were not converted are refused: every encoded file plays in every browser."""
    info = probe(make(tmp_path / "a.mkv", Clip("ffv1", pixel_format, (96, 64), options={})))
    with pytest.raises(OutputError, match=f"cannot keep {pixel_format}"):
        choose_encoding(info, EncodeSettings(WEB), "mp4")
    assert choose_encoding(for_web(info), EncodeSettings(WEB), "mp4").pixel_format == "yuv420p"
