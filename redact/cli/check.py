"""`redact check`: does the record of an output still hold?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from ..errors import ExitCode
from ..evidence import CheckResult, check_output, load_public_key
from .invocation import HELP


@click.command(context_settings=HELP)
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--source", type=click.Path(path_type=Path), help="The original, to compare.")
@click.option("--log", type=click.Path(path_type=Path), help="The custody log of the case.")
@click.option("--key", type=click.Path(path_type=Path), help="Public key of the signer.")
@click.option(
    "--manifest", type=click.Path(path_type=Path), help="The manifest, if it is not beside OUTPUT."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(
    output: Path,
    source: Path | None,
    log: Path | None,
    key: Path | None,
    manifest: Path | None,
    as_json: bool,
) -> int:
    """Verify the hashes, the signature and the log of OUTPUT; exit code 11 if one fails.

    The exit code is 3 if only OUTPUT or the original cannot be read.
    """
    public = None if key is None else load_public_key(key)
    result = check_output(output, source=source, log=log, key=public, manifest=manifest)
    if as_json:
        click.echo(json.dumps(_as_json(result), indent=1, ensure_ascii=False))
    else:
        for part in result.parts:
            click.echo(f"{part.name:<10} {part.verdict:<14} {part.text}")
        click.echo(result.summary)
        if result.trust:
            click.echo(result.trust)
    if result.unread:
        return int(ExitCode.INPUT)
    return int(ExitCode.DONE if result.holds else ExitCode.CHECK_FAILED)


def _as_json(result: CheckResult) -> dict[str, object]:
    return {
        "holds": result.holds,
        "summary": result.summary,
        "trust": result.trust,
        "parts": [{**asdict(part), "failed": part.failed} for part in result.parts],
    }
