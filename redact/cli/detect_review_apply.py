"""The steps of a run, one command each: `redact detect` finds, `redact review` lets a person decide
on a local page, `redact apply` hides and checks.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from .. import api
from ..errors import UsageError
from ..files import check_writable, make_folder, names_footage
from ..media import probe
from ..pipeline import find_held, forget_looks, from_here, plan_of_video, refuse_elsewhere
from ..plan import read_plan, write_plan
from ..review import Case, Session, Wish, alone_with, serve, server_of
from ..settings import DrawSettings
from ..words import problem, say
from . import options
from .app import HELP, PATH, typed_options
from .destination import PlaceType, check_release, folder_for
from .evidence_options import evidence_options
from .results import chosen_delivery, finish_options, tell_result
from .sources import end_with_parent, lower_priority
from .terminal import Terminal


@click.command(context_settings=HELP)
@options.source_argument
@click.option("-o", "--output", "plan_file", type=PATH)
@options.detect_options
@options.force_option
@options.json_option
@click.option("--one-of-several", is_flag=True, hidden=True)
def detect(source: Path, plan_file: Path | None, one_of_several: bool, **params: Any) -> int:
    """`redact detect`."""
    if one_of_several:  # in the background of a review
        end_with_parent()
        lower_priority()
    plan_file = plan_file or source.with_suffix(".plan.json")
    check_writable(plan_file, params["force"], never=(source,), whole=True)
    terminal = Terminal(for_parent=one_of_several)
    settings = options.detect_settings(params)
    plan = api.detect(source, settings, plan_file=plan_file, progress=terminal)
    write_plan(plan, plan_file, force=params["force"], never=(source,))
    forget_looks(plan_file)
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
        print(json.dumps(result, indent=1))
    else:
        found = [say("finds_tracks", count=n, kind=kind) for kind, n in sorted(counts.items())]
        tracks = ", ".join(found) or say("finds_nothing")
        terminal.say(say("plan_made", path=plan_file, tracks=tracks))
    return 0


@click.command(context_settings=HELP)
@click.argument("names", metavar="[SOURCE]... [PLAN]", nargs=-1, type=PATH)
@click.option("-o", "--output", "folder", type=PlaceType())
@click.option("-r", "--recursive", is_flag=True)
@options.detect_options
@options.margin_option
@evidence_options
@click.option("--no-open", is_flag=True)
def review(
    names: tuple[Path, ...], folder: Path | None, recursive: bool, no_open: bool, **params: Any
) -> int:
    """`redact review`."""
    terminal = Terminal()
    if folder is not None and (names_footage(folder) or (folder.exists() and not folder.is_dir())):
        raise problem(UsageError, "review_no_folder", path=folder)

    def tell_address(address: str) -> None:
        click.echo(address)
        terminal.say(say("page_shows_faces"))

    named, plan_file = list(names), None
    if len(named) == 2 and not (named[1].is_dir() or names_footage(named[1])):
        plan_file = named.pop()
    if len(named) != 1 or named[0].is_dir():
        searched = {option.name for option in detect.params} - {"plan_file"}
        words = typed_options({option.name or "" for option in review.params} - searched)
        settings, evidence = options.detect_settings(params), params["evidence"]
        wish = Wish(settings, params["margin"], evidence, folder, tuple(words))
        with (
            contextlib.suppress(KeyboardInterrupt),
            contextlib.closing(Case(wish, named, recursive)) as case,
        ):
            serve(case.server(), tell_address, not no_open)
        terminal.say(say("case_closed"))
        return 0
    source = named[0]
    if ".needs-review" in source.name:
        held = find_held(source)
        refuse_elsewhere(held)
        source, plan_file = from_here(held.source), from_here(held.plan)
        folder = from_here(held.final).parent
        terminal.say(say("was_made_from", path=named[0], source=source))
    info = probe(source)
    if plan_file is None:
        if folder is not None:
            make_folder(folder)
        plan_file = plan_of_video(info, folder)
        if plan_file.exists():
            terminal.say(say("goes_on_with", path=plan_file))
    if plan_file.exists():
        read_plan(plan_file)
    else:
        check_writable(plan_file, never=(source,), whole=True)
    with alone_with(plan_file):
        session = Session(
            source,
            plan_file,
            options.detect_settings(params),
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


@click.command(context_settings=HELP)
@options.source_argument
@options.plan_argument
@click.option("-o", "--output", type=PlaceType())
@options.render_options
@options.encode_options
@finish_options
@options.device_option
@options.force_option
@options.json_option
@options.verbose_option
def apply(source: Path, plan_file: Path, output: Path | None, **params: Any) -> int:
    """`redact apply`."""
    terminal = Terminal()
    draw = DrawSettings(options.render_settings(params), options.encode_settings(params))
    with folder_for(output):
        delivery = chosen_delivery(params, output)
        check_release(source, delivery)
        result = api.apply(source, plan_file, draw=draw, delivery=delivery, progress=terminal)
        tell_result(result, terminal, params["verbose"])
    if params["as_json"]:
        print(json.dumps(result.to_json(), indent=1))
    return int(result.exit_code)
