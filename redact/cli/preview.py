"""`redact run --preview`: what becomes of a part of a video, and words about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..case import Preview, make_preview
from ..errors import ExitCode
from ..running import Delivery
from ..settings import Settings
from ..types import clock
from .result_options import tell_findings, tracks_in_words
from .terminal import Terminal


def preview(
    source: Path,
    settings: Settings,
    part: tuple[float, float | None],
    delivery: Delivery,
    terminal: Terminal,
    verbose: bool,
) -> dict[str, Any]:
    """Write a preview of a source and say what was found; the result as JSON values.

    Args:
        source, settings, delivery, verbose: of the command.
        part: first and last second, see `redact.media.part_of`.
    """
    made = make_preview(source, settings, part, delivery, terminal)
    _tell(made, part, verbose, terminal)
    return _as_json(source, made)


def _as_json(source: Path, made: Preview) -> dict[str, Any]:
    outcome = made.outcome
    return {
        "source": str(source),
        "output": str(outcome.output),
        "preview": True,
        "exit_code": int(ExitCode.NEEDS_REVIEW if outcome.needs_review else ExitCode.DONE),
        "frames": outcome.record.frames_written,
        "warnings": [str(warning) for warning in outcome.record.warnings],
        "audit": outcome.audit.to_json(),
        "pictures": [str(path) for path in made.pictures],
    }


def _tell(
    made: Preview, part: tuple[float, float | None], verbose: bool, terminal: Terminal
) -> None:
    outcome, (start, end) = made.outcome, part
    tell_findings(outcome, verbose, made.pictures, terminal)
    until = "the end" if end is None else clock(end, 1)
    terminal.say(
        f"{outcome.output}: preview of {outcome.record.source.path.name} from {clock(start, 1)} to "
        f"{until} ({tracks_in_words(made.found)}); not for release"
    )
    if outcome.needs_review:
        terminal.say(
            "The check of the preview found what is told above; the times count from its first "
            "picture. A run of the whole video will find it again, and 'redact fix' hides it"
        )
