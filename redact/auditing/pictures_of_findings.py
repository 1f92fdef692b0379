"""Pictures of findings for the reviewer, source beside output.

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
from ..files import finding_picture, make_private, write_whole
from ..media import Decode, SourceInfo, probe
from ..render import writable
from ..types import Box, clock
from ..words import problem, say, word
from .compared import pairs
from .planes import Painter
from .result import AuditResult

_SIDE: Final = 240
_TEXT: Final = 44
_CONTEXT: Final = 3.0  # sides of the square, in the longer side of what it shows
_MOST_PICTURES: Final = 24

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


def rows_of_findings(result: AuditResult) -> list[Row]:
    rows = []
    for f in result.findings[:_MOST_PICTURES]:
        frame, box = f.path[len(f.path) // 2]
        kind, target = word("finding", f.kind), word("target", f.target.word)  # as in reports
        rows.append(Row(frame, box, f"{f.number}. {kind}: {target}, {clock(f.start)}"))
    return rows


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
        path = finding_picture(output, finding.number)
        done, data = cv2.imencode(".png", tile[:, :, ::-1])
        if not done:
            raise problem(OutputError, "no_picture_made", path=path)
        write_whole(path, data.tobytes(), force=True, never=(source.path, output), mode=0o600)
        paths.append(path)
    return paths
