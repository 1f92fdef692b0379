"""Pictures are preserved: upright, with the same samples and description."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import OutputError, UnsafeError
from redact.media import Decode, Orientation, VideoWriter, plane_array, probe
from redact.media.frame_planes import fitted, orientation_of, upright
from redact.media.pixel_formats import WORKING, layout, upright_format
from redact.settings import EncodeSettings
from redact.words import Message

from .footage import (
    FAST,
    Clip,
    decoded,
    field_order_of,
    make,
    matrix,
    picture,
    rewrite,
    same,
    samples,
    shown,
)

LOSSLESS = EncodeSettings(codec="ffv1")
FFV1: dict[str, str] = {}


@pytest.mark.parametrize("fmt", [*WORKING, "yuv440p", "yuv411p", "yuv410p"])
def test_a_lossless_output_holds_every_sample(tmp_path: Path, fmt: str) -> None:
    source = make(tmp_path / "in.mkv", Clip("ffv1", fmt, (33, 18), range(3), options=FFV1))
    rewrite(source, tmp_path / "out.mkv", LOSSLESS)
    assert same(decoded(source), decoded(tmp_path / "out.mkv"))
    with av.open(str(source)) as container:
        stored = [samples(f) for f in container.decode(video=0)]
    assert same([p[:1] for p in stored], [p[:1] for p in decoded(source)])


@pytest.mark.parametrize(
    ("stored", "working"),
    [("yuvj420p", "yuv420p"), ("bgr0", "yuv444p"), ("yuva420p", "yuv420p"),
     ("yuv420p12le", "yuv420p10le"), ("ya8", "gray"), ("yuv422p9le", "yuv422p10le")],
)  # fmt: skip
def test_other_formats_become_the_nearest_working_one(
    tmp_path: Path, stored: str, working: str
) -> None:
    path = tmp_path / "in.mkv"
    codec = "mjpeg" if stored.startswith("yuvj") else "ffv1"
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 16, stored
        for number in range(2):
            frame = picture("yuv444p", (32, 16), number).reformat(format=stored)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    info = probe(path)
    assert info.video.pixel_format == stored
    frame = next(iter(Decode(info)))
    assert frame.picture.format.name == working == info.video.frame_format
    assert bool(info.warnings) == (not stored.startswith("yuvj"))


@pytest.mark.parametrize(("degrees", "flip"), list(product((0, 90, 180, 270), (False, True))))
def test_the_display_matrix_is_applied_to_every_pixel(
    tmp_path: Path, degrees: int, flip: bool
) -> None:
    def turn(_: object, video: object) -> None:
        video.set_display_rotation(degrees, hflip=flip)  # type: ignore[attr-defined]

    source = make(tmp_path / "in.mp4", Clip(pts=range(3), prepare=turn, aspect=Fraction(4, 3)))
    with av.open(str(source)) as container:
        stored = next(container.decode(video=0))
        a, b, _, c, d = (v // 65536 for v in matrix(stored)[:5])
        luma = samples(stored)[0]
    q, p = np.mgrid[: luma.shape[0], : luma.shape[1]]
    x, y = a * p + c * q, b * p + d * q
    x, y = x - x.min(), y - y.min()
    expected = np.zeros((y.max() + 1, x.max() + 1), np.uint8)
    expected[y, x] = luma
    info = probe(source)
    frame = next(iter(Decode(info)))
    assert np.array_equal(plane_array(frame.picture, 0), expected)
    rewrite(source, tmp_path / "out.mp4")
    after = probe(tmp_path / "out.mp4").video
    assert after.orientation.identity
    assert after.upright_size == info.video.upright_size
    assert after.sample_aspect == (Fraction(3, 4) if degrees % 180 else Fraction(4, 3))


ORIENTATIONS = [Orientation(m, t) for m in (False, True) for t in range(4)]


@given(
    fmt=st.sampled_from(WORKING),
    width=st.integers(1, 21),
    height=st.integers(1, 21),
    how=st.sampled_from(ORIENTATIONS),
)
def test_every_pixel_keeps_its_luma_and_its_chroma(
    fmt: str, width: int, height: int, how: Orientation
) -> None:
    stored = picture(fmt, (width, height), 1)
    turned = upright(stored, how)
    assert turned.format.name == upright_format(fmt, width, height, how.mirrored, how.turns)
    for index in range(len(stored.planes)):
        expected = full(stored, index)
        if how.mirrored:
            expected = expected[:, ::-1]
        assert np.array_equal(full(turned, index), np.rot90(expected, -how.turns))


def full(frame: av.VideoFrame, index: int) -> np.ndarray:
    """The plane's value for each pixel."""
    _, right, down, _ = layout(frame.format.name)
    y, x = np.mgrid[: frame.height, : frame.width]
    return plane_array(frame, index)[(y >> down, x >> right) if index else (y, x)]


@pytest.mark.parametrize("how", ORIENTATIONS)
def test_orientation_is_read_back_from_its_matrix(how: Orientation) -> None:
    across = np.array([-1 if how.mirrored else 1, 0])
    down = np.array([0, 1])
    for _ in range(how.turns):
        across, down = (np.array([-v[1], v[0]]) for v in (across, down))
    unit = 65536
    values = (across[0] * unit, across[1] * unit, 0, down[0] * unit, down[1] * unit, 0, 0, 0, 0)
    assert orientation_of(tuple(int(v) for v in values)) == (how, True)


def test_a_slanted_matrix_becomes_the_nearest_quarter_turn_and_is_reported() -> None:
    orientation, exact = orientation_of((1000, 65000, 0, -65000, 1000, 0, 0, 0, 0))
    assert orientation == Orientation(False, 1)
    assert not exact


@pytest.mark.parametrize(("fmt", "target"), [
    ("gray", "yuv420p"), ("gray10le", "yuv444p10le"), ("gray", "yuv444p10le"),
    ("yuv420p", "yuv444p"), ("yuv420p", "yuv420p10le"), ("yuv422p", "yuv444p10le"),
])  # fmt: skip
def test_fitting_keeps_all_samples(fmt: str, target: str) -> None:
    source = picture(fmt, (17, 11), 0)
    result = fitted(source, target)
    assert result.format.name == target
    shift = layout(target).bits - layout(fmt).bits
    for index in range(len(source.planes)):
        assert np.array_equal(full(result, index), full(source, index).astype(int) << shift)
    if fmt.startswith("gray"):
        neutral = 1 << (layout(target).bits - 1)
        assert all((plane_array(result, i) == neutral).all() for i in (1, 2))


@pytest.mark.parametrize("colour", [(9, 16, 9, 1), (9, 18, 9, 1), (9, 14, 9, 2)])
def test_ten_bit_hdr_stays_ten_bit_hdr(tmp_path: Path, colour: tuple[int, int, int, int]) -> None:
    params = "log-level=none"
    if colour[1] == 16:
        params += (
            ":hdr10=1:max-cll=1000,400:master-display="
            "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
        )
    source = make(
        tmp_path / "in.mp4",
        Clip("libx265", "yuv420p10le", colour=colour,
             options={"preset": "ultrafast", "x265-params": params}),
    )  # fmt: skip
    info = probe(source)
    assert (Message("hdr10") in [item.what for item in info.dropped]) == (colour[1] == 16)
    before = info.video
    rewrite(source, tmp_path / "out.mp4")
    after = probe(tmp_path / "out.mp4").video
    assert (after.codec, after.pixel_format) == ("hevc", "yuv420p10le")
    assert after.colour == before.colour


@pytest.mark.parametrize(
    ("codec", "fmt"), [("h264", "yuv422p"), ("hevc", "yuv444p"), ("vp9", "yuv420p")]
)
def test_size_aspect_colour_and_sampling_are_carried(tmp_path: Path, codec: str, fmt: str) -> None:
    clip = Clip("libx264", fmt, colour=(5, 6, 5, 1), aspect=Fraction(16, 15))
    source = make(tmp_path / "in.mp4", clip)
    preset = "8" if codec == "vp9" else "ultrafast"
    rewrite(source, tmp_path / "out.mp4", EncodeSettings(codec=codec, preset=preset))
    before, after = probe(source).video, probe(tmp_path / "out.mp4").video
    assert after.pixel_format == before.pixel_format == fmt
    assert shown(after.colour) == shown(before.colour)
    assert after.sample_aspect == Fraction(16, 15)
    assert after.upright_size == before.upright_size


def test_full_range_stays_full_range(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(fmt="yuvj420p", colour=(1, 1, 1, 2)))
    rewrite(source, tmp_path / "out.mp4")
    assert probe(tmp_path / "out.mp4").video.colour == probe(source).video.colour
    assert probe(source).video.colour.range == "pc"


@pytest.mark.parametrize(("codec", "suffix"), [
    ("auto", "mp4"), ("hevc", "mp4"), ("av1", "mp4"), ("auto", "webm"),
])  # fmt: skip
def test_odd_sizes_keep_every_pixel(tmp_path: Path, codec: str, suffix: str) -> None:
    size = 161, 97
    source = make(tmp_path / "in.mkv", Clip("ffv1", size=size, pts=range(3), options=FFV1))
    preset = {"av1": "10"}.get(codec, "8" if suffix == "webm" else "ultrafast")
    writer = rewrite(
        source, tmp_path / f"out.{suffix}", EncodeSettings(codec, crf=4, preset=preset)
    )
    after = decoded(tmp_path / f"out.{suffix}")
    assert probe(tmp_path / f"out.{suffix}").video.upright_size == size
    for was, now in zip(decoded(source), after, strict=True):
        edge = abs(was[0][-1].astype(int) - now[0][-1]).mean()
        side = abs(was[0][:, -1].astype(int) - now[0][:, -1]).mean()
        assert max(edge, side) < 6
    assert bool([n for n in writer.notes if n.code == "odd_size"]) == (codec in ("auto", "hevc")
                                                               and suffix == "mp4")  # fmt: skip


@pytest.mark.parametrize(
    ("fmt", "order"), [("yuv420p", "bb"), ("yuv420p10le", "tt"), ("yuvj420p", "tt")]
)
def test_interlaced_video_is_coded_as_such(tmp_path: Path, fmt: str, order: str) -> None:
    """With yuvj420p the reader copies its frames, and new frames have no field marks of their
    own."""
    source = make(tmp_path / "in.mkv", Clip(fmt=fmt, fields=order))
    assert probe(source).video.field_order == order
    writer = rewrite(source, tmp_path / "out.mp4")
    after = probe(tmp_path / "out.mp4").video
    assert (after.field_order, after.codec) == (order, "h264")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert {field_order_of(f) for f in container.decode(video=0)} == {order}
    assert [n.code for n in writer.notes] == ["not_played_everywhere"] * fmt.endswith("10le")


def test_a_picture_that_changes_size_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "in.h264").open("wb") as joined:
        for size in ((160, 96), (96, 160)):
            part = make(tmp_path / "part.h264", Clip(size=size))
            joined.write(part.read_bytes())
    with pytest.raises(UnsafeError, match=r"from 160x96 to 96x160 at .*, in frame 12") as told:
        list(Decode(probe(tmp_path / "in.h264")))
    assert "convert" in told.value.hint and "split" in told.value.hint


@pytest.mark.parametrize(("settings", "name", "reason"), [
    (EncodeSettings("vp8"), "out.mp4", "unknown codec"),
    (EncodeSettings("h264", crf=99), "out.mp4", "out of range"),
    (EncodeSettings("h264", preset="warp"), "out.mp4", "unknown preset"),
    (EncodeSettings("ffv1"), "out.mp4", "cannot contain"),
    (EncodeSettings("ffv1", crf=3), "out.mkv", "lossless"),
    (EncodeSettings("h264"), "out.webm", "cannot contain"),
    (EncodeSettings("av1"), "out.mp4", "cannot keep"),
    (FAST, "out.avi", "cannot write"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_before_the_work(
    tmp_path: Path, settings: EncodeSettings, name: str, reason: str
) -> None:
    info = probe(make(tmp_path / "in.mp4", Clip(fmt="yuv444p", pts=range(2))))
    with pytest.raises(OutputError, match=reason) as caught:
        VideoWriter(tmp_path / name, info, settings)
    assert caught.value.hint
