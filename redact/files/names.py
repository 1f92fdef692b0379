"""The names that redact gives to the files it makes of a source `NAME.EXT`.

| file | name |
|---|---|
| result | `NAME.redacted.EXT`; of another kind than its source `NAME.EXT.redacted.mp4` |
| result of an excerpt | `NAME.0m40s-2m10s.redacted.EXT` |
| all that belongs to a result | in the folder `RESULT.redact`, see `work_folder` |
| picture of a result | `NAME.redacted.EXT.0m12.34s.png`, then `….0m12.34s-2.png` |
| plan of a search alone | `NAME.EXT.plan.json` |

In a folder of a result:

| file | name |
|---|---|
| plan | `plan.json`; one put aside: `plan.earlier-1.json` |
| record, its signature | `record.json`, `record.json.sig` |
| what a run notes for the next one, and its lock | `run.json` |
| what was held back, its record, a note | in a folder `NOT-FOR-RELEASE` |
| in there | `NAME.redacted.needs-review.EXT`, `record.json`, `held-back.json` |
| picture of a finding | `NAME.redacted.needs-review.EXT.finding-1.png` |

Whatever shows hidden subjects lies in a folder `PRIVATE`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PRIVATE: Final = "NOT-FOR-RELEASE"
"""Name of the private folder, for files that show hidden subjects."""

WORK_ENDING: Final = ".redact"
README, RUN_NOTE, PLAN, RECORD, HELD_NOTE = (
    "README.txt",
    "run.json",
    "plan.json",
    "record.json",
    "held-back.json",
)

_REDACTED, _HELD, _PLAN = "redacted", "needs-review", ".plan.json"

_MADE: Final = re.compile(rf"\.({_REDACTED}|{_HELD}(-\d+)?)(\.|$)", re.IGNORECASE)


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


def held_name(stem: str, suffix: str) -> str:
    """Name under which a result is held back."""
    return f"{stem}.{_HELD}{suffix}"


def is_made_name(name: str) -> bool:
    """Whether redact made a file, by its name: a result, or one that was held back."""
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


def plan_name(of: str) -> str:
    """Name of a plan, from that of its result or source."""
    return f"{of}{_PLAN}"


def earlier_plan(plan: Path, number: int) -> Path:
    """Path of a plan that was put aside, from the one that it had."""
    return plan.with_name(f"{plan.stem}.earlier-{number}{plan.suffix}")


def work_folder(result: Path) -> Path:
    """Path of the folder beside a result, also if it was held back and lies in there."""
    if result.parent.name == PRIVATE and is_work_folder(result.parent.parent):
        return result.parent.parent
    return result.with_name(result.name + WORK_ENDING)


def is_work_folder(folder: Path) -> bool:
    """Whether a folder belongs to a result, by its name."""
    return folder.suffix == WORK_ENDING


def side_file(output: Path, name: str) -> Path:
    """Path of a file that belongs to an output: in its folder or, if it was held back, beside it in
    the private folder there."""
    folder = work_folder(output)
    return (output.parent if output.parent.parent == folder else folder) / name


def release_folder(named: Path) -> Path:
    """Path of the folder of a release, beside its source.

    Args:
        named: path by which files beside the source are named.
    """
    return named.with_name(f"{named.name}.release{WORK_ENDING}")
