"""The cost of `redact run`: `python -m lab.speed`, or `make bench-speed`.

Every clip goes through a plain transcode (x264's preset medium) and through a whole `redact run`,
alternating, `--repeat` times; the table shows medians and their ratios. Wall-clock seconds are only
meaningful on an otherwise idle machine; processor seconds are shown beside them.

The clip `hour` is an hour of a still camera: two minutes in which six people cross a room, then
eight in which nobody does, repeated.
"""

from __future__ import annotations

import argparse
import compileall
import tempfile
from contextlib import nullcontext
from pathlib import Path

from lab.shared import shared_folder

from . import clips
from .clips import Clip
from .runs import Took, middle, redact, transcode

QUIET = 461
"""Seconds of the hour without anybody: with the camera's own 139, ten minutes."""


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clips", default="few,crowd,still,4k", help="of these, and hour")
    parser.add_argument("--frames", type=int, default=150, help="of the clips that move, at most")
    parser.add_argument("--frames-4k", type=int, default=60, help="of the 4K clip, at most")
    parser.add_argument("--still-seconds", type=int, default=120, help="of the still camera")
    parser.add_argument("--repeat", type=int, default=2, help="runs of each")
    parser.add_argument("--folder", type=Path, help="keep the clips here")
    parser.add_argument(
        "options",
        nargs="*",
        help="for 'redact run', after --, such as -- --sensitivity thorough",
    )
    return parser.parse_args(words)


def made(kind: str, args: argparse.Namespace, folder: Path) -> Clip:
    """A clip, written to a folder unless it exists."""
    shared = shared_folder() / "clips"
    if kind == "few":
        return clips.few_faces(shared, folder, args.frames)
    if kind == "crowd":
        return clips.crowd(shared, folder, args.frames)
    if kind == "still":
        return clips.still_camera(shared, folder, args.still_seconds)
    if kind == "4k":
        return clips.uhd(shared, folder, args.frames_4k)
    if kind == "hour":
        return clips.still_camera(shared, folder, 3600, QUIET)
    raise SystemExit(f"--clips {kind}: no such clip")


def measured(clip: Clip, repeat: int, options: list[str]) -> tuple[Took, Took]:
    """Medians of transcodes and of runs, alternating, so that both suffer the same disturbances."""
    plain, run = list[Took](), list[Took]()
    with tempfile.TemporaryDirectory() as results:
        for _ in range(repeat):
            plain.append(transcode(clip.path, Path(results)))
            run.append(redact(clip.path, Path(results), options))
    return middle(plain), middle(run)


HEAD = (
    "| clip | frames | tracks | transcode | detect | render | audit | whole run | ÷ transcode "
    "| processor ÷ transcode | a frame | memory |\n|" + "---|" * 12
)


def line(clip: Clip, plain: Took, run: Took) -> str:
    """One row of the table."""
    stage = {name: run.stages.get(name, 0.0) for name in ("detect", "track", "render", "audit")}
    cells = [
        clip.name,
        clip.frames,
        run.tracks,
        f"{plain.wall:.1f} s",
        f"{stage['detect'] + stage['track']:.1f} s",
        f"{stage['render']:.1f} s",
        f"{stage['audit']:.1f} s",
        f"{run.wall:.1f} s",
        f"**{run.wall / plain.wall:.1f}**",
        f"{run.processor / plain.processor:.1f}",
        f"{1000 * run.processor / clip.frames:.1f} ms",
        f"{run.memory:.0f} MB",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def main(words: list[str] | None = None) -> None:
    args = arguments(words)
    with nullcontext(args.folder) if args.folder else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        # Installed packages are compiled; a checkout may be unable to store compiled files.
        compileall.compile_dir(Path(__file__).parents[2] / "redact", quiet=1)
        print(HEAD, flush=True)
        for kind in args.clips.split(","):
            clip = made(kind, args, folder)
            print(line(clip, *measured(clip, args.repeat, args.options)), flush=True)


if __name__ == "__main__":
    main()
