"""`python -m lab.real`: redact and its peers on real footage labelled by eye."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lab.leak.outputs import Outputs
from lab.leak.tools import cache_folder
from lab.shared import shared_folder

from . import summary
from .judge import Scores
from .labels import HALVES, HOME, Labels, default_files, find_clips, read_labels
from .pictures import Look, write_sheets
from .runner import judge_boxes, judge_pixels, look_at_masks, look_at_outputs
from .tools import DEFAULT, named

SPLIT = HOME / "split.json"


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.real", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="test", help="of the clips")
    parser.add_argument("--labels", type=Path, nargs="+", help="instead of lab/real/labels_*")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], help="further folder of clips"
    )
    parser.add_argument("--only", help="only clips whose name contains one of these (commas)")
    parser.add_argument("--tools", help="names with commas; default all, of redact with --boxes")
    parser.add_argument("--targets", help="what redact is to hide, as its own option has it")
    parser.add_argument(
        "--boxes", action="store_true", help="judge masks before drawing: quick, redact only"
    )
    parser.add_argument("--worst", type=int, default=12, help="frames on the sheet of stray masks")
    parser.add_argument("--no-pictures", action="store_true", help="write no sheets")
    parser.add_argument("--out", type=Path, default=HOME / "out", help="folder of the sheets")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    return parser.parse_args(words)


def chosen_labels(args: argparse.Namespace) -> tuple[Labels, dict[str, Path]]:
    """Labels of the half whose clips are available, and those clips; missing ones are named."""
    shared = shared_folder()
    files = args.labels or default_files(shared)
    absent = [f for f in files if not f.is_file()]
    if absent:
        raise SystemExit(f"{absent[0]}: no such file of labels. Give one with --labels.")
    labels = read_labels(files, args.half, SPLIT)
    names = labels.clips()
    if args.only:
        names = [n for n in names if any(part in n for part in args.only.split(","))]
    clips = find_clips(names, [shared / "clips", *args.clips])
    left_out = [n for n in names if n not in clips]
    if left_out:
        print(
            f"{len(left_out)} labelled clips are not at hand and are left out, the first "
            f"{left_out[0]}; give their folder with --clips",
            file=sys.stderr,
        )
    if not clips:
        raise SystemExit(f"no labelled clip of the half '{args.half}' is at hand")
    kept = Labels(
        [f for f in labels.frames if f.clip in clips], [t for t in labels.tracks if t.clip in clips]
    )
    return kept, clips


def head(args: argparse.Namespace, labels: Labels, clips: dict[str, Path]) -> str:
    """One line that describes the material and the method."""
    by = "masks before drawing" if args.boxes else "pixels of the outputs"
    return (
        f"half {args.half}: {len(labels.frames)} frames and {len(labels.tracks)} tracks of "
        f"{len(clips)} clips, {by}; 95 % intervals over clips"
    )


def measured(
    args: argparse.Namespace, labels: Labels, clips: dict[str, Path]
) -> tuple[list[Scores], Look]:
    """Scores of every tool, and a function that shows a frame of its output."""
    names = args.tools.split(",") if args.tools else list(DEFAULT)
    if args.boxes:
        chosen = (n for n in names if args.tools or n.startswith("redact-"))
        tools = [named(n, args.targets) for n in chosen]
        scores, plans = judge_boxes(tools, labels, clips)
        return scores, look_at_masks(tools, plans, clips)
    tools = [named(n, args.targets) for n in names]
    outputs = Outputs(cache_folder() / "real")
    scores = judge_pixels(tools, labels, clips, outputs)
    return scores, look_at_outputs(tools, outputs, clips)


def record(args: argparse.Namespace, scores: list[Scores]) -> dict[str, object]:
    """Everything that the tables show, for scripts."""
    tools = {}
    for s in scores:
        tools[s.tool] = {
            "frames": len(s.frames),
            **{name: f.to_json() for name, f in summary.figures(s).items()},
            "failed": s.failed,
            "missing_frames": s.missing,
        }
    return {"half": args.half, "boxes": args.boxes, "tools": tools}


def main(words: list[str] | None = None) -> None:
    args = arguments(words)
    labels, clips = chosen_labels(args)
    try:
        scores, look = measured(args, labels, clips)
    except ValueError as error:
        raise SystemExit(f"{error}. Choose other --tools.") from error
    sheets = [] if args.no_pictures else write_sheets(scores, look, args.out, args.worst)
    if args.json:
        print(json.dumps(record(args, scores)))
        return
    print(head(args, labels, clips), summary.table(scores), sep="\n\n")
    for s in scores:
        for clip, why in s.failed.items():
            print(f"{s.tool} made no output of {clip} (counted as shown bare): {why}")
        if s.missing:
            print(f"{s.tool}: {s.missing} labelled frames are not in its outputs: shown bare")
    for sheet in sheets:
        print(sheet)


if __name__ == "__main__":
    main()
