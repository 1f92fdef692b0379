"""What the limits on pixels must lie between: `python -m benchmarks.audit.pixels FOLDER`.

Clips of any kind are coded at several qualities, whole: how far is the picture then from the
source, and how often would the check "picture elsewhere" fail? Then boxes of many sizes, at random
places, are hidden in every style: in how many cells does the clean output show the source by
chance, and how many are found when only luma is hidden? No detector is asked. The same clips give
the same table.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from redact.auditing.limits import LIMITS
from redact.auditing.mask_drawn import not_drawn, shows_colour, shows_source
from redact.auditing.outside_masks import OutsideMasks
from redact.auditing.planes import NEUTRAL, Both, block_mean, difference_outside, psnr
from redact.errors import RedactError
from redact.media import Decode, SourceInfo, VideoWriter, plane_array, probe
from redact.render import Renderer
from redact.settings import EncodeSettings, RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

QUALITIES = (
    ("h264", None),
    ("h264", 35),
    ("h264", 40),
    ("h264", 45),
    ("hevc", 40),
    ("hevc", 45),
    ("vp9", 50),
    ("av1", 55),
)
FRAMES = 8
LARGEST = 1_000_000  # pixels; larger pictures take long and tell nothing else
FACES = ((60, 140), (30, 60), (18, 30), (16, 24))
PLATES = ((6, 7.5), (6, 7.5), (10, 20))
MASKED = {
    "blur": RenderSettings(),
    "mosaic": RenderSettings(style=Style.MOSAIC),
    "solid": RenderSettings(style=Style.SOLID, label="Face {track}"),
}


@dataclass(frozen=True)
class Plane:
    """One plane of one frame: PSNR, largest and median block, error as a share of the colour."""

    psnr: float
    block: float
    median: float
    lost: float


def coded(
    info: SourceInfo, settings: EncodeSettings, draw: Callable[[Frame], Frame] = lambda f: f
) -> Iterator[Both]:
    """The first frames of a clip, with what `draw` and a codec made of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("o.webm" if settings.codec == "vp9" else "o.mp4")
        with VideoWriter(path, info, settings) as writer:
            for frame in islice(Decode(info), FRAMES):
                writer.write(draw(frame))
        for source, output in zip(Decode(info), Decode(probe(path)), strict=False):
            yield Both.of(source, output)


def planes_of(both: Both) -> Iterator[Plane]:
    """Luma first."""
    step = both.right, both.down
    for n, (source, output) in enumerate((both.luma, *both.chroma)):
        difference = difference_outside(source, output, None)
        blocks = block_mean(difference, *(step if n else (1, 1)))
        away = (source.astype(np.float32) - NEUTRAL) ** 2
        error = float((difference.astype(np.float32) ** 2).mean())
        lost = error / max(float(away.mean()), 1e-6) if n else 0.0
        ratio = psnr(difference, source.size)
        yield Plane(ratio, float(blocks.max()), float(np.median(blocks)), lost)


def print_whole(clips: list[SourceInfo]) -> None:
    print("| codec | CRF | clips | luma PSNR | chroma PSNR | luma block | chroma block |", end=" ")
    print(f"median block | colour lost below {LIMITS.faint_colour:.0f} dB | clips that fail |")
    print("|---" * 10 + "|")
    for codec, crf in QUALITIES:
        luma, chroma, failed, count = list[Plane](), list[Plane](), 0, 0
        for info in clips:
            elsewhere = OutsideMasks(blocks=True)
            try:
                for n, both in enumerate(coded(info, EncodeSettings(codec=codec, crf=crf))):
                    first, *others = planes_of(both)
                    luma.append(first)
                    chroma += others
                    elsewhere.see(n, both, None)
            except RedactError:
                continue  # not every codec keeps every format
            count += 1
            failed += not elsewhere.check().passed
        lost = max((p.lost for p in chroma if p.psnr < LIMITS.faint_colour), default=0.0)
        cells = (
            codec,
            "usual" if crf is None else str(crf),
            str(count),
            *(f"{min(p.psnr for p in planes):.1f}" for planes in (luma, chroma)),
            *(f"{max(p.block for p in planes):.1f}" for planes in (luma, chroma)),
            f"{max(p.median for p in luma):.1f}",
            f"{lost:.2f}",
            str(failed),
        )
        print("| " + " | ".join(cells) + " |", flush=True)


def boxes_of(info: SourceInfo) -> list[Region]:
    """Boxes of many sizes, where chance puts them."""
    rng = np.random.default_rng(zlib.crc32(info.path.name.encode()))
    width, height = info.video.upright_size
    regions = []
    for target, sizes in ((Target.FACE, FACES), (Target.PLATE, PLATES)):
        for low, high in sizes:
            h = rng.uniform(low, high)
            w = h * (0.8 if target is Target.FACE else rng.uniform(3, 5))
            if w > width / 2 or h > height / 2:
                continue
            x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
            box = Box(x, y, x + w, y + h)
            regions.append(Region(len(regions) + 1, target, box, State.DETECTED))
    return regions


def print_masks(clips: list[SourceInfo]) -> None:
    print("\n| style | CRF | boxes | luma can tell | luma, by cells that show |", end=" ")
    print("colour can tell | colour, by cells that show | of these not drawn |")
    print("|---" * 8 + "|")
    for style, render in MASKED.items():
        for crf in (None, 40):
            print_style(clips, style, render, crf, leak=False)
    for crf in (None, 30):
        print_style(clips, "blur, luma alone", MASKED["blur"], crf, leak=True)


def print_style(
    clips: list[SourceInfo], style: str, render: RenderSettings, crf: int | None, leak: bool
) -> None:
    luma, colour = Counter[int](), Counter[int]()
    boxes = tell = tell_colour = undrawn = 0
    for info in clips:
        regions, renderer = boxes_of(info), Renderer(render)

        def draw(frame: Frame, renderer: Renderer = renderer, regions=regions) -> Frame:
            planes = range(1, len(frame.picture.planes))
            before = [plane_array(frame.picture, n).copy() for n in planes]
            drawn = renderer.draw(frame, regions)
            for n in planes if leak else ():
                plane_array(drawn.picture, n)[...] = before[n - 1]
            return drawn

        for both in coded(info, EncodeSettings(crf=crf), draw):
            for region in regions:
                a, b = shows_source(*both.luma, region), shows_colour(both, region)
                boxes += 1
                tell += a.telling >= 4
                tell_colour += b.telling >= 4
                luma[a.same] += 1
                colour[b.same] += 1
                undrawn += not_drawn(both, region)
    quality = "usual" if crf is None else str(crf)
    counts = [", ".join(f"{k}: {v}" for k, v in sorted(c.items())) for c in (luma, colour)]
    row = (style, quality, boxes, tell, counts[0], tell_colour, counts[1], undrawn)
    print("| " + " | ".join(map(str, row)) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="clips of any kind")
    clips = []
    for path in sorted(parser.parse_args().folder.iterdir()):
        try:
            info = probe(path)
        except RedactError:
            continue
        if info.video.width * info.video.height <= LARGEST:
            clips.append(info)
    print_whole(clips)
    print_masks(clips)


if __name__ == "__main__":
    main()
