"""`redact watch`: a newsroom's inbox."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..batch import Inbox
from ..errors import ExitCode, InputError, OutputError, UsageError, worst
from ..files import make_folder
from ..types import clock, readable
from ..words import error_from_json, problem, say, word
from . import options
from .app import PATH, command
from .results import chosen_delivery, finish_options
from .run import place_of
from .sources import run_one
from .terminal import Terminal

FAILED_FOLDER = "failed"
"""Folder beside the results, with a note for each video that was refused."""


@command
@click.argument("folder", type=PATH)
@click.option("-o", "--output", type=PATH, required=True)
@click.option("-r", "--recursive", is_flag=True)
@click.option("--quiet-for", type=click.FloatRange(1, 3600), default=10, show_default=True)
@click.option("--once", is_flag=True)
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@options.force_option
@options.verbose_option
def watch(
    folder: Path, output: Path, recursive: bool, quiet_for: float, once: bool, **params: Any
) -> int:
    """`redact watch`."""
    if not folder.is_dir():
        raise problem(InputError, "watch_no_folder", path=folder)
    for name, option in (("plan_out", "--plan"), ("accept_findings", "--accept-findings")):
        if params[name] is not None:
            raise problem(UsageError, "not_for_watch", option=option)
    if params["release"]:
        raise problem(UsageError, "watch_release")
    make_folder(output)
    terminal = Terminal()
    settings, delivery = options.all_settings(params), chosen_delivery(params, output)
    inbox = Inbox(folder, quiet_for, output, recursive)
    terminal.say(say("watching", folder=folder, output=output))
    started = time.monotonic()
    codes: dict[Path, ExitCode] = {}  # of each video's last result: it may arrive again
    reported: set[Path] = set()
    while True:
        ready = inbox.ready(time.monotonic(), last=once)
        for path, why in inbox.ignored:
            if path not in reported and why.code != "left_ours":
                terminal.say(say("passed_over", path=readable(str(path)), why=why))
            reported.add(path)
        for one in ready:
            place = place_of(one, output) or output
            make_folder(place)
            here = replace(delivery, output=place)
            result = run_one(
                one.path, settings, here, terminal, several=True, verbose=params["verbose"]
            )
            codes[one.path] = ExitCode(result["exit_code"])
            _tell(one.path, result, output / FAILED_FOLDER / one.below, terminal)
        # A file that is complete needs one look to be seen and one to be found unchanged.
        if once and time.monotonic() - started > quiet_for + 2 and not inbox.waiting:
            return int(worst(codes.values()))
        time.sleep(min(1.0, quiet_for / 2))


def _tell(source: Path, result: dict[str, Any], failures: Path, terminal: Terminal) -> None:
    note = failures / f"{source.name}.txt"
    if "error" in result:
        try:
            make_folder(failures)
            # The name of the video stands in it, and may be no UTF-8.
            words = readable("\n".join((*error_from_json(result), "")))
            note.write_text(words, encoding="utf-8")
        except (OutputError, OSError, UnicodeError) as error:
            terminal.warn(say("note_unwritten", path=note, error=error))
    else:
        note.unlink(missing_ok=True)
    seconds = clock(result["seconds"], 0)
    terminal.say(
        f"{time.strftime('%H:%M:%S')} {source}: {word('state', result['state'])} ({seconds})"
    )
