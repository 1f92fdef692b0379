"""The clips of the benchmark: a list of what is filmed, how, and in what light.

Each clip draws its stills from its own place in a shuffled deck, so that adding a clip at the
end changes none before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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

DEAL = 8
"""Shuffles the deck of the fixed catalogue."""


@dataclass(frozen=True)
class Spec:
    """One clip.

    Attributes:
        target: what is filmed.
        number: place in the deck of stills.
        make: builds the scene.
        crf: of the source's own encoding; 20 is what phones write, 45 a messenger's worst.
        heights: of the targets in the still, px.
        deal: seed by which the deck of stills is shuffled.
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
    deal: int = DEAL

    def describe(self) -> list[object]:
        """All parameters that determine the clip's pictures, in a form that can be hashed."""
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
            *([self.deal] if self.deal != DEAL else []),
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

    def counts(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return ("face", self.faces), ("plate", self.plates)


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
LOOSE = ("mik1i_facedet", "macwin_mask")
"""Stills (starts of names) whose face boxes contain the hair; visible hair is no leaked face."""
SMOKE = ("face-pan-1", "face-pillars-1", "face-crossing-1", "plate-pan-1", "plate-zoom-in-1")


def specs() -> list[Spec]:
    """The fixed catalogue, in order; libraries differ only in the pictures."""
    found: list[Spec] = []
    count: dict[str, int] = {}
    decks = {"face": 0, "plate": 0}
    for row in ROWS:
        for target, many in row.counts():
            for _ in range(many):
                spec = _spec(row, target, decks[target], DEAL)
                count[spec.name] = count.get(spec.name, 0) + 1
                found.append(replace(spec, name=f"{spec.name}-{count[spec.name]}"))
                decks[target] += 1
    return found


def moved(many: int, seed: int) -> list[Spec]:
    """Fresh clips: rows drawn as often as the catalogue has them, stills dealt anew.

    Nobody has seen what a new seed shows, so a number that was fitted to the fixed clips is found
    out here.
    """
    drawn = np.random.default_rng([seed, many])
    choices = [(row, t) for row in ROWS for t, n in row.counts() for _ in range(n)]
    decks = {"face": 0, "plate": 0}
    found = []
    for n in range(many):
        row, target = choices[int(drawn.integers(len(choices)))]
        spec = _spec(row, target, decks[target], 1000 + seed)
        found.append(replace(spec, name=f"moved{seed}-{n + 1:03d}-{spec.name}"))
        decks[target] += 1
    return found


def _spec(row: _Line, target: str, number: int, deal: int) -> Spec:
    """A clip of a row of the catalogue, its name without a number."""
    word = row.make.__name__.replace("_", "-")
    return Spec(
        "-".join(w for w in (target, word, row.word) if w),
        target,
        number,
        row.make,
        tuple(w for w in (word, row.word) if w),
        row.size,
        row.fps,
        2.0,
        row.crf,
        row.light,
        row.heights or DEFAULT_HEIGHTS[target],
        row.least,
        deal,
    )


def deck(spec: Spec, library: Library) -> Callable[[int], str]:
    """The stills that fit a clip, shuffled the same way for all; takes how many places on.

    Raises:
        ValueError: if the library has none.
    """
    fitting = library.names(spec.target, 640, *spec.heights, spec.least)
    names = [n for n in fitting if not n.startswith(LOOSE)]
    if not names:
        raise ValueError(f"{spec.name}: no still of '{library.name}' fits")
    order = np.random.default_rng(spec.deal).permutation(len(names))
    return lambda step: names[int(order[(spec.number + 37 * step) % len(names)])]
