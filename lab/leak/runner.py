"""Runs tools over clips, measures the outputs, and keeps every result."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from . import metrics, pixels, video
from . import truth as truth_module
from .errors import ToolError
from .metrics import ClipResult, judge_clip
from .outputs import Outputs, write
from .tools import Oracle, Tool
from .truth import Truth


@dataclass(frozen=True)
class Measured:
    """One tool on one clip.

    Attributes:
        seconds: wall time of the tool.
    """

    tool: str
    result: ClipResult
    seconds: float


def measure_version() -> str:
    """Hash of the code that judges; a result made by other code is not used again."""
    digest = hashlib.sha256()
    for module in (metrics, pixels, video, truth_module):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:12]


class Runner:
    """Measures, and resumes where an earlier run stopped.

    Outputs are kept as well as results, so that a change of the measure costs no second run of
    the tools.

    Args:
        folder: for outputs and results.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._measure = measure_version()
        (folder / "results").mkdir(parents=True, exist_ok=True)
        self._outputs = Outputs(folder / "outputs")

    def one(self, tool: Tool, clip: Path, truth: Truth) -> Measured:
        """Run one tool on one clip and judge it, or take what is known.

        Raises:
            ToolError: if the tool writes no output.
        """
        mark = _mark(truth)
        if isinstance(tool, Oracle):
            tool.truth = truth
        output, seconds = self._outputs.of(tool, clip, _extra(tool, truth))
        record = self._folder / "results" / f"{output.stem}.{mark}.{self._measure}.json"
        if record.exists():
            result = ClipResult.from_json(json.loads(record.read_text()))
        else:
            result = judge_clip(clip, output, truth)
            write(record, result.to_json())
        return Measured(tool.name, result, seconds)

    def all(self, tools: list[Tool], clips: list[tuple[Path, Truth]]) -> dict[str, list[Measured]]:
        """Every tool on every clip; a tool that fails on a clip says so and goes on."""
        found: dict[str, list[Measured]] = {t.name: [] for t in tools}
        for tool in tools:
            for n, (clip, truth) in enumerate(clips, 1):
                try:
                    found[tool.name].append(self.one(tool, clip, truth))
                except ToolError as error:
                    print(f"{tool.name}: {clip.name}: {error}", file=sys.stderr)
                if sys.stderr.isatty():
                    print(f"\r{tool.name}: {n}/{len(clips)} ", end="", file=sys.stderr)
        return found


def _mark(truth: Truth) -> str:
    return hashlib.sha256(repr(truth).encode()).hexdigest()[:12]


def _extra(tool: Tool, truth: Truth) -> str:
    """Only masks drawn from the truth depend on it."""
    return _mark(truth) if isinstance(tool, Oracle) else ""
