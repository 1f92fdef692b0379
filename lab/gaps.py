"""What becomes of a clip that lacks one coded picture: `python -m lab.gaps FOLDER`.

One picture from which others are predicted is dropped from each clip, as recorders do that run
short of time. Then the clip is searched and drawn with `--damage hold` and `--damage hide`, and it
is said how much of the damaged pictures each hides. The sheets show three damaged pictures: the
whole clip's, what players show, and both results.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.media import Decode, probe
from redact.pipeline import Journal, detect
from redact.plan import Plan
from redact.progress import Silent
from redact.render import Renderer, mask_of
from redact.settings import Damaged, DetectSettings, RenderSettings

CLIPS = (
    "aiguy__license_plate.mp4",
    "fight_cctv__fight_fi022.mp4",
    "intel_sample__car-detection.mp4",
)
"""All of the dev half: a street, a fight in a bar, cars."""

WIDE = 480
"""Pixels of a picture on a sheet."""


def without(source: Path, made: Path, missing: int) -> None:
    """The same video without one of its packets."""
    with av.open(str(source)) as there, av.open(str(made), "w") as here:
        stream = there.streams.video[0]
        kept = here.add_stream_from_template(stream)
        for number, packet in enumerate(there.demux(stream)):
            if packet.size and number != missing:
                packet.stream = kept
                here.mux(packet)


def with_gap(source: Path, folder: Path) -> Path:
    """The clip without the first picture, from its third on, whose loss damages others."""
    with av.open(str(source)) as there:
        keys = [packet.is_keyframe for packet in there.demux(there.streams.video[0]) if packet.size]
    made = folder / f"{source.stem}.gap.mkv"
    for missing in range(len(keys) // 3, len(keys)):
        if not keys[missing]:
            without(source, made, missing)
            if any(frame.damaged for frame in Decode(probe(made))):
                return made
    raise SystemExit(f"{source}: no picture of it is predicted from another")


def hidden(plan: Plan, frames: Sequence[int]) -> float:
    """Share of the picture that is hidden in some frames."""
    size, margin = (plan.source.width, plan.source.height), RenderSettings().margin
    shares = [mask_of(plan.regions_at(frame), *size, margin).mean() for frame in frames]
    return float(np.mean(shares))


def sheet(
    whole: Path, gap: Path, plans: Sequence[Plan], frames: Sequence[int]
) -> NDArray[np.uint8]:
    """A row for each frame: of the whole clip, of the one with a gap, and each plan drawn."""
    shown = {f.index: f for f in Decode(probe(gap)) if f.index in frames}
    pts = {f.index: f.time for f in shown.values()}
    before = {n: _nearest(whole, time) for n, time in pts.items()}
    rows = []
    for number in frames:
        bare = shown[number].picture.to_ndarray(format="bgr24")
        row = [before[number], bare]
        for plan in plans:
            copy = av.VideoFrame.from_ndarray(bare, "bgr24").reformat(format="yuv420p")
            drawn = Renderer(RenderSettings()).draw(
                replace(shown[number], picture=copy), plan.regions_at(number)
            )
            row.append(drawn.picture.to_ndarray(format="bgr24"))
        tall = round(bare.shape[0] * WIDE / bare.shape[1])
        rows.append(np.hstack([cv2.resize(p, (WIDE, tall)) for p in row]))
    return np.vstack(rows)


def _nearest(whole: Path, time: Fraction) -> NDArray[np.uint8]:
    """The picture that the whole clip shows at a time."""
    best = min(Decode(probe(whole)), key=lambda frame: abs(frame.time - time))
    return np.asarray(best.picture.to_ndarray(format="bgr24"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="for clips and sheets")
    shared = Path(os.environ.get("REDACT_SHARED", Path(__file__).parents[2] / "shared"))
    parser.add_argument("--clips", type=Path, default=shared / "clips")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    print("| clip | damaged pictures | broken | hidden by hold | hidden by hide |")
    print("|---|---|---|---|---|")
    for name in CLIPS:
        whole = args.clips / name
        gap = with_gap(whole, args.folder)
        info = probe(gap)
        damaged = [f for f in Decode(info) if f.damaged]
        frames = [f.index for f in damaged]
        plans = [
            detect(info, DetectSettings(damaged=how), Journal(Silent()))
            for how in (Damaged.HOLD, Damaged.HIDE)
        ]
        hold, hide = (hidden(plan, frames) for plan in plans)
        broken = sum(f.broken for f in damaged)
        print(f"| `{name}` | {len(frames)} | {broken} | {hold:.1%} | {hide:.1%} |", flush=True)
        some = [frames[0], frames[len(frames) // 2], frames[-1]]
        cv2.imwrite(str(args.folder / f"{gap.stem}.jpg"), sheet(whole, gap, plans, some))


if __name__ == "__main__":
    main()
