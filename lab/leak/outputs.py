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

    def known(self, tool: Tool, clip: Path, extra: str = "") -> bool:
        """Whether an earlier run of this version left an output for the clip."""
        return self.path(tool, clip, extra).with_suffix(".json").exists()

    def of(self, tool: Tool, clip: Path, extra: str = "") -> tuple[Path, dict[str, Any]]:
        """The output, made now if it is not there, and its record.

        The record holds "seconds" (wall time) and "notes" (what the tool said about itself).
        Outputs that other versions of the tool made of the clip are removed.

        Raises:
            ToolError: the tool writes no output.
        """
        output = self.path(tool, clip, extra)
        record = output.with_suffix(".json")
        if record.exists():
            made: dict[str, Any] = json.loads(record.read_text())
            return output, made
        for old in output.parent.glob(f"{tool.name}--{clip.stem}--*"):
            old.unlink()
        begun = time.monotonic()
        notes = tool.run(clip, output)
        made = {
            "seconds": round(time.monotonic() - begun, 2),
            "notes": notes,
        }
        write(record, made)
        return output, made


def write(path: Path, value: dict[str, Any]) -> None:
    """All of a JSON file or none of it, so that an interrupted run can go on."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value))
    temporary.replace(path)
