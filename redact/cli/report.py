"""`redact report`: a report for people, from the manifest of an output."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..errors import UsageError
from ..evidence import manifest_path, parse_manifest, read_manifest
from ..output import check_writable, write_whole
from ..report import LANGUAGES, Catalogue, exemption_csv, report_html


@click.command()
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
@click.option("--manifest", type=click.Path(path_type=Path), help="Where it is not beside OUTPUT.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def report(
    output: Path,
    lang: str,
    html: Path | None,
    csv_path: Path | None,
    manifest: Path | None,
    force: bool,
) -> None:
    """Write a report on OUTPUT as one HTML file, and its exemption log as CSV.

    The report is made from the manifest alone and contains no picture. It prints well: open it
    in a browser and save it as PDF there.
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
    for file in (page, table):  # both or none
        check_writable(file, force, never, whole=True)
    write_whole(page, report_html(value, lang, data), force=force, never=never)
    write_whole(table, exemption_csv(value, Catalogue(lang)), force=force, never=never)
    click.echo(f"{page}\n{table}", err=True)
