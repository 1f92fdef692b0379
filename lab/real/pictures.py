"""Sheets of the worst results: every leak beside its source, and the frames with most stray."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .judge import FrameScore, ObjectScore, Scores
from .measure import Bgr

TILE, WIDE = 150, 470
"""Sides in px of a crop, and width of a whole frame, on a sheet."""
CONTEXT = 0.6
"""Around a leaked box, in shares of it, on every side of its crop."""
ROWS = 12
"""Rows of a page."""

Look = Callable[[str, str, int], tuple[Bgr, Bgr] | None]
"""Tool, clip and frame to the source's picture and the output's."""


@dataclass(frozen=True)
class Sheet:
    """Tiles of one size that become pages."""

    columns: int
    tiles: list[Bgr]

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write JPEG pages NAME-1.jpg and so on; none if there are no tiles."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}-[0-9]*.jpg"):
            old.unlink()
        each, written = self.columns * ROWS, []
        for n in range(0, len(self.tiles), each):
            path = folder / f"{name}-{n // each + 1}.jpg"
            cv2.imwrite(str(path), self._page(self.tiles[n : n + each]))
            written.append(path)
        return written

    def _page(self, tiles: list[Bgr]) -> Bgr:
        height, width = max(t.shape[0] for t in tiles), max(t.shape[1] for t in tiles)
        rows = -(-len(tiles) // self.columns)
        page = np.full((rows * (height + 4), self.columns * (width + 4), 3), 255, np.uint8)
        for n, tile in enumerate(tiles):
            y, x = (n // self.columns) * (height + 4), (n % self.columns) * (width + 4)
            page[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
        return page


def write_sheets(all_scores: Iterable[Scores], look: Look, folder: Path, worst: int) -> list[Path]:
    """Both sheets of every tool; returns the files written."""
    return [path for s in all_scores for path in _sheets_of(s, look, folder, worst)]


def _sheets_of(scores: Scores, look: Look, folder: Path, worst: int) -> list[Path]:
    tool = scores.tool
    leaks = sorted(
        (o for f in scores.frames for o in f.leaks), key=lambda o: (o.target, o.clip, o.frame)
    )
    crops = [_leak_tile(o, pair) for o in leaks if (pair := look(tool, o.clip, o.frame))]
    frames = [f for f in sorted(scores.frames, key=lambda f: -f.stray)[:worst] if f.stray > 0]
    whole = [_stray_tile(f, pair) for f in frames if (pair := look(tool, f.clip, f.frame))]
    return [
        *Sheet(4, crops).save(folder, f"{tool}-leaks"),
        *Sheet(2, whole).save(folder, f"{tool}-stray"),
    ]


def _leak_tile(leak: ObjectScore, pair: tuple[Bgr, Bgr]) -> Bgr:
    x1, y1, x2, y2 = leak.box
    side = max(x2 - x1, y2 - y1, 12.0) * (0.5 + CONTEXT)
    middle = (x1 + x2) / 2, (y1 + y2) / 2
    crops = [_crop(p, middle, side, leak) for p in pair]
    words = f"{leak.target} {y2 - y1:.0f} px, open {100 * leak.open_share:.0f} %"
    return _captioned(np.hstack(crops), f"{leak.clip} {leak.frame}", words)


def _crop(picture: Bgr, middle: tuple[float, float], half: float, leak: ObjectScore) -> Bgr:
    """A square around a point, TILE px, with the label's corners marked."""
    scale = TILE / (2 * half)
    left, top = middle[0] - half, middle[1] - half
    affine = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
    crop = cv2.warpAffine(picture, affine, (TILE, TILE), borderValue=(255, 255, 255))
    x1, y1, x2, y2 = leak.box
    for x, y in ((x1, y1), (x2, y1), (x1, y2), (x2, y2)):
        at = round((x - left) * scale), round((y - top) * scale)
        cv2.circle(crop, at, 2, (0, 255, 255), -1)
    return np.asarray(crop, np.uint8)


def _stray_tile(frame: FrameScore, pair: tuple[Bgr, Bgr]) -> Bgr:
    height, width = pair[0].shape[:2]
    size = WIDE, max(1, round(height * WIDE / width))
    shrunk = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pair]
    both = np.asarray(np.hstack(shrunk), np.uint8)
    words = f"stray {100 * frame.stray:.1f} %, leaked {len(frame.leaks)}"
    return _captioned(both, f"{frame.clip} {frame.frame}", words)


def _captioned(picture: Bgr, *lines: str) -> Bgr:
    strip = np.full((14 * len(lines) + 2, picture.shape[1], 3), 255, np.uint8)
    for n, words in enumerate(lines):
        at = 2, 12 + 14 * n
        cv2.putText(strip, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(np.vstack([strip, picture]), np.uint8)
