"""`redact fix`: mend a result that was held back, with one command."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..case import HeldBack, find_held, mend, near, remove_held
from ..errors import UsageError
from ..evidence import checked_option
from ..running import Acceptance
from ..types import counted
from . import options
from .evidence_options import content_signer, private_key, take_acceptance
from .invocation import HELP
from .result_options import tell_result, typed_command
from .terminal import Terminal


@click.command(context_settings=HELP)
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--accept-findings",
    metavar="NUMBERS=REASON",
    callback=take_acceptance,
    help="Publish these findings, which are no leaks, and hide the others, for example '1,3=a "
    "statue', or 'all=…'. The reason goes on record.",
)
@click.option("--by", default="", help="Who decided. It goes on record.")
@click.option("--remove", is_flag=True, help="Delete what was held back. Nothing else is done.")
@options.json_option
@options.verbose_option
def fix(
    name: Path,
    accept_findings: Acceptance | None,
    by: str,
    remove: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """Mend the result NAME that was held back: hide what was found in it, and check it again.

    NAME is the result in the folder NOT-FOR-RELEASE, or the name that the result should have had,
    or the original if the results lie beside it. What was found is added to the plan. The plan is
    then drawn again with the options of the first run, under the name that the result should have
    had. What was held back stays until 'redact fix NAME --remove'.
    """
    terminal = Terminal()
    held = find_held(name)
    if remove:
        return _remove(held, accept_findings, terminal)
    result = mend(
        held,
        terminal,
        acceptance=accept_findings,
        decided_by=checked_option(by, "--by"),
        key=private_key(Path(held.sign_key)) if held.sign_key else None,
        credentials=content_signer(*map(Path, held.credentials)) if held.credentials else None,
        command=typed_command(),
        tell=terminal.say,
    )
    tell_result(result, terminal, verbose)
    left = held.all_files()
    if not result.needs_review and left:
        terminal.say(
            f"{near(held.output)} and {counted(len(left) - 1, 'file')} beside it show what was "
            f"found. To delete them: redact fix {name} --remove"
        )
    if as_json:
        print(json.dumps(result.to_json(), indent=1))
    return int(result.exit_code)


def _remove(held: HeldBack, accepted: Acceptance | None, terminal: Terminal) -> int:
    """Remove all that was held back from one name. Raises UsageError, MismatchError."""
    if accepted is not None:
        raise UsageError("--remove mends nothing", "Leave out --accept-findings.")
    for path in remove_held(held):
        terminal.say(f"{near(path)}: removed")
    return 0
