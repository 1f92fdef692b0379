"""What is compared in finished files: every frame, luma and chroma."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.auditing import AuditResult, Check
from redact.auditing.mask_drawn import not_drawn, shows_source
from redact.auditing.outside_masks import OutsideMasks, drawn_around
from redact.auditing.planes import Both
from redact.auditing.redrawn import Redrawn
from redact.media import Decode, VideoWriter, plane_array, probe
from redact.plan import Plan
from redact.render import Renderer, mask_of
from redact.settings import EncodeSettings, RenderSettings
from redact.types import Box, FindingKind, Frame, Region, State, Target

from .conftest import FRAMES, Clip

Spoil = Callable[[Frame, list[NDArray[np.uint8]]], None]
"""Changes a drawn frame, given the planes that it had before."""


def _spoilt(clip: Clip, plan: Plan, name: str, spoil: Spoil, at: range = range(FRAMES)) -> Path:
    path = clip.folder / name
    renderer = Renderer(RenderSettings())
    # Finely coded: of colour that shows for one frame a codec leaves little.
    with VideoWriter(path, clip.info, EncodeSettings(crf=10)) as writer:
        for frame in Decode(clip.info):
            before = [plane_array(frame.picture, n).copy() for n in range(3)]
            frame = renderer.draw(frame, plan.regions_at(frame.index))
            if frame.index in at:
                spoil(frame, before)
            writer.write(frame)
    return path


def _elsewhere(result: AuditResult) -> Check:
    return next(c for c in result.checks if c.name == "picture_elsewhere")


def _chroma_of_source(frame: Frame, before: list[NDArray[np.uint8]]) -> None:
    for n in (1, 2):
        plane_array(frame.picture, n)[...] = before[n]


def _grey(frame: Frame, before: list[NDArray[np.uint8]]) -> None:
    for n in (1, 2):
        plane_array(frame.picture, n)[...] = 128


def _spot(frame: Frame, before: list[NDArray[np.uint8]]) -> None:
    plane_array(frame.picture, 0)[288:304, 16:32] ^= 128


def test_chroma_left_under_a_mask_is_found_in_a_single_frame(clip: Clip) -> None:
    plan = clip.plan()
    output = _spoilt(clip, plan, "chroma.mp4", _chroma_of_source, range(17, 18))
    result = clip.audit(output, plan)
    found = [f for f in result.findings if f.kind is FindingKind.UNDRAWN]
    assert [(f.first, f.last, f.track) for f in found] == [(17, 17, 1)], result.in_words()


def test_a_picture_without_its_colours_is_a_change(clip: Clip) -> None:
    plan = clip.plan()
    check = _elsewhere(clip.audit(_spoilt(clip, plan, "grey.mp4", _grey), plan))
    assert not check.passed


def test_a_block_that_changed_between_two_whole_scans_is_found(clip: Clip) -> None:
    plan = clip.plan()
    output = _spoilt(clip, plan, "spot.mp4", _spot, range(13, 14))
    check = _elsewhere(clip.audit(output, plan))
    assert not check.passed and check.detail.endswith("blocks changed in 1 frame from 13")


@pytest.mark.parametrize(
    ("form", "size"),
    [
        ("yuv420p", (127, 95)),
        ("yuv422p", (128, 96)),
        ("yuv444p", (128, 96)),
        ("yuv411p", (128, 96)),
        ("yuv420p10le", (127, 95)),
        ("yuv422p10le", (128, 96)),
        ("gray", (128, 96)),
        ("gray10le", (128, 96)),
        ("bgr0", (128, 96)),
        ("gbrp10le", (128, 96)),
    ],
)
def test_clean_outputs_pass_whatever_the_format(
    form: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """The output's pixel format differs if the encoder cannot write the source's."""
    source, output = tmp_path / "source.mkv", tmp_path / "output.mp4"
    _write_lossless(source, form, size)
    info = probe(source)
    region = Region(1, Target.FACE, Box(30, 20, 70, 70), State.DETECTED)
    renderer = Renderer(RenderSettings())
    with VideoWriter(output, info, EncodeSettings()) as writer:
        for frame in Decode(info):
            writer.write(renderer.draw(frame, [region]))
    elsewhere, drawn = OutsideMasks(), Redrawn(RenderSettings())
    core = mask_of([region], *size, RenderSettings().margin).view(np.uint8)
    for frame, shown in zip(Decode(info), Decode(probe(output)), strict=True):
        both = Both.of(frame, shown)
        elsewhere.see(frame.index, both, drawn_around(core))
        assert shows_source(*both.luma, region).telling >= 4
        assert not not_drawn(both, region)
        assert not_drawn(Both.of(frame, frame), region)
        wanted, bare = (drawn.wanted(frame, found, [region]) for found in (shown, frame))
        assert wanted is not None and drawn.bare(both, wanted, [region]) == []
        assert bare is not None and drawn.bare(Both.of(frame, frame), bare, [region]) == [region]
    check = elsewhere.check()
    assert check.passed, check.detail
    assert "chroma" in check.detail


def _write_lossless(path: Path, form: str, size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(0)
    rgb = rng.integers(30, 220, (height // 6, width // 6, 3), np.uint8)
    rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, form
        for n in range(3):
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=form)
            frame.pts, frame.time_base = n, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
