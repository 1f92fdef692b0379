"""How much of the text in pictures is found, and whether captions are told from signs.

    python -m lab.texts FOLDER LABELS... [--scene lab/real/labels_scene_text.json] [--clips]

FOLDER holds clips (`lab/real/README.md`), LABELS their burnt-in texts (`osd_all`, or `osd` if that
is missing). Printed for single pictures: how many of the labelled lines are found and how many are
read correctly, and the false positives. With `--clips` each clip is read as by `--targets text`,
which takes as long as a search: which burnt-in texts are recognised as captions, and which would be
hidden with the signs?
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from redact.media import Decode, probe
from redact.pipeline import Journal, detect
from redact.progress import Silent
from redact.reading import LEGIBLE, NumberReader, Text
from redact.settings import DetectSettings
from redact.types import Box, Frame, Target, folded

READ_ALIKE = 0.75
"""Share of letters in common from which a line counts as read, whatever single letters differ."""

SHARE = 0.5
"""Share of a labelled line that a found one must cover."""

Labels = dict[str, dict[int, dict[str, Any]]]
"""By clip and frame: `burnt`, boxes, and `lines`, (box, text, height); text "" is illegible."""


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.texts", description=__doc__)
    ap.add_argument("folder", type=Path, nargs="+")
    ap.add_argument("--labels", type=Path, nargs="+", required=True)
    ap.add_argument("--scene", type=Path)
    ap.add_argument("--clips", action="store_true")
    a = ap.parse_args()
    labels = read_labels(a.labels, a.scene)
    files = {path.name: path for folder in a.folder for path in sorted(folder.iterdir())}
    counts: dict[str, int] = defaultdict(int)
    for clip, frames in sorted(labels.items()):
        if clip not in files:
            continue
        if a.clips:
            of_clip(files[clip], frames, counts)
        else:
            of_pictures(files[clip], frames, counts)
        print(clip, dict(counts), flush=True)


def read_labels(burnt: Sequence[Path], scene: Path | None) -> Labels:
    out: Labels = defaultdict(dict)
    for path in burnt:
        for row in json.loads(path.read_text()):
            boxes = row.get("osd_all") or row.get("osd") or []
            out[row["clip"]][row["frame"]] = {"burnt": [Box(*b) for b in boxes], "lines": None}
    for row in json.loads(scene.read_text()) if scene else ():
        lines = [(Box(*x["box"]), x["text"], x["height"]) for x in row["lines"]]
        out[row["clip"]].setdefault(row["frame"], {"burnt": []})["lines"] = lines
    return out


def _frames(path: Path, wanted: Sequence[int]) -> Iterator[Frame]:
    for frame in Decode(probe(path)):
        if frame.index > max(wanted):
            return
        if frame.index in wanted:
            yield frame


def of_pictures(path: Path, frames: dict[int, dict[str, Any]], counts: dict[str, int]) -> None:
    """Single pictures, as `Reader.read` reads them."""
    reader = NumberReader()
    for frame in _frames(path, list(frames)):
        label = frames[frame.index]
        found = [line for line in reader.lines(frame) if line.score >= LEGIBLE]
        for box in label["burnt"]:
            counts["burnt in"] += 1
            counts["burnt in, found"] += any(_covers(line.box, box) for line in found)
        if label["lines"] is None:
            continue
        counts["pictures"] += 1
        for box, text, height in label["lines"]:
            size = "12 px and more" if height >= 12 else "smaller"
            if text:
                counts[f"signs, {size}"] += 1
                counts[f"signs, {size}, found"] += any(_covers(x.box, box) for x in found)
                counts[f"signs, {size}, read"] += any(_reads(x, box, text) for x in found)
        places = [*label["burnt"], *(box for box, *_ in label["lines"])]
        counts["false"] += sum(not any(x.box.common(box) > 0 for box in places) for x in found)


def _covers(found: Box, box: Box) -> bool:
    return found.common(box) >= SHARE * min(box.area, found.area)


def _reads(line: Text, box: Box, text: str) -> bool:
    if line.box.common(box) <= 0:
        return False
    one, other = folded(line.text), folded(text)
    return one in other or SequenceMatcher(None, one, other).ratio() >= READ_ALIKE


def of_clip(path: Path, frames: dict[int, dict[str, Any]], counts: dict[str, int]) -> None:
    """A whole clip: which burnt-in texts and signs `--targets text` hides."""
    settings = DetectSettings((), texts=(Target.TEXT,))
    plan = detect(probe(path), settings, Journal(Silent()))
    for n, label in frames.items():
        masks = [region.box for region in plan.regions_at(n)]
        captions = [
            text.at(n) for text in plan.texts or () if text.caption and text.first <= n <= text.last
        ]
        for box in label["burnt"]:
            hidden = any(_covers(mask, box) for mask in masks)
            counts["burnt in"] += 1
            counts["burnt in, hidden as text"] += hidden
            counts["burnt in, a caption"] += any(_covers(caption, box) for caption in captions)
            if hidden:
                print(f"{path.name} {n}: hidden {[round(v) for v in box]}")
        for box, text, height in label["lines"] or ():
            if text and height >= 12:
                counts["signs"] += 1
                counts["signs, hidden"] += any(_covers(mask, box) for mask in masks)
                counts["signs, a caption"] += any(_covers(caption, box) for caption in captions)


if __name__ == "__main__":
    main()
