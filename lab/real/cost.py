"""What tools cost per frame, as a ratio to a plain transcode of the same clips.

Processor time, not time on the clock: other work on the machine disturbs it least.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .tools import TRANSCODE

BANDS = ((0, 481), (481, 721), (721, 1081), (1081, 100000))
"""Heights of the picture, px, from and below."""


@dataclass
class Costs:
    """Records of the tools' runs by tool and clip (see `lab.leak.outputs`)."""

    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    first_passes: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Of tools that were not run to their ends: processor seconds, and frames."""

    def add(self, tool: str, clip: str, record: dict[str, Any]) -> None:
        self.records.setdefault(tool, {})[clip] = record

    def of(self, tool: str, low: int = 0, high: int = 100000) -> Cost | None:
        """Of a tool on clips low to high px tall that it and the transcode both did."""
        plain = self.records.get(TRANSCODE, {})
        mine = self.records.get(tool, {})
        clips = [c for c in mine if c in plain and low <= plain[c]["notes"]["height"] < high]
        frames = sum(plain[c]["notes"]["frames"] for c in clips)
        base = sum(plain[c]["processor"] for c in clips)
        if not frames or not base:
            return None
        first = [mine[c]["notes"].get("first_pass") for c in clips]
        known = [f for f in first if f is not None]
        whole = sum(_whole(mine[c]) for c in clips)
        return Cost(
            len(clips),
            1000 * sum(known) / frames if len(known) == len(clips) else None,
            1000 * whole / frames,
            1000 * base / frames,
        )


@dataclass(frozen=True)
class Cost:
    """Processor milliseconds a frame.

    Attributes:
        first_pass: decode, detect and track; None for tools that do not tell.
        whole: with drawing and encoding, without an audit.
        transcode: of the same frames.
    """

    clips: int
    first_pass: float | None
    whole: float
    transcode: float

    def __str__(self) -> str:
        def shown(ms: float) -> str:
            return f"{ms:.0f} ms ({ms / self.transcode:.1f})"

        return (
            shown(self.whole)
            if self.first_pass is None
            else (f"{shown(self.first_pass)}; {shown(self.whole)}")
        )


def _whole(record: dict[str, Any]) -> float:
    """Processor seconds, detections that an earlier run made included."""
    notes = record["notes"]
    if "first_pass" in notes:
        return float(notes["first_pass"] + notes["drawing"])
    return float(record["processor"])


def table(costs: Costs) -> str:
    """One row per tool: milliseconds a frame and ratio to the transcode by height of picture."""
    bands = [b for b in BANDS if costs.of(TRANSCODE, *b) is not None]
    names = [f"up to {b[1] - 1} px" if b[1] < 100000 else "larger" for b in bands]
    lines = [
        "| processor time a frame (ratio to transcode); first pass; whole | all | "
        + " | ".join(names)
        + " |",
        "|---|---|" + "---|" * len(bands),
    ]
    for tool in costs.records:
        cells = [costs.of(tool), *(costs.of(tool, *b) for b in bands)]
        lines.append(
            f"| {tool} | " + " | ".join("–" if c is None else str(c) for c in cells) + " |"
        )
    return "\n".join(lines)
