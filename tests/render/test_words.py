"""Text and lines on a picture: their place and colour; they spoil nothing."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from redact.errors import UsageError
from redact.render import Renderer
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target
from redact.words import speaking

from .pictures import planes

GREY = 90


def plain(width: int, height: int, form: str) -> Frame:
    rgb = np.full((height, width, 3), GREY, np.uint8)
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=form)
    return Frame(0, 0, Fraction(1, 25), picture)


def test_a_label_names_a_kind_in_its_own_language() -> None:
    """Drawn again, it has the same words, whatever the language then is."""
    region = Region(7, Target.PLATE, Box(20, 60, 280, 140), State.DETECTED)
    drawn = {}
    for label in ("{target}", "{target:en}", "{target:fr}", "plate", "plaque"):
        with speaking("fr"):
            picture = Renderer(RenderSettings(label=label)).draw(
                plain(300, 200, "yuv420p"), [region]
            )
        drawn[label] = planes(picture.picture)[0].tobytes()
    assert drawn["{target:fr}"] == drawn["plaque"] != drawn["plate"]
    assert drawn["{target}"] == drawn["{target:en}"] == drawn["plate"]
    for label in ("{target:de}", "{track:fr}", "{target!r}", "{target:>9}"):
        with pytest.raises(UsageError, match="unknown"):
            Renderer(RenderSettings(label=label))


@pytest.mark.parametrize("rgb", [(256, 0, 0), (0, -1, 0), (0, 0, 999), (1, 2), (1, 2, 3, 4)])
def test_an_invalid_colour_is_refused(rgb: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="colour"):
        Renderer(RenderSettings(style=Style.SOLID, colour=rgb))  # type: ignore[arg-type]
