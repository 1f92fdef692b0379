"""What is to be hidden in a clip: exact boxes on every frame, and how they are stored.

Coordinates are those of the decoded picture, edges not pixel centres, as in `redact`; but
nothing here imports `redact`: the measure must not depend on the tool.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels; may reach over the border of the picture."""
Polygon = tuple[tuple[float, float], ...]
TARGETS = ("face", "plate")
VISIBLE = 0.5
"""Truth is claimed where at least this share of a box is inside the picture and unoccluded."""
SMALLEST = 10.0
"""Height, px, under which a face or plate is not claimed but ignored."""


@dataclass(frozen=True)
class Instance:
    """One face or plate in one frame.

    Attributes:
        box: the whole object, occluded and outside parts included.
        holes: opaque things in front of it; what they cover need not be hidden.
        outline: corners of a plate that is turned, clockwise from top left; () if upright.
    """

    box: Box
    holes: tuple[Polygon, ...] = ()
    outline: Polygon = ()

    @property
    def height(self) -> float:
        """Pixels; of a turned plate the length of its short side."""
        if self.outline:
            (ax, ay), (bx, by) = self.outline[0], self.outline[3]
            return float(np.hypot(bx - ax, by - ay))
        return self.box[3] - self.box[1]

    def region(self, target: str, width: int, height: int) -> NDArray[np.bool_]:
        """Pixels that must be hidden, [height, width].

        A face is the ellipse inscribed in its box (the corners show background), a plate is
        its whole box.
        """
        mask = np.zeros((height, width), np.uint8)
        x1, y1, x2, y2 = self.box
        if target == "face":
            centre = round((x1 + x2) * 8), round((y1 + y2) * 8)
            axes = round((x2 - x1) * 8), round((y2 - y1) * 8)
            cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1, cv2.LINE_8, 4)
        elif self.outline:
            cv2.fillPoly(mask, [np.round(np.array(self.outline)).astype(np.int32)], 1)
        else:
            mask[max(0, round(y1)) : max(0, round(y2)), max(0, round(x1)) : max(0, round(x2))] = 1
        for hole in self.holes:
            cv2.fillPoly(mask, [np.round(np.array(hole)).astype(np.int32)], 0)
        return mask.astype(bool)


@dataclass
class TruthTrack:
    """One object through the clip; frames without an instance claim nothing."""

    id: int
    target: str
    instances: dict[int, Instance] = field(default_factory=dict)
    key: str = ""
    """What the object is, where the clip was made by a script."""


@dataclass
class Truth:
    """Everything that is known about a clip.

    Attributes:
        kinds: what makes the clip hard ("pan", "crf45", …), for tables by kind.
        ignore: per frame, boxes that count neither as leak nor as over-redaction.
    """

    clip: str
    width: int
    height: int
    frames: int
    kinds: tuple[str, ...] = ()
    tracks: list[TruthTrack] = field(default_factory=list)
    ignore: dict[int, list[Box]] = field(default_factory=dict)

    def boxes_at(self, frame: int) -> list[Box]:
        return [t.instances[frame].box for t in self.tracks if frame in t.instances]

    def save(self, path: Path) -> None:
        def numbers(values: tuple[float, ...]) -> list[float]:
            return [round(float(v), 2) for v in values]

        tracks = [
            {
                "id": t.id,
                "target": t.target,
                "key": t.key,
                "instances": [
                    [
                        f,
                        numbers(i.box),
                        [[numbers(p) for p in h] for h in i.holes],
                        [numbers(p) for p in i.outline],
                    ]
                    for f, i in sorted(t.instances.items())
                ],
            }
            for t in self.tracks
        ]
        path.write_text(
            json.dumps(
                {
                    "clip": self.clip,
                    "width": self.width,
                    "height": self.height,
                    "frames": self.frames,
                    "kinds": list(self.kinds),
                    "tracks": tracks,
                    "ignore": {f: [numbers(b) for b in bs] for f, bs in self.ignore.items()},
                }
            )
        )

    @classmethod
    def load(cls, path: Path) -> Truth:
        raw = json.loads(path.read_text())
        tracks = [
            TruthTrack(
                t["id"],
                t["target"],
                {
                    f: Instance(
                        tuple(box),
                        tuple(tuple(tuple(p) for p in h) for h in holes),
                        tuple(tuple(p) for p in outline),
                    )
                    for f, box, holes, outline in t["instances"]
                },
                t.get("key", ""),
            )
            for t in raw["tracks"]
        ]
        ignore = {int(f): [tuple(b) for b in bs] for f, bs in raw["ignore"].items()}
        return cls(
            raw["clip"],
            raw["width"],
            raw["height"],
            raw["frames"],
            tuple(raw["kinds"]),
            tracks,
            ignore,
        )


def visible_share(box: Box, width: int, height: int, holes: tuple[Polygon, ...] = ()) -> float:
    """Share of a box that is inside the picture and not behind a hole, 0 to 1."""
    x1, y1, x2, y2 = box
    whole = (x2 - x1) * (y2 - y1)
    inside = max(0.0, min(x2, width) - max(x1, 0)) * max(0.0, min(y2, height) - max(y1, 0))
    if whole <= 0 or inside <= 0:
        return 0.0
    if not holes:
        return inside / whole
    left, top = int(max(0, x1)), int(max(0, y1))
    right, bottom = int(np.ceil(min(width, x2))), int(np.ceil(min(height, y2)))
    mask = np.ones((max(1, bottom - top), max(1, right - left)), np.uint8)
    for hole in holes:
        points = np.round(np.array(hole) - (left, top)).astype(np.int32)
        cv2.fillPoly(mask, [points], 0)
    return inside / whole * float(mask.mean())
