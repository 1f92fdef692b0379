"""`redact verify`: audit a finished file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import api
from ..auditing import AuditResult, fix_command
from ..errors import ExitCode, PlanError
from ..media import SourceInfo, probe
from ..pipeline import audit_settings, plan_beside, record_beside
from ..plan import Plan, read_plan
from ..settings import Sensitivity
from ..words import problem, say
from . import options
from .app import PATH, command
from .results import in_plain_words, record_in_words
from .terminal import Terminal, tell_json


@command
@options.source_argument
@click.argument("output", type=PATH)
@click.option("--plan", "plan_file", type=PATH)
@click.option(
    "--sensitivity",
    type=click.Choice([s.value for s in Sensitivity]),
    show_default="that of the plan",
)
@options.device_option
@options.json_option
@options.verbose_option
def verify(
    source: Path,
    output: Path,
    plan_file: Path | None,
    sensitivity: str | None,
    **params: Any,
) -> int:
    """`redact verify`."""
    terminal, info = Terminal(), probe(source)
    record = record_beside(output)
    if plan_file is None and record is not None:
        plan_file = plan_beside(output, record)
        if plan_file is not None:
            terminal.say(record_in_words(output, plan_file))
    if plan_file is None:
        raise problem(PlanError, "audit_needs_plan", output=output)
    plan = read_plan(plan_file)
    settings = audit_settings(record, plan)
    if sensitivity is not None:
        settings = replace(settings, sensitivity=Sensitivity(sensitivity))
    result = api.audit(source, output, plan, settings, progress=terminal)
    if params["as_json"]:
        tell_json(result.to_json())
    else:
        # Times count from the first picture, on the clock of the source.
        part = record and record.cut
        first = 0.0 if part else float(plan.source.timeline.time(0))
        for line in result.in_words(first) if params["verbose"] else _plainly(info, result, first):
            terminal.say(line)
        _tell_commands(terminal, result, plan, plan_file, source)
    return int(ExitCode.DONE if result.passed else ExitCode.NEEDS_REVIEW)


def _plainly(info: SourceInfo, result: AuditResult, first: float) -> Iterator[str]:
    """The result, with its findings in plain words."""
    verdict, *rest = result.in_words()
    start = None if info.photograph else first
    yield verdict
    yield from in_plain_words(result.findings, info.video.upright_size, (), start)
    yield from rest[len(result.findings) :]


def _tell_commands(
    terminal: Terminal,
    result: AuditResult,
    plan: Plan,
    plan_file: Path,
    source: Path,
) -> None:
    """Say how to hide what was found."""
    if result.findings:
        last = len(plan.source.timeline) - 1
        commands = fix_command(result.findings, plan_file, source, last)
        terminal.say(say("commands_hide" if "\n" in commands else "plan_hides"))
        for line in commands.split("\n"):
            terminal.say(line)
