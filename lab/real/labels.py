"""Frames of real clips that people labelled, and the halves into which the clips are split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from redact.types import Target, widened

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the decoded, upright picture."""
IGNORED = ("pictured", "ignore", "plates_unreadable")
"""Keys of a label file for objects that count neither as misses nor as false positives."""
HOME = Path(__file__).parent
HALVES = ("dev", "test")


@dataclass(frozen=True)
class LabelledFrame:
    """One picture with everything in it labelled.

    Attributes:
        clip: name of the file; frame: decoded pictures from 0.
        size: width and height of the labelled picture, None if unknown.
        faces, plates: must be hidden.
        dups: further boxes of detectors on the same faces.
        heads: whether they are hidden does not count.
        ignored: likewise: faces on posters and screens, people too small or too many to be told
            apart, plates without legible characters.
        osd: burnt-in text that a detector once took for a face or plate; must stay.
        osd_all: all burnt-in text of the picture, if it was labelled.
        whole_heads: for `--targets heads`, heads of faces: a mask on the hair is not stray.
    """

    clip: str
    frame: int
    faces: tuple[Box, ...] = ()
    plates: tuple[Box, ...] = ()
    dups: tuple[Box, ...] = ()
    heads: tuple[Box, ...] = ()
    ignored: tuple[Box, ...] = ()
    osd: tuple[Box, ...] = ()
    osd_all: tuple[Box, ...] = ()
    whole_heads: tuple[Box, ...] = ()
    size: tuple[int, int] | None = None

    def targets(self) -> list[tuple[str, Box]]:
        """Everything that must be hidden."""
        return [("face", b) for b in self.faces] + [("plate", b) for b in self.plates]

    @property
    def known(self) -> tuple[Box, ...]:
        """Every box near which a mask is not stray."""
        return self.faces + self.dups + self.heads + self.plates + self.ignored


@dataclass
class LabelledTrack:
    """One face or plate over a stretch of a clip: boxes by frame."""

    clip: str
    id: str
    target: str
    boxes: dict[int, Box] = field(default_factory=dict)


@dataclass
class Labels:
    """All that is judged in one run."""

    frames: list[LabelledFrame] = field(default_factory=list)
    tracks: list[LabelledTrack] = field(default_factory=list)

    def clips(self) -> list[str]:
        """Names of the clips with labels, in order."""
        return sorted({f.clip for f in self.frames} | {t.clip for t in self.tracks})

    def of(self, clip: str) -> Labels:
        """The labels of one clip."""
        mine = [t for t in self.tracks if t.clip == clip]
        return Labels([f for f in self.frames if f.clip == clip], mine)

    def sized(self, size: tuple[int, int] | None) -> Labels:
        """Without frames that were labelled at another size: a file may hold two videos, of which
        only one is redacted."""
        fitting = [f for f in self.frames if None in (f.size, size) or f.size == size]
        return Labels(fitting, self.tracks)

    def with_whole_heads(self) -> Labels:
        """The labels as they are judged if heads are hidden."""
        frames = [replace(f, whole_heads=_heads_of(f.faces)) for f in self.frames]
        return Labels(frames, self.tracks)

    def wanted(self) -> set[int]:
        """Frames whose pictures are needed."""
        tracked = (n for t in self.tracks for n in t.boxes)
        return {f.frame for f in self.frames} | set(tracked)


def _heads_of(faces: tuple[Box, ...]) -> tuple[Box, ...]:
    """The head around each face."""
    heads = widened(np.array(faces, np.float64).reshape(-1, 4), Target.FACE)
    return tuple(tuple(box) for box in heads.tolist())


def _boxes(row: dict[str, Any], name: str) -> tuple[Box, ...]:
    return tuple(tuple(map(float, b)) for b in row.get(name) or ())  # type: ignore[misc]


def read_labels(
    files: Sequence[Path], half: str | None = None, split: Path | None = None
) -> Labels:
    """Labels of one half, or of all.

    A clip belongs to the half given by `split`; if it is not in there, to that of its label file:
    `labels_test…` is test, any other is dev. A frame that several files label counts once, as in
    the first of them.

    Args:
        files: JSON lists in the format of `LABELS.md`.
        half: "dev", "test" or None for both.
        split: JSON with the clips of "dev" and "test"; None where there is none.
    """
    halves = _halves(split)
    found, seen = Labels(), set()
    tracks: dict[tuple[str, str, str], LabelledTrack] = {}
    for file in files:
        own = "test" if file.name.startswith("labels_test") else "dev"
        for row in json.loads(file.read_text()):
            clip = str(row["clip"])
            if half is not None and halves.get(clip, own) != half:
                continue
            for track in row.get("tracks") or ():
                key = (clip, str(track["id"]), str(track["target"]))
                boxes = {int(n): b for n, b in track["boxes"].items()}
                tracks.setdefault(key, LabelledTrack(*key)).boxes.update(boxes)
            if "frame" in row and (clip, row["frame"]) not in seen:
                seen.add((clip, row["frame"]))
                names = ("faces", "plates", "dups", "heads", "osd", "osd_all")
                boxes_of = {name: _boxes(row, name) for name in names}
                boxes_of["ignored"] = tuple(b for name in IGNORED for b in _boxes(row, name))
                size = (int(row["width"]), int(row["height"])) if "width" in row else None
                found.frames.append(LabelledFrame(clip, int(row["frame"]), **boxes_of, size=size))
    found.tracks = list(tracks.values())
    return found


def _halves(split: Path | None) -> dict[str, str]:
    """Half of every clip that the split names."""
    if split is None or not split.exists():
        return {}
    named = json.loads(split.read_text())
    return {clip: half for half in HALVES for clip in named[half]}


def default_files(shared: Path) -> list[Path]:
    """The label files of the two halves in this folder, else the shared ones."""
    ours = [file for half in HALVES for file in sorted(HOME.glob(f"labels_{half}*.json"))]
    return ours or [shared / "real" / "labels.json"]


def find_clips(names: Sequence[str], folders: Sequence[Path]) -> dict[str, Path]:
    """Where each clip is; a clip that no folder holds is left out."""
    found = {}
    for name in names:
        here = next((f / name for f in folders if (f / name).is_file()), None)
        if here is not None:
            found[name] = here
    return found
