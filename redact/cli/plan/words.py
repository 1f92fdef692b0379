"""`redact plan words`: what is said in a video, to choose what to mute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from ...errors import ModelError, UsageError
from ...media import probe_excerpt
from ...pipeline import require_same_source
from ...plan import Plan, SpokenLine, muted_already, read_plan, said_in, save_change
from ...speech import known_model, spoken_lines
from ...types import clock
from ...words import problem, said, say, word
from ..app import PATH
from ..terminal import PlainConsole, Terminal, tell, tell_json
from .group import plan, plan_argument


@plan.command()
@plan_argument
@click.argument("source", required=False, metavar="[SOURCE]", type=PATH)
@click.option("--model", "given", type=PATH)
@click.option("--find", "wanted", metavar="WORDS")
@click.option("--json", "as_json", is_flag=True)
def words(
    plan_path: Path, source: Path | None, given: Path | None, wanted: str | None, as_json: bool
) -> None:
    """`redact plan words`."""
    value = read_plan(plan_path)
    if source is not None:
        value = _transcribe(value, plan_path, source, given)
    elif given is not None:
        raise problem(UsageError, "model_without_source", path=plan_path, model=given)
    rows = list(_rows(value, wanted, plan_path))
    if as_json:
        tell_json({"source": value.source.name, "words": rows})
        return
    console = PlainConsole(soft_wrap=True, width=150)
    console.print(say("words_shown", name=value.source.name, count=len(rows)))
    if rows:
        console.print(_table(rows))


def _transcribe(value: Plan, path: Path, source: Path, given: Path | None) -> Plan:
    """The plan with what is said in the video, saved."""
    terminal, info = Terminal(), probe_excerpt(source, value.settings.scope)
    require_same_source(value, info, terminal)
    model = given or known_model()
    if model is None:
        raise problem(ModelError, "no_model_known", path=source)
    lines = spoken_lines(info, value.source.timeline.time(0), model, terminal)
    found = replace(value, spoken=lines)
    save_change(found, value, path)
    tell(say("words_heard", path=path, count=len(lines)), err=True)
    return found


def chosen_lines(value: Plan, wanted: str | None, path: Path) -> list[tuple[int, SpokenLine]]:
    """The lines of a plan in which some words are said, or all, with their numbers from 1.

    Raises:
        UsageError: the video has not been transcribed yet.
    """
    if value.spoken is None:
        raise problem(UsageError, "not_transcribed", path=path)
    numbered = enumerate(value.spoken, 1)
    return [(n, line) for n, line in numbered if wanted is None or said_in(line, wanted)]


def _rows(value: Plan, wanted: str | None, path: Path) -> Iterator[dict[str, Any]]:
    is_muted = muted_already(value)
    for number, line in chosen_lines(value, wanted, path):
        yield {
            "line": number,
            "seconds": [line.start / 1000, line.end / 1000],
            "words": [
                {"seconds": [start / 1000, end / 1000], "said": text, "muted": is_muted(start, end)}
                for start, end, text in line.words
            ],
        }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("no.", "from", "to", "said"):
        table.add_column(word("plan_column", column))
    for row in rows:
        times = (said(clock(seconds)) for seconds in row["seconds"])
        words = (f"[{w['said']}]" if w["muted"] else w["said"] for w in row["words"])
        table.add_row(str(row["line"]), *times, Text(" ".join(words)))
    return table
