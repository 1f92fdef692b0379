"""The names that redact gives to the files it makes of a source `NAME.EXT`.

| file | name |
|---|---|
| result | `NAME.redacted.EXT`; of another kind than its source `NAME.EXT.redacted.mp4` |
| result of an excerpt | `NAME.0m40s-2m10s.redacted.EXT` |
| preview | `NAME.preview.EXT` |
| picture of a result | `NAME.redacted.EXT.0m12.34s.png`, then `….0m12.34s-2.png` |
| result that was held back | `NAME.redacted.needs-review.EXT`, then `….needs-review-2.EXT` |
| picture of a finding in one | `NAME.redacted.needs-review.EXT.finding-1.png` |
| plan | `NAME.redacted.EXT.plan.json`; one put aside: `….earlier-1.plan.json` |

Whatever shows hidden subjects lies in a folder `PRIVATE`. What lies beside a result under its full
name (record, signature, report) is named by the room that writes it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PRIVATE: Final = "NOT-FOR-RELEASE"
"""Name of the private folder, for files that show hidden subjects."""

_REDACTED, _PREVIEW, _HELD, _PLAN = "redacted", "preview", "needs-review", ".plan.json"

_MADE: Final = re.compile(rf"\.({_REDACTED}|{_HELD}(-\d+)?|{_PREVIEW})(\.|$)", re.IGNORECASE)


def excerpt_name(stem: str, suffix: str, span: tuple[float, float | None]) -> str:
    """Name of an excerpt, from that of its source: `NAME.0m40s-2m10s.EXT`.

    Args:
        stem, suffix: of the source.
        span: in seconds after the first picture.
    """
    start, end = span
    return f"{stem}.{_time(start)}-{'end' if end is None else _time(end)}{suffix}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(round(minutes), 60)
    return f"{f'{hours}h{minutes:02}' if hours else minutes}m{round(rest, 3):g}s"


def redacted_name(stem: str, suffix: str) -> str:
    """Name of the result of a source."""
    return f"{stem}.{_REDACTED}{suffix}"


def preview_name(stem: str, suffix: str) -> str:
    """Name of the preview of a source."""
    return f"{stem}.{_PREVIEW}{suffix}"


def held_name(stem: str, suffix: str, number: int = 1) -> str:
    """Name under which a result is held back: the first, or a later one of the same name."""
    mark = _HELD if number == 1 else f"{_HELD}-{number}"
    return f"{stem}.{mark}{suffix}"


def is_held_name(name: str) -> bool:
    """Whether a file is a result that was held back, or lies beside one, by its name."""
    return f".{_HELD}" in name


def is_made_name(name: str) -> bool:
    """Whether redact made a file, by its name: a result, one that was held back, or a preview."""
    return _MADE.search(name) is not None


def finding_picture(output: Path, number: int) -> Path:
    """Path of the picture of a finding, beside an output in a private folder."""
    return output.with_name(f"{output.name}.finding-{number}.png")


def still_name(output: Path, seconds: float) -> Path:
    """First free path for the picture of a result at a time after its first picture."""
    number, path = 2, output.with_name(f"{output.name}.{_time(seconds)}.png")
    while path.exists():
        path = path.with_name(f"{output.name}.{_time(seconds)}-{number}.png")
        number += 1
    return path


def is_preview_or_picture(name: str, preview: Path) -> bool:
    """Whether a file is a preview of this name, held back or not, or a picture of its findings."""
    stem, suffix = re.escape(preview.stem), re.escape(preview.suffix)
    ours = rf"{stem}(\.{_HELD}(-\d+)?)?{suffix}(\.finding-\d+\.png)?"
    return re.fullmatch(ours, name) is not None


def plan_name(of: str) -> str:
    """Name of a plan, from that of its result or source."""
    return f"{of}{_PLAN}"


def earlier_plan_name(plan: str, number: int) -> str:
    """Name of a plan that was put aside, from the one that it had."""
    return f"{plan.removesuffix(_PLAN)}.earlier-{number}{_PLAN}"
