"""`make demo`: redact the sample, make a sheet of before and after, say where both are."""

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
SOURCE = HERE / "street.mp4"
OUT = HERE / "out"
MOMENTS = (1.0, 3.2, 5.0)
"""Seconds at which the sheet shows the clip."""


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
    rows = [np.hstack([cv2.resize(s, (640, 360)) for s in stills(p)]) for p in (before, after)]
    cv2.imwrite(str(picture), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 88])


def main() -> None:
    OUT.mkdir(exist_ok=True)
    result = OUT / "street.redacted.mp4"
    command = [*safe_python.START_COMMAND, "run", str(SOURCE), "-o", str(result)]
    command += ["--force", "--no-plan"]
    done = subprocess.run([*command, *sys.argv[1:]], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    picture = OUT / "before-after.jpg"
    sheet(SOURCE, result, picture)
    print(f"\nsource   {SOURCE.relative_to(HERE.parent)}")
    print(f"result   {result.relative_to(HERE.parent)}")
    print(f"sheet    {picture.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
