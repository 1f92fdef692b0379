"""The page for a whole case, and the words that it shares with the table of `redact run`: how each
source ended, and how many tracks were hidden in it.

No script, no outside resource, escaped throughout.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..types import clock, counted, day, one_line, readable

MARK = b'<meta name="generator" content="redact case index">'
"""Stands in every such page: one may be replaced by a newer one, other files may not."""

_ORDER: Final = ("done", "done before", "source incomplete", "needs review", "refused", "not done")

_GOOD: Final = ("done", "done before")

_CUT_OFF: Final = "source incomplete"


def verdict(result: Mapping[str, Any]) -> str:
    """How a source ended, in the words of a cell. That it is incomplete stays true in every later
    run, which finds its result done before.

    Args:
        result: of `redact run`, as JSON values.
    """
    state = str(result["state"])
    if not result.get("incomplete") or state == _CUT_OFF:
        return state
    return _CUT_OFF if state in _GOOD else f"{state}, {_CUT_OFF}"


def counted_as(result: Mapping[str, Any]) -> str:
    """The one state under which a source is counted."""
    return verdict(result).partition(",")[0]


def in_one_line(
    results: Sequence[Mapping[str, Any]], not_done: int, took: float | None = None
) -> str:
    """For example "20 files: 15 done, 3 needs review, 2 refused; took 3:10".

    Args:
        results: of `redact run`, as JSON values.
        not_done: how many sources were not come to.
        took: seconds by the clock; None where nobody counted.
    """
    counts = Counter(map(counted_as, results))
    counts["not done"] += not_done
    parts = [f"{counts[state]} {state}" for state in _ORDER if counts[state]]
    time = "" if took is None else f"; took {clock(took, 0)}"
    return f"{counted(len(results) + not_done, 'file')}: {', '.join(parts)}{time}"


def tracks_hidden(result: Mapping[str, Any]) -> str:
    """How many tracks are hidden, for a cell: "3 face, 1 plate; 2 kept"; "" if not known."""
    if "hidden" not in result:
        return ""
    hidden = ", ".join(f"{count} {word}" for word, count in result["hidden"].items())
    alarms = result.get("false_alarms", 0)
    more = [f"{result['kept']} kept"] if result["kept"] else []
    more += [counted(alarms, "false alarm")] if alarms else []
    return "; ".join([hidden or "none", *more]) if more else hidden or "nothing found"


def case_page(
    place: Path,
    title: str,
    line: str,
    results: Sequence[dict[str, Any]],
    reports: Sequence[Path | None],
    left_out: Sequence[tuple[Path, str]],
    not_done: Sequence[Path] = (),
) -> bytes:
    """The page.

    Args:
        place: where it will lie; links are relative to it.
        title: of the case.
        line: the counts in words.
        results: of `redact run`, as JSON values.
        reports: of the results, None where there is none.
        left_out: videos that were passed over, and why.
        not_done: videos that were not come to.
    """
    rows = [_row(place, result, report) for result, report in zip(results, reports, strict=True)]
    rows += [{**_EMPTY, "source": _name(p), "state": "not done"} for p in not_done]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files(__package__).joinpath("template")
    good = all(row["state"] in _GOOD for row in rows)
    page = environment.from_string(template.joinpath("case.html").read_text("utf-8")).render(
        title=one_line(readable(title)),
        version=__version__,
        date=day(datetime.now(UTC)),
        style=Markup(template.joinpath("report.css").read_text("utf-8")),
        verdict="good" if good else "bad",
        line=line,
        rows=rows,
        left_out=[(_name(path), why) for path, why in left_out],
    )
    return page.encode("utf-8", "replace")


_EMPTY = {"css": "", "hidden": "", "words": "", "report": "", "time": ""}


def _name(path: Path | str) -> str:
    """A name as a page may hold it: no control character, which XML and terminals mind."""
    return one_line(readable(str(path)))


def _row(place: Path, result: dict[str, Any], report: Path | None) -> dict[str, str]:
    words = result.get("error") or Path(result["output"]).name
    link = "" if report is None else os.path.relpath(report, place.parent)
    return {
        "css": "redact" if verdict(result) in _GOOD else "keep",
        "source": _name(result["source"]),
        "state": verdict(result),
        "hidden": tracks_hidden(result),
        "words": one_line(readable(words)),
        "report": quote(link.replace(os.sep, "/"), errors="surrogateescape"),
        "time": f"{result['seconds']:.0f} s" if "seconds" in result else "",
    }
