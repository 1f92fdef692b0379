"""`redact detect`: the first half of a run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from .. import api
from ..files import check_writable
from ..plan import write_plan
from ..running import forget_looks
from ..types import counted
from . import options
from .invocation import HELP
from .terminal import Terminal


@click.command(context_settings=HELP)
@options.source_argument
@click.option(
    "-o",
    "--output",
    "plan_file",
    type=click.Path(path_type=Path),
    help="Plan to write. Default: SOURCE with the ending .plan.json.",
)
@options.detect_options
@options.force_option
@options.json_option
def detect(source: Path, plan_file: Path | None, **params: Any) -> int:
    """Find what to hide in SOURCE and write it to a plan, without drawing anything.

    If it was stopped, give the same command again and it goes on.

    A plan is text: look at it with 'redact plan show', change it with 'redact plan set' or
    'redact plan add', then hide what it says with 'redact apply'.
    """
    plan_file = plan_file or source.with_suffix(".plan.json")
    check_writable(plan_file, params["force"], never=(source,), whole=True)
    terminal = Terminal()
    settings = options.detect_settings(params)
    plan = api.detect(source, settings, plan_file=plan_file, progress=terminal)
    write_plan(plan, plan_file, force=params["force"], never=(source,))
    forget_looks(plan_file)
    counts = Counter(track.target.word for track in plan.tracks)
    if params["as_json"]:
        result = {
            "plan": str(plan_file),
            "frames": len(plan.source.timeline),
            "unchecked_frames": len(plan.unchecked),
            "tracks": dict(counts),
        }
        print(json.dumps(result, indent=1))
    else:
        found = ", ".join(counted(n, f"{word} track") for word, n in sorted(counts.items()))
        terminal.say(f"{plan_file}: {found or 'nothing found'}")
    return 0
