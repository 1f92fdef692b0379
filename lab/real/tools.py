"""The tools that are measured, and a plain transcode beside them as a measure of cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab.leak.errors import ToolError
from lab.leak.redact_tools import RedactTool
from lab.leak.tools import Tool, cache_folder
from lab.leak.tools import tool as leak_tool
from redact.errors import RedactError
from redact.media import Decode, VideoWriter, container_for, probe
from redact.settings import EncodeSettings, Sensitivity
from redact.types import DETECTED_TARGETS, without_nested

DEFAULT = ("redact-balanced", "redact-fast", "redact-thorough", "deface")
TRANSCODE = "transcode"


class Transcode:
    """Decoded and encoded by redact's own reader and writer; nothing looked for or drawn."""

    def __init__(self) -> None:
        self.name, self.version = TRANSCODE, "1"
        self.targets: tuple[str, ...] = ()

    def run(self, source: Path, output: Path) -> dict[str, Any]:
        """Raises ToolError for a file that cannot be read."""
        count = 0
        try:
            info = probe(source)
            with VideoWriter(output, info, EncodeSettings(), container_for(output)) as writer:
                for frame in Decode(info):
                    writer.write(frame)
                    count += 1
        except RedactError as error:
            raise ToolError(error.message) from error
        return {"frames": count, "height": info.video.upright_size[1]}


def named(name: str, targets: str | None = None) -> Tool:
    """A tool by name: `transcode`, or any of `lab.leak.tools`.

    Args:
        targets: what redact is to hide, as its option `--targets` has it; None: the usual.

    Raises:
        ValueError: for any other name, or for a tool that hides what it hides.
    """
    if targets is None or name == TRANSCODE:
        return Transcode() if name == TRANSCODE else leak_tool(name)
    product, _, sensitivity = name.partition("-")
    if product != "redact" or sensitivity not in set(Sensitivity):
        raise ValueError(f"{name} does not take --targets")
    wanted = [
        t for w in targets.split(",") for t in DETECTED_TARGETS if w in (t.spec.option, t.word)
    ]
    if len(wanted) != len(targets.split(",")):
        raise ValueError(
            f"--targets {targets}: not one of {', '.join(t.word for t in DETECTED_TARGETS)}"
        )
    folder = cache_folder() / "detections"
    return RedactTool(
        f"{name} --targets {targets}", sensitivity, folder, hides=without_nested(wanted)
    )
