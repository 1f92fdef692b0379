"""`redact verify`: audit a finished file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..audit import AuditResult, AuditSettings, fix_command, review_sheet
from ..audit import verify as audit
from ..errors import ExitCode
from ..media import probe
from ..plan import Plan, read_plan
from ..same_source import require_same_source
from ..settings import RenderSettings, Sensitivity
from . import options
from .terminal import Terminal


@click.command()
@options.source_argument
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    help="What was to be hidden. Without it, that is worked out from the pixels.",
)
@click.option(
    "--targets",
    type=options.TargetsType(),
    default="face,plate",
    show_default=True,
    help="What to look for: face, plate, or both with a comma.",
)
@click.option(
    "--sensitivity",
    type=click.Choice([s.value for s in Sensitivity]),
    default=Sensitivity.BALANCED.value,
    show_default=True,
    help="How hard to look; thorough looks at every frame.",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 2),
    default=RenderSettings().margin,
    show_default=True,
    help="That the masks were drawn with.",
)
@click.option(
    "--review-dir",
    type=click.Path(path_type=Path),
    help="Write a private sheet of doubtful places here. It shows faces: not for release.",
)
@options.json_option
def verify(source: Path, output: Path, plan_file: Path | None, **params: Any) -> int:
    """Look in OUTPUT for what is still visible of SOURCE, as a hostile viewer would.

    Exit code 0: nothing found. 10: something to look at, or a check that fails.
    """
    terminal = Terminal()
    info = probe(source)
    plan = None if plan_file is None else read_plan(plan_file)
    if plan is not None:
        require_same_source(plan, info, terminal)
    settings = AuditSettings(
        sensitivity=Sensitivity(params["sensitivity"]),
        margin=params["margin"],
        targets=params["targets"],
    )
    result = audit(info, output, plan, settings=settings, progress=terminal)
    if params["review_dir"] is not None:
        sheet = review_sheet(info, output, result, plan, params["review_dir"])
        terminal.say(f"{sheet}: not for release")
    if params["as_json"]:
        print(json.dumps(result.to_json(), indent=1))
    else:
        _tell(terminal, result, plan, plan_file, source)
    return int(ExitCode.DONE if result.passed else ExitCode.NEEDS_REVIEW)


def _tell(
    terminal: Terminal,
    result: AuditResult,
    plan: Plan | None,
    plan_file: Path | None,
    source: Path,
) -> None:
    for line in result.in_words():
        terminal.say(line)
    if result.findings and plan is not None and plan_file is not None:
        terminal.say("to hide these places, the last line with the options of the first time:")
        last = len(plan.source.timeline) - 1
        terminal.say(fix_command(result.findings, plan_file, source, last))
