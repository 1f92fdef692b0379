"""A stamp is in every picture, is readable, and never touches a mask."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from redact.errors import UsageError
from redact.render import Renderer, drawn_area_of, require_room, stamp_box
from redact.settings import Corner, RenderSettings, Stamp
from redact.types import Box, Frame, Region, State, Target

from .pictures import planes

TEXT = "redacted copy, case 24-117"


def grey(width: int, height: int, form: str = "yuv420p") -> Frame:
    rgb = np.full((height, width, 3), 90, np.uint8)
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=form)
    return Frame(0, 0, Fraction(1, 25), picture)


def region(x1: float, y1: float, x2: float, y2: float) -> Region:
    return Region(1, Target.PLATE, Box(x1, y1, x2, y2), State.DETECTED)


@pytest.mark.parametrize("corner", Corner)
@pytest.mark.parametrize("size", [(1920, 1080), (480, 270), (240, 320), (176, 144)])
def test_it_is_in_its_corner_of_every_picture(corner: Corner, size: tuple[int, int]) -> None:
    width, height = size
    stamp = Stamp("copy 24-117", corner)
    renderer = Renderer(RenderSettings(stamp=stamp))
    before = planes(grey(*size).picture)[0].astype(int)
    for regions in ([], [region(width / 2 - 20, height / 2 - 8, width / 2 + 20, height / 2 + 8)]):
        drawn = planes(renderer.draw(grey(*size), regions).picture)[0].astype(int)
        x1, y1, x2, y2 = map(int, stamp_box(stamp, *size))
        assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height
        assert (x1 < width / 4) == (corner.value.endswith("left")) or x2 > 3 * width / 4
        assert (y1 < height / 4) == corner.value.startswith("top")
        part = drawn[y1:y2, x1:x2]
        # Bright letters with a dark edge: they are read on any ground.
        assert (part > 220).mean() > 0.1 and (part < 30).mean() > 0.1
        changed = drawn != before
        changed[y1:y2, x1:x2] = False
        area = drawn_area_of(regions, width, height, RenderSettings().margin)
        assert not (changed & ~area).any()
        assert y2 - y1 >= 9


def test_a_mask_in_the_corner_is_the_same_with_and_without_it() -> None:
    stamp, masks = Stamp(TEXT), [region(330, 240, 400, 300)]
    bare = Renderer(RenderSettings()).draw(grey(480, 270), masks)
    both = Renderer(RenderSettings(stamp=stamp)).draw(grey(480, 270), masks)
    luma, stamped = (planes(f.picture)[0] for f in (bare, both))
    area = drawn_area_of(masks, 480, 270, RenderSettings().margin)
    x1, y1, x2, y2 = map(int, stamp_box(stamp, 480, 270))
    assert area[y1:y2, x1:x2].any() and not area[y1:y2, x1:x2].all()
    assert (luma == stamped)[area].all()
    assert (luma != stamped)[~area].any()


@pytest.mark.parametrize("text", ["", "  ", "副本", "two\nlines"])
def test_characters_that_cannot_be_drawn_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="stamp"):
        Renderer(RenderSettings(stamp=Stamp(text)))


def test_a_stamp_too_small_to_read_is_refused() -> None:
    require_room(None, 8, 8)
    require_room(Stamp(TEXT), 480, 270)
    with pytest.raises(UsageError, match="could not be read") as refused:
        require_room(Stamp(TEXT), 100, 80)
    most = int(refused.value.hint.split("at most ")[1].split()[0])
    require_room(Stamp(TEXT[:most]), 100, 80)
