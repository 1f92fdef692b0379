"""The report that lies beside a result, made where there is none of its present record."""

from __future__ import annotations

from pathlib import Path

from ..files import write_whole
from ..record import check_output, manifest_path, parse_manifest
from .pages import as_pdf, report_html


def report_beside(output: Path, language: str, *, pdf: bool = False) -> Path:
    """Where the report is, made anew unless it is younger than the record.

    Args:
        output: the result.
        language: of a report that is made now.
        pdf: as PDF, which needs a part of redact that is not always installed.

    Raises:
        RedactError, OSError: there is no record, or the report cannot be made or written.
    """
    record = manifest_path(output)
    place = output.with_name(f"{output.name}.report.{'pdf' if pdf else 'html'}")
    if place.exists() and place.stat().st_mtime_ns >= record.stat().st_mtime_ns:
        return place
    data = record.read_bytes()
    page = report_html(parse_manifest(data, str(record)), language, data, check_output(output))
    write_whole(place, as_pdf(page) if pdf else page, force=True)
    return place
