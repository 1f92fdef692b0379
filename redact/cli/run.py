"""`redact run`: one video, or all those of a case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ..case import Footage, Found, find_footage
from ..errors import ExitCode, UsageError
from ..settings import Settings
from . import options
from .asked import remember_found, results_so_far
from .finish import finish_options
from .names import check_results
from .one import run_one
from .place import PlaceType, folder_for
from .summary import tell_summary
from .terminal import Terminal


@click.command()
@options.sources_argument
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    help="Output file, or a folder (NAME/ is made). Default: NAME.redacted.EXT beside each source.",
)
@click.option("-r", "--recursive", is_flag=True, help="Search the folders inside a folder, too.")
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@click.option(
    "--no-plan",
    is_flag=True,
    help="Do not keep the plan. Otherwise it is kept as NAME.redacted.plan.json, for its owner "
    "alone, and a run that was stopped goes on behind its detection.",
)
@options.force_option
@options.json_option
@options.verbose_option
def run(sources: tuple[Path, ...], output: Path | None, recursive: bool, **params: Any) -> int:
    """Hide faces and plates in every SOURCE, and check the result.

    A SOURCE is a video, a folder of videos, or a pattern such as 'cam*.mp4'. With -o FOLDER the
    folders are laid out there as they are found. What redact made itself is left out, and so is
    what is done already from the same source in the same way: a command that was stopped is given
    again and goes on.

    The original is only read. A result in which the check finds possible leaks is written into a
    folder NOT-FOR-RELEASE, with the times and places to look at, and the exit code is 10;
    'redact fix' mends it.
    """
    terminal = Terminal()
    found = find_footage(sources, recursive=recursive, results=output)
    several = found.searched or len(found.footage) != 1
    _check(found, output, params, several)
    settings = options.all_settings(params)
    remember_found([one.path for one in found.footage], several)
    results = results_so_far()
    try:
        with folder_for(output, several):
            _all(found, output, settings, params, terminal, several)
    finally:
        if several:
            left = [one.path for one in found.footage[len(results) :]]
            tell_summary(results, found.left_out, terminal, left)
    if params["as_json"]:
        print(json.dumps(results if several else results[0], indent=1))
    return int(worst(ExitCode(result["exit_code"]) for result in results))


def _all(
    found: Found,
    output: Path | None,
    settings: Settings,
    params: dict[str, Any],
    terminal: Terminal,
    several: bool,
) -> None:
    results = results_so_far()
    for n, one in enumerate(found.footage, 1):
        if several:
            terminal.say(f"[{n}/{len(found.footage)}] {one.path}")
        place = place_of(one, output)
        with folder_for(place, several):
            results.append(run_one(one.path, place, settings, params, terminal, several))


def place_of(one: Footage, output: Path | None) -> Path | None:
    """Where the result of one video goes, laid out as the videos are."""
    return output if output is None or one.below == Path() else output / one.below


def _check(found: Found, output: Path | None, params: dict[str, Any], several: bool) -> None:
    """Refuse what makes sense for a single source only, and results that replace each other.

    Raises:
        UsageError: so it is.
    """
    if not several:
        return
    if params["plan_out"] is not None:
        raise UsageError(
            f"--plan names one file, but {len(found.footage)} sources were given",
            "Leave --plan out, or run them one by one.",
        )
    if params["accept_findings"] is not None:
        raise UsageError(
            "--accept-findings is about one result, but several sources were given",
            "Use 'redact fix NAME --accept-findings …' for each.",
        )
    check_results([(one.path, place_of(one, output)) for one in found.footage], params)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Of several sources' codes the one to end with: failures, then reviews, then sources that
    end early, then success."""
    order = {ExitCode.DONE: 0, ExitCode.INCOMPLETE: 1, ExitCode.NEEDS_REVIEW: 2}
    return max(codes, key=lambda code: order.get(code, 3), default=ExitCode.DONE)
