"""How many people `redact survey` finds in an hour of film, and what it costs.

The hour is made of clips of `../shared` in which somebody is in the picture throughout, by eye on
three pictures of each, and of long stretches of empty places between them: stills of other clips,
with a camera's grain. All is H.264, 1920 × 1080, 25 pictures a second, with sound of noise. Nothing
was chosen on the clips of `footage2` and `footage3`.

    python -m lab.survey ../shared --folder FOLDER --key 2
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from redact.media import probe
from redact.progress import Silent
from redact.survey import Kind, survey

SIZE, RATE, MOST_SECONDS, EMPTY_SECONDS = (1920, 1080), 25, 8, 12

NOBODY: Final = (
    *("abdullah__accident", "abdullah__lahore", "am0ris__car", "devx96__traffic", "neethu2001"),
    *("rajiv__car", "rajatt__bike", "asik_test", "ahmetozlu", "elaheh", "elanzini", "nofi066"),
    *("nofi065", "nofi084", "nofi134", "khodor77", "mmaction2__test.", "nevalsar", "techkhid"),
    *("volodymyp__teaser", "sindhu__vandalism2", "qharryq__people", "rishii__test"),
)
"""Parts of the names of clips in which nobody is, or not throughout, or not to be seen by eye."""

EMPTY: Final = ("nofi066", "nofi134", "one-by-one-person")
"""Parts of the names of clips in whose first picture nobody is."""

Picture = NDArray[np.uint8]


def pictures(path: Path, seconds: float) -> Iterator[Picture]:
    """The clip's pictures at `RATE`, as large as the film, with black bars."""
    with av.open(str(path)) as file:
        step, due = Fraction(1, RATE), Fraction(0)
        for frame in file.decode(video=0):
            at = Fraction(frame.pts or 0) * Fraction(frame.time_base or 0)
            if due >= seconds:
                return
            factor = min(SIZE[0] / frame.width, SIZE[1] / frame.height)
            width, height = (int(side * factor) // 2 * 2 for side in (frame.width, frame.height))
            small = frame.reformat(width, height, "rgb24").to_ndarray()
            whole = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
            x, y = (SIZE[0] - width) // 2, (SIZE[1] - height) // 2
            whole[y : y + height, x : x + width] = small
            while due <= at and due < seconds:
                yield whole
                due += step


def still(picture: Picture) -> Iterator[Picture]:
    grain = np.random.default_rng(1).integers(0, 4, (8, *picture.shape), np.uint8)
    for n in range(EMPTY_SECONDS * RATE):
        yield np.clip(picture.astype(np.int16) + grain[n % 8] - 2, 0, 255).astype(np.uint8)


def encoded(path: Path, frames: Iterator[Picture], key: float) -> Path:
    if not path.exists():
        with av.open(str(path.with_suffix(".part.mp4")), "w") as out:
            options = {"preset": "ultrafast", "crf": "26", "bf": "0", "g": str(round(key * RATE))}
            stream = out.add_stream("libx264", RATE, options)
            stream.width, stream.height = SIZE
            for number, picture in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        path.with_suffix(".part.mp4").rename(path)
    return path


def hour(
    shared: Path, folder: Path, key: float, seed: int
) -> tuple[Path, list[tuple[float, float]]]:
    """The film, and when somebody is in it."""
    folder.mkdir(exist_ok=True)
    clips = [
        f for part in ("footage2", "footage3") for f in sorted((shared / part).glob("clips/*"))
    ]
    clips = [f for f in clips if not any(name in f.name for name in NOBODY)]
    every = [*clips, *(shared / "clips").iterdir(), *(shared / "footage3" / "clips").iterdir()]
    firsts = [next(f for f in every if name in f.name) for name in EMPTY]
    parts = [
        (encoded(folder / f"{f.stem}-{key}.mp4", pictures(f, MOST_SECONDS), key), True)
        for f in clips
    ]
    empty = [
        encoded(folder / f"empty{n}-{key}.mp4", still(next(pictures(f, 1))), key)
        for n, f in enumerate(firsts)
    ]
    draw, spans, path = random.Random(seed), list[tuple[float, float]](), folder / f"hour-{key}.mkv"
    draw.shuffle(parts)
    each = round(
        (3600 - sum(float(probe(p).duration or 0) for p, _ in parts)) / len(parts) / EMPTY_SECONDS
    )
    order = [one for part in parts for one in [part, *[(draw.choice(empty), False)] * each]]
    with av.open(str(path), "w") as out, av.open(str(empty[0])) as like:
        stream = out.add_stream_from_template(like.streams.video[0])
        sound = out.add_stream("aac", 16000, layout="mono")
        at = 0
        for part, somebody in order:
            begin = at
            with av.open(str(part)) as file:
                for packet in file.demux(video=0):
                    if packet.dts is not None:
                        packet.stream, packet.time_base = stream, Fraction(1, RATE)
                        packet.pts = packet.dts = at
                        out.mux(packet)
                        at += 1
            spans += [(begin / RATE, at / RATE)] if somebody else []
        noise = np.random.default_rng(1).normal(0, 0.01, 16000).astype(np.float32)
        for second in range(at // RATE):
            samples = av.AudioFrame.from_ndarray(noise[None], "fltp", "mono")
            samples.sample_rate, samples.pts = 16000, second * 16000
            out.mux(sound.encode(samples))
        out.mux(sound.encode(None))
    return path, [span for span in spans if span[1] - span[0] >= 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--key", type=float, default=2, help="seconds between key pictures")
    parser.add_argument("--seed", type=int, default=1, help="of the order")
    args = parser.parse_args()
    path, spans = hour(args.shared, args.folder, args.key, args.seed)
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    found = survey(probe(path), Silent())
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - begun
    cost = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    people = found.spans[Kind.PEOPLE]
    met = [any(a < end and b > start for a, b in people) for start, end in spans]
    empty = found.seconds - sum(end - start for start, end in spans)
    beside = sum(b - a for a, b in people) - sum(
        max(0.0, min(b, end) - max(a, start)) for a, b in people for start, end in spans
    )
    print(f"{found.seconds:.0f} s, {found.pictures} pictures, key pictures every {args.key:g} s")
    print(f"spans with somebody: {len(spans)}, found: {sum(met)}")
    print(
        "missed at", [f"{a:.0f}-{b:.0f}" for (a, b), ok in zip(spans, met, strict=True) if not ok]
    )
    print(f"seconds without anybody: {empty:.0f}, said to have somebody: {beside:.0f}")
    print(f"processor: {cost / found.seconds * 600:.0f} s for ten minutes, {wall:.0f} s in all")
    print(f"memory: {after.ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
