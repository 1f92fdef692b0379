"""Bounds for the audit's limits on pixels: `python -m lab.audit.pixels CLIP...`.

Clips of any kind are encoded at several qualities: unchanged, with patches that show another part
of the picture, with boxes of many sizes hidden in every style, with the same boxes left open, and
with only their luma hidden. How often does the check "picture elsewhere" fail, how many patches are
found, how many masks are called "not drawn", and what is taken for hidden if no plan is known? No
detector runs. The same clips give the same table.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np

from redact.auditing.mask_drawn import not_drawn
from redact.auditing.outside_masks import OutsideMasks
from redact.auditing.planes import Both
from redact.auditing.redrawn import Redrawn
from redact.errors import RedactError
from redact.media import Decode, SourceInfo, VideoWriter, plane_array, probe
from redact.render import Renderer
from redact.settings import EncodeSettings, RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

QUALITIES = (
    ("h264", None),
    ("h264", 40),
    ("h264", 45),
    ("h264", 51),
    ("hevc", 45),
    ("hevc", 51),
    ("vp9", 63),
    ("av1", 63),
)
PATCHED = (("h264", None), ("h264", 40), ("h264", 51))
FRAMES = 3
LARGEST = 1_000_000  # pixels; larger pictures take long and add nothing
FACES = ((60, 140), (30, 60), (18, 30), (16, 24))
PLATES = ((6, 7.5), (6, 7.5), (10, 20))
MASKED = {
    "cover": RenderSettings(),
    "blur": RenderSettings(style=Style.BLUR),
    "mosaic": RenderSettings(style=Style.MOSAIC),
    "solid": RenderSettings(style=Style.SOLID, label="Face {track}"),
}


@dataclass(frozen=True)
class Coded:
    """Frames of a clip as a codec wrote them.

    Attributes:
        what: "whole", "patched", "masked", "bare" (masks planned and not drawn), "moved", "small"
            (drawn beside their place, and too small) or "luma" (only luma hidden).
        regions: boxes of the masks.
        wanted: what should have been drawn, with the output.
        places: of the patches, in pixels.
    """

    what: str
    codec: str
    crf: int | None
    frames: tuple[Both, ...]
    regions: tuple[Region, ...] = ()
    places: tuple[Box, ...] = ()
    wanted: tuple[Both, ...] = ()


def wanted_of(
    info: SourceInfo, frames: Sequence[Both], regions: Sequence[Region], settings: RenderSettings
) -> tuple[Both, ...]:
    """What should have been drawn in each frame, with the output."""
    renderer = Renderer(settings)
    drawn = (renderer.draw(frame, list(regions)) for frame in islice(Decode(info), len(frames)))
    found = []
    for frame, both in zip(drawn, frames, strict=True):
        planes = Both.of(frame, frame)
        chroma = tuple((a, o) for (a, _), (_, o) in zip(planes.chroma, both.chroma, strict=True))
        luma = planes.luma[0].copy(), both.luma[1]
        found.append(Both(luma, tuple((a.copy(), o) for a, o in chroma), both.right, both.down))
    return tuple(found)


def coded(
    info: SourceInfo, codec: str, crf: int | None, draw: Callable[[Frame], Frame] = lambda f: f
) -> tuple[Both, ...]:
    """The first frames of a clip, before and after `draw` and a codec changed them."""
    settings = EncodeSettings(codec=codec, crf=crf)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("o.webm" if codec == "vp9" else "o.mp4")
        with VideoWriter(path, info, settings) as writer:
            for frame in islice(Decode(info), FRAMES):
                writer.write(draw(frame))
        both = zip(Decode(info), Decode(probe(path)), strict=False)
        return tuple(Both.of(source, output) for source, output in both)


def boxes_of(info: SourceInfo) -> tuple[Region, ...]:
    """Boxes of many sizes at random places."""
    rng = np.random.default_rng(zlib.crc32(info.path.name.encode()))
    width, height = info.video.upright_size
    regions: list[Region] = []
    for target, sizes in ((Target.FACE, FACES), (Target.PLATE, PLATES)):
        for low, high in sizes:
            h = rng.uniform(low, high)
            w = h * (0.8 if target is Target.FACE else rng.uniform(3, 5))
            if w > width / 2 or h > height / 2:
                continue
            x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
            box = Box(x, y, x + w, y + h)
            regions.append(Region(len(regions) + 1, target, box, State.DETECTED))
    return tuple(regions)


def patches_of(info: SourceInfo) -> tuple[tuple[Box, tuple[int, int]], ...]:
    """Squares of 32 to 64 pixels, and the place whose content they show instead."""
    rng = np.random.default_rng(zlib.crc32(info.path.name.encode()) + 1)
    width, height = info.video.upright_size
    found = []
    for side in (32, 48, 64):
        if min(width, height) < 2 * side:
            continue
        (x, y), (u, v) = (
            [int(rng.integers(0, (m - side) // 16)) * 16 for m in (width, height)] for _ in range(2)
        )
        if abs(x - u) >= side or abs(y - v) >= side:
            found.append((Box(x, y, x + side, y + side), (u, v)))
    return tuple(found)


def patched(frame: Frame, patches: Sequence[tuple[Box, tuple[int, int]]]) -> Frame:
    """A frame in which patches show another part of the picture."""
    picture = frame.picture
    picture.make_writable()
    for n in range(len(picture.planes)):
        plane = plane_array(picture, n)
        source = plane.copy()
        right, down = _step(frame) if n else (1, 1)
        for (x1, y1, x2, y2), (u, v) in patches:
            rows, columns = int(y2 - y1) // down, int(x2 - x1) // right
            y, x, v, u = int(y1) // down, int(x1) // right, v // down, u // right
            plane[y : y + rows, x : x + columns] = source[v : v + rows, u : u + columns]
    return frame


def masked(
    renderer: Renderer, regions: Sequence[Region], luma_alone: bool
) -> Callable[[Frame], Frame]:
    """Draws the masks, on luma alone if asked to."""

    def draw(frame: Frame) -> Frame:
        planes = range(1, len(frame.picture.planes)) if luma_alone else ()
        before = {n: plane_array(frame.picture, n).copy() for n in planes}
        drawn = renderer.draw(frame, list(regions))
        for n, samples in before.items():
            plane_array(drawn.picture, n)[...] = samples
        return drawn

    return draw


def _step(frame: Frame) -> tuple[int, int]:
    """Pixels per chroma sample, across and down."""
    form = frame.picture.format
    return 64 // form.chroma_width(64), 64 // form.chroma_height(64)


def outputs(info: SourceInfo) -> Iterator[Coded]:
    """Everything made of one clip; codecs that cannot keep its pixel format are left out."""
    regions, patches = boxes_of(info), patches_of(info)
    places = tuple(box for box, _ in patches)
    for codec, crf in QUALITIES:
        try:
            yield Coded("whole", codec, crf, coded(info, codec, crf))
        except RedactError:
            continue
    for codec, crf in PATCHED:
        frames = coded(info, codec, crf, lambda frame: patched(frame, patches))
        yield Coded("patched", codec, crf, frames, places=places)
    for crf in (None, 40):
        for settings in MASKED.values():
            draw = masked(Renderer(settings), regions, False)
            frames = coded(info, "h264", crf, draw)
            wanted = wanted_of(info, frames, regions, settings)
            yield Coded("masked", "h264", crf, frames, regions, wanted=wanted)
        wrong = {
            "bare": (),
            "moved": tuple(replace(r, box=_moved(r.box)) for r in regions),
            "small": tuple(replace(r, box=r.box.grown(-0.15)) for r in regions),
        }
        for what, drawn in wrong.items():
            frames = coded(info, "h264", crf, masked(Renderer(RenderSettings()), drawn, False))
            wanted = wanted_of(info, frames, regions, RenderSettings())
            yield Coded(what, "h264", crf, frames, regions, wanted=wanted)
    frames = coded(info, "h264", None, masked(Renderer(RenderSettings()), regions, True))
    wanted = wanted_of(info, frames, regions, RenderSettings())
    yield Coded("luma", "h264", None, frames, regions, wanted=wanted)


def _moved(box: Box) -> Box:
    """By 15 % of its width."""
    return Box(box.x1 + 0.15 * box.width, box.y1, box.x2 + 0.15 * box.width, box.y2)


@dataclass
class Counts:
    """The audit's verdicts on all outputs, [how often, of how many], by question."""

    counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, found: int, of: int) -> None:
        row = self.counts.setdefault(name, [0, 0])
        row[0] += found
        row[1] += of

    @classmethod
    def of(cls, made: Sequence[Coded]) -> Counts:
        told = cls()
        for output in made:
            if output.what in ("whole", "patched"):
                told.elsewhere(output)
            else:
                told.masks(output)
        return told

    def elsewhere(self, output: Coded) -> None:
        """Whole pictures that fail, and patches that are found, each tested alone."""
        name = f"{output.codec} {output.crf or 'usual'}"
        if output.what == "whole":
            check = OutsideMasks()
            for n, both in enumerate(output.frames):
                check.see(n, both, None)
            self.add(f"fail: {name}", not check.check().passed, 1)
            return
        for place in output.places:
            check = OutsideMasks()
            for n, both in enumerate(output.frames):
                check.see(n, both, _all_but(both, place))
            self.add(f"patches: {name}", not check.check().passed, 1)

    def masks(self, output: Coded) -> None:
        """Masks called not drawn."""
        proof, name = Redrawn(RenderSettings()), f"{output.what} {output.crf or 'usual'}"
        for both, wanted in zip(output.frames, output.wanted, strict=True):
            bare = proof.bare(both, wanted, output.regions)
            self.add(f"drawn again, not so: {name}", len(bare), len(output.regions))
            for region in output.regions:
                self.add(f"not drawn: {name}", not_drawn(both, region), 1)


def _all_but(both: Both, place: Box) -> np.ndarray:
    """A mask that hides everything but a patch, uint8 [H, W]."""
    hidden = np.ones(both.luma[0].shape, np.uint8)
    x1, y1, x2, y2 = (int(v) for v in place)
    hidden[y1:y2, x1:x2] = 0
    return hidden


def print_row(name: str, value: str, told: Counts, columns: Sequence[str]) -> None:
    cells = []
    for column in columns:
        found, of = told.counts[column]
        share = f"{100 * found / max(of, 1):.2f} %"
        cells.append(share if column.startswith("no plan") else f"{found}/{of}")
    print("| " + " | ".join([name, value, *cells]) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+", help="clips of any kind, or folders of them")
    args = parser.parse_args()
    made: list[Coded] = []
    count = 0
    for path in (p for c in args.clips for p in (sorted(c.iterdir()) if c.is_dir() else [c])):
        try:
            info = probe(path)
        except RedactError:
            continue
        if info.video.width * info.video.height <= LARGEST:
            made += outputs(info)
            count += 1
    base = Counts.of(made)
    columns = list(base.counts)
    print(f"{count} clips, {FRAMES} frames of each\n")
    print("| number | value | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 2) + "|")
    print_row("as it is", "", base, columns)


if __name__ == "__main__":
    main()
