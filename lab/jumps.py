"""Who stays visible where the recording of one still camera jumps and no cut is noticed.

    python -m lab.jumps FOLDER --clips CLIPS --cameras CAMERAS

Pieces that one camera of dev filmed at two times are put behind one another, in their own size, and
searched. Of the jumps at which no cut is found, the table says how many tracks go over the jump,
and how many of these would be visible on both sides if they were kept. FOLDER gets a sheet of
these, each as it was seen last, just before and just after the jump, and seen next: whether that is
somebody else is judged by eye.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np

from redact import api
from redact.plan import Plan, read_plan, write_plan
from redact.types import Action, State, Track

from .cuts import CUT_INSIDE, DRAWN, MOST_OF_ONE, RATE, SHOT, camera_groups

TILE: Final = 150
"""Pixels along the side of a picture on the sheet."""


def jumps(groups: list[list[Path]], folder: Path, seed: int) -> Iterator[tuple[Path, int]]:
    """Clips that jump once, and the first frame behind it; made where they are missing."""
    rng = np.random.default_rng(seed)
    for group in groups:
        pairs = list(permutations(group, 2))
        for number in rng.permutation(len(pairs))[:MOST_OF_ONE]:
            pieces = [_piece(path, rng) for path in pairs[int(number)]]
            name = " ".join(path.stem for path in pairs[int(number)])
            target = folder / f"{name}.mp4"
            if not target.exists():
                _write(target, [frame for piece in pieces for frame in piece])
            yield target, len(pieces[0])


def _piece(path: Path, rng: np.random.Generator) -> list[av.VideoFrame]:
    """As many frames as of a shot in the benchmark of cuts, with no cut inside."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    end = min([len(frames), *CUT_INSIDE.get(path.name, ())])
    at = int(rng.integers(0, max(1, end - SHOT + 1)))
    return frames[at : min(at + SHOT, end)]


def _write(target: Path, frames: list[av.VideoFrame]) -> None:
    width, height = (side // 2 * 2 for side in (frames[0].width, frames[0].height))
    with av.open(str(target), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate(frames):
            picture = frame.reformat(width, height, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            picture.pict_type = av.video.frame.PictureType.NONE
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def planned(clip: Path) -> Plan:
    """What is found in a clip, searched once."""
    plan_file = clip.with_suffix(".plan.json")
    if not plan_file.exists():
        write_plan(api.detect(clip), plan_file)
    return read_plan(plan_file)


def goes_on(plan: Plan, track: Track, jump: int) -> bool:
    """Whether a track, if it is kept, is visible before a jump and behind it."""
    kept = replace(track, action=Action.KEEP)
    spans = plan.with_track(kept).shown_spans(kept)
    return bool(spans) and spans[0][0] < jump <= spans[-1][1]


def row(clip: Path, track: Track, jump: int) -> np.ndarray:
    """Four pictures of what is in a track's box around a jump."""
    with av.open(str(clip)) as container:
        frames = [f.to_ndarray(format="bgr24") for f in container.decode(video=0)]
    seen = [key.frame for key in track.keyframes if key.state is State.DETECTED]
    last = max((n for n in seen if n < jump), default=jump - 1)
    following = min((n for n in seen if n >= jump), default=jump)
    tiles = []
    for n in (last, jump - 1, jump, following):
        key = track.at(n)
        assert key is not None
        (x, y), size = key.box.centre, 2 * max(key.box.width, key.box.height)
        tile = cv2.getRectSubPix(frames[n], (max(8, round(size)),) * 2, (x, y))
        tiles.append(cv2.resize(tile, (TILE, TILE)))
    line = np.hstack(tiles)
    cv2.putText(line, f"{clip.stem} {track.id}", (4, TILE - 6), 0, 0.4, (0, 255, 0), 1)
    return line


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.jumps", description=__doc__)
    parser.add_argument("folder", type=Path, help="for clips, plans and the sheet")
    parser.add_argument("--clips", type=Path, required=True, help="folder of real clips")
    parser.add_argument("--cameras", type=Path, help="folder of camera clips")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    groups = camera_groups("dev", args.clips, args.cameras).values()
    real = [[p for p in g if p.exists() and not p.name.startswith(DRAWN)] for g in groups]
    told, found, over, lines = 0, 0, 0, []
    for clip, jump in jumps(real, args.folder, args.seed):
        plan = planned(clip)
        told += 1
        if any(abs(cut - jump) <= 1 for cut in plan.cuts):
            found += 1
            continue
        across = [t for t in plan.tracks if t.first < jump <= t.last]
        over += len(across)
        lines += [row(clip, t, jump) for t in across if goes_on(plan, t, jump)]
    print(json.dumps({"jumps": told, "cuts": found, "over": over, "visible": len(lines)}))
    if lines:
        cv2.imwrite(str(args.folder / "sheet.png"), np.vstack(lines))


if __name__ == "__main__":
    main()
