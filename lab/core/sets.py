"""The labelled sets: labels, and where their clips are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.real.__main__ import SPLIT
from lab.real.labels import HOME, Labels, default_files, find_clips, read_labels
from lab.shared import shared_folder

NAMES = ("dev", "footage2", "footage3")
"""Sets that numbers are chosen on; `test` is read once, and so are `riders` and `floor`."""


@dataclass(frozen=True)
class LabelledSet:
    """A set: its labels, and the file of each clip at hand."""

    name: str
    labels: Labels
    clips: dict[str, Path]


def labelled_set(name: str) -> LabelledSet:
    """A set by its name: dev, test, or a folder of the shared footage, whose labels lie here as
    `labels_NAME.json` or in that folder."""
    shared = shared_folder()
    if name in ("dev", "test"):
        labels, folder = read_labels(default_files(shared), name, SPLIT), shared / "clips"
    else:
        folder = shared / name / "clips"
        ours = HOME / f"labels_{name}.json"
        labels = read_labels([ours if ours.is_file() else shared / name / "labels.json"])
    clips = find_clips(labels.clips(), [folder])
    frames = [frame for frame in labels.frames if frame.clip in clips]
    return LabelledSet(name, Labels(frames), clips)
