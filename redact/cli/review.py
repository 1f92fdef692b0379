"""`redact review`: let a person decide on a local page."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from ..errors import UsageError
from ..files import (
    HELD_NOTE,
    PLAN,
    PRIVATE,
    check_writable,
    folder_named,
    is_work_folder,
    make_folder,
    names_footage,
    result_of,
    run_note,
)
from ..media import SourceInfo, probe_excerpt
from ..pipeline import (
    deletion_of,
    find_held,
    made_from,
    plan_to_review,
    refuse_foreign_paths,
    relative_to_here,
    require_chosen_settings,
    superseded_by,
)
from ..plan import read_plan
from ..review import Case, ReviewOptions, Session, locked_for_review, serve, server_of
from ..words import problem, say
from . import options
from .app import PATH, command, typed_options
from .decisions_of_others import adopt_option, require_own_decisions
from .destination import PlaceType
from .detect import detect
from .evidence_options import evidence_options, warn_of_strange_exhibits
from .results import typed_command
from .terminal import Terminal

LONG_SECONDS: Final = 600
"""Seconds from which a survey is the first view: a search takes several times as long as the video
plays."""


@command
@click.argument("names", metavar="[SOURCE]... [PLAN]", nargs=-1, type=PATH)
@click.option("-o", "--output", "folder", type=PlaceType())
@click.option("-r", "--recursive", is_flag=True)
@options.cut_option
@options.detect_options
@options.margin_option
@evidence_options
@adopt_option
@click.option("--no-open", is_flag=True)
def review(
    names: tuple[Path, ...],
    folder: Path | None,
    recursive: bool,
    adopt: bool,
    no_open: bool,
    **params: Any,
) -> int:
    """`redact review`."""
    terminal = Terminal()
    params["evidence"] = replace(params["evidence"], command=typed_command())
    if folder is not None and (names_footage(folder) or (folder.exists() and not folder.is_dir())):
        raise problem(UsageError, "review_no_folder", path=folder)

    def tell_address(address: str) -> None:
        click.echo(address)
        terminal.say(say("page_shows_faces"))

    named, plan_file = list(names), None
    if len(named) == 2 and not (named[1].is_dir() or names_footage(named[1])):
        plan_file = named.pop()

    def serve_case(places: list[Path], long: SourceInfo | None = None) -> int:
        searched = {option.name for option in detect.params} - {"plan_file"}
        words = typed_options({option.name or "" for option in review.params} - searched)
        settings, evidence = options.detect_settings(params), params["evidence"]
        chosen = options.chosen_settings()
        asked = ReviewOptions(settings, params["margin"], evidence, folder, tuple(words), chosen)
        with (
            contextlib.suppress(KeyboardInterrupt),
            contextlib.closing(Case(asked, places, recursive, long)) as case,
        ):
            if any(name.is_dir() for name in places):
                warn_of_strange_exhibits(evidence, (v.source for v in case.videos), terminal)
            serve(case.server(), tell_address, not no_open)
        terminal.say(say("case_closed"))
        return 0

    if len(named) != 1 or (named[0].is_dir() and not is_work_folder(named[0])):
        return serve_case(named)
    source = named[0]
    work = folder_named(source)
    if work is not None and (work / PRIVATE / HELD_NOTE).exists():
        held = find_held(work)
        refuse_foreign_paths(held)
        source, plan_file = relative_to_here(held.source), relative_to_here(held.plan)
        folder = relative_to_here(held.final).parent
        terminal.say(say("was_made_from", path=named[0], source=source))
        if (final := superseded_by(held)) is not None:
            terminal.say(say("superseded", path=named[0], final=final, delete=deletion_of(held)))
    elif work is not None:
        source, plan_file = made_from(work), plan_file or work / PLAN
        folder = folder or result_of(work, run_note(work)).parent
        terminal.say(say("was_made_from", path=named[0], source=source))
    settings, chosen = options.detect_settings(params), options.chosen_settings()
    info = probe_excerpt(source, settings.scope)
    if plan_file is None:
        if folder is not None:
            make_folder(folder)
        plan_file = plan_to_review(info, folder)
        if plan_file.exists():
            terminal.say(say("goes_on_with", path=plan_file))
        elif _is_long(info):
            return serve_case([], info)
    if plan_file.exists():
        require_chosen_settings(read_plan(plan_file), plan_file, info, settings, chosen)
        require_own_decisions(plan_file, adopt, terminal)
    else:
        check_writable(plan_file, never=(source,), whole=True)
    with locked_for_review(plan_file):
        session = Session(
            source,
            plan_file,
            settings,
            params["margin"],
            params["evidence"],
            folder,
        )
        # Ctrl-C is the usual end, and everything is saved.
        with contextlib.suppress(KeyboardInterrupt), contextlib.closing(session):
            serve(server_of(session), tell_address, not no_open)
    if session.last_output is not None:
        terminal.say(say("was_made", path=session.last_output))
    if plan_file.exists():
        terminal.say(say("holds_every_decision", path=plan_file))
    else:
        terminal.say(say("no_plan_yet"))
    return 0


def _is_long(info: SourceInfo) -> bool:
    return info.part is None and not info.photograph and (info.duration or 0) > LONG_SECONDS
