"""`redact survey`: where in a video something is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from ..media import probe
from ..survey import Kind, Span, Survey
from ..survey import survey as survey_of
from ..types import clock
from ..words import said, say, word
from . import options
from .app import command
from .terminal import PlainConsole, Terminal, tell_json

MARKS = 60
"""Characters of a line that stands for the whole video."""


@command
@options.source_argument
@options.json_option
def survey(source: Path, as_json: bool) -> int:
    """`redact survey`."""
    terminal = Terminal()
    info = probe(source)
    for warning in info.warnings:
        terminal.warn(warning)
    with terminal.file(source.name):
        found = survey_of(info, terminal)
    if as_json:
        tell_json(_as_json(found))
    else:
        _tell(found)
    return 0


def _as_json(found: Survey) -> dict[str, Any]:
    return {
        "source": str(found.path),
        "exit_code": 0,
        "seconds": round(found.seconds, 3),
        "pictures": found.pictures,
        "sound": found.heard,
        "spans": {
            kind.value: [[round(time, 3) for time in span] for span in spans]
            for kind, spans in found.spans.items()
        },
        "cuts": [round(cut, 3) for cut in found.cuts],
        "excerpts": [
            {
                "start": one.start,
                "end": one.end,
                "people": one.people,
                "vehicles": one.vehicles,
                "speech": round(one.speech, 3),
                "movement": round(one.movement, 3),
                "option": one.option,
            }
            for one in found.excerpts
        ],
    }


def _tell(found: Survey) -> None:
    console = PlainConsole(soft_wrap=True)
    length = said(clock(found.seconds, 1))
    console.print(say("surveyed", path=found.path, length=length, count=found.pictures))
    strip = Table(box=None, pad_edge=False, show_header=False)
    for kind, spans in found.spans.items():
        if kind is Kind.SPEECH and not found.heard:
            strip.add_row(word("survey_kind", kind), say("no_sound"))
        elif spans or kind is not Kind.DAMAGE:
            strip.add_row(word("survey_kind", kind), _line(spans, found.seconds))
    console.print(strip)
    if found.cuts:
        times = ", ".join(clock(cut, 1) for cut in found.cuts)
        console.print(say("scenes_begin", count=len(found.cuts), times=times))
    if found.spans[Kind.DAMAGE]:
        times = ", ".join(f"{clock(a, 1)}–{clock(b, 1)}" for a, b in found.spans[Kind.DAMAGE])
        console.print(say("damage_seen", times=times))
    if not found.excerpts:
        console.print(say("nothing_seen"))
        return
    table = Table(*(word("survey_column", c) for c in _SHOWN), box=None, pad_edge=False)
    for one in found.excerpts:
        counts = (str(n) if n else "" for n in (one.people, one.vehicles))
        lengths = (clock(time, 0) if time else "" for time in (one.speech, one.movement))
        table.add_row(*counts, *lengths, one.option)
    console.print(table)
    console.print(say("use_excerpts", path=found.path))


_SHOWN = ("people", "vehicles", "speech", "movement", "excerpt")


def _line(spans: tuple[Span, ...], seconds: float) -> str:
    """The whole video as a line of characters, full where one of the spans is."""
    each = max(seconds, 1e-6) / MARKS
    return "".join(
        "█" if any(a < (n + 1) * each and b > n * each for a, b in spans) else "·"
        for n in range(MARKS)
    )
