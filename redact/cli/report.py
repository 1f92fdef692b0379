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
from ..files import check_writable, write_whole
from ..pipeline import Delivery
from ..record import CheckResult, check_output, manifest_path, parse_manifest, read_manifest
from ..report import (
    CASE_MARK,
    Catalogue,
    as_pdf,
    case_page,
    exemption_csv,
    in_one_line,
    report_beside,
    report_html,
    require_pdf,
)
from ..words import LANGUAGES
from .app import HELP
from .terminal import Terminal, tell


@click.command(context_settings=HELP)
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the report.",
)
@click.option("--html", type=click.Path(path_type=Path), help="Default: OUTPUT.report.html.")
@click.option(
    "--csv",
    "csv_path",
    type=click.Path(path_type=Path),
    help="Exemption log. Default: OUTPUT.exemptions.csv.",
)
@click.option(
    "--pdf",
    type=click.Path(path_type=Path),
    help="Write the report as PDF here, too (needs redact-footage[pdf]).",
)
@click.option(
    "--log", type=click.Path(path_type=Path), help="Custody log: the report names its entry."
)
@click.option(
    "--manifest", type=click.Path(path_type=Path), help="The manifest, if it is not beside OUTPUT."
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
def report(
    output: Path,
    lang: str,
    html: Path | None,
    csv_path: Path | None,
    pdf: Path | None,
    log: Path | None,
    manifest: Path | None,
    force: bool,
) -> None:
    """Write a report on OUTPUT as one HTML file, and its exemption log as CSV.

    The report is made from the manifest alone and contains no picture. For a PDF, give --pdf, or
    open the page in a browser and print it. If the output or its record was changed, the report
    says so in red, and the exit code is 11.
    """
    path = manifest or manifest_path(output)
    read_manifest(path)  # says precisely what is wrong with the file
    data = path.read_bytes()
    value = parse_manifest(data, str(path))
    page = html or output.with_name(f"{output.name}.report.html")
    table = csv_path or output.with_name(f"{output.name}.exemptions.csv")
    never = (output, path)
    places = [page, table, *([] if pdf is None else [pdf])]
    _check_places(places, force, never)
    if pdf is not None:
        require_pdf()
    record = check_output(output, manifest=path, log=log)
    report_page = report_html(value, lang, data, record)
    write_whole(page, report_page, force=force, never=never)
    if pdf is not None:
        write_whole(pdf, as_pdf(report_page), force=force, never=never)
    write_whole(table, exemption_csv(value, Catalogue(lang)), force=force, never=never)
    for made in places:
        tell(str(made), err=True)
    _require_record(page, record)


def _check_places(places: Sequence[Path], force: bool, never: tuple[Path, ...]) -> None:
    """Find out before the first file is written whether all of them can be."""
    for number, place in enumerate(places):
        if os.path.realpath(place) in map(os.path.realpath, places[:number]):
            raise UsageError(
                f"{place}: two of report, PDF and exemption log would be written to it",
                "Give each a name of its own.",
            )
        check_writable(place, force, never, whole=True)


def _require_record(page: Path, record: CheckResult) -> None:
    """Raise CheckFailedError if the record does not hold. The output itself may lie elsewhere."""
    failed = [p for p in record.parts if p.failed and (p.name, p.verdict) != ("output", "missing")]
    if failed:
        raise CheckFailedError(
            f"{page}: is written, but the record does not hold: "
            + ", ".join(f"{p.name} ({p.verdict})" for p in failed),
            "The report says so in red. 'redact check' tells more.",
        )


def check_index(path: Path | None, delivery: Delivery) -> None:
    """Find out before a long run whether the page can be written after it.

    Raises:
        UsageError: no records are kept, so there would be nothing to link to.
        OutputExistsError: another file has that name.
        OutputError: it cannot be written there.
    """
    if path is None:
        return
    if delivery.release or not delivery.evidence.manifest:
        raise UsageError("--index links to reports, and reports need records", "Leave out --index.")
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{path}: the index is a page", "End its name in .html.")
    check_writable(path, force=True, whole=True)
    try:
        index = not path.exists() or CASE_MARK in path.read_bytes()[:4096]
    except OSError:  # nobody can say what it is
        index = False
    if not index:
        raise OutputExistsError(f"{path}: is there already, and no index", "Choose another name.")


def write_index(
    path: Path,
    results: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[Path, str]],
    not_done: Sequence[Path],
    title: str,
    took: float,
    terminal: Terminal,
) -> None:
    """Write the page, and the reports that are not there yet. Raises OutputError."""
    reports = [_report(result, terminal) for result in results]
    line = in_one_line(results, len(not_done), took)
    page = case_page(path, title, line, results, reports, left_out, not_done)
    write_whole(path, page, force=True)
    terminal.say(f"{path}: index of the case")


def _report(result: dict[str, Any], terminal: Terminal) -> Path | None:
    """The report of a result, made where it has none of its present record."""
    if "output" not in result:
        return None
    output = Path(result["output"])
    try:
        return report_beside(output, "en")
    except (RedactError, OSError) as error:
        terminal.warn(f"{output}: no report could be made ({error})")
        return None
