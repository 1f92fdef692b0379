"""`redact run`: one video, or all those of a case."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from ..batch import (
    Footage,
    Found,
    find_footage,
    jobs_that_fit,
    run_in_parallel,
)
from ..errors import ExitCode, UsageError, worst
from ..files import make_folder
from ..pipeline import Delivery
from ..record import EvidenceChoice
from ..settings import Settings
from ..words import problem, say
from . import options
from .app import PATH, command, remember_found, results_so_far
from .decisions_of_others import adopt_option, require_own_decisions
from .destination import PlaceType, check_release, check_results, folder_for, is_folder
from .evidence_options import warn_of_strange_exhibits
from .report import check_index, write_index
from .results import chosen_delivery, finish_options
from .sources import (
    commands_for,
    in_words,
    neutral_places,
    require_passphrase,
    run_one,
    tell_as_they_end,
    with_excerpt,
)
from .summary import tell_summary
from .terminal import Terminal, tell_json


@command
@options.sources_argument
@click.option("-o", "--output", type=PlaceType())
@click.option("-r", "--recursive", is_flag=True)
@options.cut_option
@options.detect_options
@options.render_options
@options.encode_options
@finish_options
@click.option("--no-plan", is_flag=True)
@adopt_option
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
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
    index: Path | None,
    one_of_several: bool,
    adopt: bool,
    **params: Any,
) -> int:
    """`redact run`."""
    if params["plan_out"] is not None:
        require_own_decisions(params["plan_out"], adopt, Terminal(for_parent=one_of_several))
    delivery = chosen_delivery(params, output)
    found = find_footage(sources, recursive=recursive, results=output)
    found = _cut_up(found, options.cuts_of(params), delivery.evidence)
    videos = _Videos(
        found,
        delivery,
        options.all_settings(params, several_cuts=True),
        Terminal(for_parent=one_of_several),
        params["verbose"],
    )
    several = found.several
    videos.check()
    remember_found([one.path for one in found.footage], several)
    with folder_for(output, several):
        check_index(index, videos.delivery)  # it may lie in that folder
        results, begun = results_so_far(), time.monotonic()
        try:
            if several and jobs > 1:
                videos.at_once(jobs)
            else:
                videos.one_by_one(alone=not (several or one_of_several))
        finally:
            videos.sum_up(results, index, time.monotonic() - begun)
    if params["as_json"]:
        tell_json(results if several else results[0])
    return int(worst(ExitCode(result["exit_code"]) for result in results))


@dataclass(frozen=True, slots=True)
class _Videos:
    """The named videos, and the settings for all of them."""

    found: Found
    delivery: Delivery
    settings: Settings
    terminal: Terminal
    verbose: bool

    def check(self) -> None:
        """Refuse options for a single source only, and results that replace each other.

        Raises:
            UsageError: there are such options or results.
        """
        delivery = self.delivery
        if not self.found.several:
            check_release(self.found.footage[0].path, delivery)
            return
        if delivery.plan_out is not None:
            raise problem(UsageError, "one_plan_for_several", sources=len(self.found.footage))
        if self.found.searched:  # of videos that are named, others may be meant to follow
            left_out = [path for path, _ in self.found.left_out]
            paths = [*(one.path for one in self.found.footage), *left_out]
            warn_of_strange_exhibits(delivery.evidence, paths, self.terminal)
        check_results(self._places(), delivery, self.settings.encode.codec)

    def one_by_one(self, alone: bool) -> None:
        """Run one after the other; `alone`: an error ends the command."""
        results, terminal, count = results_so_far(), self.terminal, len(self.found.footage)
        # Chosen now: a result that is held back keeps its name, and 'redact fix' gives it that.
        named = self.found.several and self.delivery.release
        neutral = self._neutral() if named else [""] * count
        for n, (one, place) in enumerate(zip(self.found.footage, neutral, strict=True), 1):
            if self.found.several:
                terminal.say(f"[{n}/{count}] {in_words(one)}")
                terminal.place = say("place_of", n=n, count=count)
            with self._delivery_of(one) as here:
                if place:
                    here = replace(here, output=Path(place), in_folder=False)
                wanted = (one.path, with_excerpt(one, self.settings), here, terminal)
                results.append(run_one(*wanted, several=not alone, verbose=self.verbose))

    def at_once(self, jobs: int) -> None:
        """Run several at once, as many as fit into memory."""
        require_passphrase(self.delivery.evidence)
        paths = [one.path for one in self.found.footage]
        fitting = jobs_that_fit(min(jobs, len(paths)), paths)
        if fitting < min(jobs, len(paths)):
            self.terminal.warn(say("jobs_that_fit", jobs=jobs, fitting=fitting))
        with (
            self.terminal.files([path.name for path in paths]) as moved,
            contextlib.closing(
                run_in_parallel(commands_for(self._typed()), fitting, moved)
            ) as ended,
        ):
            tell_as_they_end(ended, len(paths), self.terminal, results_so_far(), moved)

    def sum_up(self, results: list[dict[str, Any]], index: Path | None, took: float) -> None:
        """Say what was done and what was not, also after an error, in words and in the index."""
        found, case = self.found, self.delivery.evidence.case
        known = {(result["source"], tuple(result.get("cut", ()))) for result in results}
        left = [one.path for one in found.footage if (str(one.path), one.cut or ()) not in known]
        if found.several:
            tell_summary(results, found.left_out, self.terminal, left, took=took)
        if index is not None:
            title = (case.case if case else "") or say("footage")
            write_index(index, results, found.left_out, left, title, took, self.terminal)
        codes = {result["exit_code"] for result in results}
        unfinished = left or ExitCode.INTERRUPTED in codes
        if found.several and unfinished:
            self.terminal.say(say("go_on_with_rest"))

    @contextlib.contextmanager
    def _delivery_of(self, one: Footage) -> Iterator[Delivery]:
        """The delivery for one video; its folder for results exists within the context."""
        place = place_of(one, self.delivery.output)
        with folder_for(place, self.found.several):
            yield replace(self.delivery, output=place)

    def _places(self) -> list[tuple[Footage, Path | None]]:
        """Each video with the folder or file for its result."""
        return [(one, place_of(one, self.delivery.output)) for one in self.found.footage]

    def _typed(self) -> list[tuple[Footage, str]]:
        """Each video with the place for its result, as a user would type it."""
        if not self.delivery.release:
            return [(one, "" if p is None else self._as_typed(p)) for one, p in self._places()]
        for _, place in self._places():
            if place is not None:
                make_folder(place)
        # Two at once could choose the same name.
        return list(zip(self.found.footage, self._neutral(), strict=True))

    def _neutral(self) -> list[str]:
        """A neutral name of its own for each video, for a release."""
        return list(neutral_places(self._places(), self.settings.encode.codec))

    def _as_typed(self, place: Path) -> str:
        return f"{place}{os.sep}" if self.found.several or is_folder(place) else str(place)


def _cut_up(found: Found, cuts: tuple[tuple[float, float], ...], evidence: EvidenceChoice) -> Found:
    """The footage with each excerpt as a video of its own: those of the command, else those that
    the case file names for the video."""
    footage = [
        replace(one, cut=cut)
        for one in found.footage
        for cut in (cuts or evidence.cuts_of(one.path) or (None,))
    ]
    return replace(found, footage=tuple(footage))


def place_of(one: Footage, output: Path | None) -> Path | None:
    """Path of one video's result, in the same folders as the video."""
    return output if output is None or one.below == Path() else output / one.below
