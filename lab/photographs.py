"""Whole runs on labelled stills, stored as photographs that a camera wrote.

Each still is rotated and says so in EXIF, as if the camera had been held on its side, and carries a
GPS position, a maker's note, an XMP packet and, if ExifTool is installed, IPTC and a thumbnail. The
folder goes through `redact run`; the results are read back as a viewer reads them.

    python -m lab.photographs --half dev --count 60
    python -m lab.photographs --half dev --count 500 --formats jpg,png,webp

Where there are fewer stills than that, labelled frames of real clips follow them.

Printed: labelled faces and plates that are still visible, the hidden share of the pictures,
pictures whose size differs from the source's as a viewer shows it, and metadata that ExifTool still
finds. Results that were held back are judged and counted, too. Over-redaction cannot be measured: a
still is labelled with either its faces or its plates, never with both.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from lab.halves import in_half
from lab.real.judge import FrameScore, judge_frame
from lab.real.labels import HOME, LabelledFrame, default_files, find_clips, read_labels
from lab.real.measure import PixelView, grey_of, read_frames
from lab.shared import shared_folder

QUALITY = 95
"""JPEG quality of the simulated camera."""

UPRIGHT = {1: (), 3: (Image.Transpose.ROTATE_180,), 6: (Image.Transpose.ROTATE_90,)} | {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}
"""The rotation or mirroring by which an upright picture becomes one with this EXIF orientation."""

HARMLESS = {"System", "ExifTool", "File", "JFIF", "Composite"}
"""Groups of ExifTool that describe the file itself; those of JFIF are density and version."""

OF_THE_PICTURE = {
    *("ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter"),
    *("Interlace", "VP8Version", "HorizontalScale", "VerticalScale"),
}
"""Tags of PNG and WebP that say how the picture is stored."""


def main(args: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n", maxsplit=1)[0])
    parser.add_argument("--half", choices=("dev", "test"), default="dev")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument(
        "--eval", type=Path, default=shared_folder() / "eval", help="annotated stills"
    )
    parser.add_argument("--formats", default="jpg", help="suffixes, dealt in turn")
    parser.add_argument("--untold", action="store_true", help="EXIF does not say how it lies")
    parser.add_argument("--keep", type=Path, help="folder for sources and results")
    asked = parser.parse_args(args)
    labels = json.loads((asked.eval / "labels.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        sources, results = folder / "photographs", folder / "results"
        chosen = [
            (asked.eval / "images" / name, _labelled(name, labels[name]))
            for name in drawn(labels, asked.half, asked.count)
        ]
        chosen += frames_of_clips(asked.half, asked.count - len(chosen), folder / "frames")
        formats = asked.formats.split(",")
        for number, (still, _) in enumerate(chosen):
            suffix = formats[number % len(formats)]
            photograph(still, sources / f"{number:03}.{suffix}", number % 8 + 1, not asked.untold)
        _tagged(sources, thumbnail=chosen[0][0])
        rows = _run(sources, results)
        frames = [frame for _, frame in chosen]
        print(json.dumps(_summary(frames, sources, results, asked.untold) | rows))


def drawn(labels: Mapping[str, Any], half: str, count: int) -> list[str]:
    """Names of stills of a half, drawn with a fixed seed, as many from every source."""
    by_source: dict[str, list[str]] = {}
    for name in sorted(labels):
        if in_half(labels[name]["source"], half):
            by_source.setdefault(labels[name]["source"], []).append(name)
    for names in by_source.values():
        random.Random(1).shuffle(names)
    rounds = max(len(names) for names in by_source.values())
    dealt = [names[i] for i in range(rounds) for names in by_source.values() if i < len(names)]
    return dealt[:count]


def frames_of_clips(half: str, count: int, folder: Path) -> list[tuple[Path, LabelledFrame]]:
    """Labelled frames of real clips as pictures in a folder, from every clip about as many."""
    folder.mkdir(parents=True, exist_ok=True)
    shared = shared_folder()
    files = default_files(shared) + [shared / "footage2" / "labels.json"] * (half == "dev")
    labels = read_labels(files, half, HOME / "split.json")
    folders = [shared / "clips", shared / "footage2" / "clips"]
    found = []
    for clip, path in find_clips(labels.clips(), folders).items():
        mine = {frame.frame: frame for frame in labels.of(clip).frames}
        for number, picture in read_frames(path, set(mine)).items():
            to = folder / f"{clip}-{number}.png"
            cv2.imwrite(str(to), picture)
            found.append((to, mine[number]))
    random.Random(1).shuffle(found)
    return found[: max(count, 0)]


def photograph(still: Path, to: Path, orientation: int, told: bool = True) -> None:
    """Write a still as a camera would that was held at this orientation, in the suffix's format;
    `told`: EXIF says so."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(still) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    for turn in UPRIGHT[orientation]:
        picture = picture.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation if told else 1
    exif[0x010F], exif[0x0110], exif[0x013B] = "Camera Works", "C-1", "A. Nother"
    exif[0x0132] = "2026:03:04 05:06:07"
    exif.get_ifd(0x8769)[0x927C] = b"maker's note 12345"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>A. Nother</creator></x:xmpmeta>'
    picture.save(to, quality=QUALITY, exif=exif, xmp=xmp, comment=b"A. Nother was here")


def _tagged(sources: Path, thumbnail: Path) -> None:
    """Add what Pillow does not write, by ExifTool; nothing if it is not installed."""
    if shutil.which("exiftool") is None:
        return
    tags = ["-IPTC:By-line=A. Nother", "-IPTC:City=Paris", "-XMP:PersonInImage=A. Nother"]
    tags += ["-EXIF:SerialNumber=12345", "-EXIF:OwnerName=A. Nother", "-XMP:GPSLatitude=48.85"]
    tags += [f"-ThumbnailImage<={thumbnail}"]
    command = ["exiftool", "-q", "-m", "-overwrite_original", *tags, "-r", str(sources)]
    subprocess.run(command, check=True)


def _run(sources: Path, results: Path) -> dict[str, Any]:
    """Run the command on the folder; its exit code, and processor seconds per photograph."""
    command = [sys.executable, "-m", "redact", "run", "-r", str(sources), "-o", str(results)]
    command += ["--jobs", "1"]
    before, began = os.times(), time.monotonic()
    code = subprocess.run(command, check=False).returncode
    after, count = os.times(), len(photographs_in(sources))
    spent = sum(after[2:4]) - sum(before[2:4])
    return {
        "exit code": code,
        "photographs": count,
        "processor seconds each": round(spent / count, 2),
        "seconds each": round((time.monotonic() - began) / count, 2),
        "peak memory of a process, MB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        // 1024,
    }


def photographs_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _result(results: Path, source: Path) -> tuple[Path | None, bool]:
    """Where the result of a photograph is, and whether it was held back."""
    for found in results.rglob(f"{source.stem}.*{source.suffix}"):
        if ".finding-" not in found.name:
            return found, "NOT-FOR-RELEASE" in found.parts
    return None, False


def _summary(
    chosen: list[LabelledFrame], sources: Path, results: Path, untold: bool
) -> dict[str, Any]:
    scores: list[FrameScore] = []
    told: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for number, source in enumerate(photographs_in(sources)):
        labelled = chosen[number]
        output, held = _result(results, source)
        if output is None:
            told["without a result"] += 1
            continue
        told["held back"] += held
        if not held:
            left.update(_tags(output))
        before, after = _upright(source), _shown(output)
        if before.shape != after.shape:
            told["of another size"] += 1
            continue
        if untold:  # the labels are upright
            before, after = (_turned_back(picture, number % 8 + 1) for picture in (before, after))
        view = PixelView(grey_of(before), grey_of(after))
        scores.append(judge_frame(labelled, view))
    objects = [o for score in scores for o in score.objects]
    by_target = {target: [o for o in objects if o.target == target] for target in ("face", "plate")}
    return {
        **{
            f"{target}s open": f"{sum(o.leaked for o in those)} of {len(those)}"
            for target, those in by_target.items()
        },
        "hidden, % of the pictures": round(100 * float(np.mean([s.hidden for s in scores])), 1),
        **told,
        "tags left in results": dict(left),
    }


def _labelled(name: str, entry: Mapping[str, Any]) -> LabelledFrame:
    """What must be hidden in a still; labels marked "ignore" count neither way."""

    def boxes(target: str) -> tuple[Any, ...]:
        return tuple(
            tuple(box["box"])
            for box in entry["boxes"]
            if box["target"] == target and not box.get("ignore")
        )

    return LabelledFrame(name, 0, faces=boxes("face"), plates=boxes("plate"))


def _upright(path: Path) -> Any:
    with Image.open(path) as opened:
        return cv2.cvtColor(np.asarray(ImageOps.exif_transpose(opened)), cv2.COLOR_RGB2BGR)


def _turned_back(picture: Any, orientation: int) -> Any:
    image = Image.fromarray(picture)
    image.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


def _shown(path: Path) -> Any:
    """As shown by a viewer that ignores orientation: a result must be stored upright."""
    with Image.open(path) as opened:
        return cv2.cvtColor(np.asarray(opened.convert("RGB")), cv2.COLOR_RGB2BGR)


def _tags(path: Path) -> Iterable[str]:
    """What ExifTool finds in a file beyond the harmless groups; nothing if it is not installed."""
    if shutil.which("exiftool") is None:
        return []
    found = json.loads(subprocess.check_output(["exiftool", "-G", "-j", path]))[0]
    named = (tag.split(":", maxsplit=1) for tag in found if tag != "SourceFile")
    return [
        f"{group}:{name}"
        for group, name in named
        if group not in HARMLESS and name not in OF_THE_PICTURE
    ]


if __name__ == "__main__":
    main()
