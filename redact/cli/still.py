"""`redact still`: one picture with a grid for reading coordinates."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError, UsageError
from ..files import make_private, private_folder, write_whole
from ..media import Decode, SourceInfo, probe
from ..plan import user_input
from ..render import writable
from ..types import Frame, clock
from ..words import problem, say
from . import options
from .app import PATH, command
from .terminal import Terminal

_STEPS = (10, 20, 25, 50, 100, 200, 250, 500, 1000)
"""Pixels between two lines, of which the first is taken that gives at most `_LINES`."""

_LINES = 12
"""Lines across the longer side, at most."""


@command
@options.source_argument
@click.option("--at", "moment", required=True)
@click.option("-o", "--output", type=PATH, required=True)
@options.force_option
def still(source: Path, moment: str, output: Path, force: bool) -> int:
    """`redact still`."""
    if output.suffix.lower() != ".png":
        raise problem(UsageError, "still_is_png", path=output)
    info = probe(source)
    frame, start = find_frame(info, moment)
    closed = private_folder(output.parent)
    final = closed / output.name
    when = clock(float(frame.time - start))
    rgb = np.asarray(frame.picture.to_ndarray(format="rgb24"), np.uint8)
    picture = gridded(rgb, f"f{frame.index}  {when}")
    done, data = cv2.imencode(".png", picture[:, :, ::-1])
    if not done:
        raise problem(OutputError, "still_too_large", path=final)
    make_private(closed)
    write_whole(final, data.tobytes(), force=force, never=(source,), mode=0o600)
    width, height = frame.size
    Terminal().say(
        say("still_made", path=final, frame=frame.index, at=when, width=width, height=height)
    )
    return 0


def find_frame(info: SourceInfo, text: str) -> tuple[Frame, Fraction]:
    """The frame that is on screen at a time, and the time of the first frame.

    Raises:
        UsageError: it is not a time, or there is no such frame.
    """
    number, seconds = user_input.parse_moment(text)
    start, found, passed = Fraction(0), None, False
    for frame in Decode(info):
        if frame.index == 0:
            start = frame.time
        if seconds is not None and frame.time - start > seconds:
            passed = True
            break
        found = frame
        if frame.index == number:
            break
    if found is None:
        raise problem(UsageError, "no_picture_at_all", text=text, name=info.path.name)
    if number is not None and found.index != number:
        name = info.path.name
        raise problem(UsageError, "no_such_picture", text=text, name=name, last=found.index)
    if seconds is not None and not passed and seconds > found.time - start:
        raise problem(
            UsageError,
            "still_after_end",
            text=text,
            name=info.path.name,
            time=clock(float(found.time - start)),
        )
    return found, start


def grid_step(width: int, height: int) -> int:
    """Pixels between two lines."""
    longer = max(width, height)
    return next((s for s in _STEPS if longer / s <= _LINES), longer)


def gridded(rgb: NDArray[np.uint8], words: str) -> NDArray[np.uint8]:
    """The picture (uint8 [H, W, 3]) in the corner of a larger one, with a grid over it, its
    coordinates in the margins, and a caption underneath."""
    height, width = rgb.shape[:2]
    step, left, top, below = grid_step(width, height), 46, 20, 28
    whole = np.full((height + top + below, max(width, 420) + left, 3), 24, np.uint8)
    inner = whole[top : top + height, left : left + width]
    inner[:] = rgb
    for x in range(0, width, step):
        _line(inner[:, x : x + 1])
        _words(whole, str(x), (left + x + 2, top - 6))
    for y in range(0, height, step):
        _line(inner[y : y + 1])
        _words(whole, str(y), (4, top + y + 10))
    _words(whole, f"{words}  {writable(say('notice'))}", (left, top + height + 19))
    return whole


def _line(pixels: NDArray[np.uint8]) -> None:
    """Light where the picture is dark and dark where it is light, so that it shows everywhere."""
    light = pixels.mean(axis=2, keepdims=True) > 127
    pixels[:] = np.where(light, pixels // 2, 255 - (255 - pixels) // 2)


def _words(picture: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (235, 235, 235), 1, cv2.LINE_AA)
