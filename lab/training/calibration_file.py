"""Reads and writes `redact/models/calibration.json`, with a note on the material of each fit."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from redact.detection.weights import SHA256

FILE = Path(__file__).parents[2] / "redact" / "models" / "calibration.json"

PARTS = ("fitted", "weights", "looks", "boxes", "tracks", "risk")


def read(path: Path) -> dict[str, Any]:
    """The file's contents; an empty calibration if it does not exist."""
    there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {part: there.get(part, {}) for part in PARTS}


def write(
    path: Path,
    numbers: Mapping[str, Mapping[str, Any]],
    name: str,
    on: str,
    weights: Iterable[str],
) -> None:
    """Replace some numbers; the others stay as they are.

    Args:
        numbers: by part of the file ("looks", "boxes", "tracks", "risk"), what is replaced in it.
        name: of this fit; on: how much material it was made on, in words.
        weights: names of the weights files that were used; the calibration is valid only for them.
    """
    file = read(path)
    for part, mine in numbers.items():
        file[part].update(mine)
    file["fitted"][name] = f"{said()}: {on}"
    known = SHA256
    old = [n for n, digest in file["weights"].items() if known.get(n) != digest]
    file["weights"] = {n: d for n, d in file["weights"].items() if n not in old}
    file["weights"].update({n: known[n] for n in sorted(weights)})
    if set(old) - set(weights):
        print(f"{', '.join(old)} changed: run the other calibration commands too")
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(json.dumps(file, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def rounded(names: Iterable[str], weights: Iterable[float]) -> dict[str, float]:
    """Named weights, rounded to the digits that the material supports."""
    return {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}


def said() -> str:
    """The running command, with each path reduced to its last part, so that no folder is named."""
    module = Path(sys.argv[0]).stem
    rest = [Path(word).name if "/" in word else word for word in sys.argv[1:]]
    return shlex.join(["python", "-m", f"lab.training.{module}", *rest])
