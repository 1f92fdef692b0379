"""`redact detect`: find what to hide, and store it in a plan."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from .. import api
from ..files import check_writable, ready_folder
from ..media import probe_excerpt
from ..pipeline import Journal, delete_scans, searched_plan, set_plan_aside
from ..plan import write_plan
from ..words import say
from . import options
from .app import PATH, command
from .results import hidden_by
from .sources import lower_priority
from .terminal import Terminal, tell_json


@command
@options.source_argument
@click.option("-o", "--output", "plan_file", type=PATH)
@options.cut_option
@options.detect_options
@options.force_option
@options.json_option
@click.option("--one-of-several", is_flag=True, hidden=True)
def detect(source: Path, plan_file: Path | None, one_of_several: bool, **params: Any) -> int:
    """`redact detect`."""
    if one_of_several:  # in the background of a review
        lower_priority()
    terminal = Terminal(for_parent=one_of_several)
    settings = options.detect_settings(params)
    plan_file = plan_file or searched_plan(probe_excerpt(source, settings.scope))
    check_writable(plan_file, params["force"], never=(source,), whole=True)
    with ready_folder(plan_file.parent):
        plan = api.detect(source, settings, plan_file=plan_file, progress=terminal)
        if params["force"]:
            set_plan_aside(plan_file, Journal(terminal))
        write_plan(plan, plan_file, force=params["force"], never=(source,))
    delete_scans(plan_file)
    counts = Counter(track.target.word for track in plan.tracks)
    if params["as_json"]:
        result = {
            "source": str(source),
            "exit_code": 0,
            "plan": str(plan_file),
            "frames": len(plan.source.timeline),
            "unchecked_frames": len(plan.unchecked),
            "tracks": dict(counts),
        }
        tell_json(result)
    else:
        terminal.say(say("plan_made", path=plan_file, what=hidden_by(plan)))
    return 0
