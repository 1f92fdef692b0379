"""Faces that are in the picture only briefly: `python -m lab.short_faces CLIP...`.

A clear frontal face (a public-domain portrait of the sample) is pasted into a few pictures of each
clip, and a second and a half are searched. A face counts as open if, in a picture that shows it,
more than 17 % of its ellipse lies outside the masks, as in `lab.real`. `--rates` and `--sizes`
choose frame rates and heights of the head in pixels; its face is two thirds of that. With `--keep
FILE` a stopped run is resumed. `--each N` tries only N cells of the table with each clip, and
distributes them so that every cell gets as many clips; `--sensitivity` chooses how hard to search.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import redact
from redact.mask_size import MARGIN
from redact.render import mask_of
from redact.types import Box, Target

from .real.measure import LEAK, MaskView

ROOT = Path(__file__).resolve().parents[1]
PORTRAIT = Box(300, 148, 425, 300)
"""One of the portraits in picture 75 of the sample: a head with a cap."""
FACE = Box(316, 186, 409, 286)
"""Its face, from the cap to the chin: what must be hidden."""
Cell = tuple[int, int, int]
"""A cell of the table: pictures a second, height in pixels, pictures that show the face."""

SECONDS = 1.5
VARIED = 0.3
"""Seconds over which the moment varies from clip to clip: the interval between two scans."""

WIDEST = 960


def portrait() -> NDArray[np.uint8]:
    """The head alone: uint8 RGBA, its background transparent."""
    with av.open(str(ROOT / "samples" / "street.mp4")) as container:
        frame = next(itertools.islice(container.decode(video=0), 75, None))
    x1, y1, x2, y2 = map(int, PORTRAIT)
    rgb = frame.to_ndarray(format="rgb24")[y1:y2, x1:x2]
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    height, width = alpha.shape
    cv2.ellipse(
        alpha, (width // 2, height // 2), (width // 2 - 3, height // 2 - 3), 0, 0, 360, 255, -1
    )
    return np.dstack([rgb, cv2.GaussianBlur(alpha, (7, 7), 0)])


def pictures_of(clip: Path, rate: int) -> list[NDArray[np.uint8]]:
    """The first pictures of a clip, at most `WIDEST` wide, enough for `SECONDS`; a shorter clip is
    played forwards and backwards."""
    count = round(SECONDS * rate)
    with av.open(str(clip)) as container:
        frames = list(itertools.islice(container.decode(video=0), count))
    frames = list(itertools.islice(itertools.cycle([*frames, *frames[-2:0:-1]]), count))
    scale = min(1.0, WIDEST / frames[0].width)
    size = (int(frames[0].width * scale) // 2 * 2, int(frames[0].height * scale) // 2 * 2)
    return [frame.to_ndarray(format="rgb24", width=size[0], height=size[1]) for frame in frames]


def shown(
    pictures: list[NDArray[np.uint8]], face: NDArray[np.uint8], height: int, first: int, count: int
) -> tuple[list[NDArray[np.uint8]], dict[int, Box]]:
    """Pictures with a slightly moving head of this height in `count` of them, and the place of its
    face in each."""
    zoom = height / PORTRAIT.height
    small = cv2.resize(
        face, (round(height * face.shape[1] / face.shape[0]), height), interpolation=cv2.INTER_AREA
    )
    rows, columns = pictures[0].shape[:2]
    out, places = [picture.copy() for picture in pictures], {}
    for n in range(first, min(first + count, len(out))):
        x, y = round(columns * 0.62) + 3 * (n - first), round(rows * 0.3)
        x, y = min(x, columns - small.shape[1]), min(y, rows - small.shape[0])
        part = out[n][y : y + height, x : x + small.shape[1]]
        alpha = small[..., 3:].astype(np.float32) / 255
        part[:] = np.rint(part * (1 - alpha) + small[..., :3] * alpha)
        left, top, right, bottom = (
            zoom * (side - start) for side, start in zip(FACE, PORTRAIT[:2] * 2, strict=True)
        )
        places[n] = Box(x + left, y + top, x + right, y + bottom)
    return out, places


def written(pictures: list[NDArray[np.uint8]], rate: int, path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"crf": "18", "preset": "veryfast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def hidden(plan: redact.Plan, frame: int, face: Box) -> bool:
    """Whether the masks of a frame cover enough of the face, as measured by `lab.real`."""
    size = plan.source.width, plan.source.height
    masks = mask_of(plan.regions_at(frame), *size, MARGIN) > 0
    share = MaskView(masks.astype(np.uint8)).open_share(face, "face")
    return share <= LEAK["face"]


@dataclass(frozen=True)
class Trial:
    """One face in one clip.

    Attributes:
        rate, size, count: pictures a second, height in pixels, pictures that show the face.
    """

    clip: str
    sensitivity: str
    rate: int
    size: int
    count: int


@dataclass(frozen=True)
class Result:
    """Attributes:
    left: pictures in which it is open.
    seconds: processor time of the search.
    """

    trial: Trial
    left: int
    seconds: float


def tried(clip: Path, trial: Trial, face: NDArray[np.uint8], later: int) -> Result:
    """Search a clip with a face that appears `later` pictures after its first third."""
    settings = redact.DetectSettings(
        targets=(Target.FACE,), sensitivity=redact.Sensitivity(trial.sensitivity)
    )
    pictures = pictures_of(clip, trial.rate)
    first = len(pictures) // 3 + later
    made, places = shown(pictures, face, trial.size, first, trial.count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mp4"
        written(made, trial.rate, path)
        begun = os.times()
        plan = redact.detect(path, settings)
        ended = os.times()
    seconds = ended.user + ended.system - begun.user - begun.system
    left = sum(not hidden(plan, n, box) for n, box in places.items())
    return Result(trial, left, round(seconds, 2))


def table(results: Iterable[Result]) -> str:
    """The table: in how many trials the face is open in any picture, by rate, size and count."""
    by: dict[tuple[str, int, int], dict[int, list[int]]] = {}
    for result in results:
        trial = result.trial
        row = by.setdefault((trial.sensitivity, trial.rate, trial.size), {})
        row.setdefault(trial.count, []).append(result.left)
    counts = sorted({count for row in by.values() for count in row})
    lines = ["| sensitivity | a second | px | " + " | ".join(map(str, counts)) + " |"]
    lines.append("|" + "---|" * (3 + len(counts)))
    for key, row in sorted(by.items()):
        cells = [
            f"{sum(n > 0 for n in row[count])}/{len(row[count])}" if count in row else "–"
            for count in counts
        ]
        lines.append("| " + " | ".join([*map(str, key), *cells]) + " |")
    return "\n".join(lines)


def dealt(clips: Sequence[Path], cells: Sequence[Cell], each: int) -> Iterator[tuple[Path, Cell]]:
    """Which cells are tried with which clips: `each` with every clip."""
    mixed = random.Random(1).sample(cells, len(cells))
    for turn in range(min(each, len(cells))):
        for number, clip in enumerate(clips):
            yield clip, mixed[(number * len(cells) // len(clips) + turn) % len(cells)]


def kept(file: Path | None) -> dict[Trial, Result]:
    """Results of earlier runs from a file."""
    if file is None or not file.exists():
        return {}
    lines = map(json.loads, file.read_text().splitlines())
    results = (Result(Trial(**raw["trial"]), raw["left"], raw["seconds"]) for raw in lines)
    return {result.trial: result for result in results}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--sensitivity", default="balanced")
    parser.add_argument("--counts", default="1,2,3,4,6")
    parser.add_argument("--rates", default="30")
    parser.add_argument("--sizes", default="60")
    parser.add_argument("--each", type=int, default=10**6, help="so many cells with each clip")
    parser.add_argument("--keep", type=Path, help="a line for each trial; what is in it is done")
    options = parser.parse_args()
    counts, rates, sizes = (
        [int(n) for n in text.split(",")] for text in (options.counts, options.rates, options.sizes)
    )
    face, known = portrait(), kept(options.keep)
    results = []
    cells = list(itertools.product(rates, sizes, counts))
    for clip, (rate, size, count) in dealt(options.clips, cells, options.each):
        trial = Trial(clip.name, options.sensitivity, rate, size, count)
        if trial not in known:
            # Not always at the same distance from a scan.
            turn = options.clips.index(clip) + 2 * counts.index(count)
            known[trial] = tried(clip, trial, face, turn % round(VARIED * rate))
            if options.keep:
                with options.keep.open("a") as file:
                    file.write(json.dumps(asdict(known[trial])) + "\n")
        results.append(known[trial])
    print(table(results))
    print(f"{sum(result.seconds for result in results):.0f} s of processor time")


if __name__ == "__main__":
    main()
