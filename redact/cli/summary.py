"""The results of many sources: a table with a line for each, and the counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from ..report import in_one_line, verdict, who_is_hidden, why_not
from ..types import clock
from ..words import Message, say, word
from .terminal import PlainConsole, Terminal


def tell_summary(
    results: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[Path, Message]],
    terminal: Terminal,
    not_done: Sequence[Path] = (),
    *,
    took: float,
) -> None:
    """Print a line for each source, then the counts. The common folder of the sources is printed
    once, above the lines, or no name would fit on a line.

    Args:
        results: of `redact run`, as JSON values.
        left_out: skipped videos, and why.
        terminal: to print on.
        not_done: videos that were never started.
        took: seconds by the clock; those of the results add up to more if several ran at once.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    sources = [result["source"] for result in results] + [str(path) for path in not_done]
    folder = _common(sources)
    names = {source: os.path.relpath(source, folder) if folder else source for source in sources}
    for column in ("source", "result", "hidden", "time", "output"):
        table.add_column(word("column", column), overflow="fold")
        if column == "time":
            table.columns[-1].justify = "right"
    for result in results:
        why = why_not(result) or Path(result["output"]).name
        time = clock(result["seconds"], 0)
        name, hidden = names[result["source"]], who_is_hidden(result)
        table.add_row(name, verdict(result), hidden, time, " ".join(why.split()))
    for path in not_done:
        table.add_row(names[str(path)], word("state", "not done"), "", "", "")
    terminal.console.print()
    if folder:
        terminal.say(say("in_folder", folder=f"{folder}{os.sep}"))
    _wide(terminal).print(table)
    for path, reason in left_out:
        terminal.say(say("left_out", path=path, why=reason))
    terminal.say(in_one_line(results, len(not_done), took))


def _wide(terminal: Terminal) -> PlainConsole:
    """The console for the table: in a file or a pipe, names are not folded to a terminal's
    width."""
    if terminal.console.is_terminal:
        return terminal.console
    return PlainConsole(stderr=True, width=150)


def _common(sources: Sequence[str]) -> str:
    """The folder that contains all of them, as typed; "" for the current one."""
    try:
        return os.path.commonpath([Path(source).parent for source in sources])
    except ValueError:  # typed from different beginnings, or on different drives
        return ""
