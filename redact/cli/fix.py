"""`redact fix`: hide what the audit found in a result that was held back."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import UsageError
from ..pipeline import (
    Acceptance,
    HeldBack,
    find_held,
    fix_held,
    refuse_foreign_paths,
    relative_to_here,
    remove_held,
)
from ..record import checked_option
from ..words import problem, say
from . import options
from .app import PATH, command
from .decisions_of_others import adopt_option, require_own_decisions
from .evidence_options import private_key, take_acceptance
from .results import tell_result, typed_command
from .terminal import Terminal, tell_json


@command
@click.argument("name", type=PATH)
@click.option("--accept-findings", metavar="NUMBERS=REASON", callback=take_acceptance)
@click.option("--by", default="")
@click.option("--source", type=PATH)
@click.option("--remove", is_flag=True)
@adopt_option
@options.json_option
@options.verbose_option
def fix(
    name: Path,
    accept_findings: Acceptance | None,
    by: str,
    source: Path | None,
    remove: bool,
    adopt: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """`redact fix`."""
    terminal = Terminal()
    held = find_held(name, source)
    if remove:
        return _remove(held, accept_findings, terminal)
    refuse_foreign_paths(held)  # before any key that it names is read
    require_own_decisions(relative_to_here(held.plan), adopt, terminal)
    key_file = held.delivery.evidence.key_file
    result = fix_held(
        held,
        terminal,
        acceptance=accept_findings,
        decided_by=checked_option(by, "--by"),
        key=None if key_file is None else private_key(key_file),
        command=typed_command(),
        tell=terminal.say,
    )
    tell_result(result, terminal, verbose, held)
    if as_json:
        tell_json(result.to_json())
    return int(result.exit_code)


def _remove(held: HeldBack, accepted: Acceptance | None, terminal: Terminal) -> int:
    """Remove everything that was held back under one name. Raises UsageError, MismatchError."""
    if accepted is not None:
        raise problem(UsageError, "remove_fixes_nothing")
    for path in remove_held(held):
        terminal.say(say("file_removed", path=relative_to_here(path)))
    return 0
