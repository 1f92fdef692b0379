"""`python -m lab.core`: this version of the core on labelled frames, from answers on file.

    python -m lab.core --save before            # what this version does
    python -m lab.core --against before         # beside another, with paired intervals
    python -m lab.core --explain CLIP FRAME X Y # why a place is hidden, or not

The first run lets the networks answer (an hour of processor for 19,000 frames); later ones read
their answers, and ask only what no version has asked before.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Iterator

from lab.leak.tools import cache_folder
from lab.real.judge import FrameScore
from redact.errors import RedactError
from redact.settings import DetectSettings
from redact.types import DETECTED_TARGETS, without_nested

from .cost import FIGURES, difference, judged
from .explain import explained
from .replay import Stored
from .sets import NAMES, LabelledSet, labelled_set

INTERVALS = ("cost", "faces", "plates", "stray %")


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.core",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sets", default=",".join(NAMES), help="names with commas")
    parser.add_argument("--only", help="only clips whose name contains one of these (commas)")
    parser.add_argument("--targets", default="faces,plates", help="as the option of redact")
    parser.add_argument("--save", metavar="NAME", help="keep the scores under this name")
    parser.add_argument("--against", metavar="NAME", help="scores to compare with")
    parser.add_argument("--list", action="store_true", help="name the frames that differ, or cost")
    parser.add_argument("--explain", nargs=4, metavar=("CLIP", "FRAME", "X", "Y"))
    return parser.parse_args(words)


def settings_of(targets: str) -> DetectSettings:
    wanted = [t for w in targets.split(",") for t in DETECTED_TARGETS if w == t.spec.option]
    return DetectSettings(without_nested(wanted))


def scored(chosen: LabelledSet, only: str | None, settings: DetectSettings) -> Iterator[FrameScore]:
    """The labelled frames of a set."""
    for clip, path in chosen.clips.items():
        if only and not any(part in clip for part in only.split(",")):
            continue
        try:
            stored = Stored(path, cache_folder() / "core", settings)
            plan, _ = stored.searched()
        except RedactError as error:
            print(f"{clip} is left out: {error.message}", file=sys.stderr)
            continue
        if stored.answers.fresh:
            print(f"{clip}: {stored.answers.fresh} new answers", file=sys.stderr, flush=True)
        yield from judged(plan, chosen.labels.of(clip).frames)


def table(now: dict[str, list[FrameScore]], before: dict[str, list[FrameScore]]) -> str:
    """One row a set, and all together; with what it was before, where that is known."""
    rows = {**now, "all": [f for frames in now.values() for f in frames]}
    old = {
        name: [f for s in now for f in before.get(s, [])] if name == "all" else before.get(name, [])
        for name in rows
    }
    lines = ["| set | frames | " + " | ".join(FIGURES) + " |", "|---" * (len(FIGURES) + 2) + "|"]
    for name, frames in rows.items():
        clips = {f.clip for f in frames}
        was = [f for f in old[name] if f.clip in clips]
        cells = []
        for label, figure in FIGURES.items():
            cell = f"{figure(frames):.4g}"
            if was:
                cell = f"{figure(was):.4g} → {cell}"
                if label in INTERVALS:
                    change, (low, high) = difference(figure, was, frames)
                    cell += f" ({change:+.3g}; {low:+.3g} to {high:+.3g})"
            cells.append(cell)
        lines.append(f"| {name} | {len(frames)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def listed(now: list[FrameScore], before: list[FrameScore]) -> Iterator[str]:
    """Frames that leave other objects open, or hide more or less for nothing, than before."""
    was = {(f.clip, f.frame): f for f in before}
    for frame in now:
        old = was.get((frame.clip, frame.frame))
        ours = {(o.target, o.box) for o in frame.leaks}
        theirs = {(o.target, o.box) for o in old.leaks} if old else set()
        for word, some in (("open", ours - theirs), ("no longer open", theirs - ours)):
            for target, box in sorted(some):
                place = ", ".join(f"{v:.0f}" for v in box)
                yield f"{frame.clip} {frame.frame}: {target} at {place} {word}"
        more = frame.stray - (old.stray if old else 0)
        if abs(more) > 0.01:
            yield f"{frame.clip} {frame.frame}: {100 * more:+.1f} % of the picture for nothing"


def main(words: list[str] | None = None) -> None:
    args = arguments(words)
    settings = settings_of(args.targets)
    folder = cache_folder() / "core"
    folder.mkdir(parents=True, exist_ok=True)
    sets = [labelled_set(name) for name in args.sets.split(",")]
    if args.explain:
        clip, frame, x, y = args.explain
        path = next(s.clips[name] for s in sets for name in s.clips if clip in name)
        print(explained(Stored(path, folder, settings), int(frame), float(x), float(y)))
        return
    now = {one.name: list(scored(one, args.only, settings)) for one in sets}
    if args.save:
        (folder / f"{args.save}.scores").write_bytes(pickle.dumps(now))
    before = {}
    if args.against:
        before = pickle.loads((folder / f"{args.against}.scores").read_bytes())
    print(table(now, before))
    if args.list:
        for name, frames in now.items():
            print(*listed(frames, before.get(name, [])), sep="\n")


if __name__ == "__main__":
    main()
