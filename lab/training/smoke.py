"""The whole training chain on a few generated pictures: one or two minutes, deterministic.

    python -m lab.training.smoke [--steps 250]

A tiny public set is imitated as a git repository, converted and prepared; a network is trained on
it from random weights, exported, quantised and evaluated on other pictures. This tests that the
steps fit together and that the network learns; it says nothing about real faces.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from lab.detect.metrics import summary
from lab.detect.reference import Reference
from lab.training import convert, prepare
from lab.training.evaluate import whole_range
from lab.training.export import export, load_checkpoint
from lab.training.quantise import quantise
from lab.training.readers import yolo_splits
from lab.training.sources import Source
from lab.training.train import Recipe, Run, train

SIZE = (320, 256)
Scene = tuple[NDArray[np.uint8], list[tuple[int, float, float, float, float]]]


def scene(rng: np.random.Generator) -> Scene:
    """A noisy background with drawn faces (0) and plates (1); image BGR uint8 and boxes."""
    image = rng.integers(40, 200, (8, 10, 3)).astype(np.uint8)
    image = np.asarray(cv2.resize(image, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    boxes: list[tuple[int, float, float, float, float]] = []
    for slot in rng.permutation(4)[:3]:
        left, top = 10 + 155 * int(slot % 2), 10 + 125 * int(slot // 2)
        if rng.random() < 0.5:
            rx = int(rng.integers(16, 34))
            ry, cx, cy = int(rx * 1.3), left + 60, top + 52
            skin = [int(v) for v in rng.integers(90, 230, 3)]
            cv2.ellipse(image, (cx, cy), (rx, ry), 0, 0, 360, skin, -1)
            for side in (-1, 1):
                cv2.circle(
                    image, (cx + side * rx // 2, cy - ry // 4), max(2, rx // 7), (20, 20, 20), -1
                )
            cv2.line(
                image, (cx - rx // 3, cy + ry // 2), (cx + rx // 3, cy + ry // 2), (30, 30, 120), 2
            )
            boxes.append((0, cx - rx, cy - ry, cx + rx, cy + ry))
        else:
            pw, ph = int(rng.integers(70, 120)), int(rng.integers(20, 32))
            cv2.rectangle(image, (left, top + 30), (left + pw, top + 30 + ph), (245, 245, 245), -1)
            cv2.rectangle(image, (left, top + 30), (left + pw, top + 30 + ph), (10, 10, 10), 1)
            text = "".join(rng.choice(list("ABC0123456789"), 6))
            cv2.putText(
                image,
                text,
                (left + 4, top + 24 + ph),
                cv2.FONT_HERSHEY_SIMPLEX,
                pw / 130,
                (0, 0, 0),
                2,
            )
            boxes.append((1, left, top + 30, left + pw, top + 30 + ph))
    return image, boxes


def imitate_set(folder: Path, count: int, rng: np.random.Generator) -> Source:
    """Create a git repository with a set in YOLO's layout, like the real ones."""
    repo = folder / "mirror" / "example+drawn"
    for kind in ("images", "labels"):
        (repo / "train" / kind).mkdir(parents=True)
    w, h = SIZE
    for n in range(count):
        image, boxes = scene(rng)
        cv2.imwrite(str(repo / "train" / "images" / f"{n}.jpg"), image)
        rows = [
            f"{t} {(x1 + x2) / 2 / w} {(y1 + y2) / 2 / h} {(x2 - x1) / w} {(y2 - y1) / h}"
            for t, x1, y1, x2, y2 in boxes
        ]
        (repo / "train" / "labels" / f"{n}.txt").write_text("\n".join(rows))
    git = ["git", "-C", str(repo), "-c", "user.name=smoke", "-c", "user.email=smoke@localhost"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "drawn"]):
        subprocess.run([*git, *command], check=True)
    return Source(
        "drawn",
        "faces",
        "example/drawn",
        "HEAD",
        r"^train/",
        "generated",
        "none",
        yolo_splits("", ("train",), {0: "face", 1: "plate"}),
    )


def evaluation_set(folder: Path, count: int, rng: np.random.Generator) -> None:
    """Pictures of the same kind in the layout of the evaluation stills."""
    (folder / "images").mkdir(parents=True)
    labels: dict[str, Any] = {}
    for n in range(count):
        image, boxes = scene(rng)
        cv2.imwrite(str(folder / "images" / f"{n}.png"), image)
        labels[f"{n}.png"] = {
            "source": "drawn",
            "w": SIZE[0],
            "h": SIZE[1],
            "faces_labelled": True,
            "plates_labelled": True,
            "boxes": [
                {"target": ("face", "plate")[t], "box": list(b), "ignore": False} for t, *b in boxes
            ],
        }
    (folder / "labels.json").write_text(json.dumps(labels))


@dataclass(frozen=True)
class Outcome:
    """Figures per file (float32, int8) and target, and the size of both files in bytes."""

    figures: dict[str, dict[str, dict[str, float]]]
    size: int
    steps: int


def chain(folder: Path, steps: int, images: int = 48, seed: int = 7) -> Outcome:
    """Run every step of the training in `folder`."""
    rng = np.random.default_rng(seed)
    source = imitate_set(folder, images, rng)
    out, cache, run_dir = folder / "converted", folder / "cache", folder / "run"
    raw = out / "raw" / source.name
    convert.extract(folder / "mirror", raw, source)
    convert.convert(source, source.read(raw), out)
    (cache / "images").mkdir(parents=True)
    run_dir.mkdir()
    entries = [prepare.one(j) for j in prepare.jobs(out, cache, {}, [])]
    (cache / "index.json").write_text(
        json.dumps([e | {"known": [True, True]} for e in entries if e])
    )
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    recipe = Recipe(
        size=160,
        batch=8,
        warmup=10,
        ema=0.98,
        workers=0,
        threads=1,
        max_steps=steps,
        peak=2.5e-3,
        seed=seed,
    )
    train(Run(cache, run_dir, recipe, None))
    resumed = Run(cache, run_dir, recipe, None)
    if not resumed.resume() or resumed.step != steps:
        raise RuntimeError("the checkpoint does not carry on where the run ended")
    f32, i8 = folder / "face-plate.onnx", folder / "face-plate.int8.onnx"
    f32.write_bytes(export(load_checkpoint(run_dir / "last.pt")))
    quantise(f32, cache, i8, count=8)
    evaluation_set(folder / "eval", 16, rng)
    tallies = {m.name: whole_range(folder / "eval", Reference(m, (320,))) for m in (f32, i8)}
    figures = {
        name: {target: summary(one, 0.1) for target, one in of.items()}
        for name, of in tallies.items()
    }
    return Outcome(figures, f32.stat().st_size + i8.stat().st_size, resumed.step)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("--steps", type=int, default=250)
    args = ap.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = chain(Path(folder), args.steps)
    for name, targets in outcome.figures.items():
        for t, f in targets.items():
            print(f"{name} {t}: AP {f['ap']:.3f} recall {f['ar']:.3f}")
    print(f"{outcome.steps} steps, both files {outcome.size} bytes")


if __name__ == "__main__":
    main()
