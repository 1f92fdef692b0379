"""What masks could look like: `python -m lab.looks FOLDER [--clips FOLDER]`.

Draws candidates for the default look into one labelled frame of each of twelve real clips of the
half dev, those with the largest labelled faces and plates, and writes a sheet of each clip into
FOLDER: the source, then every candidate. The table says how plainly a mask stands out: the step of
luma across its edge, on average around the mask, outside against the outermost or the next pixels
inside, whichever is farther; the least of all masks, and how many are below 24 of 256 levels,
where a mask may be taken for a part of the picture.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from redact.errors import RedactError
from redact.media import Decode, probe
from redact.render import Renderer, mask_of
from redact.render.styles import Blur, Canvas, Cover, MaskStyle, Mosaic, Solid
from redact.render.styles.cover import draw_edges
from redact.settings import RenderSettings
from redact.types import Box, Frame, Region, State, Target

from .real.__main__ import SPLIT, shared_folder
from .real.labels import LabelledFrame, default_files, find_clips, read_labels

CLIPS, WIDE, ACROSS = 12, 460, 3
"""Clips; pixels of a picture on a sheet; pictures in a row of it."""

FAINT = 24
"""Levels of luma."""


class EdgedBlur(Blur):
    """The surroundings continued over the mask, with the edge of a cover."""

    name = "blur, dark edge"

    def decorate(self, canvas: Canvas, shapes: list) -> None:  # type: ignore[type-arg]
        draw_edges(canvas, shapes)


def candidates() -> dict[str, MaskStyle]:
    """Looks by name, each of its own, as one is meant for one clip."""
    return {
        "grey, dark edge (cover)": Cover(),
        "grey, no edge": Solid((128, 128, 128)),
        "grey, light edge": Cover(edge=(235, 235, 235)),
        "light grey, dark edge": Cover(tone=(200, 200, 200)),
        "black": Solid((0, 0, 0)),
        "blur": Blur(),
        "blur, dark edge": EdgedBlur(),
        "mosaic": Mosaic(),
    }


def regions_of(labelled: LabelledFrame) -> list[Region]:
    return [
        Region(n, Target.PLATE if target == "plate" else Target.FACE, Box(*box), State.DETECTED)
        for n, (target, box) in enumerate(labelled.targets(), 1)
    ]


def largest(labelled: LabelledFrame) -> float:
    return max((Box(*box).height for _, box in labelled.targets()), default=0.0)


def frame_of(path: Path, number: int) -> Frame:
    return next(itertools.islice(Decode(probe(path)), number, None))


def steps(grey: NDArray[np.uint8], regions: list[Region]) -> Iterator[float]:
    """Levels of luma across the edge of each mask, around it on average."""
    height, width = grey.shape
    light = grey.astype(np.float32)
    everything = mask_of(regions, width, height, RenderSettings().margin).astype(np.uint8)
    for region in regions:
        own = mask_of([region], width, height, RenderSettings().margin).astype(np.uint8)
        rings = [own]
        for _ in range(4):
            rings.append(np.asarray(cv2.erode(rings[-1], np.ones((3, 3), np.uint8)), np.uint8))
        around = np.asarray(cv2.dilate(own, np.ones((5, 5), np.uint8)), np.uint8)
        outside = (around > 0) & (everything == 0)
        inside = [(a > 0) & (b == 0) for a, b in itertools.pairwise(rings)]
        if not outside.any() or not all(ring.any() for ring in inside):
            continue
        beside = light.copy()
        beside[~outside] = np.nan
        rim = np.argwhere(inside[0])
        values = []
        for y, x in rim:
            rows, columns = slice(max(0, y - 3), y + 4), slice(max(0, x - 3), x + 4)
            near = beside[rows, columns]
            if np.isnan(near).all():
                continue
            within = [light[rows, columns][ring[rows, columns]] for ring in inside]
            means = [part.mean() for part in within if len(part)]
            values.append(max(abs(float(np.nanmean(near)) - mean) for mean in means))
        if values:
            yield float(np.mean(values))


def sheet(pictures: list[tuple[str, NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    tiles = []
    for name, picture in pictures:
        tall = round(WIDE * picture.shape[0] / picture.shape[1])
        tile = cv2.resize(picture, (WIDE, tall), interpolation=cv2.INTER_AREA)
        band = np.full((26, WIDE, 3), 255, np.uint8)
        cv2.putText(band, name, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
        tiles.append(np.vstack([band, tile]))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % ACROSS)
    rows = [np.hstack(tiles[n : n + ACROSS]) for n in range(0, len(tiles), ACROSS)]
    return np.vstack(rows)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.looks", description=__doc__)
    parser.add_argument("folder", type=Path, help="for the sheets")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further folders")
    args = parser.parse_args(words)
    args.folder.mkdir(parents=True, exist_ok=True)
    shared = shared_folder()
    labels = read_labels(default_files(shared), "dev", SPLIT)
    clips = find_clips(labels.clips(), [*args.clips, shared / "clips"])
    best = {
        name: max(labels.of(name).frames, key=largest) for name in clips if labels.of(name).frames
    }
    chosen = sorted(best, key=lambda name: -largest(best[name]))[:CLIPS]
    found: dict[str, list[float]] = {name: [] for name in candidates()}
    for clip in chosen:
        labelled, regions = best[clip], regions_of(best[clip])
        try:
            source = frame_of(clips[clip], labelled.frame)
        except (RedactError, StopIteration) as error:
            raise SystemExit(f"{clip}: {error}") from error
        pictures = [("source", source.picture.to_ndarray(format="bgr24"))]
        for name, style in candidates().items():
            fresh = frame_of(clips[clip], labelled.frame)
            drawn = Renderer(RenderSettings(style=style)).draw(fresh, regions).picture
            pictures.append((name, drawn.to_ndarray(format="bgr24")))
            found[name] += steps(drawn.to_ndarray(format="gray"), regions)
        out = args.folder / f"{clip}.png"
        cv2.imwrite(str(out), sheet(pictures))
    print(f"{len(chosen)} clips, {len(next(iter(found.values())))} masks\n")
    print(f"| look | least step | median | masks below {FAINT} |\n|---|---|---|---|")
    for name, values in found.items():
        faint = sum(value < FAINT for value in values)
        print(f"| {name} | {min(values):.0f} | {np.median(values):.0f} | {faint} |")


if __name__ == "__main__":
    main()
