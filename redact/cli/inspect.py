"""`redact inspect`: what does a file tell about who made it?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from ..errors import ExitCode
from ..evidence.inspect import Inspection, inspect_file
from ..types import counted
from .invocation import HELP


@click.command(context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Also list what says nothing about anybody.")
def inspect(file: Path, as_json: bool, verbose: bool) -> int:
    """List everything in FILE that says something about who made it, when, where, with what.

    It reads the container and the messages between the coded pictures: MP4, MOV, 3GP, Matroska,
    WebM and AVI box by box, other containers by their tags. The exit code is 0 if FILE is clean,
    and 11 if it is not.
    """
    result = inspect_file(file)
    if as_json:
        click.echo(json.dumps(_as_json(result), indent=1, ensure_ascii=False))
    else:
        _say(result, verbose)
    return int(ExitCode.DONE if result.clean else ExitCode.CHECK_FAILED)


def _as_json(result: Inspection) -> dict[str, object]:
    return {
        "file": result.path.name,
        "container": result.container,
        "clean": result.clean,
        "findings": [asdict(f) for f in result.found],
        "generic": list(result.generic),
        "packets": result.packets,
        "file_changed": result.changed.isoformat(),
    }


def _say(result: Inspection, verbose: bool) -> None:
    for finding in result.found:
        times = f"  (×{finding.count})" if finding.count > 1 else ""
        click.echo(f"{finding.kind:<13} {finding.where}: {finding.value}{times}")
    if verbose:
        for text in result.generic:
            click.echo(f"{'names nobody':<13} {text}")
    if result.clean:
        click.echo(
            f"clean: nothing in {result.path.name} says who made it ({result.packets} packets "
            "read). Its name and the times that the file system keeps are not part of the file."
        )
    else:
        click.echo(f"{counted(len(result.found), 'finding')} in {result.path.name}")
