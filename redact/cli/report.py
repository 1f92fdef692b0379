"""`redact report`: a report for people, from the manifest of an output."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..errors import CheckFailedError, UsageError
from ..evidence import check_output, manifest_path, parse_manifest, read_manifest
from ..files import check_writable, write_whole
from ..messages import LANGUAGES
from ..report import Catalogue, as_pdf, exemption_csv, report_html, require_pdf
from .invocation import HELP


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
    if os.path.realpath(page) == os.path.realpath(table):
        raise UsageError(
            f"{page}: report and exemption log would both be written to it",
            "Give each a name of its own.",
        )
    never = (output, path)
    if pdf is not None:
        require_pdf()
    for file in (page, table, *([] if pdf is None else [pdf])):  # all or none
        check_writable(file, force, never, whole=True)
    record = check_output(output, manifest=path, log=log)
    report_page = report_html(value, lang, data, record)
    write_whole(page, report_page, force=force, never=never)
    if pdf is not None:
        write_whole(pdf, as_pdf(report_page), force=force, never=never)
    write_whole(table, exemption_csv(value, Catalogue(lang)), force=force, never=never)
    click.echo(f"{page}\n{table}" + ("" if pdf is None else f"\n{pdf}"), err=True)
    failed = [p for p in record.parts if p.failed and (p.name, p.verdict) != ("output", "missing")]
    if failed:
        raise CheckFailedError(
            f"{page}: is written, but the record does not hold: "
            + ", ".join(f"{p.name} ({p.verdict})" for p in failed),
            "The report says so in red. 'redact check' tells more.",
        )
