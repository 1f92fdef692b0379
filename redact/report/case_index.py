"""The page for a whole case, and the words that it shares with the table of `redact run`: the state
of each source, and who is hidden in it.

The page has no scripts and no external resources, and everything in it is escaped.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from .. import __version__
from ..plan import Census
from ..record import manifest_path, read_manifest
from ..types import clock, one_line, readable
from ..words import Message, error_from_json, said, say, spoken, word, words_of
from .pages import rendered
from .report_words import ReportWords, census_in_words

PAGE_MARK = b'<meta name="generator" content="redact case index">'
"""Identifies such pages: they may be replaced by newer ones, other files may not."""

_ORDER: Final = ("done", "done before", "source incomplete", "needs review", "refused", "not done")

_GOOD: Final = ("done", "done before")

_CUT_OFF: Final = "source incomplete"

_BEHIND: Final = "behind"
"""Key of a result that was made before the last decisions."""


def verdict(result: Mapping[str, Any]) -> str:
    """The state of a source, in words for a table cell. It says that the source is incomplete even
    if an earlier run made the result.

    Args:
        result: of `redact run`, as JSON values.
    """
    state, incomplete = counted_as(result), bool(result.get("incomplete"))
    more = [word("state", _CUT_OFF)] if incomplete and state != _CUT_OFF else []
    more += [word("state", _BEHIND)] if result.get(_BEHIND) else []
    return ", ".join([word("state", state), *more])


def counted_as(result: Mapping[str, Any]) -> str:
    """The state under which a source is counted."""
    state = str(result["state"])
    return _CUT_OFF if result.get("incomplete") and state in _GOOD else state


def in_one_line(
    results: Sequence[Mapping[str, Any]], not_done: int, took: float | None = None
) -> str:
    """For example "20 files: 15 done, 3 needs review, 2 refused; took 3:10".

    Args:
        results: of `redact run`, as JSON values.
        not_done: number of sources that the run did not reach.
        took: duration in seconds; None if unknown.
    """
    counts = Counter(map(counted_as, results))
    counts["not done"] += not_done
    parts = ", ".join(
        say(f"count_{state.replace(' ', '_')}", count=counts[state])
        for state in _ORDER
        if counts[state]
    )
    count = len(results) + not_done
    if took is None:
        return say("counts", count=count, parts=parts)
    return say("counts_and_time", count=count, parts=parts, time=clock(took, 0))


def who_is_hidden(result: Mapping[str, Any]) -> str:
    """Who is hidden, for a table cell, see `census_in_words`; "" if unknown."""
    if "hidden" not in result:
        return ""
    counts = Census(*(result[name] for name in Census._fields))
    return census_in_words(counts, words_of(spoken())) or say("finds_nothing")


def why_not(result: Mapping[str, Any]) -> str:
    """Why a source has no result, in the current language, without the source's name; "" if it has
    one."""
    if "error" not in result:
        return ""
    message, _ = error_from_json(result)
    return re.sub(rf"^{re.escape(result['source'])}\s?: ", "", message)


def case_page(
    place: Path,
    title: str,
    line: str,
    results: Sequence[dict[str, Any]],
    reports: Sequence[Path | None],
    left_out: Sequence[tuple[Path, Message]],
    not_done: Sequence[Path] = (),
) -> bytes:
    """The HTML page of a case.

    Args:
        place: path of the page; links are relative to it.
        title: of the case.
        line: the counts in words, see `in_one_line`.
        results: of `redact run`, as JSON values; "behind": made before the last decisions.
        reports: for each result, the path of its report, or None.
        left_out: files that were skipped, and why.
        not_done: videos that the run did not reach.
    """
    rows = [_row(place, result, report) for result, report in zip(results, reports, strict=True)]
    undone = {**_EMPTY, "state": word("state", "not done"), "good": False}
    rows += [{**undone, "source": _name(p)} for p in not_done]
    return rendered(
        "case.html",
        title=one_line(readable(title)),
        version=__version__,
        date=ReportWords(spoken()).day(datetime.now(UTC).isoformat()),
        verdict="good" if all(row["good"] for row in rows) else "bad",
        line=line,
        rows=rows,
        left_out=[(_name(path), said(why)) for path, why in left_out],
        language=spoken(),
        words={name: say(f"index_{name}") for name in _WORDS},
        columns={c: word("column", c) for c in _COLUMNS},
        has={c: any(row[c] for row in rows) for c in ("exhibit", "on_screen")},
    )


_WORDS = ("kind", "result", "report", "left_out", "hashes", "on_screen")

_COLUMNS = ("number", "exhibit", "source", "result", "hidden", "output", "on_screen")

_OF_RECORD = ("exhibit", "source_sha256", "output_sha256", "on_screen")

_EMPTY = {**dict.fromkeys(_OF_RECORD, ""), "css": "", "hidden": "", "words": "", "report": ""}


def _name(path: Path | str) -> str:
    """A name without control characters, which are invalid in XML."""
    return one_line(readable(str(path)))


def _row(place: Path, result: dict[str, Any], report: Path | None) -> dict[str, Any]:
    words = why_not(result) or Path(result["output"]).name
    link = "" if report is None else os.path.relpath(report, place.parent)
    good = counted_as(result) in _GOOD and not result.get(_BEHIND)
    return {
        **(_EMPTY if report is None else _of_record(Path(result["output"]))),
        "css": "redact" if good else "keep",
        "good": good,
        "source": _name(result["source"]),
        "state": verdict(result),
        "hidden": who_is_hidden(result),
        "words": one_line(readable(words)),
        "report": quote(link.replace(os.sep, "/"), errors="surrogateescape"),
    }


def _of_record(output: Path) -> dict[str, str]:
    """What the record of a result says: the exhibit, both hashes, and the share of the pictures
    that were on the screen of the review."""
    record = read_manifest(manifest_path(output))
    review = record.review
    # Rounded down, so that it never claims more than was seen.
    share = "" if review is None else str(100 * review.frames_seen // max(review.frames, 1))
    return {
        "exhibit": one_line(record.case.exhibit),
        "source_sha256": record.source.sha256_before,
        "output_sha256": record.output.sha256,
        "on_screen": share and say("index_share", share=share),
    }
