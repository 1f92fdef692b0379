"""Pictures of findings for the reviewer: one of each, and a contact sheet.

They show hidden subjects, so they must never be released.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import square_around
from ..errors import OutputError
from ..files import PRIVATE, make_private, write_whole
from ..media import Decode, SourceInfo, probe
from ..plan import Plan
from ..render import writable
from ..types import Action, Box, State, Track, clock
from ..words import problem, say, word
from .compared import pairs
from .planes import Painter
from .result import AuditResult

_SIDE: Final = 240
_TEXT: Final = 44
_CONTEXT: Final = 3.0  # sides of the square, in the longer side of what it shows
_COLUMNS: Final = 3
_MOST_PICTURES: Final = 24
_DOUBTFUL: Final = 6

RGB = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Row:
    """One place to show in source and output.

    Attributes:
        frame: index of the source frame.
        box: in upright source pixels.
        words: the caption.
    """

    frame: int
    box: Box
    words: str


def review_sheet(
    source: SourceInfo, output: Path, result: AuditResult, plan: Plan | None, folder: Path
) -> Path:
    """Write a PNG of the findings and the least certain tracks, source beside output.

    Args:
        source, output: the audited files.
        result: of their audit. The sheet shows the first 24 findings, and says how many more there
            are.
        plan: for the least certain tracks; None for findings only.
        folder: the sheet goes into `folder/NOT-FOR-RELEASE/`, which is created or restricted to its
            owner. A sheet of an output with the same name is replaced.

    Returns:
        Path of the sheet, see `sheet_path`.

    Raises:
        OutputError: it cannot be written; nothing is left behind.
    """
    rows = rows_of_findings(result) + (_of_tracks(plan) if plan is not None else [])
    target = sheet_path(output, folder)
    more = max(0, len(result.findings) - _MOST_PICTURES)
    sheet = _sheet(tiles_of(source, output, rows), more)
    done, data = cv2.imencode(".png", sheet[:, :, ::-1])
    if not done:
        raise problem(
            OutputError, "sheet_too_large", path=target, width=sheet.shape[1], height=sheet.shape[0]
        )
    make_private(target.parent)
    write_whole(target, data.tobytes(), force=True, never=(source.path, output), mode=0o600)
    return target


def sheet_path(output: Path, folder: Path) -> Path:
    """Path of an output's sheet. Outputs that differ only in their extension get different
    ones."""
    return folder / PRIVATE / f"review-{output.name}.png"


def rows_of_findings(result: AuditResult) -> list[Row]:
    rows = []
    for f in result.findings[:_MOST_PICTURES]:
        frame, box = f.path[len(f.path) // 2]
        kind, target = word("finding", f.kind), word("target", f.target.word)  # as in reports
        rows.append(Row(frame, box, f"{f.number}. {kind}: {target}, {clock(f.start)}"))
    return rows


def _of_tracks(plan: Plan) -> list[Row]:
    """The least probable hidden tracks, each at its least certain frame."""
    hidden = [t for t in plan.tracks if t.action is Action.REDACT and t.certainty is not None]
    hidden.sort(key=lambda t: (t.certainty or 0.0, t.id))
    rows = []
    for track in hidden[:_DOUBTFUL]:
        key = _least_certain(track)
        here = track.at(key)
        assert here is not None
        known = {"number": track.id, "target": track.target.word, "sure": track.certainty}
        rows.append(Row(key, here.box, say("sheet_track", **known)))
    return rows


def _least_certain(track: Track) -> int:
    """The middle one of a track's keyframes in its weakest state: interpolated, else followed, else
    detected."""
    order = [State.INTERPOLATED, State.FOLLOWED, State.DETECTED]
    for state in order:
        frames = [k.frame for k in track.keyframes if k.state is state]
        if frames:
            return frames[len(frames) // 2]
    return track.first


def tiles_of(source: SourceInfo, output: Path, rows: list[Row]) -> list[RGB]:
    """One tile for each row, in order; a frame missing from a file is grey."""
    due: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        due.setdefault(row.frame, []).append(n)
    blank = np.full((_SIDE, _SIDE, 3), 114, np.uint8)
    tiles = [_tile(blank, blank, row.words) for row in rows]
    last = max(due, default=-1)
    painter = Painter()
    for pair in pairs(iter(Decode(source)), iter(Decode(probe(output)))):
        if pair.index > last:
            break
        for n in due.get(pair.index, []):
            halves = [
                _enlarged(painter.rgb(f), rows[n].box) if f is not None else blank
                for f in (pair.source, pair.output)
            ]
            tiles[n] = _tile(halves[0], halves[1], rows[n].words)
    return tiles


def _enlarged(rgb: RGB, box: Box) -> RGB:
    """An enlarged square around a box, with the box drawn in it."""
    cut = square_around(rgb, np.array(box), _CONTEXT)
    cut = np.asarray(cv2.resize(cut, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)
    half = (
        np.array([box.width, box.height]) / max(box.width, box.height, 4.0) * _SIDE / _CONTEXT / 2
    )
    (x1, y1), (x2, y2) = np.rint(_SIDE / 2 - half), np.rint(_SIDE / 2 + half)
    corners = (int(x1), int(y1)), (int(x2), int(y2))
    return np.asarray(cv2.rectangle(cut, *corners, (255, 220, 0), 1), np.uint8)


def _tile(source: RGB, output: RGB, words: str) -> RGB:
    head = np.full((_TEXT, 2 * _SIDE, 3), 24, np.uint8)
    font, white = cv2.FONT_HERSHEY_SIMPLEX, (240, 240, 240)
    cv2.putText(head, writable(words)[:64], (6, 17), font, 0.42, white, 1, cv2.LINE_AA)
    for left, name in ((6, say("sheet_source")), (_SIDE + 6, say("sheet_output"))):
        cv2.putText(head, writable(name), (left, 37), font, 0.4, (170, 170, 170), 1, cv2.LINE_AA)
    return np.vstack([head, np.hstack([source, output])])


def _sheet(tiles: list[RGB], more: int) -> RGB:
    """The tiles in rows, below a banner and above the number of findings not shown."""
    width = _COLUMNS * 2 * _SIDE
    parts = [_line(say("sheet_banner"), width, (150, 20, 20))]
    for start in range(0, len(tiles), _COLUMNS):
        row = tiles[start : start + _COLUMNS]
        strip = np.full((_SIDE + _TEXT, width, 3), 24, np.uint8)
        strip[:, : len(row) * 2 * _SIDE] = np.hstack(row)
        parts.append(strip)
    if more:
        parts.append(_line(say("sheet_more", count=more), width, (24, 24, 24)))
    return np.vstack(parts)


def _line(words: str, width: int, colour: tuple[int, int, int]) -> RGB:
    strip = np.full((36, width, 3), colour, np.uint8)
    font, white = cv2.FONT_HERSHEY_SIMPLEX, (255, 255, 255)
    cv2.putText(strip, writable(words), (10, 25), font, 0.7, white, 1, cv2.LINE_AA)
    return strip


def picture_path(output: Path, number: int) -> Path:
    """Path of the picture of a finding, beside an output in a private folder."""
    return output.with_name(f"{output.name}.finding-{number}.png")


def finding_pictures(source: SourceInfo, output: Path, result: AuditResult) -> list[Path]:
    """Write a PNG of each of the first 24 findings beside an output, and restrict its folder to the
    owner.

    Args:
        source, output: the audited files.
        result: of their audit.

    Raises:
        OutputError: one cannot be written.
    """
    rows = rows_of_findings(result)
    if not rows:
        return []
    make_private(output.parent)
    paths = []
    for finding, tile in zip(result.findings, tiles_of(source, output, rows), strict=False):
        path = picture_path(output, finding.number)
        done, data = cv2.imencode(".png", tile[:, :, ::-1])
        if not done:
            raise problem(OutputError, "no_picture_made", path=path)
        write_whole(path, data.tobytes(), force=True, never=(source.path, output), mode=0o600)
        paths.append(path)
    return paths
