"""`redact run` and the ending that it shares with `redact apply`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..errors import ExitCode, RedactError, UsageError
from ..output import make_folder
from ..pipeline import run as run_pipeline
from . import options
from .asked import results_so_far
from .finish import finish, finish_options, prepare
from .names import check_names
from .terminal import Terminal


@click.command()
@options.sources_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Output file, or a folder. Default: NAME.redacted.EXT beside each source.",
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
    NAME.redacted.needs-review.EXT, with the times and places to look at, and the exit code is 10.
    """
    _check_several(sources, output, params)
    terminal = Terminal()
    settings = options.all_settings(params)
    worst = ExitCode.DONE
    results = results_so_far()
    for source in sources:
        try:
            delivery = prepare(source, output, settings, params)
            outcome = run_pipeline(source, settings, delivery, terminal)
            result = finish(outcome, {**params, "output": output}, terminal)
        except RedactError as error:
            if len(sources) == 1:
                raise
            terminal.error(error.message, error.hint)
            result = {"source": str(source), "exit_code": int(error.exit_code)}
            result |= {"error": error.message, "hint": error.hint}
        worst = _worse(worst, ExitCode(result["exit_code"]))
        results.append(result)
    if params["as_json"]:
        print(json.dumps(results[0] if len(sources) == 1 else results, indent=1))
    return int(worst)


def _check_several(sources: tuple[Path, ...], output: Path | None, params: dict[str, Any]) -> None:
    """Make the folder for several outputs, if it is not there.

    Raises:
        UsageError: what was asked for makes sense for a single source only, or one file would
            replace another.
        OutputError: the folder cannot be made.
    """
    if len(sources) > 1 and output is not None and not output.exists():
        make_folder(output)
    folder = output is not None and output.is_dir()
    if len(sources) > 1 and output is not None and not folder:
        raise UsageError(
            f"{output}: is not a folder, but {len(sources)} sources were given",
            "Name a folder, or leave -o out.",
        )
    if len(sources) > 1 and params["plan_out"] is not None:
        raise UsageError(
            f"--plan names one file, but {len(sources)} sources were given",
            "Leave --plan out, or run them one by one.",
        )
    if len(sources) > 1:
        check_names(sources, output if folder else None, params)


def _worse(a: ExitCode, b: ExitCode) -> ExitCode:
    """Of several sources' codes the one to end with: failures, then reviews, then success."""
    return max(a, b, key=lambda c: (c not in _ORDINARY, c is ExitCode.NEEDS_REVIEW))


_ORDINARY = (ExitCode.DONE, ExitCode.NEEDS_REVIEW)
