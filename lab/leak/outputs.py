"""What tools wrote, kept by version of the tool and clip, so that a stopped run goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from .tools import Tool, key_of


class Outputs:
    """Outputs of tools under a folder.

    Args:
        folder: made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, tool: Tool, clip: Path, extra: str = "") -> Path:
        """Where the output of a tool on a clip is, or will be; `extra` is part of the version."""
        return self._folder / f"{tool.name}--{clip.stem}--{key_of(tool, clip, extra)}.mp4"

    def of(self, tool: Tool, clip: Path, extra: str = "") -> tuple[Path, float]:
        """The output, made now if it is not there, and the seconds that this took.

        Outputs that other versions of the tool made of the clip are removed.

        Raises:
            ToolError: the tool writes no output.
        """
        output = self.path(tool, clip, extra)
        record = output.with_suffix(".json")
        if record.exists():
            return output, float(json.loads(record.read_text())["seconds"])
        for old in output.parent.glob(f"{tool.name}--{clip.stem}--*"):
            old.unlink()
        begun = time.monotonic()
        tool.run(clip, output)
        seconds = round(time.monotonic() - begun, 2)
        write(record, {"seconds": seconds})
        return output, seconds


def write(path: Path, value: dict[str, Any]) -> None:
    """All of a JSON file or none of it, so that an interrupted run can go on."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value))
    temporary.replace(path)
