"""Readers of films and unlabelled pictures: pairs of frames without boxes, some with ignored areas.

Footage of cameras has no labels. `lab.training.teacher` detects the faces. Plates are taken as
absent where no vehicle is in the picture (`lab.training.prepare.PLATES_ABSENT`), so every plate
that the network detects there is a mistake to learn from.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2

from lab.training.readers import IMAGES, Labelled, Row

#: Clips of every scene (one camera or film) of the camera set; no scene is in the evaluation.
CAMERA_SCENES: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("camera_clips.json").read_text()
)
#: Scenes in the other half than the rest of their camera's footage (found by eye in contact
#: sheets): networks learn from the camera of fi084, fi096, fi104, fi105, fi143 or nofi009.
SAME_CAMERA = frozenset(
    {"fi089", "fi102", "fi142", "nofi006", "nofi014", "nofi015", "nofi026", "nofi108"}
)
#: Evaluation clips with the people or the room of films of `intel_previews` (found by eye). The
#: film of the room is left out now; two of its frames were used to train the shipped networks.
LIKE_INTEL_PREVIEWS = frozenset(
    {"intel_sample/again", "intel_sample/night", "intel_sample/walk"}
    | {"intel_sample/one-by-one-person-detection"}
)
#: Scenes with vehicles (found by eye), whose plates are unknown.
WITH_VEHICLES = frozenset(
    {"fi081", "fi084", "fi089", "fi127", "fi142", "fi143", "nofi006", "nofi008", "nofi009"}
    | {"nofi025", "nofi036", "nofi061", "nofi092", "nofi108", "nofi112", "nofi120", "nofi121"}
    | {"nofi130", "nofi146"}
)
#: Distance in frames between the two of a pair: so short that faces are in the same place.
PAIR = 2


def for_development(scene: str) -> bool:
    """True for the third of the camera scenes that is never trained on: thresholds are chosen
    there."""
    return zlib.crc32(scene.encode()) % 3 == 0


def trained_on(clip: str) -> bool:
    """Whether a set may show this clip, or another of its scene, to a network."""
    name = clip.replace("__", "/").rsplit(".", 1)[0]
    return name in LIKE_INTEL_PREVIEWS or any(
        name in clips and (not for_development(scene) or scene in SAME_CAMERA)
        for scene, clips in CAMERA_SCENES.items()
    )


def decoded(file: Path, every: int, folder: Path) -> Iterator[tuple[int, Path, tuple[int, int]]]:
    """Number, JPEG file and size of frames n and n + PAIR for every `every`-th n of a film."""
    film = cv2.VideoCapture(str(file))
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        good, frame = film.read()
        if not good:
            break
        # The first frames are left out, because some clips begin with a fade.
        if number >= PAIR and (number - PAIR) % every in (0, PAIR):
            target = folder / f"{file.stem}_f{number:05d}.jpg"
            cv2.imwrite(str(target), frame, [cv2.IMWRITE_JPEG_QUALITY, 95])
            yield number, target, (frame.shape[1], frame.shape[0])
        number += 1
    film.release()


def whole_picture(kind: str, size: tuple[int, int]) -> Row:
    """A row that ignores one target in the whole picture."""
    return (kind, 0.0, 0.0, float(size[0]), float(size[1]), True)


def films(pattern: str, every: int) -> Callable[[Path], Iterator[Labelled]]:
    """Reader of all films below a source's folder whose relative path matches `pattern`."""

    def read(raw: Path) -> Iterator[Labelled]:
        frames = raw.parent / f"{raw.name}_frames"
        for file in sorted(raw.rglob("*")):
            path = file.relative_to(raw).as_posix()
            if not file.is_file() or not re.search(pattern, path):
                continue
            base = re.sub(r"[^A-Za-z0-9]+", "-", path.rsplit(".", 1)[0])
            if file.suffix.lower() in IMAGES:
                yield Labelled(file, [], f"{base}{file.suffix}")
                continue
            for number, picture, _ in decoded(file, every, frames / base):
                yield Labelled(picture, [], f"{base}_f{number:05d}.jpg")

    return read


def camera_clips(raw: Path) -> Iterator[Labelled]:
    """The camera set without the scenes kept for development."""
    frames = raw.parent / f"{raw.name}_frames"
    for scene, clips in CAMERA_SCENES.items():
        if for_development(scene):
            continue
        for clip in clips:
            for number, picture, size in decoded(raw / f"{clip}.mp4", 22, frames):
                rows = [whole_picture("plate", size)] if scene in WITH_VEHICLES else []
                yield Labelled(picture, rows, f"{Path(clip).name}_f{number:05d}.jpg")


def pictures(folder: str, every: int) -> Callable[[Path], Iterator[Labelled]]:
    """Reader of every `every`-th picture of each folder below `folder`, without boxes."""

    def read(raw: Path) -> Iterator[Labelled]:
        by_folder: dict[Path, list[Path]] = {}
        for file in sorted((raw / folder).rglob("*")):
            if file.suffix.lower() in IMAGES:
                by_folder.setdefault(file.parent, []).append(file)
        for parent, files in by_folder.items():
            for file in files[::every]:
                yield Labelled(file, [], f"{parent.name}_{file.name}")

    return read


def roads_from_above(raw: Path) -> Iterator[Labelled]:
    """Traffic cameras. Vehicles are ignored, because one may show a plate of two pixels."""
    for split in ("train", "valid"):
        base = raw / "Vehicle_Detection_Image_Dataset" / split
        for file in sorted((base / "images").glob("*.jpg")):
            rows: list[Row] = []
            for line in (base / "labels" / f"{file.stem}.txt").read_text().splitlines():
                x, y, w, h = (float(v) for v in line.split()[1:5])
                rows.append(("plate", x - w / 2, y - h / 2, x + w / 2, y + h / 2, True))
            yield Labelled(file, rows, f"{split}_{file.name}", relative=True)


def webcam_faces(raw: Path) -> Iterator[Labelled]:
    """Every twelfth webcam picture of one face; the names of the persons are dropped."""
    for split in ("train", "valid", "test"):
        base = raw / "dataset" / split
        for file in sorted((base / "images").glob("*.jpg"))[::12]:
            rows: list[Row] = []
            for line in (base / "labels" / f"{file.stem}.txt").read_text().splitlines():
                x, y, w, h = (float(v) for v in line.split()[1:5])
                rows.append(("face", x - w / 2, y - h / 2, x + w / 2, y + h / 2, False))
            yield Labelled(file, rows, f"{split}_{file.name}", relative=True)


def one_copy(
    read: Callable[[Path], Iterator[Labelled]],
) -> Callable[[Path], Iterator[Labelled]]:
    """Reader of the first copy of each picture in an export with several (NAME.rf.HASH.jpg)."""

    def first(raw: Path) -> Iterator[Labelled]:
        seen: set[str] = set()
        for item in read(raw):
            original = item.file.name.split(".rf.")[0]
            if original not in seen:
                seen.add(original)
                yield item

    return first
