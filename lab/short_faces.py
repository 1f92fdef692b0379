"""Who is in the picture for a moment: `python -m lab.short_faces CLIP... [--sensitivity thorough]`.

A clear frontal face (a public-domain portrait of the sample) is set into each clip for a few
pictures and the search is run over a second and a half. A face counts as open if a picture that
shows it has no mask over it. `--rates` and `--sizes` choose pictures a second and heights in
pixels.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import redact
from redact.types import Box, Target

ROOT = Path(__file__).resolve().parents[1]
FACE = Box(300, 148, 425, 300)
"""Of one of the portraits, in picture 75 of the sample."""
SECONDS = 1.5
WIDEST = 960


def portrait() -> NDArray[np.uint8]:
    """The face alone: uint8 RGBA, without what is around it."""
    with av.open(str(ROOT / "samples" / "street.mp4")) as container:
        frame = next(itertools.islice(container.decode(video=0), 75, None))
    x1, y1, x2, y2 = map(int, FACE)
    rgb = frame.to_ndarray(format="rgb24")[y1:y2, x1:x2]
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    height, width = alpha.shape
    cv2.ellipse(
        alpha, (width // 2, height // 2), (width // 2 - 3, height // 2 - 3), 0, 0, 360, 255, -1
    )
    return np.dstack([rgb, cv2.GaussianBlur(alpha, (7, 7), 0)])


def pictures_of(clip: Path, rate: int) -> list[NDArray[np.uint8]]:
    """The first pictures of a clip, at most `WIDEST` wide, as many as make `SECONDS`."""
    with av.open(str(clip)) as container:
        frames = list(itertools.islice(container.decode(video=0), round(SECONDS * rate)))
    scale = min(1.0, WIDEST / frames[0].width)
    size = (int(frames[0].width * scale) // 2 * 2, int(frames[0].height * scale) // 2 * 2)
    return [frame.to_ndarray(format="rgb24", width=size[0], height=size[1]) for frame in frames]


def shown(
    pictures: list[NDArray[np.uint8]], face: NDArray[np.uint8], height: int, first: int, count: int
) -> tuple[list[NDArray[np.uint8]], dict[int, Box]]:
    """Pictures with the face in `count` of them, moving a little, and where it is."""
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
        places[n] = Box(x, y, x + small.shape[1], y + height)
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
    """Whether one mask holds enough of the face: no more than 17 % outside, as in `lab.real`."""
    boxes = (r.box.grown(0.12) for r in plan.regions_at(frame) if r.target is not Target.PLATE)
    return any(box.common(face) >= 0.83 * face.area for box in boxes)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--sensitivity", default="balanced")
    parser.add_argument("--counts", default="1,2,3,4,6")
    parser.add_argument("--rates", default="30")
    parser.add_argument("--sizes", default="60")
    parser.add_argument("--json", type=Path, help="add a line for each trial to this file")
    options = parser.parse_args()
    counts, rates, sizes = (
        [int(n) for n in text.split(",")] for text in (options.counts, options.rates, options.sizes)
    )
    settings = redact.DetectSettings(
        targets=(Target.FACE,), sensitivity=redact.Sensitivity(options.sensitivity)
    )
    face, seconds = portrait(), 0.0
    for rate, size in itertools.product(rates, sizes):
        opened = dict.fromkeys(counts, 0)
        for clip in options.clips:
            pictures = pictures_of(clip, rate)
            for number, count in enumerate(counts):
                first = len(pictures) // 3 + 2 * number + 1
                made, places = shown(pictures, face, size, first, count)
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "a.mp4"
                    written(made, rate, path)
                    begun = time.process_time()
                    plan = redact.detect(path, settings)
                    seconds += time.process_time() - begun
                left = sum(not hidden(plan, n, box) for n, box in places.items())
                opened[count] += left > 0
                if options.json:
                    trial = {
                        "clip": clip.name,
                        "rate": rate,
                        "size": size,
                        "count": count,
                        "open": left,
                    }
                    with options.json.open("a") as file:
                        file.write(json.dumps(trial) + "\n")
        told = ", ".join(f"{count}: {n}/{len(options.clips)}" for count, n in opened.items())
        print(f"{rate} a second, {size} pixels; pictures shown: clips with one open: {told}")
    print(f"{seconds:.0f} s of processor time")


if __name__ == "__main__":
    main()
