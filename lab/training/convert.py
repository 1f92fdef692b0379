"""First step: the public sets -> one layout.

    python -m lab.training.convert MIRROR OUT [SOURCE ...]

MIRROR holds one folder per fetched repository, named owner+name (a git directory, with or without
a work tree). OUT gets faces/NAME and plates/NAME, each with images/ and labels.json:
{"image": {"w", "h", "boxes": [{"cls", "x1", "y1", "x2", "y2", "ignore"}]}}, pixels of the stored
image, EXIF orientation baked in. What each set is and its licence: `lab.training.sources`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2

from lab.training import sources
from lab.training.readers import Labelled
from lab.training.sources import Source


def git_dir(mirror: Path, repo: str) -> Path:
    """The git directory of a mirrored repository, named owner/name."""
    base = mirror / repo.replace("/", "+")
    for folder in (base, base / "repo", base / ".git", base / "repo" / ".git"):
        if (folder / "objects").is_dir():
            return folder
    raise FileNotFoundError(f"{repo} is not among the mirrored repositories")


def extract(mirror: Path, raw: Path, source: Source) -> int:
    """Copy the files of HEAD that match the source's pattern, skipping absent and LFS objects."""
    git = ["git", f"--git-dir={git_dir(mirror, source.repo)}"]
    listing = subprocess.run(
        [*git, "ls-tree", "-r", "-z", "HEAD"], capture_output=True, check=True
    ).stdout
    reader = subprocess.Popen(
        [*git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert reader.stdin is not None and reader.stdout is not None
    count = 0
    for entry in filter(None, listing.split(b"\0")):
        meta, name = entry.split(b"\t", 1)
        mode, kind, sha = meta.split()
        path = name.decode("utf-8", "replace")
        if kind != b"blob" or mode == b"120000" or not re.search(source.files, path):
            continue
        if ".." in path.split("/"):
            continue
        reader.stdin.write(sha + b"\n")
        reader.stdin.flush()
        head = reader.stdout.readline().split()
        if head[1] == b"missing":
            continue
        data = reader.stdout.read(int(head[2]) + 1)[:-1]
        if data.startswith(b"version https://git-lfs"):
            continue
        target = raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        count += 1
    reader.stdin.close()
    return count


class Writer:
    """One converted set on disk."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "images").mkdir(parents=True)
        self.folder = folder
        self.labels: dict[str, object] = {}
        self.count: Counter[str] = Counter()

    def add(self, item: Labelled) -> None:
        """Store an image and its boxes in the pixels of what every reader will see."""
        upright = cv2.imread(str(item.file), cv2.IMREAD_COLOR)
        raw = cv2.imread(str(item.file), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        if upright is None or raw is None:
            self.count["unreadable"] += 1
            return
        turned = upright.shape != raw.shape
        # Boxes given in pixels of the stored orientation: the image stays as stored.
        as_stored = turned and item.size == (raw.shape[1], raw.shape[0])
        image = raw if as_stored else upright
        h, w = image.shape[:2]
        sx, sy = (float(w), float(h)) if item.relative else (1.0, 1.0)
        if item.size and item.size[0] and not turned and item.size != (w, h):
            if abs(item.size[0] / item.size[1] - w / h) >= 0.02:
                self.count["size differs"] += 1
                return
            sx, sy = w / item.size[0], h / item.size[1]
        boxes = []
        for kind, x1, y1, x2, y2, ignore in item.boxes:
            xs, ys = sorted((x1 * sx, x2 * sx)), sorted((y1 * sy, y2 * sy))
            xs, ys = [min(max(v, 0), w) for v in xs], [min(max(v, 0), h) for v in ys]
            if xs[1] - xs[0] < 2 or ys[1] - ys[0] < 2:
                self.count["bad box"] += 1
                continue
            boxes.append(
                {
                    "cls": kind,
                    "x1": round(xs[0], 1),
                    "y1": round(ys[0], 1),
                    "x2": round(xs[1], 1),
                    "y2": round(ys[1], 1),
                    "ignore": bool(ignore),
                }
            )
        name = self._free_name(item.name, ".jpg" if turned else None)
        target = self.folder / "images" / name
        if turned:
            cv2.imwrite(str(target), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
        else:
            shutil.copyfile(item.file, target)
        self.labels[name] = {"w": w, "h": h, "boxes": boxes}

    def _free_name(self, name: str, suffix: str | None) -> str:
        clean = Path(re.sub(r"[^A-Za-z0-9._#=+-]", "_", name))
        suffix = suffix or clean.suffix
        free, i = f"{clean.stem}{suffix}", 1
        while free in self.labels:
            free, i = f"{clean.stem}_{i}{suffix}", i + 1
        return free

    def close(self) -> None:
        (self.folder / "labels.json").write_text(json.dumps(self.labels))


def convert(source: Source, items: Iterator[Labelled], out: Path) -> str:
    """Write one set; returns a line that summarises the result."""
    writer = Writer(out / source.kind / source.name)
    for item in items:
        writer.add(item)
    writer.close()
    return f"{source.kind}/{source.name}: {len(writer.labels)} images {dict(writer.count)}"


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("mirror", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("names", nargs="*", help="sets to convert, all by default")
    args = ap.parse_args()
    for source in sources.SOURCES:
        if args.names and source.name not in args.names:
            continue
        raw = args.out / "raw" / source.name
        extract(args.mirror, raw, source)
        print(convert(source, source.read(raw), args.out), flush=True)


if __name__ == "__main__":
    main()
