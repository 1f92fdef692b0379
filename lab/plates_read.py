"""How many plates of annotated stills the reader can read, by data set.

    python -m lab.plates_read FOLDER [--half dev]

FOLDER holds `labels.json` and `images/`, as for `lab.detect`. The question is that of the search:
does this place, by itself, read as a plate's number?
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import av
import numpy as np

from lab.halves import HALVES, in_half
from redact.reading import LEGIBLE, Reader, number_in

WIDTH = 32
"""Pixels of width from which the search reads plates (`redact.track.active_tracklets`)."""


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.plates_read", description=__doc__)
    ap.add_argument("folder", type=Path)
    ap.add_argument("--half", choices=HALVES, default="dev")
    a = ap.parse_args()
    reader, counts = Reader(), defaultdict[str, list[int]](lambda: [0, 0])
    for name, entry in sorted(json.loads((a.folder / "labels.json").read_text()).items()):
        boxes = [b["box"] for b in entry["boxes"] if b["target"] == "plate" and not b["ignore"]]
        wide = [box for box in boxes if box[2] - box[0] >= WIDTH]
        if not wide or not in_half(entry["source"], a.half):
            continue
        with av.open(str(a.folder / "images" / name)) as file:
            rgb = next(file.decode(video=0)).to_ndarray(format="rgb24")
        for box in wide:
            lines = [x for x in reader.read_place(rgb, np.array(box)) if x.score >= LEGIBLE]
            counts[entry["source"]][0] += bool(number_in(lines))
            counts[entry["source"]][1] += 1
    for source, (read, every) in counts.items():
        print(f"{source}: {read} of {every} plates read")


if __name__ == "__main__":
    main()
