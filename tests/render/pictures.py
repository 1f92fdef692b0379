"""Random pictures and masks for the renderer's properties."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from redact.render import mask_of
from redact.types import Box, Frame, Region, Silhouette, State, Target

FORMATS = (  # all that `redact.media` gives
    "yuv420p",
    "yuv422p",
    "yuv444p",
    "gray",
    "yuv420p10le",
    "yuv422p10le",
    "yuv444p10le",
    "gray10le",
)


def planes(picture: av.VideoFrame) -> list[NDArray[np.uint16]]:
    """Copies of all planes, read in another way than the renderer's."""
    wide = picture.format.components[0].bits > 8
    found = []
    for plane in picture.planes:
        raw = bytes(plane)
        rows = np.frombuffer(raw, "<u2" if wide else np.uint8).reshape(plane.height, -1)
        found.append(rows[:, : plane.width].astype(np.uint16))
    return found


def store(picture: av.VideoFrame, arrays: list[NDArray[np.uint16]]) -> None:
    wide = picture.format.components[0].bits > 8
    for plane, array in zip(picture.planes, arrays, strict=True):
        kind = np.dtype("<u2" if wide else np.uint8)
        rows = np.zeros((plane.height, plane.line_size // kind.itemsize), kind)
        rows[:, : plane.width] = array
        plane.update(rows.tobytes())


def frame_of(
    arrays: list[NDArray[np.uint16]], width: int, height: int, form: str, index: int = 0
) -> Frame:
    picture = av.VideoFrame(width, height, form)
    picture.pts, picture.time_base = index, Fraction(1, 25)
    store(picture, arrays)
    return Frame(index, index, Fraction(1, 25), picture)


def noise(width: int, height: int, form: str, seed: int) -> list[NDArray[np.uint16]]:
    """Random samples of every plane: noise, flat, or extremes."""
    rng = np.random.default_rng(seed)
    blank = av.VideoFrame(width, height, form)
    top = (1 << blank.format.components[0].bits) - 1
    kind = rng.integers(3)
    found = []
    for plane in blank.planes:
        shape = plane.height, plane.width
        if kind == 0:
            array = rng.integers(0, top + 1, shape)
        elif kind == 1:
            array = np.full(shape, rng.integers(0, top + 1))
        else:
            array = rng.integers(0, 2, shape) * top
        found.append(array.astype(np.uint16))
    return found


def reached(mask: NDArray[np.bool_], picture: av.VideoFrame, plane: int) -> NDArray[np.bool_]:
    """Samples of a plane that were computed from pixels of a mask, one sample at a time.

    A chroma sample sees the pixels of its block and one more on each side, which covers left,
    centre and top left siting.
    """
    form = picture.format
    found = picture.planes[plane]
    if plane == 0:
        return mask
    sub_x, sub_y = 1024 // form.chroma_width(1024), 1024 // form.chroma_height(1024)
    if sub_x == sub_y == 1:
        return mask
    more_x, more_y = int(sub_x > 1), int(sub_y > 1)
    out = np.zeros((found.height, found.width), bool)
    for row in range(found.height):
        for column in range(found.width):
            y, x = row * sub_y, column * sub_x
            seen = mask[max(0, y - more_y) : y + sub_y + more_y,
                        max(0, x - more_x) : x + sub_x + more_x]  # fmt: skip
            out[row, column] = bool(seen.any())
    return out


@dataclass(frozen=True)
class Scene:
    """A picture's size and format, and what is hidden in it."""

    width: int
    height: int
    form: str
    regions: list[Region]
    margin: float
    seed: int

    @property
    def mask(self) -> NDArray[np.bool_]:
        return mask_of(self.regions, self.width, self.height, self.margin)

    def moved(self, step: int) -> Scene:
        """The same masks a little later."""
        regions = [region.moved(step, step / 2) for region in self.regions]
        return Scene(self.width, self.height, self.form, regions, self.margin, self.seed + step)

    def frame(self, inside: int | None = None, index: int = 0) -> Frame:
        """The picture; with `inside`, everything under the masks is replaced, from that seed."""
        arrays = noise(self.width, self.height, self.form, self.seed)
        if inside is not None:
            blank = av.VideoFrame(self.width, self.height, self.form)
            other = noise(self.width, self.height, self.form, inside)
            for plane, array in enumerate(arrays):
                where = reached(self.mask, blank, plane)
                array[where] = other[plane][where]
        return frame_of(arrays, self.width, self.height, self.form, index)


silhouettes = st.none() | st.binary(min_size=100, max_size=100).filter(any).map(Silhouette)
"""Of people, any cells, apart or not; or the box."""


@st.composite
def regions(draw: st.DrawFn, width: int, height: int) -> list[Region]:
    """Up to four regions anywhere near the picture, any size, overlapping or not."""
    found = []
    for track in range(draw(st.integers(1, 4))):
        x = draw(st.floats(-width / 2, 1.4 * width))
        y = draw(st.floats(-height / 2, 1.4 * height))
        w = draw(st.floats(0, 0.8 * width))
        h = draw(st.floats(0, 0.8 * height))
        target = draw(st.sampled_from(list(Target)))
        state = draw(st.sampled_from(list(State)))
        shape = draw(silhouettes) if target is Target.PERSON else None
        box = Box(x, y, x + w, y + h)
        # Somebody who is shown, in front or behind, beside it or far away.
        away = st.tuples(st.floats(-1, 1), st.floats(-1, 1))
        shown = draw(st.lists(away, max_size=2)) if draw(st.booleans()) else []
        spared = tuple(box.moved(across * w, down * h) for across, down in shown)
        found.append(Region(track, target, box, state, shape, spared))
    return found


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any small scene, odd sizes included."""
    width, height = draw(st.integers(2, 72)), draw(st.integers(2, 60))
    form = draw(st.sampled_from(FORMATS))
    margin = draw(st.sampled_from([0.0, 0.15, 0.4]))
    seed = draw(st.integers(0, 2**20))
    return Scene(width, height, form, draw(regions(width, height)), margin, seed)


@st.composite
def crowded_scenes(draw: st.DrawFn) -> Scene:
    """Large scenes whose masks leave so little that the fill looks at the whole frame, sparsely.

    That takes a grid of more than 256 samples along one side (`fill.Surroundings`), and either
    one mask over nearly everything or many that leave gaps here and there.
    """
    full, halved = ("yuv444p", "gray10le"), ("yuv422p", "yuv420p10le")
    form = draw(st.sampled_from(full + halved))
    long = draw(st.integers(258, 560)) if form in full else 2 * draw(st.integers(258, 340))
    short = draw(st.integers(60, 200 if long < 400 else 90))
    upright = form in full and draw(st.booleans())
    width, height = (short, long) if upright else (long, short)
    # A face's mask is an ellipse and leaves the corners of its box open.
    target = draw(st.sampled_from([t for t in Target if not t.spec.round]))
    if draw(st.booleans()):
        edge = draw(st.floats(1, 12))  # of the long side
        box = Box(0 if upright else edge, edge if upright else 0, width, height)
        found = [Region(0, target, box, State.DETECTED)]
    else:
        side = draw(st.floats(24, 60))
        found = [
            Region(track, target, Box(x, y, x + 1.2 * side, y + 1.2 * side), State.DETECTED)
            for track, (y, x) in enumerate(
                (row * side, column * side)
                for row in range(int(height // side) + 1)
                for column in range(int(width // side) + 1)
            )
        ]
        if len(found) > 2:
            del found[draw(st.integers(0, len(found) - 1))]
    return Scene(width, height, form, found, 0.0, draw(st.integers(0, 2**20)))
