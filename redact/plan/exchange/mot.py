"""MOT Challenge CSV: frame, track, left, top, width, height, confidence, class, visibility."""

from __future__ import annotations

import math

from ...errors import PlanError
from ...types import Box, Target
from ..plan import Plan
from .exported import shown_keys
from .imported import ImportedTrack, number_of, target_of

_HINT = "A line is frame,track,left,top,width,height,confidence,class,visibility."


def read_mot(data: bytes, name: str, target: Target | None) -> list[ImportedTrack]:
    """Tracks of a MOT file. Lines of confidence 0 are marked "ignore" there and left out.

    Raises:
        PlanError: names the file, the line and the column.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise PlanError(f"{name}: is not text", _HINT) from None
    tracks: dict[tuple[int, Target], ImportedTrack] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            _line(line, f"{name}: line {number}", target, tracks)
    return [tracks[key] for key in sorted(tracks)]


def _line(
    line: str, where: str, target: Target | None, tracks: dict[tuple[int, Target], ImportedTrack]
) -> None:
    cells = line.split(",")
    if not 6 <= len(cells) <= 10:
        raise PlanError(f"{where}: {len(cells)} columns, 6 to 10 are expected", _HINT)
    frame = _whole(cells[0], f"{where}: frame")
    track = _whole(cells[1], f"{where}: track")
    left, top, width, height = (
        _number(cell, f"{where}: {column}")
        for cell, column in zip(cells[2:6], ("left", "top", "width", "height"), strict=True)
    )
    confidence = _number(cells[6], f"{where}: confidence") if len(cells) > 6 else 1.0
    if confidence == 0:
        return
    given = _whole(cells[7], f"{where}: class") if len(cells) > 7 else -1
    kind = target_of(given, target, f"{where}: class")
    if frame < 1:
        raise PlanError(f"{where}: frame: {frame}, but frames count from 1", _HINT)
    entry = tracks.setdefault((track, kind), ImportedTrack(str(track), kind))
    entry.put(frame - 1, Box(left, top, left + width, top + height), where)


def _number(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PlanError(f"{where}: {cell.strip()!r} is not a number", _HINT)
    return value


def _whole(cell: str, where: str) -> int:
    value = _number(cell, where)
    if value != int(value) or abs(value) > 1e9:
        raise PlanError(f"{where}: {cell.strip()!r} is not a whole number", _HINT)
    return int(value)


def export_mot(plan: Plan) -> bytes:
    """Every frame of every track in which it lies in the picture as one line, frames in order."""
    lines = []
    for track in plan.tracks:
        for key in shown_keys(plan, track):
            frame, box, score = (
                key.frame,
                key.box,
                1.0 if key.score is None else max(key.score, 0.001),
            )
            numbers = ",".join(f"{v:.6g}" for v in (box.x1, box.y1, box.width, box.height))
            line = f"{frame + 1},{track.id},{numbers},{score:.3f},{number_of(track.target)},1"
            lines.append((frame, track.id, line))
    return "".join(f"{line}\n" for _, _, line in sorted(lines)).encode()
