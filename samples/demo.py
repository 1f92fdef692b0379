"""`make demo`: redact real footage, and make a sheet of before and after, the one in the README.

What it prints are redact's own lines, in the user's language, and the names of the files.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact import safe_python

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "demo.mp4"
OUT = HERE / "out"
MOMENTS = (1.3, 3.6, 7.5)
"""Seconds at which the sheet shows the clip: one of each of its three scenes."""


def stills(path: Path) -> list[NDArray[np.uint8]]:
    """The frames shown at `MOMENTS`, BGR uint8 [H, W, 3]."""
    found: list[NDArray[np.uint8]] = []
    moments = iter(MOMENTS)
    moment = next(moments, None)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if moment is not None and frame.time is not None and frame.time >= moment:
                found.append(frame.to_ndarray(format="bgr24"))
                moment = next(moments, None)
    return found


def sheet(before: Path, after: Path, picture: Path) -> None:
    """Write a picture with the source in the upper row and the result in the lower one."""
    rows = [np.hstack([cv2.resize(s, (480, 360)) for s in stills(p)]) for p in (before, after)]
    cv2.imwrite(str(picture), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 88])


def main() -> None:
    OUT.mkdir(exist_ok=True)
    result = OUT / "demo.redacted.mp4"
    command = [*safe_python.START_COMMAND, "run", str(SOURCE), "-o", str(result)]
    command += ["--force", "--no-plan"]
    done = subprocess.run([*command, *sys.argv[1:]], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    picture = OUT / "before-after.jpg"
    sheet(SOURCE, result, picture)
    shown = [path.relative_to(HERE.parent) for path in (SOURCE, result, picture)]
    print(f"\n{shown[0]} → {shown[1]}\n{shown[2]}")


if __name__ == "__main__":
    main()
