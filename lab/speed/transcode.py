"""A plain transcode: `python -m lab.speed.transcode SOURCE OUTPUT`."""

from __future__ import annotations

import sys
from pathlib import Path

from redact.media import Decode, VideoWriter, container_for, probe
from redact.settings import EncodeSettings

MEDIUM = EncodeSettings(preset="medium")
"""As FFmpeg encodes unless told otherwise, at the quality of `redact run`."""


def transcode(source: Path, output: Path) -> None:
    """Decode and encode with redact's reader and writer, sound included."""
    info = probe(source)
    with VideoWriter(output, info, MEDIUM, container_for(output)) as writer:
        for frame in Decode(info):
            writer.write(frame)


if __name__ == "__main__":
    transcode(Path(sys.argv[1]), Path(sys.argv[2]))
