"""`redact apply`: the second half of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..media import probe
from ..pipeline import apply as apply_stage
from ..plan import read_plan
from ..running import Journal
from ..settings import DrawSettings
from . import options
from .destination import PlaceType, folder_for
from .finish import finish, finish_options, prepare
from .terminal import Terminal


@click.command()
@options.source_argument
@options.plan_argument
@click.option(
    "-o",
    "--output",
    type=PlaceType(),
    help="Output file, or a folder (NAME/ is made). Default: NAME.redacted.EXT beside the source.",
)
@options.render_options
@options.encode_options
@finish_options
@options.force_option
@options.json_option
@options.verbose_option
def apply(source: Path, plan_file: Path, output: Path | None, **params: Any) -> int:
    """Hide in SOURCE what PLAN says, and check the result.

    The plan must have been made for this very file (its SHA-256 is compared).
    """
    terminal = Terminal()
    plan = read_plan(plan_file)
    draw = DrawSettings(options.render_settings(params), options.encode_settings(params))
    with folder_for(output):
        delivery = prepare(source, output, draw, params)
        outcome = apply_stage(probe(source), plan, draw, delivery, Journal(terminal))
        result = finish(outcome, {**params, "output": output}, terminal, plan_file)
    if params["as_json"]:
        print(json.dumps(result, indent=1))
    return int(result["exit_code"])
