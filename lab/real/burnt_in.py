"""How much burnt-in text `redact` hides: text of many kinds drawn over the dev half's clips.

`python -m lab.real.burnt_in --clips FOLDER` draws texts over the first two seconds of every
labelled clip of the half dev, away from what is labelled, encodes them anew, searches them as
`balanced` does and counts the texts of which masks cover a third and more, as the labelled ones are
counted. A text counts once in every tenth frame in which it is shown.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lab.leak import video
from lab.leak.redact_tools import Planned, RedactTool
from lab.leak.tools import cache_folder
from redact.render import mask_of
from redact.types import Target

from .__main__ import SPLIT, shared_folder
from .drawn import KINDS, STYLES, Line, lines_for
from .intervals import share_interval
from .judge import BURNT_IN
from .labels import HOME, Box, Labels, find_clips, read_labels
from .runner import progress
from .tools import named

SECONDS = 2.0
EVERY = 10
COUNT = 6
"""Lines of a clip, where there is room."""
AWAY = 0.5
"""Texts stand at least this share of its size away from whatever is labelled."""
CRF = (20, 26, 32)
LARGEST = 1280
"""Larger pictures are not drawn on: they cost most and are few."""
FILES = [HOME / "labels_dev.json", HOME / "labels_dev_shared.json"]


@dataclass(frozen=True)
class Text:
    """One text in one frame, and the share of it that masks of each target cover."""

    clip: str
    line: int
    kind: str
    style: str
    height: float
    frame: int
    box: Box
    plate: float = 0.0
    face: float = 0.0

    def hidden(self, target: str) -> bool:
        return bool((self.plate if target == "plate" else self.face) > BURNT_IN)


def taken(labels: Labels) -> list[Box]:
    """Where something is labelled in any frame, with room around it."""
    boxes = [b for f in labels.frames for b in (*f.known, *f.osd_all)]
    boxes += [b for t in labels.tracks for b in t.boxes.values()]
    return [
        (x1 - AWAY * (x2 - x1), y1 - AWAY * (y2 - y1), x2 + AWAY * (x2 - x1), y2 + AWAY * (y2 - y1))
        for x1, y1, x2, y2 in boxes
    ]


def drawn(
    path: Path, labels: Labels, folder: Path, seed: int, count: int = COUNT
) -> tuple[Path, list[Text]]:
    """The clip with texts, made where it is not there yet, and the texts of every tenth frame."""
    out, record = folder / f"{path.stem}.mkv", folder / f"{path.stem}.json"
    if out.exists() and record.exists():
        rows = json.loads(record.read_text())
        return out, [Text(**{**row, "box": tuple(row["box"])}) for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    texts: list[Text] = []
    pictures, times = [], []
    lines: list[Line] = []
    for number, (time, picture) in enumerate(video.read(path)):
        time -= times[0] if times and number else 0.0
        if number and time >= SECONDS:
            break
        if not number:
            size = picture.shape[1], picture.shape[0]
            lines = lines_for(path.name, size, SECONDS, taken(labels), seed, count)
        even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2].copy()
        times.append(max(time, times[-1] + 1e-3) if times else 0.0)
        for n, line in enumerate(lines):
            for box in line.draw(even, times[-1], number):
                if number % EVERY == EVERY // 2:
                    pen = line.pen
                    texts.append(Text(path.name, n, line.kind, pen.style, pen.height, number, box))
        pictures.append(even)
    quality = CRF[sum(path.name.encode()) % len(CRF)]
    video.write(out, pictures, times, crf=quality, suffix=".mkv")
    record.write_text(json.dumps([asdict(t) for t in texts]))
    return out, texts


def judged(tool: RedactTool, planned: Planned, texts: Sequence[Text]) -> list[Text]:
    """The texts with what masks cover of them."""
    width, height = planned.info.video.upright_size
    margin = tool.settings.render.margin
    found = []
    for frame in sorted({t.frame for t in texts}):
        regions = planned.plan.regions_at(frame)
        area = {
            target: mask_of([r for r in regions if r.target is target], width, height, margin)
            for target in (Target.PLATE, Target.FACE)
        }
        for text in texts:
            if text.frame == frame:
                shares = {t.word: _share(area[t], text.box) for t in area}
                found.append(Text(**{**vars(text), **shares}))
    return found


def _share(area: np.ndarray, box: Box) -> float:
    x1, y1, x2, y2 = (max(0, round(v)) for v in box)
    part = area[y1:y2, x1:x2]
    return float(part.mean()) if part.size else 0.0


def table(texts: Sequence[Text]) -> str:
    """Shares of texts hidden by masks of plates and of faces, by kind and by style."""
    groups: list[tuple[str, Callable[[Text], bool]]] = [("all", lambda t: True)]
    groups += [(kind, lambda t, k=kind: t.kind == k) for kind in KINDS]
    groups += [(style, lambda t, s=style: t.style == s) for style in STYLES]
    lines = ["| texts | hidden as plates | hidden as faces |", "|---|---|---|"]
    for name, belongs in groups:
        mine = [t for t in texts if belongs(t)]
        if mine:
            cells = [_cell(mine, target) for target in ("plate", "face")]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(texts: Sequence[Text], target: str) -> str:
    low, high = share_interval((t.clip, float(t.hidden(target))) for t in texts)
    hits = sum(t.hidden(target) for t in texts)
    share = 100 * hits / len(texts)
    return f"{share:.1f} % ({hits} of {len(texts)}; {100 * low:.1f} to {100 * high:.1f})"


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.real.burnt_in", description=__doc__)
    parser.add_argument("--labels", type=Path, nargs="+", default=FILES, help="of the half dev")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="folder of clips")
    parser.add_argument("--only", default="", help="clips whose names contain one of these")
    parser.add_argument("--tools", default="redact-balanced", help="names with commas")
    parser.add_argument("--seed", type=int, default=1, help="of the texts and their places")
    parser.add_argument("--json", type=Path, help="file for every text in every frame judged")
    args = parser.parse_args(words)
    labels = read_labels(args.labels, "dev", SPLIT)
    names = [n for n in labels.clips() if any(part in n for part in args.only.split(","))]
    clips = find_clips(names, [shared_folder() / "clips", *args.clips])
    if not clips:
        raise SystemExit("no labelled clip of the half dev is at hand; give --clips")
    folder = cache_folder() / f"burnt-in-{args.seed}"
    for name in args.tools.split(","):
        tool = named(name)
        if not isinstance(tool, RedactTool):
            raise SystemExit(f"{name}: only redact's own tools can be judged by their masks")
        texts: list[Text] = []
        for n, (clip, path) in enumerate(clips.items(), 1):
            progress(f"{name}: {n} of {len(clips)}: {clip}")
            made, shown = drawn(path, labels.of(clip), folder, args.seed)
            texts += judged(tool, tool.planned(made), shown)
        progress("")
        print(f"{name}: {len({(t.clip, t.line) for t in texts})} lines over {len(clips)} clips")
        print(table(texts))
        if args.json:
            args.json.write_text(json.dumps([asdict(t) for t in texts]))


if __name__ == "__main__":
    main()
