"""`redact plan show`: what a plan hides, in rows; and which of its tracks are unsure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from msgspec import to_builtins
from msgspec.structs import asdict
from rich.table import Table

from ...pipeline import may_be_open
from ...plan import Plan, read_plan, table_of
from ...types import Origin
from ...words import said, say, word
from ..results import may_be_open_in_words
from ..terminal import PlainConsole, tell_json, terminal_width
from .group import mention_outside, plan, plan_argument, span_words


@plan.command()
@plan_argument
@click.option("--unsure", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def show(plan_path: Path, unsure: bool, as_json: bool) -> None:
    """`redact plan show`."""
    value = read_plan(plan_path)
    chosen = {
        track.id
        for track in value.tracks
        if not unsure or (track.origin is Origin.AUTO and track.doubtful)
    }
    rows = [row for row in table_of(value) if row["track"] in chosen]
    looked_for = [target.word for target in value.settings.targets]
    if as_json:
        head = {"source": value.source.name, "looked_for": looked_for}
        muted = [{**asdict(m), "number": n} for n, m in enumerate(value.muted, 1)]
        places = to_builtins(may_be_open(value))
        tell_json({**head, "tracks": rows, "muted": muted, "may_be_open": places})
        return
    _print(value, rows, ", ".join(word("targets", t) for t in looked_for))
    for track in value.tracks:
        if track.id in chosen and track.origin is Origin.MANUAL:
            mention_outside(value, track)


def _print(value: Plan, rows: list[dict[str, Any]], looked: str) -> None:
    """Print what was searched for and what was not, then a table of the rows, then muted spans."""
    count, shown = len(value.tracks), len(rows)
    console = PlainConsole(soft_wrap=True, width=150)
    head = "plan_shown" if shown == count else "plan_shown_partly"
    console.print(say(head, name=value.source.name, count=count, shown=shown, looked=looked))
    for limit in value.not_searched:
        console.print(said(limit))
    table, width = _table(rows, _COLUMNS), terminal_width()
    if console.is_terminal and console.measure(table).maximum > width:
        kept = tuple(column for column in _COLUMNS if column not in _LEFT_OUT)
        console.print(_table(rows, kept), width=width, soft_wrap=False)
        left_out = ", ".join(word("plan_column", column) for column in _LEFT_OUT)
        console.print(say("plan_columns_left_out", columns=left_out))
    else:
        console.print(table)
    for number, m in enumerate(value.muted, 1):
        span = f"{span_words(m, value)}, {word('sound', m.how.value)} {m.reason}".rstrip()
        console.print(say("sound_out", number=number, span=span))
    if lines := may_be_open_in_words(may_be_open(value)):
        console.print(say("may_be_open_list"))
    for line in lines:
        console.print(line)


_COLUMNS: Final = (
    *("subject", "no.", "target", "from", "to", "frames", "body", "probability", "seen", "place"),
    *("origin", "action", "reason"),
)

_LEFT_OUT = ("frames", "body", "place", "origin")
"""Columns left out on a narrow terminal, where rows of several lines are hard to read."""


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
    """One row per track, those of one subject together; the subject is named once."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(word("plan_column", column))
        if column in ("no.", "frames", "body"):
            table.columns[-1].justify = "right"
    before = 0
    for row in sorted(rows, key=lambda row: (row["subject"], row["track"])):
        name = " ".join(
            filter(None, (word("subject", row["kind"]), str(row["subject"]), row["name"]))
        )
        subject, before = ("" if row["subject"] == before else name), row["subject"]
        reason = " / ".join(filter(None, (word("reason", str(row["reason"])), str(row["by"]))))
        cells = [
            subject,
            row["track"],
            word("target_short", row["target"]),
            said(row["from"]),
            said(row["to"]),
            row["frames"],
            row["body_frames"] if subject else "",
            _probability(row),
            said(row["best"]["time"]),
            _place(row["best"]),
            word("origin", row["origin"]),
            word("action", row["action"]),
            reason,
        ]
        shown = dict(zip(_COLUMNS, cells, strict=True))
        table.add_row(*("" if shown[c] is None else str(shown[c]) for c in columns))
    return table


def _probability(row: dict[str, Any]) -> str:
    if row["certainty"] is not None:
        return said(row["certainty"], ".3f")
    return "" if row["score"] is None else say("score", score=row["score"])


def _place(best: dict[str, Any]) -> str:
    """Where to look, and how large the track is there: enough to recognise a person."""
    return f"{best['x']},{best['y']} {best['width']}×{best['height']}"
