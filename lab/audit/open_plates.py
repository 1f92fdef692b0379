"""Does the audit find readable plates that the search missed?

    python -m lab.audit.open_plates STILLS FOLDER... [--count 20] [--clean]

A photographed plate with a readable number, from the dev half of STILLS (`lab.detect`), is pasted
into two seconds of each clip at a readable size, and drifts as a parked car does when a camera
pans. The plan hides nothing. With `--clean` nothing is pasted: a finding is then a plate of the
clip's own, or a false positive.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from lab.halves import in_half
from redact.auditing import AuditSettings, audit_file
from redact.media import Decode, probe
from redact.plan import Plan, SourceRef
from redact.progress import Silent
from redact.reading import Reader, number_in
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Target, Timeline

SECONDS, RATE, LONG_SIDE = 2, 12, 960
WIDTHS = (80, 140)
"""Widths in pixels of a pasted plate."""

DRIFT = 1.5
"""Pixels a frame."""

Rgb = NDArray[np.uint8]


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.audit.open_plates", description=__doc__)
    ap.add_argument("stills", type=Path)
    ap.add_argument("folders", type=Path, nargs="+")
    ap.add_argument("--count", type=int, default=20)
    ap.add_argument("--clean", action="store_true")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    chance = random.Random(a.seed)
    every = sorted(path for folder in a.folders for path in folder.iterdir())
    clips = [path for path in every if path.suffix != ".json"]
    clips = chance.sample(clips, min(a.count, len(clips)))
    plates, reader = readable(a.stills, chance), Reader(2)
    found = judged = 0
    for clip in clips:
        plain, places = list(pictures(clip)), list[Box]()
        if not plain:
            print(clip.name, "no pictures, left out", flush=True)
            continue
        judged += 1
        film = plain
        while not a.clean and not (places and is_read(reader, film[0], places[0])):
            film, places = planted(plain, next(plates), chance)
        seen = findings(film)
        hit = any(
            Box(*box).iou(places[frame]) > 0.1
            for path in seen
            for frame, box in path
            if frame < len(places)
        )
        found += hit
        print(clip.name, "found" if hit else "not found", f"{len(seen)} findings", flush=True)
    print(f"{found} of {judged} found")


def readable(stills: Path, chance: random.Random) -> Iterator[Rgb]:
    """Photographed plates whose number can be read, in random order."""
    reader = Reader(2)
    rows = sorted(json.loads((stills / "labels.json").read_text()).items())
    chance.shuffle(rows)
    for name, entry in rows:
        if not in_half(entry["source"], "dev"):
            continue
        boxes = [b["box"] for b in entry["boxes"] if b["target"] == "plate" and not b["ignore"]]
        for box in boxes:
            if box[2] - box[0] < WIDTHS[0]:
                continue
            with av.open(str(stills / "images" / name)) as file:
                rgb = next(file.decode(video=0)).to_ndarray(format="rgb24")
            if number_in(reader.read_place(rgb, np.array(box))):
                x1, y1, x2, y2 = (max(0, int(v)) for v in box)
                yield np.ascontiguousarray(rgb[y1:y2, x1:x2])


def is_read(reader: Reader, picture: Rgb, place: Box) -> bool:
    """Whether a plate can still be read where it was pasted."""
    return bool(number_in(reader.read_place(picture, np.array(place))))


def pictures(clip: Path) -> Iterator[Rgb]:
    """The first seconds of a clip, at a fixed frame rate and size."""
    due = 0.0
    with av.open(str(clip)) as file:
        rate = file.streams.video[0].guessed_rate or RATE
        for n, frame in enumerate(file.decode(video=0)):
            time = n / float(rate) if frame.time is None else frame.time
            if time >= due:
                due += 1 / RATE
                rgb = frame.to_ndarray(format="rgb24")
                zoom = min(1.0, LONG_SIDE / max(rgb.shape[:2]))
                height, width = (round(side * zoom) // 2 * 2 for side in rgb.shape[:2])
                yield np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA))
            if due >= SECONDS:
                return


def planted(film: list[Rgb], plate: Rgb, chance: random.Random) -> tuple[list[Rgb], list[Box]]:
    """The film with a plate pasted into it, and the plate's box in each frame."""
    height, width = film[0].shape[:2]
    wide = min(chance.uniform(*WIDTHS), width / 3)
    tall = wide * plate.shape[0] / plate.shape[1]
    small = cv2.resize(plate, (round(wide), round(tall)), interpolation=cv2.INTER_AREA)
    x = chance.uniform(0.1, 0.5) * width
    y = chance.uniform(0.4, 0.8) * (height - tall)
    out, places = [], []
    for n, picture in enumerate(film):
        left, top = round(x + DRIFT * n), round(y)
        here = picture.copy()
        here[top : top + small.shape[0], left : left + small.shape[1]] = small
        out.append(here)
        places.append(Box(left, top, left + small.shape[1], top + small.shape[0]))
    return out, places


def findings(film: list[Rgb]) -> list[tuple[tuple[int, Box], ...]]:
    """What the audit finds, frame by frame, in a film in which nothing was hidden."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mp4"
        with av.open(str(path), "w") as file:
            stream = file.add_stream("libx264", rate=RATE, options={"crf": "18"})
            stream.height, stream.width = film[0].shape[:2]
            for picture in film:
                file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            file.mux(stream.encode(None))
        info = probe(path)
        pts = tuple(frame.pts for frame in Decode(info))
        line = Timeline(info.video.time_base, pts)
        plan = Plan(
            SourceRef(path.name, "0" * 64, info.size, *info.video.upright_size, line),
            DetectSettings((Target.PLATE,), Sensitivity.BALANCED),
            (),
        )
        settings = AuditSettings(targets=(Target.PLATE,))
        result = audit_file(info, path, plan, settings=settings, progress=Silent())
        return [finding.path for finding in result.findings]


if __name__ == "__main__":
    main()
