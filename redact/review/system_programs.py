"""Opens results in the system's own programs: a player, a browser.

The page passes no file names: it only says which of a video's own files it means.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..report import report_beside
from .refused_error import RefusedError


def file_of(output: Path, what: str, language: str) -> Path:
    """A result, or its report.

    Args:
        output: the result.
        what: "result", "report" or "pdf".
        language: of a report that is made now.

    Raises:
        RefusedError: it does not exist.
        RedactError, OSError: the report cannot be made.
    """
    if not output.exists():
        raise RefusedError("nothing_made", name=output.name)
    return output if what == "result" else report_beside(output, language, pdf=what == "pdf")


def show(path: Path) -> None:
    """Open a file with the system's program for it. Raises RefusedError."""
    if sys.platform == "win32":
        os.startfile(path.absolute())
        return
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        raise RefusedError("no_viewer", path=str(path.absolute()))
    nothing = subprocess.DEVNULL
    subprocess.Popen(
        [program, str(path.absolute())],
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        start_new_session=True,
    )
