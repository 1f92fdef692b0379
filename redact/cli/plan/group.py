"""The group of the `plan` commands, and what they share."""

from __future__ import annotations

from pathlib import Path

import click

from ...evidence import checked_option
from ...types import Target
from ..invocation import HELP

plan_argument = click.argument("plan_path", metavar="PLAN", type=click.Path(path_type=Path))
reason_option = click.option("--reason", help="The reason. It goes on record.")
by_option = click.option("--by", help="Who decided. It goes on record.")
target_choice = click.Choice([t.word for t in Target])


@click.group(context_settings=HELP)
def plan() -> None:
    """Show and change what a plan hides. A change is saved whole or not at all."""


def said(value: str | None, option: str) -> str | None:
    """The text of an option that goes on record. Raises UsageError if it cannot stand there."""
    return None if value is None else checked_option(value, option)
