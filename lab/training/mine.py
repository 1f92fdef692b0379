"""For the verifier: crops of labelled objects and of what the detector takes for one.

    python -m lab.training.mine CACHE face-plate.int8.onnx CROPS

CACHE is what `lab.training.prepare` made. CROPS gets crops.bin, JPEGs one behind the other, and
index.json: [[offset, length, target, object, box width, box height, source, score], ...], target 0
face and 1 plate, object 1 or 0 (a mistake), the box's size relative to the side of the crop, which
is CONTEXT times the box's longer side and has the box in its middle, and how sure the detector is
of a mistake.

Burnt-in text is a mistake, too: clocks, camera names and captions are drawn into a copy of some
images (`lab.training.captions`), and every place of them that the detector takes for a plate, and
some that it does not, are kept under the source's name with "text" before it.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.reference import Reference
from lab.training.captions import burn_in
from lab.training.prepare import PLATES_ABSENT, overlap
from redact.detection.face_plate import PAD

CONTEXT = 6.2
LARGEST = 480  # pixels: three times what the verifier sees
LEAST_HEIGHT = (10.0, 6.0)
"""Pixels of the cached image from which an object is learnt, face and plate."""
LEAST_SCORE = 0.06
MISTAKES = 6
"""Most mistakes kept of one image, highest scores first."""
SURELY_FALSE = (0.36, 0.32)
"""Score up to which an unlabelled detection is a mistake, face and plate: most of the higher ones
are objects that the labels lack."""
PLATES_FALSE = 0.55
"""The same for plates in sets of people, who have none."""
TEXT_SHARE = 0.35
"""Share of the images of which a copy with burnt-in text is looked at."""
TEXT_UNSEEN = 0.12
"""How sure the detector is said to be of a text that it does not take for anything: a clock at
another size or a moment later is one that it does."""

Picture = NDArray[np.uint8]


class Crop(NamedTuple):
    """A crop as it is stored."""

    jpeg: bytes
    target: int
    real: int
    width: float
    height: float
    source: str
    score: float


def cut(rgb: Picture, box: list[float]) -> Picture | None:
    """Square of CONTEXT times the longer side around a box, grey beyond the picture."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    side = CONTEXT * max(box[2] - box[0], box[3] - box[1], 4.0)
    zoom = min(1.0, LARGEST / side)
    size = max(8, round(side * zoom))
    left, top = x - side / 2, y - side / 2
    x1, y1 = max(0, int(left)), max(0, int(top))
    x2, y2 = min(rgb.shape[1], int(left + side) + 1), min(rgb.shape[0], int(top + side) + 1)
    if x2 - x1 < 2 or y2 - y1 < 2:
        return None
    part = cv2.resize(
        rgb[y1:y2, x1:x2],
        (max(1, round((x2 - x1) * zoom)), max(1, round((y2 - y1) * zoom))),
        interpolation=cv2.INTER_AREA,
    )
    out = np.full((size, size, 3), PAD, np.uint8)
    ox, oy = max(0, round((x1 - left) * zoom)), max(0, round((y1 - top) * zoom))
    h, w = min(size - oy, part.shape[0]), min(size - ox, part.shape[1])
    if h < 1 or w < 1:
        return None
    out[oy : oy + h, ox : ox + w] = part[:h, :w]
    return out


def crop(
    rgb: Picture, target: int, box: list[float], source: str, score: float | None = None
) -> Iterator[Crop]:
    """The crop of an object, or of a mistake with that score, if it is in the picture."""
    picture = cut(rgb, box)
    if picture is not None:
        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 95])
        w, h = box[2] - box[0], box[3] - box[1]
        side = CONTEXT * max(w, h, 4.0)
        real = int(score is None)
        yield Crop(data.tobytes(), target, real, w / side, h / side, source, score or 0.0)


def turned(rows: list[list[float]], width: int) -> list[list[float]]:
    """Index rows of an image of that width in the image turned by `numpy.rot90`."""
    return [[r[0], r[2], width - r[3], r[4], width - r[1], r[5]] for r in rows]


def mistakes(
    look: Reference, rgb: Picture, rows: list[list[float]], entry: dict[str, Any]
) -> Iterator[Crop]:
    """What the detector sees where the labels have nothing of that kind."""
    boxes, scores, targets = look(rgb)
    kept: list[list[float]] = []
    for n in np.argsort(-scores):
        target, box = int(targets[n]), [float(v) for v in boxes[n]]
        among_people = target == 1 and entry["source"] in PLATES_ABSENT
        most = PLATES_FALSE if among_people else SURELY_FALSE[target]
        taken = [r[1:5] for r in rows if int(r[0]) == target] + kept
        low = box[3] - box[1] < LEAST_HEIGHT[target]
        if not entry["known"][target] or scores[n] > most or low:
            continue
        if len(kept) < MISTAKES and not any(overlap(box, have) > 0.25 for have in taken):
            kept.append(box)
            yield from crop(rgb, target, box, entry["source"], float(scores[n]))


def anywhere(
    rgb: Picture, rows: list[list[float]], entry: dict[str, Any], rng: np.random.Generator
) -> Iterator[Crop]:
    """One place that is no labelled object of either kind."""
    if not all(entry["known"]):
        return
    h, w = rgb.shape[:2]
    target = int(rng.integers(2))
    wide = float(np.exp(rng.uniform(np.log(12), np.log(max(16.0, 0.4 * w)))))
    tall = wide * (1.25 if target == 0 else float(rng.uniform(0.25, 0.6)))
    x, y = rng.uniform(0, max(1.0, w - wide)), rng.uniform(0, max(1.0, h - tall))
    box = [float(x), float(y), float(x) + wide, float(y) + tall]
    if not any(overlap(box, r[1:5]) > 0.1 for r in rows):
        yield from crop(rgb, target, box, entry["source"], 0.0)


def texts(
    look: Reference,
    rgb: Picture,
    rows: list[list[float]],
    source: str,
    rng: np.random.Generator,
) -> Iterator[Crop]:
    """Burnt-in text: what the detector takes for a plate, and the lines themselves."""
    drawn = rgb.copy()
    labelled = [r[1:5] for r in rows]
    areas = [[float(v) for v in a] for a in burn_in(drawn, rng)]
    areas = [a for a in areas if a[3] - a[1] >= LEAST_HEIGHT[1]]
    areas = [a for a in areas if not any(overlap(a, have) > 0.05 for have in labelled)]
    boxes, scores, targets = look(drawn)
    for n in np.argsort(-scores):
        box = [float(v) for v in boxes[n]]
        if targets[n] == 1 and any(overlap(box, a) > 0.6 for a in areas):
            yield from crop(drawn, 1, box, f"text {source}", float(scores[n]))
    for area in areas:
        yield from crop(drawn, 1, part_of(area, rng), f"text {source}", TEXT_UNSEEN)


def part_of(area: list[float], rng: np.random.Generator) -> list[float]:
    """A line of text, or some letters of a long one: a detector boxes either."""
    x1, y1, x2, y2 = area
    wide = min(x2 - x1, (y2 - y1) * float(rng.uniform(2.0, 7.0)))
    left = x1 + float(rng.uniform(0, 1)) * (x2 - x1 - wide)
    return [left, y1, left + wide, y2]


def crops_of(job: tuple[Path, Path, list[dict[str, Any]]]) -> list[Crop]:
    """All crops of some images; every image is looked at upright and turned to one side."""
    cache, model, entries = job
    cv2.setNumThreads(1)
    look = Reference(model, (640,), LEAST_SCORE, 1)
    found: list[Crop] = []
    for entry in entries:
        rng = np.random.default_rng(zlib.crc32(entry["key"].encode()))
        bgr = cv2.imread(str(cache / "images" / entry["file"]), cv2.IMREAD_COLOR)
        if bgr is None:
            raise FileNotFoundError(entry["file"])
        rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        rows = entry["boxes"]
        for row in rows:
            target = int(row[0])
            if row[5] == 0 and row[4] - row[2] >= LEAST_HEIGHT[target]:
                found += crop(rgb, target, row[1:5], entry["source"])
        found += mistakes(look, rgb, rows, entry)
        found += anywhere(rgb, rows, entry, rng)
        if rng.random() < 0.5:
            side = np.ascontiguousarray(np.rot90(rgb))
            found += mistakes(look, side, turned(rows, rgb.shape[1]), entry)
        if rng.random() < TEXT_SHARE:
            found += texts(look, rgb, rows, entry["source"], rng)
    return found


def mine(cache: Path, model: Path, crops: Path, workers: int) -> dict[tuple[int, int], int]:
    """Write CROPS; returns how many there are of each (target, object)."""
    crops.mkdir(parents=True, exist_ok=True)
    entries = json.loads((cache / "index.json").read_text())
    jobs = [(cache, model, entries[n : n + 100]) for n in range(0, len(entries), 100)]
    index: list[list[Any]] = []
    count: dict[tuple[int, int], int] = {}
    with ProcessPoolExecutor(workers) as pool, (crops / "crops.bin").open("wb") as out:
        for found in pool.map(crops_of, jobs):
            for c in found:
                index.append([out.tell(), len(c.jpeg), *c[1:]])
                out.write(c.jpeg)
                count[c.target, c.real] = count.get((c.target, c.real), 0) + 1
            print(f"\r{len(index)} crops", end="", flush=True)
    (crops / "index.json").write_text(json.dumps(index))
    return count


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("crops", type=Path)
    ap.add_argument("--workers", type=int, default=2)
    args = ap.parse_args()
    for (target, real), number in sorted(mine(**vars(args)).items()):
        print(f"\n{('face', 'plate')[target]}, {('mistake', 'object')[real]}: {number}", end="")
    print()


if __name__ == "__main__":
    main()
