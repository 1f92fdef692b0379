"""`redact watch`: a newsroom's inbox."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..batch import Inbox
from ..errors import ExitCode, InputError, OutputError, UsageError
from ..files import make_folder
from ..types import clock, readable
from . import options
from .app import HELP
from .results import chosen_delivery, finish_options
from .run import place_of, worst
from .sources import run_one
from .terminal import Terminal

FAILURES = "failed"
"""Folder beside the results: a note in words for each video that was refused."""


@click.command(context_settings=HELP)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the results, laid out as FOLDER is.",
)
@click.option("-r", "--recursive", is_flag=True, help="Also watch the folders inside FOLDER.")
@click.option(
    "--quiet-for",
    type=click.FloatRange(1, 3600),
    default=10,
    show_default=True,
    help="A video is taken once it has not grown for so many seconds.",
)
@click.option("--once", is_flag=True, help="Stop when everything that is in FOLDER is done.")
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@options.force_option
@options.verbose_option
def watch(
    folder: Path, output: Path, recursive: bool, quiet_for: float, once: bool, **params: Any
) -> int:
    """Redact every video that arrives in FOLDER, once it has stopped growing. Ctrl-C ends it.

    One line is printed for each video. A result that is held back is put into a folder
    NOT-FOR-RELEASE beside the results. For a video that is refused, a note in the folder 'failed'
    says why. What is done is not done again, even after a restart. With --once, the exit code is
    the one that 'redact run FOLDER' would end with.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a folder", "Name the folder in which videos arrive.")
    for name, option in (("plan_out", "--plan"), ("accept_findings", "--accept-findings")):
        if params[name] is not None:
            raise UsageError(f"{option} is about one result", f"Leave out {option}.")
    if params["release"]:
        raise UsageError(
            "--release keeps no record, so a restart could not tell what is done",
            "Use 'redact run --release' on the videos.",
        )
    make_folder(output)
    terminal = Terminal()
    settings, delivery = options.all_settings(params), chosen_delivery(params, output)
    inbox = Inbox(folder, quiet_for, output, recursive)
    terminal.say(f"watching {folder}; results go to {output}; Ctrl-C ends it")
    started = time.monotonic()
    codes: dict[Path, ExitCode] = {}  # of each video's last result: it may arrive anew
    told: set[Path] = set()
    while True:
        ready = inbox.ready(time.monotonic(), last=once)
        for path, why in inbox.ignored:
            if path not in told and why != "made by redact":
                terminal.say(f"{readable(str(path))}: passed over ({why})")
            told.add(path)
        for one in ready:
            place = place_of(one, output) or output
            make_folder(place)
            here = replace(delivery, output=place)
            result = run_one(
                one.path, settings, here, terminal, several=True, verbose=params["verbose"]
            )
            codes[one.path] = ExitCode(result["exit_code"])
            _tell(one.path, result, output / FAILURES / one.below, terminal)
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
            words = readable(f"{result['error']}\n{result['hint']}\n")
            note.write_text(words, encoding="utf-8")
        except (OutputError, OSError, UnicodeError) as error:
            terminal.warn(f"{note}: cannot be written ({error})")
    else:
        note.unlink(missing_ok=True)
    seconds = clock(result["seconds"], 0)
    terminal.say(f"{time.strftime('%H:%M:%S')} {source}: {result['state']} ({seconds})")
