"""The cache of `lab.training.prepare` in small archives, to train on another machine.

    python -m lab.training.pack CACHE OUT.tar [--megabytes 38] [--parts 3]

Each part is a cache by itself: index.json and images/, windows cut from the pictures around what is
to be learnt (objects, mistakes of the earlier network, sometimes any place), reduced so that no
object is taller than crops show it. Windows are drawn as often as `lab.training.dataset` would draw
their pictures, until a part is full; parts have different windows. With one part OUT.tar is the
file, with several OUT.0.tar, OUT.1.tar and so on. `lab.training.run_all` takes any number of them.
"""

from __future__ import annotations

import argparse
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.training.augment import clip
from lab.training.dataset import load_sample, weights

#: Sides of a window and the greatest heights of its object, face and plate, in stored pixels.
WINDOW = 416
TALLEST = (170.0, 64.0)
QUALITY = 80
#: Bytes of a member's header and padding, and of one window's labels, at most.
OVERHEAD = 1600

Rng = np.random.Generator
Rows = NDArray[np.float32]


def view(boxes: Rows, mistakes: Rows, size: tuple[int, int], rng: Rng) -> tuple[float, int, int]:
    """Scale, and left top corner in the scaled picture, of a window around something to learn."""
    w, h = size
    real = boxes[boxes[:, 5] == 0]
    if len(mistakes) and (len(real) == 0 or rng.random() < 0.6):
        real = mistakes
    if len(real) == 0:
        whole = min(1.0, WINDOW / max(w, h))
        scale = float(np.exp(rng.uniform(np.log(whole), 0.0)))
        cx, cy = rng.uniform(0, w) * scale, rng.uniform(0, h) * scale
    else:
        b = real[rng.integers(len(real))]
        tall = max(1.0, float(b[4] - b[2]))
        most = min(1.0, TALLEST[int(b[0])] / tall)
        # Small things keep their pixels; what is large is also shown with its surroundings.
        scale = most if tall * most < 40 else most * float(rng.uniform(0.5, 1.0))
        cx = float(b[1] + b[3]) / 2 * scale + rng.normal(0, WINDOW / 8)
        cy = float(b[2] + b[4]) / 2 * scale + rng.normal(0, WINDOW / 8)
    left = int(np.clip(cx - WINDOW / 2, 0, max(0, w * scale - WINDOW)))
    top = int(np.clip(cy - WINDOW / 2, 0, max(0, h * scale - WINDOW)))
    return scale, left, top


def window(cache: Path, entry: dict[str, Any], rng: Rng) -> tuple[bytes, dict[str, Any]]:
    """JPEG bytes of one window and its index entry without a file name."""
    sample = load_sample(cache, entry)
    h, w = sample.image.shape[:2]
    scale, left, top = view(sample.boxes, sample.mistakes, (w, h), rng)
    small = cv2.resize(
        sample.image,
        (max(1, round(w * scale)), max(1, round(h * scale))),
        interpolation=cv2.INTER_AREA,
    )
    part = small[top : top + WINDOW, left : left + WINDOW]
    size = (part.shape[1], part.shape[0])
    rows = []
    for boxes in (sample.boxes, sample.mistakes):
        moved = boxes.copy()
        moved[:, [1, 3]] = moved[:, [1, 3]] * scale - left
        moved[:, [2, 4]] = moved[:, [2, 4]] * scale - top
        moved = clip(moved, size)
        rows.append([[int(r[0]), *(round(float(v), 1) for v in r[1:5]), int(r[5])] for r in moved])
    bgr = cv2.cvtColor(part, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    label = {
        "source": entry["source"],
        "weight": 1.0,
        "w": size[0],
        "h": size[1],
        "known": entry["known"],
        "boxes": rows[0],
        "mistakes": [r for r in rows[1] if r[5] == 0],
    }
    return data.tobytes(), label


def add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def pack(cache: Path, out: Path, limit: int, seed: int) -> tuple[int, int]:
    """Fill one archive up to `limit` bytes; returns the number of windows and of bytes."""
    entries = json.loads((cache / "index.json").read_text())
    p = weights(entries)
    rng = np.random.default_rng(seed)
    index: list[dict[str, Any]] = []
    used = OVERHEAD * 8
    part = out.with_suffix(".part")
    with tarfile.open(part, "w") as tar:
        while True:
            data, label = window(cache, entries[rng.choice(len(p), p=p)], rng)
            cost = len(data) + OVERHEAD + len(json.dumps(label))
            if used + cost > limit:
                break
            used += cost
            name = f"{seed:02d}_{len(index):05d}.jpg"
            add(tar, f"images/{name}", data)
            index.append({"file": name, "key": name, **label})
        add(tar, "index.json", json.dumps(index).encode())
    part.replace(out)
    return len(index), out.stat().st_size


def unpack(parts: list[Path], cache: Path) -> int:
    """Join archives to one cache; returns the number of windows."""
    cache.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, Any]] = []
    for part in parts:
        with tarfile.open(part) as tar:
            tar.extractall(cache, filter="data")
        index += json.loads((cache / "index.json").read_text())
    (cache / "index.json").write_text(json.dumps(index))
    return len(index)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--megabytes", type=float, default=38.0, help="of each part, at most")
    ap.add_argument("--parts", type=int, default=1)
    args = ap.parse_args()
    for number in range(args.parts):
        out = args.out if args.parts == 1 else args.out.with_suffix(f".{number}.tar")
        count, size = pack(args.cache, out, int(args.megabytes * 1e6), number)
        print(f"{out.name}: {count} windows, {size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
