"""The clips of the benchmark: a list of what is filmed, how, and in what light.

Each clip draws its stills from its own place in a shuffled deck, so that adding a clip at the
end changes none before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .effects import DAY, DUSK, FADE, FLASH, NIGHT, Light
from .makers import (
    Maker,
    approach,
    border,
    crossing,
    cuts,
    dissolves,
    drive_by,
    pan,
    pillars,
    rotate,
    shake,
    street,
    turning,
    walk_up,
    whip,
    zoom_in,
    zoom_out,
)
from .stills import Library

WIDE, SD, HD = (640, 352), (848, 480), (1280, 720)
"""Multiples of 16: some tools stretch pictures to that, and a stretched picture is all changed."""


@dataclass(frozen=True)
class Spec:
    """One clip.

    Attributes:
        target: what is filmed.
        number: place in the deck of stills.
        make: builds the scene.
        crf: of the source's own encoding; 20 is what phones write, 45 a messenger's worst.
        heights: of the targets in the still, px.
    """

    name: str
    target: str
    number: int
    make: Maker
    kinds: tuple[str, ...]
    size: tuple[int, int] = WIDE
    fps: float | str = 24
    seconds: float = 2.0
    crf: int = 20
    light: Light = DAY
    heights: tuple[float, float] = (20.0, 190.0)
    least: int = 1

    def describe(self) -> list[object]:
        """Everything that decides what the clip looks like, in a form that can be hashed."""
        return [
            self.name,
            self.target,
            self.number,
            self.make.__name__,
            self.kinds,
            self.size,
            self.fps,
            self.seconds,
            self.crf,
            repr(self.light),
            self.heights,
            self.least,
        ]


@dataclass(frozen=True)
class _Line:
    """A row of the catalogue: how many clips of a maker, and what differs from the default."""

    make: Maker
    faces: int
    plates: int
    word: str = ""
    size: tuple[int, int] = WIDE
    fps: float | str = 24
    crf: int = 20
    light: Light = DAY
    least: int = 1
    heights: tuple[float, float] | None = None


ROWS: tuple[_Line, ...] = (
    _Line(pan, 2, 2),
    _Line(pan, 2, 0, "crowd", size=SD, least=6, heights=(14.0, 60.0)),
    _Line(zoom_in, 1, 2),
    _Line(zoom_out, 2, 1),
    _Line(shake, 2, 1),
    _Line(rotate, 2, 2),
    _Line(walk_up, 2, 2),
    _Line(whip, 2, 2),
    _Line(border, 3, 2),
    _Line(pillars, 3, 1),
    _Line(shake, 2, 1, "night", light=NIGHT),
    _Line(pan, 1, 1, "dusk", light=DUSK),
    _Line(pan, 1, 1, "crf35", crf=35),
    _Line(walk_up, 1, 1, "crf45", crf=45),
    _Line(zoom_in, 1, 0, "crf45", crf=45),
    _Line(cuts, 2, 1),
    _Line(dissolves, 2, 1),
    _Line(shake, 1, 0, "flash", light=FLASH),
    _Line(pan, 1, 0, "fade", light=FADE),
    _Line(pan, 1, 1, "fps60", fps=60),
    _Line(walk_up, 1, 1, "fps30", fps=30),
    _Line(walk_up, 1, 1, "vfr", fps="vfr"),
    _Line(zoom_out, 1, 1, "hd", size=HD),
    _Line(crossing, 3, 0),
    _Line(crossing, 1, 0, "night", light=NIGHT),
    _Line(turning, 2, 0),
    _Line(approach, 1, 1),
    _Line(street, 2, 0),
    _Line(drive_by, 0, 2),
)
DEFAULT_HEIGHTS = {"face": (20.0, 190.0), "plate": (12.0, 110.0)}
LOOSE = ("mik1i_facedet", "macwin_mask__1540810914-DkKevCnwmu")
"""Stills (starts of names) whose face boxes contain the hair, which is no leaked face."""
SMOKE = ("face-pan-1", "face-pillars-1", "face-crossing-1", "plate-pan-1", "plate-zoom-in-1")


def specs(library: Library) -> list[Spec]:
    """All clips, in order. They differ between libraries only in the pictures."""
    del library
    found: list[Spec] = []
    count: dict[str, int] = {}
    decks = {"face": 0, "plate": 0}
    for row in ROWS:
        word = row.make.__name__.replace("_", "-")
        for target, many in (("face", row.faces), ("plate", row.plates)):
            for _ in range(many):
                stem = "-".join(w for w in (target, word, row.word) if w)
                count[stem] = count.get(stem, 0) + 1
                kinds = tuple(w for w in (word, row.word) if w)
                found.append(
                    Spec(
                        f"{stem}-{count[stem]}",
                        target,
                        decks[target],
                        row.make,
                        kinds,
                        row.size,
                        row.fps,
                        2.0,
                        row.crf,
                        row.light,
                        row.heights or DEFAULT_HEIGHTS[target],
                        row.least,
                    )
                )
                decks[target] += 1
    return found


def deck(spec: Spec, library: Library) -> Callable[[int], str]:
    """The stills that fit a clip, shuffled the same way for all; takes how many places on."""
    names = library.names(spec.target, 640, *spec.heights, spec.least)
    order = np.random.default_rng(8).permutation(len(names))

    def draw(step: int) -> str:
        place = spec.number + 37 * step
        while True:
            name = names[int(order[place % len(names)])]
            if not name.startswith(LOOSE):
                return name
            place += 11

    return draw
