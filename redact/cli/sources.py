"""The sources of `redact run`: one after the other, several at once (`--jobs N`), each in its own
process.
"""

from __future__ import annotations

import os
import sys
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..batch import Command, Done, Footage
from ..errors import ExitCode, RedactError, UsageError
from ..inspect import release_path
from ..media import default_output_name, is_photograph
from ..pipeline import Delivery, redact_video, released_before
from ..progress import Moved
from ..record import EvidenceChoice, needs_passphrase
from ..settings import Settings
from ..types import clock
from ..words import error_as_json, error_words, problem, say
from .app import defect, typed_options
from .evidence_options import PASSPHRASE_VARIABLE
from .results import tell_result
from .terminal import Terminal


def run_one(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    terminal: Terminal,
    *,
    several: bool,
    verbose: bool = False,
) -> dict[str, Any]:
    """Result of one source as JSON values, with its time in seconds and its state as a word.

    Args:
        source, settings, delivery: of the command.
        several: there are several sources: an error in one, even a bug in redact, is reported and
            does not stop the others, and finished results are kept even with --force.
        verbose: say more about what was done.

    Raises:
        RedactError: it failed, and it is the only one.
        Exception: the same for a bug in redact; with REDACT_TRACEBACK set also if there are others.
    """
    begun = time.monotonic()
    try:
        with terminal.file(source.name):
            done = redact_video(
                source, settings, delivery, terminal, leave_done=several, tell=terminal.say
            )
        tell_result(done, terminal, verbose)
        result = done.to_json()
    except RedactError as error:
        if not several:
            raise
        result = _refused(source, error, terminal)
    except Exception as error:  # a defect of ours, which must not take the other files with it
        if not several or os.environ.get("REDACT_TRACEBACK"):
            raise
        result = _refused(source, defect(error, source), terminal)
    cut = settings.detect.scope.cut
    part = {} if cut is None else {"cut": list(cut)}
    return result | part | {"seconds": round(time.monotonic() - begun, 1)}


def _refused(source: Path, error: RedactError, terminal: Terminal) -> dict[str, Any]:
    """The result of a source that failed, after its error was printed."""
    terminal.error(*error_words(error))
    held = error.exit_code is ExitCode.NEEDS_REVIEW
    return {
        **error_as_json(error, str(source)),
        "state": "needs review" if held else "refused",
    }


_NOT_PASSED_ON = frozenset(
    (
        "cut",
        "output",
        "recursive",
        "jobs",
        "index",
        "as_json",
        "one_of_several",
    )
)


def with_excerpt(one: Footage, settings: Settings) -> Settings:
    """The settings for one video: with its excerpt."""
    detect = settings.detect
    return replace(settings, detect=replace(detect, scope=detect.scope.but(cut=one.cut)))


def in_words(one: Footage) -> str:
    """A video, and which excerpt of it."""
    if one.cut is None:
        return str(one.path)
    start, end = (clock(second, 3 if second % 1 else 0) for second in one.cut)
    return say("excerpt_of", path=one.path, start=start, end=end)


def commands_for(places: Iterable[tuple[Footage, str]]) -> list[Command]:
    """The command that was typed, for one video each.

    Args:
        places: videos, each with the folder or file for its result as a user would type it; "":
            none was given.
    """
    options, folder = typed_options(_NOT_PASSED_ON), str(Path.cwd())
    return [
        Command(
            str(one.path),
            (
                *options,
                *(() if one.cut is None else ("--cut", *map(str, one.cut))),
                *(("-o", place) if place else ()),
                "--",
                str(one.path),
            ),
            folder,
        )
        for one, place in places
    ]


def tell_as_they_end(
    ended: Iterable[tuple[int, Done]],
    count: int,
    terminal: Terminal,
    results: list[dict[str, Any]],
    moved: Callable[[int], Moved] | None = None,
) -> None:
    """Collect results in the order of their numbers, each as soon as it exists, so that those that
    are finished count if the rest is stopped. A command's output appears once it has ended."""
    numbers: list[int] = []
    for number, done in ended:
        at = bisect(numbers, number)
        numbers.insert(at, number)
        results.insert(at, done.result)
        if moved is not None:
            moved(number)("ended", 1, 1)
        terminal.say(f"[{len(numbers)}/{count}] {done.result['source']}")
        for line in done.messages:
            terminal.say(line)


def lower_priority() -> None:
    """Give this process a low priority, while a person waits for a page."""
    if sys.platform != "win32":
        os.nice(10)


def require_passphrase(evidence: EvidenceChoice) -> None:
    """Raise UsageError if each process would ask for the passphrase of the key."""
    key = evidence.key_file
    if key is not None and needs_passphrase(key) and PASSPHRASE_VARIABLE not in os.environ:
        raise problem(UsageError, "passphrase_of_jobs", key=key)


def neutral_places(places: Iterable[tuple[Footage, Path | None]], codec: str) -> Iterator[str]:
    """A neutral name for each video, in the folder for its result: that of an earlier run, so that
    a release can go on, else a free one."""
    there = [(one, place or one.path.parent) for one, place in places]
    before = [released_before(one.named, folder) for one, folder in there]
    taken = {path for path in before if path is not None}
    for (one, folder), known in zip(there, before, strict=True):
        suffix = Path(default_output_name(one.path, codec, is_photograph(one.path))).suffix
        path = known or release_path(folder, suffix, taken)
        taken.add(path)
        yield str(path)
