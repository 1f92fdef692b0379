"""`redact run` and the ending that it shares with `redact apply`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..errors import ExitCode, RedactError, UsageError
from ..pipeline import run as run_pipeline
from . import options
from .finish import finish, finish_options, prepare
from .terminal import Terminal


@click.command()
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Output file, or folder for several sources. Default: NAME.redacted.EXT beside each.",
)
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@options.force_option
@options.json_option
@options.verbose_option
def run(sources: tuple[Path, ...], output: Path | None, **params: Any) -> int:
    """Hide faces and plates in every SOURCE, and check the result.

    The original is only read. A result in which the check finds possible leaks is written as
    NAME.needs-review.EXT, with the times and places to look at, and the exit code is 10.
    """
    if len(sources) > 1 and output is not None and not output.is_dir():
        raise UsageError(
            f"{output}: is not a folder, but {len(sources)} sources were given",
            "Make the folder first, or leave -o out.",
        )
    terminal = Terminal()
    settings = options.all_settings(params)
    worst = ExitCode.DONE
    results: list[dict[str, Any]] = []
    for source in sources:
        try:
            delivery = prepare(source, _output_for(source, output), params)
            outcome = run_pipeline(source, settings, delivery, terminal)
            result = finish(outcome, params, terminal)
        except RedactError as error:
            if len(sources) == 1:
                raise
            terminal.error(error.message, error.hint)
            result = {"source": str(source), "exit_code": int(error.exit_code)}
            result["error"] = error.message
        worst = worst or ExitCode(result["exit_code"])
        results.append(result)
    if params["as_json"]:
        print(json.dumps(results[0] if len(sources) == 1 else results, indent=1))
    return int(worst)


def _output_for(source: Path, output: Path | None) -> Path | None:
    if output is None or not output.is_dir():
        return output
    return output / f"{source.stem}.redacted{source.suffix}"
