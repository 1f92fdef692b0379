"""Runs the attacks and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from redact.render import rim_of
from redact.types import Box, Target

from .attackers import ATTACKERS, Features, Hits, Labels, hits, learned, nearest
from .faces import Picture, Studio, View
from .plates import numbers
from .plates import view as plate_view
from .redactions import GROWN, REDACTIONS, Redaction, Start


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the picture that the attacker uses, registered on the box.

    Attributes:
        grown: growth of the box on every side, share of its size.
        more: pixels more on every side.
        sizes: width and height in pixels at which pictures are compared.
    """

    grown: float
    more: int
    sizes: Mapping[Target, tuple[int, int]]


INSIDE = Window(GROWN, 0, {Target.FACE: (24, 30), Target.PLATE: (72, 18)})
"""The box with its margin, which lies inside the mask: almost nothing else is in it."""

CROP = 0.29
"""How far a mask's core reaches over the box on every side, share of its size: the margin, and
the bulge of a shape that passes through the corners of the margin box."""

ALL = Window(CROP, rim_of(), {Target.FACE: (32, 40), Target.PLATE: (72, 24)})
"""Everything that is drawn: the core, the soft edge, and the rim that loses its colour."""

RIM_TOO = "rim too"
"""Column of the learned attacker (on tracks, of the one on whole tracks) that uses `ALL`. It must
cope with pixels of the background, so it is shown besides the one that uses `INSIDE`."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of the experiment.

    Attributes:
        known, unknown: views of every identity for training and for the test.
        tracks: tracks of every identity for training, and for the test, of the temporal attack.
        frames: of a track.
        moving: identities in the temporal attack.
        plates: numbers on the attacker's list.
    """

    known: int = 14
    unknown: int = 6
    tracks: int = 3
    frames: int = 16
    moving: int = 30
    plates: int = 200


Row = dict[str, Hits]

Seen = tuple[Features, Features]
"""Content of `INSIDE` and of `ALL`: a vector for one picture, or one row for each of many."""


def look(view: View, redaction: Redaction, target: Target) -> Seen:
    """What the attacker sees of one picture after redaction."""
    drawn = redaction(view.picture, view.box, target)
    inside, everything = (_through(window, drawn, view.box, target) for window in (INSIDE, ALL))
    return inside, everything


def _through(window: Window, drawn: Picture, box: Box, target: Target) -> Features:
    """A window of a picture as a vector."""
    grown, more = box.grown(window.grown), window.more
    box = Box(grown.x1 - more, grown.y1 - more, grown.x2 + more, grown.y2 + more)
    width, height = window.sizes[target]
    matrix = np.array([[box.width / width, 0, box.x1], [0, box.height / height, box.y1]])
    # Averaged down rather than sampled: an attacker wants less noise.
    smooth = cv2.blur(drawn, (max(1, int(box.width / width)), max(1, int(box.height / height))))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(smooth, matrix, (width, height), flags=flags)
    return np.asarray(seen, np.float32).ravel()


def faces(
    stills: Path | None,
    identities: int,
    sizes: Sizes,
    redactions: Mapping[str, Start] = REDACTIONS,
) -> tuple[int, dict[str, Row]]:
    """Re-identification from single pictures: number of identities, and hits."""
    studio = Studio(stills, identities, seed=11)
    count = len(studio.faces)
    known = [(who, studio.view(who)) for who in range(count) for _ in range(sizes.known)]
    unknown = [(who, studio.view(who)) for who in range(count) for _ in range(sizes.unknown)]
    rows: dict[str, Row] = {}
    for name, start in redactions.items():
        (a, a_all), names = _looks(known, start, Target.FACE)
        (b, b_all), true = _looks(unknown, start, Target.FACE)
        rows[name] = {way: hits(attack(a, names, b), true) for way, attack in ATTACKERS.items()}
        rows[name][RIM_TOO] = hits(learned(a_all, names, b_all), true)
    return count, rows


def tracks(
    stills: Path | None,
    identities: int,
    sizes: Sizes,
    redactions: Mapping[str, Start] = REDACTIONS,
) -> tuple[int, dict[str, Row]]:
    """Re-identification from single frames and from the registered mean of whole tracks."""
    studio = Studio(stills, min(identities, sizes.moving), seed=12)
    count = len(studio.faces)
    clips = [
        (who, studio.track(who, sizes.frames))
        for who in range(count)
        for _ in range(2 * sizes.tracks)
    ]
    names = np.array([who for who, _ in clips])
    training = np.arange(len(clips)) % 2 == 0
    rows: dict[str, Row] = {}
    for name, start in redactions.items():
        seen, seen_all = _stacked([_looks_at_clip(clip, start()) for _, clip in clips])
        rows[name] = {}
        for way, pictures in (
            ("one frame", seen[:, 0]),
            ("whole track", seen.mean(axis=1)),
            (RIM_TOO, seen_all.mean(axis=1)),
        ):
            found = learned(pictures[training], names[training], pictures[~training])
            rows[name][way] = hits(found, names[~training])
    return count, rows


def plates(
    sizes: Sizes, redactions: Mapping[str, Start] = REDACTIONS
) -> tuple[int, dict[str, Row]]:
    """Template matching: the attacker redacts every number on the list in the same way."""
    studio = Studio(None, 1, seed=13)
    random = np.random.default_rng(13)
    listed = numbers(sizes.plates, seed=13)
    ways = range(4)
    known = [(i, plate_view(n, studio, random)) for i, n in enumerate(listed) for _ in ways]
    unknown = [(i, plate_view(n, studio, random)) for i, n in enumerate(listed) for _ in range(3)]
    rows: dict[str, Row] = {}
    for name, start in redactions.items():
        (a, a_all), names = _looks(known, start, Target.PLATE)
        (b, b_all), true = _looks(unknown, start, Target.PLATE)
        templates = a.reshape(len(listed), len(ways), -1).mean(axis=1)
        found = nearest(templates, np.arange(len(listed)), b)
        rows[name] = {
            "templates": hits(found, true),
            "learned": hits(learned(a, names, b), true),
            RIM_TOO: hits(learned(a_all, names, b_all), true),
        }
    return len(listed), rows


def _looks_at_clip(clip: list[View], redaction: Redaction) -> Seen:
    """One row for each frame of a track, redacted in order as one clip."""
    return _stacked([look(view, redaction, Target.FACE) for view in clip])


def _looks(views: Iterable[tuple[int, View]], start: Start, target: Target) -> tuple[Seen, Labels]:
    """One row for each picture, each redacted as its own clip."""
    pairs = [(look(view, start(), target), who) for who, view in views]
    return _stacked([seen for seen, _ in pairs]), np.array([who for _, who in pairs])


def _stacked(seen: list[Seen]) -> Seen:
    return np.array([inside for inside, _ in seen]), np.array(
        [everything for _, everything in seen]
    )
