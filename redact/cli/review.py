"""`redact review`: see, decide and release on a local page."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from ..files import check_writable, names_footage
from ..media import probe
from ..plan import read_plan
from ..review import Session, serve
from . import options
from .destination import PlaceType
from .evidence_options import evidence_options
from .invocation import HELP
from .terminal import Terminal


@click.command(context_settings=HELP)
@options.source_argument
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "folder", type=PlaceType(), help="Folder for results. Default: beside SOURCE."
)
@options.detect_options
@options.margin_option
@evidence_options
@click.option("--no-open", is_flag=True, help="Print the address of the page; open no browser.")
def review(
    source: Path, plan_file: Path | None, folder: Path | None, no_open: bool, **params: Any
) -> int:
    """Open a page in your browser on which you see who was found in SOURCE, and decide.

    PLAN is SOURCE with the ending .plan.json unless you name another. If there is no plan yet,
    SOURCE is searched first. Every change is saved in the plan at once, so you can switch between
    the page and the commands 'redact plan' and 'redact apply'.

    This program serves the page itself, on 127.0.0.1 alone, to whoever has its address with the
    secret in it. It ends when you close the page, after an hour without you, or with Ctrl-C.
    """
    terminal = Terminal()
    probe(source)
    if folder is not None and (names_footage(folder) or (folder.exists() and not folder.is_dir())):
        raise UsageError(f"{folder}: is not a folder", "Name a folder for results with -o.")
    plan_file = plan_file or source.with_suffix(".plan.json")
    if plan_file.exists():
        read_plan(plan_file)
    else:
        check_writable(plan_file, never=(source,), whole=True)

    def say(address: str) -> None:
        click.echo(address)
        terminal.say("The page shows faces. Keep the address to yourself; Ctrl-C ends it.")

    session = Session(
        source,
        plan_file,
        options.detect_settings(params),
        params["margin"],
        params["evidence"],
        folder,
    )
    with contextlib.suppress(KeyboardInterrupt):  # the usual end, and everything is saved
        serve(session, say, not no_open)
    if session.last_output is not None:
        terminal.say(f"{session.last_output}: was made")
    terminal.say(f"{plan_file}: holds every decision")
    return 0
