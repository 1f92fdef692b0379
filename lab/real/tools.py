"""The tools that are measured."""

from __future__ import annotations

from lab.leak.redact_tools import RedactTool
from lab.leak.tools import Tool, cache_folder
from lab.leak.tools import tool as leak_tool
from redact.settings import Sensitivity
from redact.types import DETECTED_TARGETS, without_nested

DEFAULT = ("redact-balanced", "redact-thorough", "deface")


def named(name: str, targets: str | None = None) -> Tool:
    """A tool by name, any of `lab.leak.tools`.

    Args:
        targets: the value of redact's option `--targets`; None: the default.

    Raises:
        ValueError: for any other name, or if the tool has no such option.
    """
    if targets is None:
        return leak_tool(name)
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
