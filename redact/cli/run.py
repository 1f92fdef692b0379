"""`redact run` and the ending that it shares with `redact apply`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ..errors import ExitCode, RedactError, UsageError
from ..pipeline import run as run_pipeline
from ..settings import Settings
from . import options
from .asked import results_so_far
from .finish import finish, finish_options, prepare
from .names import check_names
from .place import PlaceType, folder_for
from .terminal import Terminal


@click.command()
@options.sources_argument
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    help="Output file, or a folder (NAME/ is made). Default: NAME.redacted.EXT beside each source.",
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
    results = results_so_far()
    with folder_for(output, len(sources) > 1):
        for source in sources:
            results.append(_one(source, output, settings, params, terminal, len(sources) == 1))
    if params["as_json"]:
        print(json.dumps(results[0] if len(sources) == 1 else results, indent=1))
    return int(_worst(ExitCode(result["exit_code"]) for result in results))


def _one(
    source: Path,
    output: Path | None,
    settings: Settings,
    params: dict[str, Any],
    terminal: Terminal,
    alone: bool,
) -> dict[str, Any]:
    """Result of one source as JSON values; an error is raised only if there are no others."""
    params = dict(params)
    try:
        delivery = prepare(source, output, settings, params)
        outcome = run_pipeline(source, settings, delivery, terminal)
        return finish(outcome, {**params, "output": output}, terminal)
    except RedactError as error:
        if alone:
            raise
        terminal.error(error.message, error.hint)
        result = {"source": str(source), "exit_code": int(error.exit_code)}
        return result | {"error": error.message, "hint": error.hint}


def _check_several(sources: tuple[Path, ...], output: Path | None, params: dict[str, Any]) -> None:
    """Refuse what makes sense for a single source only, and results that replace each other.

    Raises:
        UsageError: so it is.
    """
    if len(sources) == 1:
        return
    if params["plan_out"] is not None:
        raise UsageError(
            f"--plan names one file, but {len(sources)} sources were given",
            "Leave --plan out, or run them one by one.",
        )
    check_names(sources, output, params)


def _worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Of several sources' codes the one to end with: failures, then reviews, then success."""
    return max(codes, key=lambda c: (c not in _ORDINARY, c is ExitCode.NEEDS_REVIEW))


_ORDINARY = (ExitCode.DONE, ExitCode.NEEDS_REVIEW)
