"""`redact verify`: audit a finished file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import api
from ..auditing import AuditResult, AuditSettings, fix_command
from ..errors import ExitCode
from ..media import Decode, SourceInfo, probe
from ..pipeline import audit_settings, plan_beside, record_beside
from ..plan import Plan, read_plan
from ..settings import Sensitivity
from ..types import LARGEST_MARGIN
from ..words import say
from . import options
from .app import PATH, command
from .results import in_plain_words, record_in_words
from .terminal import Terminal, tell_json


@command
@options.source_argument
@click.argument("output", type=PATH)
@click.option("--plan", "plan_file", type=PATH)
@click.option(
    "--targets", type=options.targets, show_default="those of the plan, else faces,plates"
)
@click.option(
    "--sensitivity",
    type=click.Choice([s.value for s in Sensitivity]),
    show_default="that of the plan, else balanced",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, LARGEST_MARGIN),
    show_default="that of the record, else that of the program",
)
@click.option("--cut", type=options.seconds, nargs=2, metavar="FROM TO")
@options.device_option
@options.json_option
@options.verbose_option
def verify(
    source: Path,
    output: Path,
    plan_file: Path | None,
    cut: tuple[float, float] | None,
    **params: Any,
) -> int:
    """`redact verify`."""
    terminal = Terminal()
    info = probe(source)
    record = record_beside(output)
    if plan_file is None and record is not None:
        plan_file = plan_beside(output, record)
        terminal.say(record_in_words(output, record, plan_file))
    plan = None if plan_file is None else read_plan(plan_file)
    settings = _with_options(audit_settings(record, plan), params)
    result = api.audit(source, output, plan, settings, cut=cut, progress=terminal)
    if params["as_json"]:
        tell_json(result.to_json())
    else:
        part = cut or (record and record.cut)
        first = _first_time(info, plan) if result.findings and not part else 0.0
        for line in result.in_words(first) if params["verbose"] else _plainly(info, result, first):
            terminal.say(line)
        _tell_commands(terminal, result, plan, plan_file, source)
    return int(ExitCode.DONE if result.passed else ExitCode.NEEDS_REVIEW)


def _with_options(settings: AuditSettings, params: dict[str, Any]) -> AuditSettings:
    """Audit settings in which given options replace those of record and plan."""
    given = {n: params[n] for n in ("margin", "targets") if params[n] is not None}
    if params["sensitivity"] is not None:
        given["sensitivity"] = Sensitivity(params["sensitivity"])
    return replace(settings, **given)


def _plainly(info: SourceInfo, result: AuditResult, first: float) -> Iterator[str]:
    """The result, with its findings in plain words."""
    verdict, *rest = result.in_words()
    start = None if info.photograph else first
    yield verdict
    yield from in_plain_words(result.findings, info.video.upright_size, (), start)
    yield from rest[len(result.findings) :]


def _first_time(info: SourceInfo, plan: Plan | None) -> float:
    """Time of the first picture on the clock of the source, seconds."""
    if plan is not None:
        return float(plan.source.timeline.time(0))
    return float(next(iter(Decode(info))).time)


def _tell_commands(
    terminal: Terminal,
    result: AuditResult,
    plan: Plan | None,
    plan_file: Path | None,
    source: Path,
) -> None:
    """Say how to hide what was found, if there is a plan to change."""
    if result.findings and plan is not None and plan_file is not None:
        last = len(plan.source.timeline) - 1
        commands = fix_command(result.findings, plan_file, source, last)
        terminal.say(say("commands_hide" if "\n" in commands else "plan_hides"))
        for line in commands.split("\n"):
            terminal.say(line)
