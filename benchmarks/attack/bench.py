"""Runs the attacks and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from redact.types import Target

from .attackers import ATTACKERS, Features, Hits, Labels, hits, learned, nearest
from .faces import Studio, View
from .plates import numbers
from .plates import view as plate_view
from .redactions import GROWN, REDACTIONS, Redaction

CROP = 0.35
"""How far around the box the attacker looks: also at the rim of the mask."""

LOOK = {Target.FACE: (24, 30), Target.PLATE: (72, 18)}
"""Width and height in pixels at which the attacker compares pictures."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is tried.

    Attributes:
        known, unknown: views of every identity for training and for the test.
        tracks: tracks of every identity in training, and in the test, of the temporal attack.
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


def look(view: View, redaction: Redaction, target: Target) -> Features:
    """What the attacker sees: the redacted picture, registered on the mask, as a vector."""
    drawn = redaction(view.picture, view.box, target)
    box = view.box.grown(GROWN if target is Target.FACE else CROP)
    width, height = LOOK[target]
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
    redactions: Mapping[str, Redaction] = REDACTIONS,
) -> tuple[int, dict[str, Row]]:
    """Re-identification from single pictures. Number of identities, and hits."""
    studio = Studio(stills, identities, seed=11)
    count = len(studio.faces)
    known = [(who, studio.view(who)) for who in range(count) for _ in range(sizes.known)]
    unknown = [(who, studio.view(who)) for who in range(count) for _ in range(sizes.unknown)]
    rows = {}
    for name, redaction in redactions.items():
        a, names = _looks(known, redaction, Target.FACE)
        b, true = _looks(unknown, redaction, Target.FACE)
        rows[name] = {way: hits(attack(a, names, b), true) for way, attack in ATTACKERS.items()}
    return count, rows


def tracks(stills: Path | None, identities: int, sizes: Sizes) -> tuple[int, dict[str, Row]]:
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
    rows = {}
    for name, redaction in REDACTIONS.items():
        seen = np.array([[look(v, redaction, Target.FACE) for v in clip] for _, clip in clips])
        row = {}
        for way, pictures in (("one frame", seen[:, 0]), ("whole track", seen.mean(axis=1))):
            found = learned(pictures[training], names[training], pictures[~training])
            row[way] = hits(found, names[~training])
        rows[name] = row
    return count, rows


def plates(sizes: Sizes) -> tuple[int, dict[str, Row]]:
    """Template matching: the attacker redacts every number on the list in the same way."""
    studio = Studio(None, 1, seed=13)
    random = np.random.default_rng(13)
    listed = numbers(sizes.plates, seed=13)
    ways = range(4)
    known = [(i, plate_view(n, studio, random)) for i, n in enumerate(listed) for _ in ways]
    unknown = [(i, plate_view(n, studio, random)) for i, n in enumerate(listed) for _ in range(3)]
    rows = {}
    for name, redaction in REDACTIONS.items():
        a, names = _looks(known, redaction, Target.PLATE)
        b, true = _looks(unknown, redaction, Target.PLATE)
        templates = a.reshape(len(listed), len(ways), -1).mean(axis=1)
        found = nearest(templates, np.arange(len(listed)), b)
        rows[name] = {"templates": hits(found, true), "learned": hits(learned(a, names, b), true)}
    return len(listed), rows


def _looks(
    views: Iterable[tuple[int, View]], redaction: Redaction, target: Target
) -> tuple[Features, Labels]:
    pairs = [(look(view, redaction, target), who) for who, view in views]
    return np.array([seen for seen, _ in pairs]), np.array([who for _, who in pairs])
