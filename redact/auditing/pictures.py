"""One picture for each finding, source beside output. They must never be released."""

from __future__ import annotations

from pathlib import Path

import cv2

from ..errors import OutputError
from ..files import make_private, write_whole
from ..media import SourceInfo
from .result import AuditResult
from .sheet import rows_of_findings, tiles_of


def picture_path(output: Path, number: int) -> Path:
    """Where the picture of a finding of an output in a closed folder lies."""
    return output.with_name(f"{output.stem}.finding-{number}.png")


def finding_pictures(source: SourceInfo, output: Path, result: AuditResult) -> list[Path]:
    """Write a PNG of each of the first 24 findings beside an output in a closed folder.

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
            raise OutputError(f"{path}: cannot make a picture", "The findings are told in words.")
        write_whole(path, data.tobytes(), force=True, never=(source.path, output), mode=0o600)
        paths.append(path)
    return paths
