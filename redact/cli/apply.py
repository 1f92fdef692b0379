"""`redact apply`: hide what a plan says, and audit the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import api
from ..settings import DrawSettings
from . import options
from .app import command
from .decisions_of_others import adopt_option, require_own_decisions
from .destination import PlaceType, check_release, folder_for
from .results import chosen_delivery, finish_options, tell_result
from .terminal import Terminal, tell_json


@command
@options.source_argument
@options.plan_argument
@click.option("-o", "--output", type=PlaceType())
@options.render_options
@options.encode_options
@finish_options
@options.device_option
@adopt_option
@options.force_option
@options.json_option
@options.verbose_option
def apply(source: Path, plan_file: Path, output: Path | None, adopt: bool, **params: Any) -> int:
    """`redact apply`."""
    terminal = Terminal()
    draw = DrawSettings(options.render_settings(params), options.encode_settings(params))
    require_own_decisions(plan_file, adopt, terminal)
    with folder_for(output):
        delivery = chosen_delivery(params, output)
        check_release(source, delivery)
        result = api.apply(source, plan_file, draw=draw, delivery=delivery, progress=terminal)
        tell_result(result, terminal, params["verbose"])
    if params["as_json"]:
        tell_json(result.to_json())
    return int(result.exit_code)
