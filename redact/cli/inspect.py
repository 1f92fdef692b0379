"""`redact inspect`: what in a file reveals who made it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ..errors import ExitCode
from ..inspect import Inspection, inspect_file
from ..types import readable
from ..words import say, word
from . import options
from .app import PATH, command
from .terminal import tell, tell_json


@command
@click.argument("file", type=PATH)
@options.json_option
@options.verbose_option
def inspect(file: Path, as_json: bool, verbose: bool) -> int:
    """`redact inspect`."""
    result = inspect_file(file)
    if as_json:
        tell_json(_as_json(result))
    else:
        _say(result, verbose)
    return int(ExitCode.DONE if result.clean else ExitCode.CHECK_FAILED)


def _as_json(result: Inspection) -> dict[str, object]:
    return {
        "file": readable(result.path.name),
        "container": result.container,
        "clean": result.clean,
        "walked": result.walked,
        "findings": [
            asdict(f) | {"where": str(f.where), "value": str(f.value)} for f in result.found
        ],
        "generic": [f"{where}: {value}" for where, value in result.generic],
        "packets": result.packets,
        "file_changed": result.changed and result.changed.isoformat(),
    }


def _say(result: Inspection, verbose: bool) -> None:
    for finding in result.found:
        times = f"  (×{finding.count})" if finding.count > 1 else ""
        what = say("found_at", where=finding.where, value=finding.value)
        tell(f"{word('maker', finding.kind):<14} {what}{times}")
    if verbose:
        for where, value in result.generic:
            tell(f"{say('names_nobody'):<14} {say('found_at', where=where, value=value)}")
    if result.clean:
        tell(say("inspect_clean", name=result.path.name, count=result.packets))
    else:
        tell(say("inspect_found", count=len(result.found), name=result.path.name))
    if not result.walked:
        tell(say("inspect_partly"))
