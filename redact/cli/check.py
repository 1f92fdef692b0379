"""`redact check`: is the record of an output still intact?"""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ExitCode
from ..pipeline import result_named
from ..record import (
    CheckResult,
    check_output,
    load_public_key,
)
from ..words import said, word
from . import options
from .app import PATH, command
from .terminal import tell, tell_json


@command
@click.argument("output", type=PATH)
@click.option("--source", type=PATH)
@click.option("--log", type=PATH)
@click.option("--key", type=PATH)
@click.option("--manifest", type=PATH)
@options.json_option
def check(
    output: Path,
    source: Path | None,
    log: Path | None,
    key: Path | None,
    manifest: Path | None,
    as_json: bool,
) -> int:
    """`redact check`."""
    public = None if key is None else load_public_key(key)
    output = output if manifest else result_named(output)
    result = check_output(output, source=source, log=log, key=public, manifest=manifest)
    if as_json:
        tell_json(_as_json(result))
    else:
        rows = [(word("part", p.name), word("verdict", p.verdict)) for p in result.parts]
        wide, wider = (max(map(len, column)) for column in zip(*rows, strict=True))
        for part, (name, verdict) in zip(result.parts, rows, strict=True):
            tell(f"{name:<{wide}}  {verdict:<{wider}}  {' '.join(map(said, part.said))}")
        tell(said(result.summary))
        if result.trust:
            tell(said(result.trust))
    if result.unread:
        return int(ExitCode.INPUT)
    return int(ExitCode.DONE if result.holds else ExitCode.CHECK_FAILED)


def _as_json(result: CheckResult) -> dict[str, object]:
    return {
        "holds": result.holds,
        "summary": str(result.summary),
        "trust": str(result.trust or ""),
        "parts": [
            {"name": p.name, "verdict": p.verdict, "text": p.text, "failed": p.failed}
            for p in result.parts
        ],
    }
