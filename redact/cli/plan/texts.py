"""`redact plan texts`: the texts that can be read in a video, to choose what to hide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ...errors import UsageError
from ...media import probe_excerpt
from ...pipeline import find_texts, require_same_source
from ...plan import FoundText, Plan, read_plan, reads, save_change, tracks_of_texts
from ...types import Action, clock, one_line
from ...words import problem, said, say, word
from ..app import PATH
from ..terminal import PlainConsole, Terminal, tell, tell_json
from .group import plan, plan_argument

MOST_TEXT_CHARACTERS = 60
"""Characters of a text in the table."""


@plan.command()
@plan_argument
@click.argument("source", required=False, metavar="[SOURCE]", type=PATH)
@click.option("--find", "wanted", metavar="WORDS")
@click.option("--json", "as_json", is_flag=True)
def texts(plan_path: Path, source: Path | None, wanted: str | None, as_json: bool) -> None:
    """`redact plan texts`."""
    value = read_plan(plan_path)
    if source is not None:
        value = _read(value, plan_path, source)
    chosen = chosen_texts(value, wanted, plan_path)
    if as_json:
        tell_json({"source": value.source.name, "texts": list(_rows(value, chosen))})
        return
    console = PlainConsole(soft_wrap=True, width=150)
    console.print(say("texts_shown", name=value.source.name, count=len(chosen)))
    if chosen:
        console.print(_table(value, chosen))


def _read(value: Plan, plan_path: Path, source: Path) -> Plan:
    """The plan with the texts read in the video, saved."""
    terminal, info = Terminal(), probe_excerpt(source, value.settings.scope)
    require_same_source(value, info, terminal)
    read = find_texts(info, value, terminal)
    for warning in read.remarks():
        terminal.warn(said(warning))
    found = replace(value, texts=read.texts)
    save_change(found, value, plan_path)
    tell(say("texts_read", path=plan_path, count=len(read.texts)), err=True)
    return found


def chosen_texts(value: Plan, wanted: str | None, path: Path) -> list[FoundText]:
    """The texts of a plan that contain some words, or all.

    Raises:
        UsageError: the text in the video has not been read yet.
    """
    if value.texts is None:
        raise problem(UsageError, "texts_not_read", path=path)
    return [text for text in value.texts if wanted is None or reads(text, wanted)]


def _rows(value: Plan, texts: Iterable[FoundText]) -> Iterator[dict[str, Any]]:
    track_of = tracks_of_texts(value)
    for text in texts:
        track = track_of(text)
        yield {
            "text": text.number,
            "reads": list(text.readings),
            "kind": text.target.word,
            "score": text.score,
            "frames": [text.first, text.last],
            "seconds": [round(value.seconds(f), 6) for f in (text.first, text.last)],
            "box": [round(v, 1) for v in text.places[0][1]],
            "track": None if track is None else track.id,
            "hidden": track is not None and track.action is Action.REDACT,
        }


def _table(value: Plan, chosen: list[FoundText]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("no.", "reads", "target", "from", "to", "track"):
        table.add_column(word("plan_column", column))
    for text, row in zip(chosen, _rows(value, chosen), strict=True):
        table.add_row(
            str(text.number),
            one_line(text.text)[:MOST_TEXT_CHARACTERS],
            word("target_short", text.target.word),
            *(said(clock(value.seconds(frame))) for frame in (text.first, text.last)),
            str(row["track"] or ""),
        )
    return table
