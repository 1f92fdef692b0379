"""`python -m lab.leak`: leaked frames and tracks of redact and its peers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lab.halves import HALVES
from lab.shared import shared_folder

from . import table
from .runner import Runner
from .scenes.build import build
from .scenes.catalogue import SMOKE, moved, specs
from .scenes.stills import Library
from .summary import summarise
from .tools import cache_folder, tool
from .truth import Truth

SEED = 1
TOOLS = (
    "redact-balanced",
    "redact-thorough",
    "deface",
    "oracle",
    "nothing",
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.leak", description=__doc__)
    parser.add_argument(
        "--half", choices=HALVES, default="test", help="of the stills: no source is in both"
    )
    parser.add_argument(
        "--moved", type=int, metavar="N", help="N fresh clips instead of the fixed catalogue"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the camera's ways (and --moved)")
    parser.add_argument("--out", type=Path, help="folder for leak.json and leak.md")
    parser.add_argument("--tools", default=",".join(TOOLS), help="names with commas")
    parser.add_argument("--subset", choices=("all", "smoke"), default="all")
    parser.add_argument("--clips", help="only clips whose name contains one of these (commas)")
    parser.add_argument("--package", action="store_true", help="package pictures only")
    parser.add_argument("--worst", action="store_true", help="list leaked tracks of every tool")
    return parser.parse_args()


def find_library(package: bool, half: str | None) -> Library:
    """A half's stills beside the checkout (or in REDACT_SHARED), else package pictures."""
    shared = shared_folder()
    if package or not (shared / "eval" / "labels.json").exists():
        return Library(None)
    return Library(shared, half)


def _clips(args: argparse.Namespace, cache: Path) -> list[tuple[Path, Truth]]:
    library = find_library(args.package, args.half)
    wanted = moved(args.moved, args.seed) if args.moved else specs()
    if args.subset == "smoke":
        wanted = [s for s in wanted if s.name in SMOKE]
    if args.clips:
        wanted = [s for s in wanted if any(part in s.name for part in args.clips.split(","))]
    return build(cache / f"clips-{library.name}-{args.seed}", library, args.seed, wanted)


def main() -> None:
    args = _arguments()
    cache = cache_folder()
    clips = _clips(args, cache)
    tools = [tool(n) for n in args.tools.split(",")]
    runner = Runner(cache)
    measured = runner.all(tools, clips)
    summaries = [summarise(t.name, t.targets, measured[t.name]) for t in tools]
    tracks = sum(len(truth.tracks) for _, truth in clips)
    instances = sum(len(t.instances) for _, truth in clips for t in truth.tracks)
    head = (
        f"half {args.half}: {len(clips)} clips, {tracks} truth tracks, {instances} truth instances"
    )
    parts = [
        table.headline(summaries),
        table.rest(summaries),
        table.bands(summaries),
    ]
    if args.worst:
        parts += [f"{s.tool}\n\n{table.worst(s)}" for s in summaries]
    text = "\n\n".join([head, *parts])
    print(text)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        record = {
            "clips": len(clips),
            "tracks": tracks,
            "instances": instances,
            "versions": {t.name: t.version for t in tools},
            "tools": [s.to_json() for s in summaries],
        }
        (args.out / "leak.json").write_text(json.dumps(record, indent=1))
        (args.out / "leak.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
