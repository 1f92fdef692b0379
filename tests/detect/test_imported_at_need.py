"""What MediaPipe would import and nothing here uses is not imported, and is there for others."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("mediapipe")

LOADED = """
import sys
from redact.detection.opencv import load_mediapipe
load_mediapipe()
print(sorted({name.partition(".")[0] for name in sys.modules} & {"matplotlib", "sounddevice"}))
"""

USED = """
from redact.detection.opencv import load_mediapipe
load_mediapipe()
from mediapipe.tasks.python.vision import drawing_utils
import matplotlib.pyplot
print(drawing_utils.plt.figure is matplotlib.pyplot.figure)
"""


@pytest.mark.parametrize(("code", "printed"), [(LOADED, "[]"), (USED, "True")])
def test_what_is_not_needed_is_imported_at_need(code: str, printed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == printed
