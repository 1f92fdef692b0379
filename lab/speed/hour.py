"""One hour of a still camera: `python -m lab.speed.hour`.

Two minutes in which six people come through a room, then eight in which nobody does, again and
again (`clips.still_camera`): what a plain transcode takes, and what a run.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from math import inf
from pathlib import Path

from .__main__ import shared_clips
from .clips import Clip, still_camera
from .kept import Kept, OutOfTime
from .runs import Took, redact, transcode

QUIET = 461
"""Seconds in which nobody comes: with the camera's own 139, ten minutes."""


def rows(clip: Clip, kept: Kept) -> Iterator[str]:
    """Lines of the table.

    Raises:
        OutOfTime: what is missing would have to be measured now.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        plain = kept.take(f"{clip.path.name} transcode", lambda: transcode(clip.path, folder))
        yield _row("transcode", plain, plain, clip.frames)
        run = kept.take(f"{clip.path.name} redact run", lambda: redact(clip.path, folder))
        yield _row("redact run", run, plain, clip.frames)


def _row(name: str, took: Took, plain: Took, frames: int) -> str:
    cells = [
        name,
        f"{took.wall:.0f} s",
        f"**{took.wall / plain.wall:.1f}**",
        f"{took.processor:.0f} s",
        f"{took.processor / plain.processor:.1f}",
        f"{1000 * took.processor / frames:.1f} ms",
        f"{took.memory:.0f} MB",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = "| | time | ÷ transcode | processor | ÷ transcode | a frame | memory |\n|" + "---|" * 7


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.speed.hour", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600, help="of the clip")
    parser.add_argument("--minutes", type=float, default=inf, help="begin nothing after so many")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/speed"), help="for clips and measurements"
    )
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(args.folder / "measured.json", args.minutes)
    clip = still_camera(shared_clips(), args.folder, args.seconds, QUIET)
    print(HEAD, flush=True)
    try:
        for text in rows(clip, kept):
            print(text, flush=True)
    except OutOfTime:
        print("\nOut of time. Give the same command again to go on.")


if __name__ == "__main__":
    main()
