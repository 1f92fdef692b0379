"""One source of `redact run`: an error of one of several is told and does not stop the others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ..case import redact_one
from ..errors import ExitCode, RedactError
from ..running import Delivery
from ..settings import Settings
from .result_options import tell_result
from .terminal import Terminal


def run_one(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    terminal: Terminal,
    *,
    several: bool,
    verbose: bool = False,
) -> dict[str, Any]:
    """Result of one source as JSON values, with its time in seconds and its state in a word.

    Args:
        source, settings, delivery: of the command.
        several: sources are worked on: an error of one is told and does not stop the others, and
            what is done already is left even with --force.
        verbose: say more about what was done.

    Raises:
        RedactError: it failed, and there are no others.
    """
    begun = time.monotonic()
    try:
        with terminal.file(source.name):
            done = redact_one(
                source, settings, delivery, terminal, leave_done=several, tell=terminal.say
            )
        tell_result(done, terminal, verbose)
        result = done.to_json()
    except RedactError as error:
        if not several:
            raise
        terminal.error(error.message, error.hint)
        result = {"source": str(source), "exit_code": int(error.exit_code)}
        result |= {"error": error.message, "hint": error.hint}
        states = {ExitCode.NEEDS_REVIEW: "needs review"}
        result["state"] = states.get(error.exit_code, "refused")
    return result | {"seconds": round(time.monotonic() - begun, 1)}
