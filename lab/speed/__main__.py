"""What `redact run` costs: `python -m lab.speed`, or `make bench-speed`.

Every clip goes through a plain transcode (x264's preset medium), through the whole of `redact run`,
in turn, `--repeat` times; the tables show medians and their ratios. If --deface says how to start
it, deface is run once. Seconds on the clock mean something on a machine that does
nothing else; processor seconds are shown beside them.

With --folder every measurement is kept. A run that was stopped, by Ctrl-C or by --minutes, goes on
when the same command is given again at the same commit.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

from . import clips
from .clips import Clip
from .kept import Kept, OutOfTime
from .runs import Took, deface, middle, redact, transcode

KINDS = ("few", "crowd", "still", "4k")


@dataclass(frozen=True)
class Row:
    """A clip with what it took; `other` is deface."""

    clip: Clip
    plain: Took
    run: Took
    other: Took | None


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clips", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--frames", type=int, default=150, help="of the clips that move, at most")
    parser.add_argument("--frames-4k", type=int, default=60, help="of the 4K clip, at most")
    parser.add_argument("--still-seconds", type=int, default=120, help="of the still camera")
    parser.add_argument("--repeat", type=int, default=2, help="runs of each, but of deface")
    parser.add_argument("--minutes", type=float, default=inf, help="begin nothing after so many")
    parser.add_argument("--deface", default="", help="how to start deface, a command line")
    parser.add_argument("--growth", action="store_true", help="also cost by length and by people")
    parser.add_argument("--folder", type=Path, help="keep clips and measurements here")
    parser.add_argument(
        "options", nargs="*", help="for 'redact run', after --: for example -- --sensitivity fast"
    )
    return parser.parse_args(words)


def shared_clips() -> Path:
    """Footage beside the checkout, or in REDACT_SHARED."""
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    return Path(os.environ.get("REDACT_SHARED", beside)) / "clips"


def makers(args: argparse.Namespace, folder: Path) -> Iterator[Callable[[], Clip]]:
    """How to make each clip that is asked for."""
    shared, wanted = shared_clips(), args.clips.split(",")
    if "few" in wanted:
        yield lambda: clips.few_faces(shared, folder, args.frames)
    if "crowd" in wanted:
        yield lambda: clips.crowd(shared, folder, args.frames)
    if "still" in wanted:
        yield lambda: clips.still_camera(shared, folder, args.still_seconds)
    if "4k" in wanted:
        yield lambda: clips.uhd(shared, folder, args.frames_4k)


def measured(clip: Clip, args: argparse.Namespace, kept: Kept) -> Row:
    """Each program over a clip, in turn, so that all meet the same disturbances.

    Raises:
        OutOfTime: what is missing would have to be measured now.
    """
    plain, run = list[Took](), list[Took]()
    name, options = f"{clip.path.name} {clip.frames}", " ".join(args.options)
    other = None
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for turn in range(args.repeat):
            plain.append(
                kept.take(f"{name} transcode {turn}", lambda: transcode(clip.path, folder))
            )
            run.append(
                kept.take(
                    f"{name} run {options} {turn}", lambda: redact(clip.path, folder, args.options)
                )
            )
        if args.deface:
            other = kept.take(f"{name} deface", lambda: deface(clip.path, folder, args.deface))
    return Row(clip, middle(plain), middle(run), other)


HEAD = (
    "| clip | frames | tracks | transcode | detect | render | audit | whole run | ÷ transcode "
    "| processor ÷ transcode | memory | deface | run ÷ deface |\n|" + "---|" * 13
)


def line(row: Row) -> str:
    """One row of the main table."""
    run, plain, other = row.run, row.plain, row.other
    stage = {name: run.stages.get(name, 0.0) for name in ("detect", "track", "render", "audit")}
    cells = [
        row.clip.name,
        row.clip.frames,
        run.tracks,
        f"{plain.wall:.1f} s",
        f"{stage['detect'] + stage['track']:.1f} s",
        f"{stage['render']:.1f} s",
        f"{stage['audit']:.1f} s",
        f"{run.wall:.1f} s",
        f"**{run.wall / plain.wall:.1f}**",
        f"{run.processor / plain.processor:.1f}",
        f"{run.memory:.0f} MB",
        "–" if other is None else f"{other.wall:.1f} s",
        "–" if other is None else f"{run.wall / other.wall:.2f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def growth(args: argparse.Namespace, folder: Path, kept: Kept) -> Iterator[str]:
    """Two tables: the cost of a frame against the length of the clip, and against people in it."""
    shared, most = shared_clips(), args.still_seconds
    args = argparse.Namespace(**vars(args) | {"deface": ""})
    head = "| frames | tracks | run, processor a frame | to the first |\n|---|---|---|---|"
    for title, made in (
        ("length", [clips.still_camera(shared, folder, round(most * s)) for s in (0.25, 0.5, 1.0)]),
        ("people", [clips.crowd(shared, folder, args.frames, s) for s in (0.25, 0.5, 1.0)]),
    ):
        yield f"\nCost against {title}\n\n| clip {head}---|"
        first = 0.0
        for clip in made:
            row = measured(clip, args, kept)
            each = 1000 * row.run.processor / max(clip.frames, 1)
            first = first or each
            yield (
                f"| {clip.name} | {clip.frames} | {row.run.tracks} | {each:.1f} ms "
                f"| {each / first:.2f} |"
            )


def main(words: list[str] | None = None) -> None:
    args = arguments(words)
    folder = args.folder or Path(tempfile.mkdtemp(prefix="redact-speed-"))
    folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(folder / "measured.json", args.minutes)
    try:
        print(HEAD, flush=True)
        for make in makers(args, folder):
            print(line(measured(make(), args, kept)), flush=True)
        if args.growth:
            for text in growth(args, folder, kept):
                print(text, flush=True)
    except OutOfTime:
        print("\nOut of time. Give the same command again to go on.")
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
