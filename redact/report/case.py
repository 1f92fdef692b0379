"""One page for a whole case: every source with its result, and a link to its report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..types import day, readable

MARK = b'<meta name="generator" content="redact case index">'
"""Stands in every such page: one may be replaced by a newer one, other files may not."""

_GOOD = ("done", "done before")


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
    rows += [{**_EMPTY, "source": readable(str(p)), "state": "not done"} for p in not_done]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files(__package__).joinpath("template")
    good = all(row["state"] in _GOOD for row in rows)
    page = environment.from_string(template.joinpath("case.html").read_text("utf-8")).render(
        title=readable(title),
        version=__version__,
        date=day(datetime.now(UTC)),
        style=Markup(template.joinpath("report.css").read_text("utf-8")),
        verdict="good" if good else "bad",
        line=line,
        rows=rows,
        left_out=[(readable(str(path)), why) for path, why in left_out],
    )
    return page.encode("utf-8", "replace")


_EMPTY = {"css": "", "words": "", "report": "", "time": ""}


def _row(place: Path, result: dict[str, Any], report: Path | None) -> dict[str, str]:
    words = result.get("error") or Path(result["output"]).name
    link = "" if report is None else os.path.relpath(report, place.parent)
    return {
        "css": "redact" if result["state"] in _GOOD else "keep",
        "source": readable(result["source"]),
        "state": result["state"],
        "words": readable(words),
        "report": quote(link.replace(os.sep, "/"), errors="surrogateescape"),
        "time": f"{result['seconds']:.0f} s",
    }
