"""One hour of a still camera: `python -m benchmarks.speed.hour`.

Two minutes in which people come through (`clips.still_camera`), then eight in which nobody does,
again and again. A plain transcode, a run, and a run with `--copy-untouched`: what each takes, and
how much of its result is the recording, bit for bit.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import cycle
from math import inf
from pathlib import Path
from typing import Any

import av

from redact.media import probe

from .__main__ import shared_clips
from .clips import still_camera
from .kept import Kept, OutOfTime
from .runs import Took, redact, transcode

BUSY, QUIET = 120, 480
"""Seconds in which people come through, and in which nobody does."""


def hour(shared: Path, folder: Path, seconds: int) -> Path:
    """The clip: the coded pictures of a short one, repeated."""
    path = folder / f"hour_{seconds}.mp4"
    if path.exists():
        return path
    part = path.with_suffix(".part.mp4")
    with (
        av.open(str(still_camera(shared, folder, BUSY).path)) as source,
        av.open(str(part), "w") as out,
    ):
        camera = source.streams.video[0]
        stream: Any = out.add_stream_from_template(camera)
        base, rate = camera.time_base, camera.average_rate
        assert base is not None and rate is not None
        frame, begin = Fraction(1) / (rate * base), Fraction(0)
        stretches = stretches_of([packet for packet in source.demux(video=0) if packet.size])
        # Nobody is there in the first one.
        quiet = [stretches[0]] * round(QUIET * rate / len(stretches[0]))
        for stretch in cycle([*stretches, *quiet]):
            if begin * base >= seconds:
                break
            move = int(begin) - min(packet.pts for packet in stretch)
            for packet in stretch:
                again: Any = av.Packet(bytes(packet))
                again.pts, again.dts = packet.pts + move, packet.dts + move
                again.duration, again.time_base = int(frame), base
                again.is_keyframe, again.stream = packet.is_keyframe, stream
                out.mux(again)
            begin += frame * len(stretch)
    part.replace(path)
    return path


def stretches_of(packets: list[Any]) -> list[list[Any]]:
    """Coded pictures from each key picture to before the next."""
    begins = [n for n, packet in enumerate(packets) if packet.is_keyframe]
    return [packets[a:b] for a, b in zip(begins, [*begins[1:], len(packets)], strict=True)]


def rows(clip: Path, kept: Kept) -> Iterator[str]:
    """Lines of the table.

    Raises:
        OutOfTime: what is missing would have to be measured now.
    """
    frames = probe(clip).video.frames or 0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        plain = kept.take(f"{clip.name} transcode", lambda: transcode(clip, folder))
        yield _row("transcode", plain, plain, frames)
        for option in ("", "--copy-untouched"):
            options = option.split()
            name = " ".join(["redact run", *options])
            run = kept.take(f"{clip.name} {name}", lambda o=options: redact(clip, folder, o))
            yield _row(name, run, plain, frames)


def _row(name: str, took: Took, plain: Took, frames: int) -> str:
    cells = [
        name,
        f"{took.wall:.0f} s",
        f"**{took.wall / plain.wall:.1f}**",
        f"{took.processor:.0f} s",
        f"{took.processor / plain.processor:.1f}",
        f"{1000 * took.processor / frames:.1f} ms",
        f"{took.memory:.0f} MB",
        f"{took.copied / frames:.0%}",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "| | time | ÷ transcode | processor | ÷ transcode | a frame | memory | copied |\n|" + "---|" * 8
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.hour", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600, help="of the clip")
    parser.add_argument("--minutes", type=float, default=inf, help="begin nothing after so many")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/speed"), help="for clips and measurements"
    )
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(args.folder / "measured.json", args.minutes)
    clip = hour(shared_clips(), args.folder, args.seconds)
    print(HEAD, flush=True)
    try:
        for text in rows(clip, kept):
            print(text, flush=True)
    except OutOfTime:
        print("\nOut of time. Give the same command again to go on.")


if __name__ == "__main__":
    main()
