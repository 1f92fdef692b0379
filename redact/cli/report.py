"""`redact report`: a report for people, from the manifest of an output; and `redact run --index`: a
page for the whole case, with a report of every result.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..errors import CheckFailedError, OutputExistsError, RedactError, UsageError
from ..files import check_writable, read_file, write_whole
from ..pipeline import Delivery, result_named
from ..record import CheckResult, check_output, manifest_path, parse_manifest, read_manifest
from ..report import (
    CASE_MARK,
    ReportWords,
    as_pdf,
    case_page,
    exemption_csv,
    in_one_line,
    marked_report,
    report_beside,
    report_html,
    report_path,
    require_pdf,
)
from ..words import Message, problem, say, spoken
from . import options
from .app import PATH, command
from .terminal import Terminal, tell


@command
@click.argument("output", type=PATH)
@click.option("--html", type=PATH)
@click.option("--csv", "csv_path", type=PATH)
@click.option("--pdf", type=PATH)
@click.option("--log", type=PATH)
@click.option("--manifest", type=PATH)
@options.force_option
def report(
    output: Path,
    html: Path | None,
    csv_path: Path | None,
    pdf: Path | None,
    log: Path | None,
    manifest: Path | None,
    force: bool,
) -> None:
    """`redact report`."""
    output = output if manifest else result_named(output)
    path = manifest or manifest_path(output)
    read_manifest(path)  # says precisely what is wrong with the file
    data = path.read_bytes()
    value = parse_manifest(data, str(path))
    page = html or report_path(output, path, "report.html")
    table = csv_path or report_path(output, path, "exemptions.csv")
    never = (output, path)
    places = [page, table, *([] if pdf is None else [pdf])]
    _check_places(places, force, never)
    if pdf is not None:
        require_pdf()
    record = check_output(output, manifest=path, log=log)
    report_page = report_html(value, spoken(), data, record)
    write_whole(page, marked_report(report_page, data), force=force, never=never)
    if pdf is not None:
        write_whole(pdf, marked_report(as_pdf(report_page), data), force=force, never=never)
    write_whole(table, exemption_csv(value, ReportWords(spoken())), force=force, never=never)
    for made in places:
        tell(str(made), err=True)
    _require_record(page, record)


def _check_places(places: Sequence[Path], force: bool, never: tuple[Path, ...]) -> None:
    """Check before the first file is written whether all of them can be."""
    for number, place in enumerate(places):
        if os.path.realpath(place) in map(os.path.realpath, places[:number]):
            raise problem(UsageError, "same_report", path=place)
        check_writable(place, force, never, whole=True)


def _require_record(page: Path, record: CheckResult) -> None:
    """Raise CheckFailedError if the record is not intact. The output itself may be elsewhere."""
    if failed := record.broken:
        parts = tuple(Message("part_failed", name=p.name, verdict=p.verdict) for p in failed)
        raise problem(CheckFailedError, "report_record_broken", path=page, parts=parts)


def check_index(path: Path | None, delivery: Delivery) -> None:
    """Check before a long run whether the page can be written after it.

    Raises:
        UsageError: no records are kept, so there would be nothing to link to.
        OutputExistsError: another file has that name.
        OutputError: it cannot be written there.
    """
    if path is None:
        return
    if delivery.release or not delivery.evidence.manifest:
        raise problem(UsageError, "index_without_records")
    if path.suffix.lower() not in (".html", ".htm"):
        raise problem(UsageError, "index_is_a_page", path=path)
    check_writable(path, force=True, whole=True)
    try:
        index = not path.exists() or CASE_MARK in read_file(path)[:4096]
    except OSError:  # nobody can say what it is
        index = False
    if not index:
        raise problem(OutputExistsError, "no_index", path=path)


def write_index(
    path: Path,
    results: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[Path, Message]],
    not_done: Sequence[Path],
    title: str,
    took: float,
    terminal: Terminal,
) -> None:
    """Write the page, and the reports that do not exist yet. Raises OutputError."""
    reports = [_report(result, terminal) for result in results]
    line = in_one_line(results, len(not_done), took)
    page = case_page(path, title, line, results, reports, left_out, not_done)
    write_whole(path, page, force=True)
    terminal.say(say("index_made", path=path))


def _report(result: dict[str, Any], terminal: Terminal) -> Path | None:
    """The report of a result, made now unless there is one of its current record."""
    if "output" not in result:
        return None
    output = Path(result["output"])
    try:
        return report_beside(output, spoken())
    except (RedactError, OSError) as error:
        terminal.warn(say("no_report_made", path=output, error=error))
        return None
