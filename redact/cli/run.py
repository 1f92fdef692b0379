"""`redact run`: one video, or all those of a case."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..batch import Cluster, Footage, Found, at_once, check_address, find_footage, jobs_that_fit
from ..errors import ExitCode, UsageError
from ..files import make_folder
from ..pipeline import Delivery
from ..settings import Settings
from ..words import problem, say
from . import options
from .app import HELP, PATH, remember_found, results_so_far
from .destination import PlaceType, check_release, check_results, folder_for, is_folder
from .report import check_index, write_index
from .results import chosen_delivery, finish_options
from .search_options import part_wanted, preview_options
from .sources import (
    commands_for,
    end_with_parent,
    neutral_places,
    preview,
    require_passphrase,
    run_one,
    tell_as_they_end,
    typed_files,
)
from .summary import tell_summary
from .terminal import Terminal, tell_json


@click.command(context_settings=HELP)
@options.sources_argument
@click.option("-o", "--output", type=PlaceType())
@click.option("-r", "--recursive", is_flag=True)
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@preview_options
@click.option("--no-plan", is_flag=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--scheduler", metavar="ADDRESS")
@click.option("--insecure-scheduler", is_flag=True)
@click.option("--index", type=PATH)
@click.option("--one-of-several", is_flag=True, hidden=True)
@options.force_option
@options.json_option
@options.verbose_option
def run(
    sources: tuple[Path, ...],
    output: Path | None,
    recursive: bool,
    jobs: int,
    scheduler: str | None,
    insecure_scheduler: bool,
    index: Path | None,
    one_of_several: bool,
    **params: Any,
) -> int:
    """`redact run`."""
    if one_of_several:
        end_with_parent()
    terminal = Terminal(for_parent=one_of_several)
    address = _scheduler(scheduler, insecure_scheduler, jobs)
    found = find_footage(sources, recursive=recursive, results=output)
    several, delivery = found.several, chosen_delivery(params, output)
    part = part_wanted(params)
    if part is not None:
        return _previews(found, delivery, part, params, terminal)
    settings, verbose = options.all_settings(params), params["verbose"]
    codec = settings.encode.codec
    _check(found, delivery, codec)
    check_index(index, delivery)
    remember_found([one.path for one in found.footage], several)
    results, begun = results_so_far(), time.monotonic()
    try:
        with folder_for(output, several):
            if address is not None:
                _elsewhere(found, delivery, codec, address, terminal)
            elif several and jobs > 1:
                _at_once(found, delivery, codec, jobs, terminal)
            else:
                alone = not (several or one_of_several)
                _all(found, delivery, settings, terminal, alone, verbose)
    finally:
        case = delivery.evidence.case
        title = case.case if case else ""
        took = time.monotonic() - begun
        _tell_all(found, results, index, title or say("videos"), took, terminal)
        if several and len(results) < len(found.footage) and not delivery.release:
            terminal.say(say("go_on_with_rest"))
    if params["as_json"]:
        tell_json(results if several else results[0])
    return int(worst(ExitCode(result["exit_code"]) for result in results))


def _tell_all(
    found: Found,
    results: list[dict[str, Any]],
    index: Path | None,
    title: str,
    took: float,
    terminal: Terminal,
) -> None:
    """Sum up what was done and what was not, also after an error: in words, and in the index."""
    known = {result["source"] for result in results}
    left = [one.path for one in found.footage if str(one.path) not in known]
    if found.several:
        tell_summary(results, found.left_out, terminal, left, took=took)
    if index is not None:
        write_index(index, results, found.left_out, left, title, took, terminal)


def _previews(
    found: Found,
    delivery: Delivery,
    part: tuple[float, float | None],
    params: dict[str, Any],
    terminal: Terminal,
) -> int:
    """Only a part of each video, to be looked at."""
    settings, verbose = options.all_settings(params), params["verbose"]
    made = []
    for one in found.footage:
        place = place_of(one, delivery.output)
        with folder_for(place, found.several):
            here = replace(delivery, output=place)
            made.append(preview(one.path, settings, part, here, terminal, verbose))
    if params["as_json"]:
        tell_json(made if found.several else made[0])
    return int(worst(ExitCode(result["exit_code"]) for result in made))


def _all(
    found: Found,
    delivery: Delivery,
    settings: Settings,
    terminal: Terminal,
    alone: bool,
    verbose: bool,
) -> None:
    """One after the other."""
    results = results_so_far()
    for n, one in enumerate(found.footage, 1):
        if found.several:
            terminal.say(f"[{n}/{len(found.footage)}] {one.path}")
            terminal.place = say("place_of", n=n, count=len(found.footage))
        place = place_of(one, delivery.output)
        with folder_for(place, found.several):
            here = replace(delivery, output=place)
            done = run_one(one.path, settings, here, terminal, several=not alone, verbose=verbose)
            results.append(done)


def _at_once(found: Found, delivery: Delivery, codec: str, jobs: int, terminal: Terminal) -> None:
    """Several at once, as many as fit into the memory."""
    require_passphrase(delivery.evidence)
    paths = [one.path for one in found.footage]
    fitting = jobs_that_fit(min(jobs, len(paths)), paths)
    if fitting < min(jobs, len(paths)):
        terminal.warn(say("jobs_that_fit", jobs=jobs, fitting=fitting))
    commands = commands_for(_places(found, delivery, codec))
    with (
        terminal.files([path.name for path in paths]) as moved,
        contextlib.closing(at_once(commands, fitting, moved)) as ended,
    ):
        tell_as_they_end(ended, len(paths), terminal, results_so_far(), moved)


def _elsewhere(
    found: Found, delivery: Delivery, codec: str, address: str, terminal: Terminal
) -> None:
    """By the workers of a cluster."""
    require_passphrase(delivery.evidence, elsewhere=True)
    work = _places(found, delivery, codec)
    # "x/" is a folder, "x" a file in one.
    folders = {Path(f"{name}_").parent if name else source.parent for source, name in work}
    for folder in folders:
        make_folder(folder)
    with Cluster(address) as cluster:
        cluster.check(Path.cwd(), sorted(folders), [source for source, _ in work] + typed_files())
        terminal.say(say("workers", address=address, count=len(cluster.workers)))
        ended = cluster.results(commands_for(work))
        tell_as_they_end(ended, len(work), terminal, results_so_far())


def _scheduler(address: str | None, insecure: bool, jobs: int) -> str | None:
    """The address of the scheduler that was named, as dask wants it. Raises UsageError."""
    if address is None:
        return None
    if jobs > 1:
        raise problem(UsageError, "jobs_and_scheduler")
    return check_address(address, insecure)


def _places(found: Found, delivery: Delivery, codec: str) -> list[tuple[Path, str]]:
    """Each video with the place for its result, as a user would type it."""
    paths = [one.path for one in found.footage]
    places = [place_of(one, delivery.output) for one in found.footage]
    typed = ["" if place is None else _as_typed(place, found) for place in places]
    if delivery.release:  # two at once could choose the same neutral name
        typed = list(map(str, neutral_places(paths, places, codec)))
        for place in places:
            if place is not None:
                make_folder(place)
    return list(zip(paths, typed, strict=True))


def _as_typed(place: Path, found: Found) -> str:
    """A place for results as words of another command mean the same."""
    return f"{place}{os.sep}" if found.several or is_folder(place) else str(place)


def place_of(one: Footage, output: Path | None) -> Path | None:
    """Where the result of one video goes, laid out as the videos are."""
    return output if output is None or one.below == Path() else output / one.below


def _check(found: Found, delivery: Delivery, codec: str) -> None:
    """Refuse what makes sense for a single source only, and results that replace each other.

    Raises:
        UsageError: so it is.
    """
    if not found.several:
        check_release(found.footage[0].path, delivery)
        return
    if delivery.plan_out is not None:
        raise problem(UsageError, "one_plan_for_several", sources=len(found.footage))
    if delivery.acceptance is not None:
        raise problem(UsageError, "accept_for_several")
    places = [(one.path, place_of(one, delivery.output)) for one in found.footage]
    check_results(places, delivery, codec)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Of several sources' codes the one to end with: failures, then reviews, then sources that
    end early, then success."""
    order = {ExitCode.DONE: 0, ExitCode.INCOMPLETE: 1, ExitCode.NEEDS_REVIEW: 2}
    return max(codes, key=lambda code: order.get(code, 3), default=ExitCode.DONE)
