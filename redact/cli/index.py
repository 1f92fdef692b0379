"""`redact run --index`: a page for the whole case, with a report of every result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import OutputExistsError, RedactError, UsageError
from ..evidence import manifest_path, parse_manifest
from ..files import check_writable, write_whole
from ..report import CASE_MARK, case_page, report_html
from ..running import Delivery
from .result_words import in_one_line
from .terminal import Terminal


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
    if path.exists() and CASE_MARK not in path.read_bytes()[:4096]:
        raise OutputExistsError(f"{path}: is there already, and no index", "Choose another name.")
    check_writable(path, force=True, whole=True)


def write_index(
    path: Path,
    results: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[Path, str]],
    not_done: Sequence[Path],
    title: str,
    terminal: Terminal,
) -> None:
    """Write the page, and the reports that are not there yet. Raises OutputError."""
    reports = [_report(result, terminal) for result in results]
    line = in_one_line(results, len(not_done))
    page = case_page(path, title, line, results, reports, left_out, not_done)
    write_whole(path, page, force=True)
    terminal.say(f"{path}: index of the case")


def _report(result: dict[str, Any], terminal: Terminal) -> Path | None:
    """The report of a result, made where it has none of its present record."""
    if "output" not in result:
        return None
    output = Path(result["output"])
    record, page = manifest_path(output), output.with_name(f"{output.name}.report.html")
    try:
        data = record.read_bytes()
        if page.exists() and page.stat().st_mtime_ns >= record.stat().st_mtime_ns:
            return page
        write_whole(page, report_html(parse_manifest(data, str(record)), "en", data), force=True)
    except (RedactError, OSError) as error:
        terminal.warn(f"{output}: no report could be made ({error})")
        return None
    return page
