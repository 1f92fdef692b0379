"""Calls of the command line as a user makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..pipeline.conftest import ROOT, street

__all__ = ["call", "street"]


def call(*words: object, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, with nothing to read on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "redact", *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        timeout=280,
        start_new_session=True,  # no terminal, wherever the tests themselves run
        check=False,
    )
